//! Export objects handed to finding-exports once more, by a message such as S3's own.

use anyhow::anyhow;
use futures::{StreamExt, TryStreamExt, stream};
use platform::chain;
use serde_json::{Value, json};

use crate::{
    history::{Connection, Source},
    printable::printable,
};

/// Messages on their way at once.
const AT_ONCE: usize = 16;

/// The URL of an SQS queue.
pub(crate) fn url(text: &str) -> Result<String, String> {
    let is_url = text.starts_with("https://") || text.starts_with("http://");
    if is_url && text.rsplit('/').next().is_some_and(|name| !name.is_empty()) {
        return Ok(text.to_owned());
    }
    Err("write the queue's URL, such as https://sqs.eu-west-1.amazonaws.com/111122223333/finding-exports".to_owned())
}

/// Puts one message into the queue for each object; gives their number.
///
/// A message twice does no harm: an object whose rows are in the lake is acknowledged.
///
/// # Errors
/// At the first message that the queue does not take.
pub(crate) fn enqueue(
    missing: &[Source],
    url: &str,
    connection: &Connection,
) -> anyhow::Result<u64> {
    let messages: Vec<String> =
        missing.iter().filter_map(created).map(|own| own.to_string()).collect();
    let sent = stream::iter(&messages)
        .map(|message| async move {
            let client = connection.aws().sqs().await;
            client.send_message().queue_url(url).message_body(message).send().await
        })
        .buffer_unordered(AT_ONCE)
        .try_fold(0, async |sent, _| Ok(sent + 1));
    connection.runtime()?.block_on(sent).map_err(|error| {
        let cause = connection.missing(&error).unwrap_or_else(|| chain(&error));
        anyhow!(
            "the queue {} did not take a message: {cause}. Putting it there takes sqs:SendMessage",
            printable(url)
        )
    })
}

/// The `Object Created` event of an object.
fn created(source: &Source) -> Option<Value> {
    let Source::Object { bucket, key, size, etag } = source else { return None };
    Some(json!({
        "version": "0",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "detail": {
            "bucket": { "name": bucket },
            "object": { "key": key, "size": size, "etag": etag },
            "reason": "guardsift reconcile",
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_named_by_its_url() {
        assert!(url("https://sqs.eu-west-1.amazonaws.com/111122223333/finding-exports").is_ok());
        for text in ["finding-exports", "arn:aws:sqs:eu-west-1:111122223333:q", "https://"] {
            assert!(url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_object_is_told_of_as_s3_does_and_nothing_else_is() {
        let source = Source::Object {
            bucket: "exports".to_owned(),
            key: "AWSLogs/a b+c.jsonl.gz".to_owned(),
            size: 7,
            etag: Some("e".to_owned()),
        };
        let event = created(&source).unwrap().to_string();
        let platform::s3_event::S3Event::Created(objects) =
            platform::s3_event::S3Event::parse(&event).unwrap()
        else {
            panic!("{event}")
        };
        assert_eq!(objects[0].key, "AWSLogs/a b+c.jsonl.gz");
        assert_eq!(objects[0].etag.as_deref(), Some("e"));
        assert!(created(&Source::Api).is_none());
    }
}
