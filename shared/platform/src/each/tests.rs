//! Messages of a batch that fail, hang, panic or wait, each alone.

use std::cell::Cell;

use super::*;

fn batch(bodies: &[&str]) -> Invocation {
    let records: Vec<_> = bodies
        .iter()
        .enumerate()
        .map(|(index, body)| serde_json::json!({"messageId": format!("m{index}"), "body": body, "eventSource": "aws:sqs"}))
        .collect();
    Invocation::parse(&serde_json::json!({ "Records": records }).to_string()).unwrap()
}

async fn work(body: String, _: u32) -> Result<&'static str, RecordFailure> {
    match body.as_str() {
        "panic" => panic!("as asked"),
        "error" => Err(RecordFailure::alone("as asked")),
        "systemic" => Err(RecordFailure::systemic("KeyDisabled", "as asked")),
        "hang" => std::future::pending().await,
        _ => Ok("done"),
    }
}

/// The clock stands still, and jumps when everything waits for it.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(future)
}

fn answer(invocation: Invocation, total: Duration) -> Result<serde_json::Value, Failure> {
    block_on(async { each(invocation, 2, Deadline::after(total), work).await })
}

#[test]
fn errors_panics_and_hangs_fail_their_own_record_only() {
    let reply =
        answer(batch(&["ok", "panic", "error", "hang", "ok"]), Duration::from_secs(60)).unwrap();
    let ids: Vec<_> = reply["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["itemIdentifier"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["m1", "m2", "m3"]);
}

#[test]
fn a_message_that_has_no_chance_before_some_time_is_put_off_and_comes_back() {
    let record = |id: &str, body: &str| {
        serde_json::json!({"messageId": id, "body": body, "eventSource": "aws:sqs",
            "receiptHandle": format!("handle-{id}"), "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:q"})
    };
    let batch = serde_json::json!({"Records": [record("m0", "wait"), record("m1", "error"), record("m2", "ok")]});
    let put_off = std::cell::RefCell::new(Vec::new());
    let reply = block_on(each_or_later(
        Invocation::parse(&batch.to_string()).unwrap(),
        2,
        Deadline::after(Duration::from_secs(60)),
        async |body: String, receives| match body.as_str() {
            "wait" => {
                Err(RecordFailure::alone("as asked")
                    .after(PutOff::Exactly(Duration::from_secs(90))))
            }
            _ => work(body, receives).await,
        },
        async |receipt: &Receipt, after| put_off.borrow_mut().push((receipt.handle.clone(), after)),
    ))
    .unwrap();
    assert_eq!(*put_off.borrow(), [("handle-m0".to_owned(), Duration::from_secs(90))]);
    assert_eq!(reply["batchItemFailures"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_refused_again_is_put_off_for_longer_than_the_first_time() {
    let batch = |receives: u32| {
        let record = serde_json::json!({"messageId": "m0", "body": "wait", "eventSource": "aws:sqs",
            "attributes": {"ApproximateReceiveCount": receives.to_string()},
            "receiptHandle": "h", "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:q"});
        Invocation::parse(&serde_json::json!({"Records": [record]}).to_string()).unwrap()
    };
    let ten = PutOff::AtLeast(Duration::from_secs(10));
    let put_off = std::cell::RefCell::new(Vec::new());
    for receives in [1, 5] {
        let failing =
            async |_: String, _: u32| Err::<(), _>(RecordFailure::alone("as asked").after(ten));
        let later = async |_: &Receipt, after| put_off.borrow_mut().push(after);
        let deadline = Deadline::after(Duration::from_secs(60));
        block_on(each_or_later(batch(receives), 2, deadline, failing, later)).unwrap();
    }
    assert_eq!(*put_off.borrow(), [ten.time(1, "m0"), ten.time(5, "m0")]);
    assert!(ten.time(5, "m0") >= Duration::from_secs(480));
}

#[test]
fn records_that_had_no_time_to_start_come_back() {
    let reply = answer(batch(&["ok"]), Duration::ZERO).unwrap();
    assert_eq!(reply["batchItemFailures"][0]["itemIdentifier"], "m0");
}

#[test]
fn a_systemic_cause_fails_the_batch_with_its_own_word() {
    let failure = answer(batch(&["ok", "systemic", "ok"]), Duration::from_secs(5)).unwrap_err();
    assert_eq!(failure.kind(), "KeyDisabled");
}

#[test]
fn a_bare_event_gets_the_result_itself() {
    let invocation = Invocation::parse(r#""ok""#).unwrap();
    assert_eq!(answer(invocation, Duration::from_secs(5)).unwrap(), "done");
}

#[test]
fn no_more_than_the_limit_run_at_once() {
    let (running, most) = (Cell::new(0), Cell::new(0));
    let work = |_: String, _: u32| {
        let (running, most) = (&running, &most);
        async move {
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            tokio::task::yield_now().await;
            running.set(running.get() - 1);
            Ok::<_, RecordFailure>(())
        }
    };
    block_on(each(batch(&["a", "b", "c", "d"]), 3, Deadline::after(Duration::from_secs(5)), work))
        .unwrap();
    assert_eq!(most.get(), 3);
}

#[test]
fn only_an_eventbridge_event_has_a_correlation_id() {
    assert_eq!(
        correlation_id(r#"{"id":"e1","detail-type":"GuardDuty Finding","detail":{}}"#),
        Some("e1".into())
    );
    assert_eq!(correlation_id(r#"{"id":"f1","type":"Recon:EC2/Portscan"}"#), None);
}
