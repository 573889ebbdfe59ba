//! The partial batch reply, which can name no message but those received.

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Which messages of a batch SQS must hand out again.
///
/// Every message starts as failed and has to be acknowledged, so work that was never finished, or
/// never started, comes back. The ids come from the batch itself: Lambda treats a reply with an id
/// it did not hand out as a failure of the whole batch, and a reply without a list as a success of
/// all of it (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
#[derive(Debug)]
pub struct BatchReply {
    messages: Vec<(String, Outcome)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    NotDone,
    Done,
}

impl BatchReply {
    pub(crate) fn nothing_done(ids: impl Iterator<Item = String>) -> Self {
        Self { messages: ids.map(|id| (id, Outcome::NotDone)).collect() }
    }

    /// The message at this position of the batch is finished; SQS may delete it.
    pub fn acknowledge(&mut self, index: usize) {
        if let Some((_, outcome)) = self.messages.get_mut(index) {
            *outcome = Outcome::Done;
        }
    }

    /// The message at this position of the batch has to come back.
    pub fn fail(&mut self, index: usize) {
        if let Some((_, outcome)) = self.messages.get_mut(index) {
            *outcome = Outcome::NotDone;
        }
    }

    /// The ids to hand out again, each once. An id is done only when every record that bears it is.
    pub fn failures(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        self.messages
            .iter()
            .filter(|(_, outcome)| *outcome == Outcome::NotDone)
            .map(|(id, _)| id.as_str())
            .filter(|id| seen.insert(*id))
            .collect()
    }
}

impl Serialize for BatchReply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Failure<'a> {
            item_identifier: &'a str,
        }
        let failures: Vec<_> = self
            .failures()
            .into_iter()
            .map(|item_identifier| Failure { item_identifier })
            .collect();
        let mut reply = serializer.serialize_struct("BatchReply", 1)?;
        reply.serialize_field("batchItemFailures", &failures)?;
        reply.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(ids: &[&str]) -> BatchReply {
        BatchReply::nothing_done(ids.iter().map(|id| (*id).to_owned()))
    }

    fn json(reply: &BatchReply) -> String {
        serde_json::to_string(reply).unwrap()
    }

    #[test]
    fn whatever_was_not_acknowledged_comes_back() {
        let mut reply = reply(&["a", "b", "c"]);
        reply.acknowledge(1);
        assert_eq!(
            json(&reply),
            r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}"#
        );
    }

    #[test]
    fn full_success_is_an_empty_list_and_not_an_absent_one() {
        let mut reply = reply(&["a"]);
        reply.acknowledge(0);
        assert_eq!(json(&reply), r#"{"batchItemFailures":[]}"#);
    }

    #[test]
    fn a_position_outside_the_batch_changes_nothing() {
        let mut reply = reply(&["a"]);
        reply.acknowledge(1);
        reply.fail(2);
        assert_eq!(reply.failures(), ["a"]);
    }

    #[test]
    fn an_id_that_came_twice_is_named_once_and_done_only_when_both_are() {
        let mut reply = reply(&["a", "a", "b"]);
        reply.acknowledge(0);
        reply.acknowledge(2);
        assert_eq!(reply.failures(), ["a"]);
        reply.acknowledge(1);
        assert!(reply.failures().is_empty());
    }

    #[test]
    fn a_later_failure_takes_an_acknowledgement_back() {
        let mut reply = reply(&["a"]);
        reply.acknowledge(0);
        reply.fail(0);
        assert_eq!(reply.failures(), ["a"]);
    }
}
