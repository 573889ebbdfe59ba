//! What may be wrong with an object as a whole, and with the events that name it.

use serde_json::{Value, json};

use super::rig::{Buckets, DONE, KEY, batch, failed, findings, gzip, machine};
use crate::{
    fault_proxy::{Fault, Proxy},
    runtime_stub,
};

#[test]
fn e1_a_duplicate_notification_on_several_workers_makes_one_object() {
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(20)));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|_| scope.spawn(|| buckets.export(&event))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| failed(answer) == DONE), "{answers:?}");
    assert_eq!(buckets.counts(), [[20, 0, 0]]);
}

#[test]
fn e4_an_object_that_was_overwritten_is_read_as_what_it_is_now() {
    let buckets = Buckets::new();
    let first = buckets.put(KEY, &gzip(&findings(1)));
    let second = buckets.put(KEY, &gzip(&findings(5)));
    assert_eq!(failed(&buckets.export(&first)), DONE);
    assert_eq!(buckets.counts(), [[5, 0, 0]]);
    assert_eq!(failed(&buckets.export(&second)), DONE);
    assert_eq!(buckets.counts(), [[5, 0, 0]], "both events are about the same object now");
}

#[test]
fn e5_an_object_that_is_gone_is_noted_after_three_tries() {
    let buckets = Buckets::new();
    let mut event = buckets.put(KEY, &gzip(&findings(1)));
    event["detail"]["object"]["key"] = KEY.replace("0b5e", "gone").into();
    for (receives, expected) in [(1, vec!["m0"]), (2, vec!["m0"]), (3, vec![])] {
        let answer = buckets.batch(&machine().endpoint(), std::slice::from_ref(&event), receives);
        assert_eq!(failed(&answer), expected, "{receives}");
    }
    let noted = buckets.quarantine();
    assert!(noted.len() == 1 && noted[0]["reason"].as_str().unwrap().contains("404"), "{noted:?}");
}

#[test]
fn e5_an_object_that_may_not_be_read_is_never_taken_for_gone() {
    const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(1)));
    let proxy = Proxy::start(&machine().endpoint(), |call| {
        (call.method == "GET").then_some(Fault::Answer(403, DENIED))
    });
    for receives in [1, 3, 5] {
        let answer = buckets.batch(&proxy.url, std::slice::from_ref(&event), receives);
        assert_eq!(failed(&answer), ["m0"], "{receives}");
    }
    assert!(buckets.quarantine().is_empty() && buckets.lake().is_empty());
    assert_eq!(failed(&buckets.export(&event)), DONE, "once it is allowed");
    assert_eq!(buckets.counts(), [[1, 0, 0]]);
}

#[test]
fn e6_a_key_that_can_not_be_used_fails_the_batch_with_one_cause() {
    const DISABLED: &str = "<Error><Code>KMS.DisabledException</Code><Message>arn:aws:kms:eu-west-1:111122223333:key/k is disabled.</Message></Error>";
    let buckets = Buckets::new();
    let events = [
        buckets.put(KEY, &gzip(&findings(1))),
        buckets.put(&KEY.replace("0b", "1b"), &gzip(&findings(1))),
    ];
    let proxy = Proxy::start(&machine().endpoint(), |call| {
        (call.method == "GET").then_some(Fault::Answer(400, DISABLED))
    });
    let answer = buckets.batch(&proxy.url, &events, 1);
    assert!(answer.path.ends_with("/error"), "{answer:?}");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["errorType"], "KmsKeyUnusable");
    let message = body["errorMessage"].as_str().unwrap();
    for part in ["key/k", "kms:Decrypt", "kms:ViaService"] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    assert!(buckets.lake().is_empty() && buckets.quarantine().is_empty());
}

#[test]
fn e7_a_broken_object_leaves_no_row_and_a_note() {
    let whole = gzip(&findings(500));
    let mut flipped = whole.clone();
    let place = flipped.len() - 6;
    flipped[place] ^= 1;
    let cut = whole[..whole.len() - 9].to_vec();
    for (what, bytes) in [
        ("cut off", cut),
        ("wrong sum", flipped),
        ("text", findings(2).into_bytes()),
        ("empty", Vec::new()),
    ] {
        let buckets = Buckets::new();
        let event = buckets.put(KEY, &bytes);
        assert_eq!(failed(&buckets.export(&event)), DONE, "{what}");
        assert!(buckets.lake().is_empty(), "{what}");
        let noted = buckets.quarantine();
        assert_eq!(noted.len(), 1, "{what}");
        assert_eq!(noted[0]["source"], format!("s3://{}/{KEY}", buckets.exports));
        assert!(noted[0]["reason"].as_str().unwrap().contains("gzip"), "{noted:?}");
    }
}

#[test]
fn e8_all_members_are_read_and_padding_is_no_fault() {
    let buckets = Buckets::new();
    let bytes = [gzip(&findings(2)), gzip(&findings(3)), vec![0; 512]].concat();
    let event = buckets.put(KEY, &bytes);
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[5, 0, 0]]);
}

#[test]
fn e15_objects_of_others_are_acknowledged_and_left_alone() {
    let buckets = Buckets::new();
    for key in ["AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/01/x.json.gz", "notes.txt"] {
        let event = buckets.put(key, b"anything");
        assert_eq!(failed(&buckets.export(&event)), DONE);
    }
    let mut event = buckets.put(KEY, b"anything");
    event["detail"]["bucket"]["name"] = "another-bucket".into();
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert!(buckets.lake().is_empty() && buckets.quarantine().is_empty());
    let mut command = buckets.command(&machine().endpoint());
    command.env("GUARDSIFT_EXPORT_BUCKET", &buckets.lake);
    let answer = runtime_stub::invoke(command, "{}");
    assert!(answer.path.ends_with("/init/error") && answer.body.contains("part of its input"));
}

#[test]
fn e15_an_export_below_another_prefix_comes_back_and_is_counted() {
    let buckets = Buckets::new();
    let event = buckets.put(&format!("team/{KEY}"), &gzip(&findings(1)));
    assert_eq!(failed(&buckets.export(&event)).len(), 1);
    assert!(buckets.lake().is_empty() && buckets.quarantine().is_empty());
    let mut command = buckets.command(&machine().endpoint());
    command.env("GUARDSIFT_EXPORT_PREFIX", "team");
    let answer = runtime_stub::invoke(command, &batch(std::slice::from_ref(&event), 1));
    assert_eq!(failed(&answer), DONE, "once the prefix is right");
    assert_eq!(buckets.counts(), [[1, 0, 0]]);
}

#[test]
fn e16_a_key_is_decoded_once_and_only_where_s3_encodes_it() {
    let buckets = Buckets::new();
    for (place, name) in ["a b", "a+b", "a=b", "a%25b", "ä"].into_iter().enumerate() {
        let key = KEY.replace("0b5e6e1c", name);
        let event = buckets.put(&key, &gzip(&findings(1)));
        let encoded: String = key
            .bytes()
            .map(|byte| match byte {
                b' ' => "+".to_owned(),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        let notification = json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": buckets.exports},
            "object": {"key": encoded, "eTag": event["detail"]["object"]["etag"]}}}]});
        for event in [event, notification] {
            assert_eq!(failed(&buckets.export(&event)), DONE, "{name}");
            assert_eq!(buckets.lake().len(), place + 1, "{name}");
        }
    }
}
