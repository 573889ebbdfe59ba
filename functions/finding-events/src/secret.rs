//! Secrets of destinations: read from Secrets Manager or Systems Manager when first needed, kept for an hour, shown to nobody.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use platform::{Metrics, aws::Aws, parameter};
use serde_json::Value;
use tokio::time::Instant;
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

#[derive(Debug, Clone)]
struct Kept {
    value: Secret,
    read_again: Instant,
}

/// One secret. Who reads it holds up nobody who can do with what was read before.
#[derive(Debug, Default)]
struct Slot {
    kept: Mutex<Option<Kept>>,
    reading: tokio::sync::Mutex<()>,
}

impl Slot {
    /// The value, and why it is an old one when it could not be read again.
    async fn get(
        &self,
        read: impl Future<Output = Result<Secret, Refusal>>,
    ) -> Result<(Secret, Option<Refusal>), Refusal> {
        if let Some(value) = self.fresh() {
            return Ok((value, None));
        }
        let _reading = match (self.reading.try_lock(), self.kept()) {
            (Ok(reading), _) => reading,
            (Err(_), Some(old)) => return Ok((old.value, None)),
            (Err(_), None) => self.reading.lock().await,
        };
        // Somebody else may have read it just now.
        if let Some(value) = self.fresh() {
            return Ok((value, None));
        }
        match (read.await, self.kept()) {
            (Ok(value), _) => {
                self.keep(value.clone(), FRESH);
                Ok((value, None))
            }
            (Err(problem), Some(old)) => {
                self.keep(old.value.clone(), PAUSE);
                Ok((old.value, Some(problem)))
            }
            (Err(problem), None) => Err(problem),
        }
    }

    fn kept(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self) -> Option<Secret> {
        self.kept().filter(|own| own.read_again > Instant::now()).map(|own| own.value)
    }

    fn keep(&self, value: Secret, time: Duration) {
        let kept = Kept { value, read_again: Instant::now() + time };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

/// The secrets of one process.
#[derive(Debug)]
pub(crate) struct Secrets {
    aws: Arc<Aws>,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

impl Secrets {
    pub(crate) fn new(aws: Arc<Aws>) -> Self {
        Self { aws, slots: Mutex::default() }
    }

    /// The value, up to an hour old. While it is read again, and when it can't be, the old one stays
    /// in use.
    pub(crate) async fn get(&self, arn: &str, metrics: &Metrics) -> Result<Secret, Refusal> {
        let (value, problem) = self.slot(arn).get(self.read(arn)).await?;
        if let Some(problem) = problem {
            metrics.count("SecretsStale", 1);
            warn!(secret = arn, error = %problem, "the value read before stays in use");
        }
        Ok(value)
    }

    /// Another value than the one that was refused; `None` when there is none.
    pub(crate) async fn replaced(&self, arn: &str, refused: &Secret) -> Option<Secret> {
        let slot = self.slot(arn);
        let _reading = slot.reading.lock().await;
        if let Some(own) = slot.kept().filter(|own| own.value != *refused) {
            return Some(own.value);
        }
        match self.read(arn).await {
            Ok(value) => {
                slot.keep(value.clone(), FRESH);
                Some(value).filter(|value| value != refused)
            }
            Err(problem) => {
                warn!(secret = arn, error = %problem, "a refused secret could not be read again");
                None
            }
        }
    }

    fn slot(&self, arn: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(arn.to_owned()).or_default())
    }

    async fn read(&self, arn: &str) -> Result<Secret, Refusal> {
        let what = format!("secret {arn}");
        let text = if arn.split(':').nth(2) == Some("ssm") {
            Some(parameter(&self.aws, arn).await.map_err(|error| Refusal::parameter(&error))?)
        } else {
            let output = self.aws.secrets().await.get_secret_value().secret_id(arn).send().await;
            output.map_err(|error| Refusal::aws(&what, &error).of_destination())?.secret_string
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

    async fn after_a_second(text: &str) -> Result<Secret, Refusal> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(Secret::of(text).unwrap())
    }

    async fn refused() -> Result<Secret, Refusal> {
        Err(Refusal::permanent("as asked"))
    }

    fn text(got: Result<(Secret, Option<Refusal>), Refusal>) -> String {
        got.unwrap().0.expose().to_owned()
    }

    #[test]
    fn only_the_first_reading_is_waited_for_and_one_that_fails_is_tried_again_after_a_pause() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let slot = Slot::default();
            assert!(slot.get(refused()).await.is_err());
            let (one, other) = futures::join!(slot.get(after_a_second("one")), slot.get(refused()));
            assert_eq!([text(one), text(other)], ["one", "one"], "read once");
            tokio::time::advance(FRESH).await;
            let (one, other) = futures::join!(slot.get(after_a_second("two")), slot.get(refused()));
            assert_eq!([text(one), text(other)], ["two", "one"], "not waited for");
            assert_eq!(text(slot.get(refused()).await), "two");
            tokio::time::advance(FRESH).await;
            let (value, problem) = slot.get(refused()).await.unwrap();
            assert_eq!((value.expose(), problem.is_some()), ("two", true));
            assert!(slot.get(refused()).await.unwrap().1.is_none(), "not read within the pause");
            tokio::time::advance(PAUSE).await;
            assert_eq!(text(slot.get(after_a_second("three")).await), "three");
        });
    }
}
