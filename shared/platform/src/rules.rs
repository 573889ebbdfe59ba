//! The rule set of a running function: one object in S3, loaded when first needed and watched for
//! changes.

use std::{sync::Arc, time::Duration};

use findings::{RuleSet, RuleSetError, RuleSource};
use tokio::{sync::Mutex, time::Instant};

use crate::{
    s3_uri::S3Uri,
    store::{Store, StoreError},
};

/// A rule file is text that people write; a larger one is a mistake.
pub const LIMIT: usize = 1 << 20;

/// How long a rule set is used before the object's `ETag` is looked at again.
const FRESH: Duration = Duration::from_secs(60);

/// How long nothing is tried after a failure, so that a batch does not ask for each of its records.
const PAUSE: Duration = Duration::from_secs(5);

/// Rules from one S3 object.
#[derive(Debug)]
pub struct Rules {
    store: Store,
    uri: S3Uri,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    loaded: Option<(Arc<RuleSet>, Option<String>)>,
    problem: Option<Arc<RulesError>>,
    look_again: Option<Instant>,
}

/// What there is to decide by.
#[derive(Debug, Clone)]
pub enum Current {
    /// The rule set of the object as it is, up to a minute ago.
    Fresh(Arc<RuleSet>),
    /// The last rule set that could be loaded; the object has changed or gone since, and why it is
    /// not used.
    Stale(Arc<RuleSet>, Arc<RulesError>),
    /// No rule set has been loaded in this process.
    Unavailable(Arc<RulesError>),
}

/// Why a rule set could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The object could not be read.
    #[error("the rules at {uri} could not be read")]
    Read {
        /// Where they should be.
        uri: S3Uri,
        /// Why not.
        #[source]
        source: StoreError,
    },
    /// There is no such object.
    #[error("there are no rules at {uri}; put a rule file there or correct GUARDSIFT_RULES_URI")]
    Missing {
        /// Where they should be.
        uri: S3Uri,
    },
    /// The object is not text.
    #[error("the rules at {uri} are not UTF-8")]
    NotText {
        /// Where they are.
        uri: S3Uri,
    },
    /// The text is no rule set.
    #[error("the rules at {uri} do not load; `guardsift rules check` shows the places")]
    Invalid {
        /// Where they are.
        uri: S3Uri,
        /// Every problem.
        #[source]
        source: RuleSetError,
    },
}

impl Rules {
    /// Rules that will be loaded from there.
    pub fn new(store: Store, uri: S3Uri) -> Self {
        Self { store, uri, state: Mutex::default() }
    }

    /// The rules to decide by now.
    pub async fn current(&self) -> Current {
        let mut state = self.state.lock().await;
        let now = Instant::now();
        if state.look_again.is_none_or(|moment| moment <= now) {
            match self.refreshed(state.loaded.as_ref()).await {
                Ok(Some(loaded)) => *state = State { loaded: Some(loaded), ..State::default() },
                Ok(None) => state.problem = None,
                Err(problem) => state.problem = Some(Arc::new(problem)),
            }
            let pause = if state.problem.is_some() { PAUSE } else { FRESH };
            state.look_again = Some(Instant::now() + pause);
        }
        match (&state.loaded, &state.problem) {
            (Some((rules, _)), None) => Current::Fresh(Arc::clone(rules)),
            (Some((rules, _)), Some(problem)) => {
                Current::Stale(Arc::clone(rules), Arc::clone(problem))
            }
            (None, Some(problem)) => Current::Unavailable(Arc::clone(problem)),
            (None, None) => {
                Current::Unavailable(Arc::new(RulesError::Missing { uri: self.uri.clone() }))
            }
        }
    }

    /// A rule set newer than the one in use, or `None` when that one is still the object's.
    async fn refreshed(
        &self,
        loaded: Option<&(Arc<RuleSet>, Option<String>)>,
    ) -> Result<Option<(Arc<RuleSet>, Option<String>)>, RulesError> {
        let (uri, bucket, key) = (&self.uri, self.uri.bucket.as_str(), self.uri.key.as_str());
        let read = |source| RulesError::Read { uri: uri.clone(), source };
        if let Some((_, Some(etag))) = loaded {
            let head = self.store.head(bucket, key).await.map_err(read)?;
            let head = head.ok_or_else(|| RulesError::Missing { uri: uri.clone() })?;
            if head.etag.as_ref() == Some(etag) {
                return Ok(None);
            }
        }
        let object = self.store.get(bucket, key, None, LIMIT).await.map_err(read)?;
        let text = std::str::from_utf8(&object.bytes)
            .map_err(|_| RulesError::NotText { uri: uri.clone() })?;
        let rules = RuleSet::parse(&[RuleSource { name: key, text }])
            .map_err(|source| RulesError::Invalid { uri: uri.clone(), source })?;
        Ok(Some((Arc::new(rules), object.etag)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::loopback::{Answer, Loopback, Request, answer, block_on};

    const RULES: &str = "version: 1\nrules: []\n";

    fn served(body: &str, etag: &str) -> Answer {
        Answer { headers: vec![("ETag", format!("\"{etag}\""))], ..answer(200, body) }
    }

    fn rules(server: &Loopback) -> Rules {
        Rules::new(Store::new(server.aws()), S3Uri::parse("s3://lake/rules/rules.yaml").unwrap())
    }

    async fn let_a_minute_pass(rules: &Rules) {
        rules.state.lock().await.look_again = None;
    }

    #[test]
    fn rules_are_loaded_once_and_not_asked_for_within_the_minute() {
        let server = Loopback::start(|_, _| served(RULES, "e1"));
        let rules = rules(&server);
        block_on(async {
            for _ in 0..3 {
                assert!(matches!(rules.current().await, Current::Fresh(_)));
            }
        });
        assert_eq!(server.requests().len(), 1);
    }

    #[test]
    fn after_a_minute_only_the_etag_is_asked_for_unless_it_changed() {
        let etag = Arc::new(AtomicUsize::new(1));
        let served_etag = Arc::clone(&etag);
        let server = Loopback::start(move |_, _| {
            served(RULES, &format!("e{}", served_etag.load(Ordering::Relaxed)))
        });
        let rules = rules(&server);
        block_on(async {
            rules.current().await;
            let_a_minute_pass(&rules).await;
            rules.current().await;
            etag.store(2, Ordering::Relaxed);
            let_a_minute_pass(&rules).await;
            rules.current().await;
        });
        let methods: Vec<_> = server
            .requests()
            .iter()
            .map(|request| request.line.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(methods, ["GET", "HEAD", "HEAD", "GET"]);
    }

    #[test]
    fn the_last_good_rules_stay_in_use_when_the_new_ones_do_not_load() {
        let script = |number, _: &Request| {
            if number == 0 { served(RULES, "e1") } else { served("version: 1\nrulez: []\n", "e2") }
        };
        let server = Loopback::start(script);
        let rules = rules(&server);
        block_on(async {
            rules.current().await;
            let_a_minute_pass(&rules).await;
            match rules.current().await {
                Current::Stale(_, problem) => {
                    assert!(matches!(*problem, RulesError::Invalid { .. }))
                }
                other => panic!("{other:?}"),
            }
        });
    }

    #[test]
    fn a_secret_in_rules_that_do_not_load_is_not_told() {
        const LEAKY: &str =
            "version: 1\ndestinations: { a: { webhook: { url: 'hooks.example.com/canary' } } }\n";
        let server = Loopback::start(|_, _| served(LEAKY, "e1"));
        match block_on(rules(&server).current()) {
            Current::Unavailable(problem) => {
                let told = crate::chain(&*problem);
                assert!(told.contains(":2:") && told.contains("this is no url"), "{told}");
                assert!(!told.contains("canary"), "{told}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rules_that_were_never_readable_are_unavailable_and_say_where_they_should_be() {
        let server = Loopback::start(|_, _| answer(404, "<Error><Code>NoSuchKey</Code></Error>"));
        match block_on(rules(&server).current()) {
            Current::Unavailable(problem) => {
                assert!(crate::chain(&*problem).contains("s3://lake/rules/rules.yaml"))
            }
            other => panic!("{other:?}"),
        }
    }
}
