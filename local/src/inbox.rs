//! Everything that the destinations of this machine received, in memory and as JSON Lines.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// One message as a destination received it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The topic's ARN, or the path of the webhook.
    pub destination: String,
    /// What the sender says identifies the version: the `Idempotency-Key` header or the attribute `version_key`.
    pub version_key: Option<String>,
    /// SNS's subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// SNS's message attributes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The message itself.
    pub body: String,
}

/// Where received notifications are kept.
#[derive(Debug)]
pub struct Inbox {
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    notifications: Vec<Notification>,
    file: File,
}

impl Inbox {
    /// An empty inbox that also writes to `file`.
    pub fn create(file: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(file)?;
        Ok(Self { kept: Mutex::new(Kept { notifications: Vec::new(), file }) })
    }

    /// Keeps a notification. It is on disk before the sender hears that it arrived.
    pub(crate) fn keep(&self, notification: Notification) -> io::Result<()> {
        let mut line = serde_json::to_vec(&notification)?;
        line.push(b'\n');
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.file.write_all(&line)?;
        kept.notifications.push(notification);
        Ok(())
    }

    /// What arrived so far, in order.
    pub fn notifications(&self) -> Vec<Notification> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).notifications.clone()
    }
}
