//! Which messages of a batch a function's answer fails, by the rules of `ReportBatchItemFailures`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>

use std::collections::HashSet;

use serde_json::Value;

/// What becomes of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// These message ids come back, the others are deleted. None at all is a success.
    Failed(HashSet<String>),
    /// The whole batch comes back, and why.
    AllFailed(&'static str),
}

/// Judges the answer to a batch with the message ids `sent`.
pub(crate) fn judge(answer: &[u8], sent: &HashSet<&str>) -> Verdict {
    let answer = match serde_json::from_slice(answer) {
        Ok(Value::Null) => return Verdict::Failed(HashSet::new()),
        Ok(Value::Object(answer)) => answer,
        Ok(_) => return Verdict::AllFailed("the answer is no object"),
        Err(_) => return Verdict::AllFailed("the answer is no JSON"),
    };
    let failures = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return Verdict::Failed(HashSet::new()),
        Some(Value::Array(failures)) => failures,
        Some(_) => return Verdict::AllFailed("batchItemFailures is no list"),
    };
    let mut failed = HashSet::new();
    for failure in failures {
        match failure.get("itemIdentifier") {
            Some(Value::String(id)) if id.is_empty() => {
                return Verdict::AllFailed("an itemIdentifier is empty");
            }
            Some(Value::String(id)) if !sent.contains(id.as_str()) => {
                return Verdict::AllFailed("an itemIdentifier is not in the batch");
            }
            Some(Value::String(id)) => failed.insert(id.clone()),
            _ => return Verdict::AllFailed("an item has no itemIdentifier"),
        };
    }
    Verdict::Failed(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(answer: &str) -> Option<Vec<String>> {
        match judge(answer.as_bytes(), &HashSet::from(["a", "b"])) {
            Verdict::Failed(ids) => {
                let mut ids: Vec<_> = ids.into_iter().collect();
                ids.sort();
                Some(ids)
            }
            Verdict::AllFailed(_) => None,
        }
    }

    #[test]
    fn an_empty_or_absent_list_means_that_all_succeeded() {
        for answer in ["null", "{}", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#]
        {
            assert_eq!(failed(answer), Some(vec![]), "{answer}");
        }
    }

    #[test]
    fn only_the_named_messages_come_back() {
        let answer = r#"{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}"#;
        assert_eq!(failed(answer), Some(vec!["b".to_owned()]));
    }

    #[test]
    fn an_answer_that_breaks_the_contract_fails_the_whole_batch() {
        for answer in [
            "",
            "gar bage",
            "[]",
            "\"ok\"",
            r#"{"batchItemFailures":"a"}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"itemId":"a"}]}"#,
            r#"{"batchItemFailures":["a"]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"foreign"}]}"#,
        ] {
            assert_eq!(failed(answer), None, "{answer}");
        }
    }
}
