//! What may go wrong while an object is read and written.

use serde_json::{Value, json};

use super::rig::{Buckets, DONE, KEY, batch, failed, findings, gzip, is_put, machine};
use crate::{
    fault_proxy::{Fault, Proxy},
    runtime_stub,
};

#[test]
fn e2_an_answer_that_is_lost_is_no_failure_and_a_foreign_object_is_no_success() {
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(3)));
    let (answer, proxy) = buckets.export_with(&event, |call| {
        (is_put(call, "/findings/") && call.repeat == 0).then_some(Fault::LoseAnswer)
    });
    assert_eq!(failed(&answer), DONE);
    assert_eq!(buckets.counts(), [[3, 0, 0]]);
    let heads = proxy.calls().into_iter().filter(|call| call.method == "HEAD").count();
    assert_eq!(heads, 1, "412 is looked into");

    let others = Buckets::new();
    let event = others.put(KEY, &gzip(&findings(3)));
    let proxy = Proxy::start(&machine().endpoint(), |call| {
        is_put(call, "/findings/").then_some(Fault::KillBefore)
    });
    runtime_stub::invoke_watched(
        others.command(&proxy.url),
        &batch(std::slice::from_ref(&event), 1),
        |pid| {
            proxy.victim(pid);
        },
    );
    let put = proxy.calls().into_iter().find(|call| is_put(call, "/findings/")).unwrap();
    let path = put.path.split('?').next().unwrap().replace("%3D", "=");
    let key = path.strip_prefix(&format!("/{}/", others.lake)).unwrap();
    machine().store.put(&others.lake, key, b"somebody else's").unwrap();
    assert_eq!(failed(&others.export(&event)), ["m0"]);
    assert_eq!(machine().store.get(&others.lake, key).unwrap(), b"somebody else's");
}

#[test]
fn e3_a_conflict_is_tried_again_and_never_taken_for_a_success() {
    const CONFLICT: &str = "<Error><Code>ConditionalRequestConflict</Code></Error>";
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(3)));
    let (answer, _) = buckets.export_with(&event, |call| {
        is_put(call, "/findings/").then_some(Fault::Answer(409, CONFLICT))
    });
    assert_eq!(failed(&answer), ["m0"]);
    assert!(buckets.lake().is_empty());
    let (answer, _) = buckets.export_with(&event, |call| {
        (is_put(call, "/findings/") && call.repeat == 0).then_some(Fault::Answer(409, CONFLICT))
    });
    assert_eq!(failed(&answer), DONE);
    assert_eq!(buckets.counts(), [[3, 0, 0]]);
}

#[test]
fn e17_a_busy_s3_is_tried_again_and_then_left_to_the_queue() {
    const SLOW: &str =
        "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>";
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(3)));
    let (answer, _) = buckets
        .export_with(&event, |call| is_put(call, "/findings/").then_some(Fault::Answer(503, SLOW)));
    assert_eq!(failed(&answer), ["m0"]);
    assert!(buckets.lake().is_empty());
    let (answer, _) =
        buckets.export_with(&event, |call| match (call.method.as_str(), call.repeat) {
            ("GET", 0) => Some(Fault::Answer(503, SLOW)),
            ("PUT", 0) => Some(Fault::Reset),
            _ => None,
        });
    assert_eq!(failed(&answer), DONE);
    assert_eq!(buckets.counts(), [[3, 0, 0]]);
}

#[test]
fn r1_one_malformed_message_of_ten_comes_back_alone() {
    let buckets = Buckets::new();
    let mut events: Vec<_> = (0..10)
        .map(|number| buckets.put(&KEY.replace("0b5e", &format!("{number}")), &gzip(&findings(1))))
        .collect();
    events[4] = "no JSON".into();
    let answer = buckets.batch(&machine().endpoint(), &events, 1);
    assert_eq!(failed(&answer), ["m4"]);
    assert_eq!(buckets.counts().len(), 9);
}

#[test]
fn r2_other_events_are_acknowledged_and_do_nothing() {
    let buckets = Buckets::new();
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": buckets.exports});
    let removed = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectRemoved:Delete",
        "s3": {"bucket": {"name": buckets.exports}, "object": {"key": "x"}}}]});
    for event in [test, removed] {
        assert_eq!(failed(&buckets.export(&event)), DONE, "{event}");
    }
    assert!(buckets.lake().is_empty() && buckets.quarantine().is_empty());
    let inner = buckets.put(KEY, &gzip(&findings(1)));
    let wrapped = json!({"Type": "Notification", "MessageId": "n", "TopicArn":
        "arn:aws:sns:eu-west-1:111122223333:t", "Message": inner.to_string()});
    assert_eq!(failed(&buckets.export(&wrapped)), DONE);
    assert_eq!(buckets.counts(), [[1, 0, 0]]);
}

#[test]
fn r5_killed_at_any_call_and_started_again_nothing_is_lost_and_nothing_is_there_twice() {
    let text = format!("{}broken\n\n", findings(7));
    for (after, fault) in [(false, Fault::KillBefore), (true, Fault::KillAfter)] {
        let mut kills = 0;
        for place in 0.. {
            let buckets = Buckets::new();
            let event = buckets.put(KEY, &gzip(&text));
            let fault = fault.clone();
            let proxy = Proxy::start(&machine().endpoint(), move |call| {
                (call.number == place).then(|| fault.clone())
            });
            let answer = runtime_stub::invoke_watched(
                buckets.command(&proxy.url),
                &batch(std::slice::from_ref(&event), 1),
                |pid| proxy.victim(pid),
            );
            kills += usize::from(answer.is_none());
            let again = buckets.export(&event);
            assert_eq!(failed(&again), DONE, "{after} {place}");
            assert_eq!(buckets.counts(), [[7, 1, 1]], "{after} {place}");
            assert_eq!(buckets.quarantine().len(), 1, "{after} {place}");
            if answer.is_some() {
                break;
            }
        }
        assert!(kills >= 3, "it reads, sets aside and writes: {kills}");
    }
}

#[test]
fn a_schedule_lets_it_compact_the_days_that_are_over() {
    let buckets = Buckets::new();
    for number in 0..4 {
        let key = KEY.replace("0b5e", &format!("{number}"));
        assert_eq!(failed(&buckets.export(&buckets.put(&key, &gzip(&findings(3))))), DONE);
    }
    let schedule = json!({"version": "0", "id": "s1", "detail-type": "Scheduled Event",
        "source": "aws.scheduler", "account": "111122223333", "region": "eu-west-1",
        "time": "2026-10-09T03:30:00Z", "resources": [], "detail": {}});
    let bare = runtime_stub::invoke(buckets.command(&machine().endpoint()), &schedule.to_string());
    let summary: Value = serde_json::from_str(&bare.body).unwrap();
    assert_eq!(summary["compacted"], 4, "{bare:?}");
    let names: Vec<_> = buckets.lake_keys();
    assert_eq!(names.len(), 5, "the small files wait for their readers: {names:?}");
    assert_eq!(names.iter().filter(|key| key.contains("/compacted-")).count(), 1);
    assert_eq!(failed(&buckets.export(&schedule)), DONE);
    assert_eq!(buckets.lake_keys(), names, "once more changes nothing");
}
