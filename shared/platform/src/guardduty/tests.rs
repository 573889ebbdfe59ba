//! The client against a server that answers from a script.

use serde_json::{Value, json};

use super::*;
use crate::loopback::{Answer, Loopback, Request, answer, block_on};

const DETECTOR: &str = "12abc34d567e8fa901bc2d34e56789f0";

pub(super) fn with<T>(
    script: impl Fn(usize, &Request) -> Answer + Send + 'static,
    work: impl AsyncFnOnce(&GuardDuty) -> T,
) -> (T, Vec<Request>) {
    let server = Loopback::start(script);
    let guardduty = GuardDuty::new(server.aws(), Some(DETECTOR.to_owned()));
    let result = block_on(work(&guardduty));
    (result, server.requests())
}

pub(super) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let mut answer = answer(status, &json!({"message": message}).to_string());
    answer.headers.push(("x-amzn-ErrorType", code.to_owned()));
    answer
}

fn page(ids: &[&str], token: Option<&str>) -> Answer {
    answer(200, &json!({"findingIds": ids, "nextToken": token}).to_string())
}

#[test]
fn a_finding_keeps_the_fields_that_the_sdk_does_not_know() {
    let body = r#"{"findings":[ {"id":"f1","severity":2.0,"newField":{"a":[1,{"b":1.10}]}} ]}"#;
    let (answers, requests) = with(
        move |_, _| answer(200, body),
        async |guardduty| guardduty.findings(&["f1".into()]).await.unwrap(),
    );
    assert_eq!(answers, [Bytes::from_static(body.as_bytes())]);
    assert_eq!(requests[0].body, r#"{"findingIds":["f1"]}"#);
}

#[test]
fn a_finding_that_the_model_of_the_sdk_cannot_read_is_kept_all_the_same() {
    let body = r#"{"findings":[{"id":"f1","severity":"not a number"}]}"#;
    let (answers, _) = with(
        move |_, _| answer(200, body),
        async |guardduty| guardduty.findings(&["f1".into()]).await.unwrap(),
    );
    assert_eq!(answers, [Bytes::from_static(body.as_bytes())]);
}

#[test]
fn findings_are_fetched_in_chunks_of_fifty() {
    let ids: Vec<String> = (0..101).map(|number| format!("f{number}")).collect();
    let (answers, requests) = with(
        |_, _| answer(200, r#"{"findings":[]}"#),
        async |guardduty| guardduty.findings(&ids).await.unwrap(),
    );
    let sizes: Vec<_> = requests
        .iter()
        .map(|request| {
            serde_json::from_str::<Value>(&request.body).unwrap()["findingIds"]
                .as_array()
                .unwrap()
                .len()
        })
        .collect();
    assert_eq!(sizes, [50, 50, 1]);
    assert_eq!(answers.len(), 3);
}

#[test]
fn no_ids_make_no_call() {
    let (answers, requests) =
        with(|_, _| answer(200, "{}"), async |guardduty| guardduty.findings(&[]).await.unwrap());
    assert!(answers.is_empty() && requests.is_empty());
}

#[test]
fn ids_that_come_on_two_pages_are_listed_once() {
    let script = |number, _: &Request| {
        if number == 0 { page(&["a", "b"], Some("t1")) } else { page(&["b", "c"], Some("")) }
    };
    let (ids, requests) = with(script, async |guardduty| guardduty.unarchived_ids().await.unwrap());
    assert_eq!(ids, ["a", "b", "c"]);
    let body: Value = serde_json::from_str(&requests[1].body).unwrap();
    assert_eq!(body["nextToken"], "t1");
    assert_eq!(
        body["findingCriteria"]["criterion"]["service.archived"]["equals"],
        json!(["false"])
    );
}

#[test]
fn all_findings_are_asked_for_without_criteria() {
    let (ids, requests) =
        with(|_, _| page(&["a", "b"], None), async |guardduty| guardduty.ids().await.unwrap());
    assert_eq!(ids, ["a", "b"]);
    assert!(!requests[0].body.contains("findingCriteria"), "{}", requests[0].body);
}

#[test]
fn pages_that_never_end_are_an_error() {
    let (result, _) =
        with(|_, _| page(&["a"], Some("t1")), async |guardduty| guardduty.unarchived_ids().await);
    assert!(matches!(result, Err(GuardDutyError::PagesRepeat { seen: 1 })));
}

#[test]
fn throttling_is_retried_with_and_without_its_code() {
    for code in ["ThrottlingException", "SomethingNew"] {
        let script = move |number, _: &Request| {
            if number == 0 { refusal(429, code, "slow down") } else { answer(200, "{}") }
        };
        let ((), requests) =
            with(script, async |guardduty| guardduty.archive(&["a".into()]).await.unwrap());
        assert_eq!(requests.len(), 2, "{code}");
    }
}

#[test]
fn a_member_account_is_told_where_to_run_and_is_not_retried() {
    let script = |_, _: &Request| {
        refusal(
            400,
            "BadRequestException",
            "The request is rejected because the current account is not the administrator account.",
        )
    };
    let (result, requests) = with(script, async |guardduty| guardduty.archive(&["a".into()]).await);
    let error = result.unwrap_err();
    assert!(matches!(error, GuardDutyError::Call { retryable: false, .. }));
    assert!(error.to_string().contains("run this function there"), "{error}");
    assert_eq!(requests.len(), 1);
}

#[test]
fn the_only_detector_of_the_account_is_found_and_two_are_an_error() {
    for (ids, expected) in
        [(vec![DETECTOR], Ok(DETECTOR)), (vec![], Err(0)), (vec!["a", "b"], Err(2))]
    {
        let body = json!({"detectorIds": ids}).to_string();
        let server = Loopback::start(move |_, _| answer(200, &body));
        let guardduty = GuardDuty::new(server.aws(), None);
        let found = block_on(async { guardduty.detector_id().await.map(str::to_owned) });
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(GuardDutyError::Detector { count }), Err(expected)) => assert_eq!(count, expected),
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }
}
