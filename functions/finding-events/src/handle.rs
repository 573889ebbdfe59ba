//! One event: decode, decide, route, deliver.

use std::sync::Arc;

use findings::{
    Destination, DestinationKind, Finding, Record, RuleSet, decode, message::Notification,
};
use futures::future::join_all;
use platform::{
    Failure, Invocation, Metrics, RecordFailure,
    aws::Aws,
    chain, each,
    lambda::Scope,
    now,
    rules::{Current, Rules},
    store::Store,
};
use serde::{Serialize, de::IgnoredAny};
use serde_json::Value;
use tracing::{error, info, warn};

use crate::{
    Settings,
    claim::Claims,
    decided::decided,
    delivery::{Deliveries, DeliveryError},
    quarantine,
    webhook::Webhooks,
};

/// How many events of a batch are worked on at once.
const AT_ONCE: usize = 10;

/// The function, with what it keeps between invocations.
#[derive(Debug)]
pub struct FindingEvents {
    settings: Settings,
    aws: Arc<Aws>,
    store: Store,
    rules: Rules,
    webhooks: Webhooks,
    default_destination: Destination,
}

/// What came of one event. Answered to a direct invocation.
#[derive(Debug, Default, Serialize)]
struct Summary {
    findings: u32,
    notified: u32,
    quarantined: u32,
    other_events: u32,
}

/// Why an event comes back.
#[derive(Debug, thiserror::Error)]
enum EventError {
    #[error("the message is not JSON")]
    NotJson(#[source] serde_json::Error),
    #[error("finding {finding_id} was not delivered everywhere: {}", told(failed))]
    Undelivered { finding_id: String, failed: Vec<DeliveryError> },
}

impl FindingEvents {
    /// The function. Nothing is read or connected before the first event.
    pub fn new(settings: Settings) -> Self {
        Self::with_aws(settings, Arc::new(Aws::new()))
    }

    fn with_aws(settings: Settings, aws: Arc<Aws>) -> Self {
        let store = Store::new(Arc::clone(&aws));
        Self {
            rules: Rules::new(store.clone(), settings.rules.clone()),
            webhooks: Webhooks::new(settings.private_hosts.clone()),
            default_destination: Destination {
                name: "default".to_owned(),
                kind: DestinationKind::Sns {
                    topic_arn: settings.default_topic_arn.clone(),
                    payload: Default::default(),
                },
            },
            settings,
            aws,
            store,
        }
    }

    /// Handles one invocation.
    ///
    /// # Errors
    /// When the batch as a whole has to come back.
    pub async fn handle(&self, invocation: Invocation, scope: Scope) -> Result<Value, Failure> {
        let scope = &scope;
        each(invocation, AT_ONCE, scope.deadline, |event, _| self.one(event, scope)).await
    }

    async fn one(&self, event: String, scope: &Scope) -> Result<Summary, RecordFailure> {
        serde_json::from_str::<IgnoredAny>(&event)
            .map_err(|error| RecordFailure::alone(EventError::NotJson(error)))?;
        let mut summary = Summary::default();
        for record in decode(event.as_bytes()) {
            match record {
                Record::Finding(finding) => {
                    summary.findings += 1;
                    summary.notified += u32::from(self.finding(&finding, scope).await?);
                }
                Record::Event(other) => {
                    scope.metrics.count("OtherEvents", 1);
                    info!(source = other.source, detail_type = other.detail_type, "not a finding");
                    summary.other_events += 1;
                }
                Record::Unreadable(reason) => {
                    let reason = chain(&reason);
                    quarantine::keep(&self.store, &self.settings.lake_bucket, &event, &reason)
                        .await
                        .map_err(|error| match error.systemic() {
                            Some(kind) => RecordFailure::systemic(kind, error),
                            None => RecordFailure::alone(error),
                        })?;
                    scope.metrics.count("Quarantined", 1);
                    warn!(reason, "quarantined");
                    summary.quarantined += 1;
                }
            }
        }
        Ok(summary)
    }

    /// Whether somebody was told.
    async fn finding(&self, finding: &Finding, scope: &Scope) -> Result<bool, RecordFailure> {
        scope.metrics.count("Findings", 1);
        let rules = self.rules(&scope.metrics).await;
        let Some((decision, destinations)) =
            decided(rules.as_deref(), finding, &self.default_destination, now())
        else {
            scope.metrics.count("NotNotified", 1);
            return Ok(false);
        };
        let notification = Notification::new(finding, decision);
        let body = notification.to_json();
        let deliveries = Deliveries {
            aws: &self.aws,
            webhooks: &self.webhooks,
            claims: Claims::new(&self.store, &self.settings.lake_bucket, scope.deadline),
            metrics: &scope.metrics,
        };
        let results =
            join_all(destinations.iter().map(|to| deliveries.deliver(to, &notification, &body)))
                .await;
        let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
        if failed.is_empty() {
            return Ok(true);
        }
        Err(RecordFailure::alone(EventError::Undelivered {
            finding_id: finding.id().to_owned(),
            failed,
        }))
    }

    /// The rules, if there are any to decide by. That something is wrong with them is told each
    /// time it is noticed.
    async fn rules(&self, metrics: &Metrics) -> Option<Arc<RuleSet>> {
        match self.rules.current().await {
            Current::Fresh(rules) => Some(counted(rules, metrics)),
            Current::Stale(rules, problem) => {
                metrics.count("RulesStale", 1);
                error!(error = chain(&*problem), "the last good rules stay in use");
                Some(counted(rules, metrics))
            }
            Current::Unavailable(problem) => {
                metrics.count("RulesUnavailable", 1);
                error!(
                    error = chain(&*problem),
                    "without rules everything goes to the default topic"
                );
                None
            }
        }
    }
}

fn told(failed: &[DeliveryError]) -> String {
    failed.iter().map(|error| chain(error)).collect::<Vec<_>>().join("; ")
}

/// A rule that has expired no longer decides; that must not go unnoticed.
fn counted(rules: Arc<RuleSet>, metrics: &Metrics) -> Arc<RuleSet> {
    metrics.count("ExpiredRules", rules.expired(now()).count() as u64);
    rules
}
