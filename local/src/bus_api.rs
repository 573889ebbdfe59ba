//! EventBridge's `PutEvents` to buses of others.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::inbox::{Inbox, Notification};
use crate::json_call::JsonError;

/// The size of an entry that every Region takes.
const ENTRY_LIMIT: usize = 256 * 1024;

/// Buses, each of which exists unless its name says that it is missing; events end in the inbox.
#[derive(Debug)]
pub(crate) struct BusApi {
    pub(crate) inbox: Arc<Inbox>,
}

impl BusApi {
    pub(crate) fn handle(&self, operation: &str, input: &Value) -> Result<Value, JsonError> {
        if operation != "PutEvents" {
            let message = format!("this machine knows PutEvents, not {operation}");
            return Err(JsonError::bad_request("InvalidAction", message));
        }
        let entries = input.get("Entries").and_then(Value::as_array);
        let results: Vec<Value> = entries.into_iter().flatten().map(|own| self.put(own)).collect();
        let failed = results.iter().filter(|own| own.get("ErrorCode").is_some()).count();
        Ok(json!({"FailedEntryCount": failed, "Entries": results}))
    }

    /// An entry fails alone, inside of an answer that is a success.
    fn put(&self, entry: &Value) -> Value {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let refused = |code: &str| json!({"ErrorCode": code, "ErrorMessage": "not taken"});
        let detail = text("Detail");
        let Ok(Value::Object(members)) = serde_json::from_str(detail) else {
            return refused("MalformedDetail");
        };
        if detail.len() > ENTRY_LIMIT || text("Source").is_empty() || text("DetailType").is_empty()
        {
            return refused("InvalidArgument");
        }
        if text("EventBusName").ends_with("/missing") {
            return refused("NotAuthorizedForDetailTypeException");
        }
        let kept = self.inbox.keep(Notification {
            destination: text("EventBusName").to_owned(),
            version_key: members.get("version_key").and_then(Value::as_str).map(str::to_owned),
            subject: Some(text("DetailType").to_owned()),
            attributes: Default::default(),
            body: detail.to_owned(),
        });
        match kept {
            Ok(()) => json!({"EventId": Uuid::new_v4().to_string()}),
            Err(_) => refused("InternalFailure"),
        }
    }
}
