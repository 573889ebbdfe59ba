//! Other rules beside those that decide: where they differ is written down, and nothing else comes
//! of it.

use std::collections::HashSet;

use archive::{Ledger, Shadow};
use findings::{Finding, RuleSet, Timestamp};
use platform::{
    chain,
    lambda::Scope,
    now,
    rules::{Current, Rules},
    s3_uri::S3Uri,
    store::Store,
};
use tokio::sync::Mutex;
use tracing::{info, warn};

/// How many written differences are remembered: 100 bytes each.
const REMEMBERED: usize = 50_000;

/// The candidate, with what is known to be written of it.
#[derive(Debug)]
pub(crate) struct Shadows {
    rules: Rules,
    known: Mutex<HashSet<String>>,
}

impl Shadows {
    pub(crate) fn new(store: Store, uri: S3Uri) -> Self {
        Self { rules: Rules::new(store, uri), known: Mutex::default() }
    }

    /// Writes down where the candidate differs, in the time that is left. Failing is a warning and a
    /// metric.
    pub(crate) async fn cast(
        &self,
        ledger: Ledger<'_>,
        live: &RuleSet,
        findings: &[Finding],
        as_of: Timestamp,
        scope: &Scope,
    ) {
        let cast = self.written(ledger, live, findings, as_of, scope);
        let cast = tokio::time::timeout_at(scope.deadline.instant(), cast).await;
        let out_of_time = || Err("there was no time left; the next sweep goes on".to_owned());
        if let Err(error) = cast.unwrap_or_else(|_| out_of_time()) {
            scope.metrics.count("ShadowFailed", 1);
            warn!(error, "the differences of the shadow rules are not written, or not all of them");
        }
    }

    async fn written(
        &self,
        ledger: Ledger<'_>,
        live: &RuleSet,
        findings: &[Finding],
        as_of: Timestamp,
        scope: &Scope,
    ) -> Result<(), String> {
        let candidate = match self.rules.current().await {
            Current::Fresh(rules) => rules,
            Current::Stale(_, problem) | Current::Unavailable(problem) => {
                return Err(chain(&*problem));
            }
        };
        let mut known = self.known.lock().await;
        if known.len() > REMEMBERED {
            known.clear();
        }
        let shadow = Shadow { ledger, live, candidate: &candidate };
        let shadowed = shadow.record(findings, as_of, now(), &mut known).await;
        let shadowed = shadowed.map_err(|error| chain(&error))?;
        scope.metrics.count("ShadowDiffers", shadowed.differ as u64);
        info!(
            rule_set = live.hash(),
            shadow_rule_set = candidate.hash(),
            findings = findings.len(),
            differ = shadowed.differ,
            written = shadowed.written,
            left = shadowed.left,
            "shadow"
        );
        Ok(())
    }
}
