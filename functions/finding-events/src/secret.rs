//! Secrets of destinations: read from Secrets Manager or Systems Manager when first needed, kept for an hour, shown to nobody.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use aws_sdk_secretsmanager::error::DisplayErrorContext;
use platform::{Metrics, aws::Aws, parameter};
use serde_json::Value;
use tokio::{sync::Mutex, time::Instant};
use tracing::warn;

use crate::refusal::Refusal;

/// How long a value is used before it is read again.
const FRESH: Duration = Duration::from_secs(3600);

/// How long a value that could not be read again is used before the next attempt.
const PAUSE: Duration = Duration::from_secs(60);

/// A value that no log line and no error can show.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Arc<str>);

impl Secret {
    /// The text itself, or the only member of a JSON object, as the console writes secrets.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let only = serde_json::from_str::<Value>(text).ok().and_then(|value| {
            let Value::Object(members) = value else { return None };
            let mut values = members.into_iter().map(|(_, value)| value);
            match (values.next(), values.next()) {
                (Some(Value::String(text)), None) => Some(text),
                _ => None,
            }
        });
        let text = only.as_deref().unwrap_or(text).trim();
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_plain.then(|| Self(text.into()))
    }

    /// For the request that it is for, and for nothing else.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[derive(Debug)]
struct Kept {
    value: Secret,
    read_again: Instant,
}

/// The secrets of one process.
#[derive(Debug)]
pub(crate) struct Secrets {
    aws: Arc<Aws>,
    kept: Mutex<HashMap<String, Kept>>,
}

impl Secrets {
    pub(crate) fn new(aws: Arc<Aws>) -> Self {
        Self { aws, kept: Mutex::default() }
    }

    /// The value, up to an hour old. When it can't be read again, the old one stays in use.
    pub(crate) async fn get(&self, arn: &str, metrics: &Metrics) -> Result<Secret, Refusal> {
        let mut kept = self.kept.lock().await;
        let now = Instant::now();
        if let Some(own) = kept.get(arn).filter(|own| own.read_again > now) {
            return Ok(own.value.clone());
        }
        match self.read(arn).await {
            Ok(value) => {
                let own = Kept { value: value.clone(), read_again: Instant::now() + FRESH };
                kept.insert(arn.to_owned(), own);
                Ok(value)
            }
            Err(problem) => match kept.get_mut(arn) {
                Some(own) => {
                    metrics.count("SecretsStale", 1);
                    warn!(secret = arn, error = %problem, "the value read before stays in use");
                    own.read_again = Instant::now() + PAUSE;
                    Ok(own.value.clone())
                }
                None => Err(problem),
            },
        }
    }

    /// Another value than the one that was refused; `None` when there is none.
    pub(crate) async fn replaced(&self, arn: &str, refused: &Secret) -> Option<Secret> {
        let mut kept = self.kept.lock().await;
        if let Some(own) = kept.get(arn).filter(|own| own.value != *refused) {
            return Some(own.value.clone());
        }
        match self.read(arn).await {
            Ok(value) => {
                let own = Kept { value: value.clone(), read_again: Instant::now() + FRESH };
                kept.insert(arn.to_owned(), own);
                Some(value).filter(|value| value != refused)
            }
            Err(problem) => {
                warn!(secret = arn, error = %problem, "a refused secret could not be read again");
                None
            }
        }
    }

    async fn read(&self, arn: &str) -> Result<Secret, Refusal> {
        let what = format!("secret {arn}");
        let text = if arn.split(':').nth(2) == Some("ssm") {
            Some(parameter(&self.aws, arn).await.map_err(|error| Refusal::parameter(&error))?)
        } else {
            let output = self.aws.secrets().await.get_secret_value().secret_id(arn).send().await;
            let output = output.map_err(|error| match error.raw_response() {
                Some(_) => Refusal::aws(&what, error),
                None => Refusal::later(None, format!("{what}: {}", DisplayErrorContext(&error))),
            })?;
            output.secret_string
        };
        text.as_deref().and_then(Secret::of).ok_or_else(|| {
            Refusal::permanent(format!(
                "{what} holds neither one line of text nor a JSON object with one such member"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_its_text_or_the_only_member_of_an_object() {
        let shown = |text: &str| Secret::of(text).map(|own| own.expose().to_owned());
        assert_eq!(
            shown("https://hooks.example.com/T0/x\n").as_deref(),
            Some("https://hooks.example.com/T0/x")
        );
        assert_eq!(
            shown(r#"{"url": "https://hooks.example.com/x"}"#).as_deref(),
            Some("https://hooks.example.com/x")
        );
        assert_eq!(shown(r#"{"a": 1}"#), None, "white space in JSON is no text of a secret");
        assert_eq!(shown(r#"{"a": "x", "b": "y"}"#), None);
        assert_eq!(shown("two lines\nof text"), None);
        assert_eq!(shown(" "), None);
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::of("canary").unwrap();
        assert!(!format!("{secret:?}").contains("canary"));
    }
}
