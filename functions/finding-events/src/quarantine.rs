//! Where a message goes that is JSON and nothing known: kept with its reason, never posted.

use bytes::Bytes;
use platform::store::{NewObject, Store, StoreError};
use serde::Serialize;
use sha2::{Digest, Sha256};

#[derive(Serialize)]
struct Entry<'a> {
    schema: &'static str,
    reason: &'a str,
    body: &'a str,
}

/// Keeps the message. Its key is made of its content, so that keeping it twice is keeping it once.
pub(crate) async fn keep(
    store: &Store,
    bucket: &str,
    body: &str,
    reason: &str,
) -> Result<(), StoreError> {
    let (key, bytes) = entry(body, reason, &platform::now().date());
    let object = NewObject {
        bucket,
        key: &key,
        content_type: "application/json",
        metadata: Vec::new(),
        content: bytes.into(),
    };
    store.put_new(&object).await.map(drop)
}

fn entry(body: &str, reason: &str, date: &str) -> (String, Bytes) {
    let hash = hex::encode(Sha256::digest(body));
    let entry = Entry { schema: "guardsift.quarantined-message/v1", reason, body };
    let bytes = serde_json::to_vec(&entry).map(Bytes::from).unwrap_or_default();
    (format!("quarantine/v1/{}/date={date}/{hash}.json", crate::SERVICE), bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_kept_as_it_came_under_a_key_made_of_it() {
        let (key, bytes) = entry("{\"a\":1}", "no id", "2026-10-01");
        let hash = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
        assert_eq!(key, format!("quarantine/v1/finding-events/date=2026-10-01/{hash}.json"));
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(
            (value["body"].as_str(), value["reason"].as_str()),
            (Some("{\"a\":1}"), Some("no id"))
        );
    }
}
