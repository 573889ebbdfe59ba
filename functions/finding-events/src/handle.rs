//! One event: decode, decide, route, deliver.

use std::sync::Arc;

use archive::Ledger;
use findings::{
    Destination, DestinationKind, Finding, Record, RuleSet, decode, message::NotifyChanges,
};
use futures::future::join_all;
use platform::{
    Failure, Invocation, Metrics, Receipt, RecordFailure,
    aws::Aws,
    chain, each_or_later, hand_out_later,
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
    before::archived_before,
    circuit::Circuits,
    claim::Claims,
    decided::decided,
    delivery::{Deliveries, DeliveryError, Subject},
    expired::Expired,
    https::Https,
    quarantine,
    secret::Secrets,
    send::{Apis, Senders},
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
    https: Https,
    secrets: Secrets,
    apis: Apis,
    circuits: Circuits,
    expired: Expired,
    default_destination: Destination,
    default_changes: NotifyChanges,
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
        Self::with_aws(settings, Arc::new(Aws::of_function()))
    }

    fn with_aws(settings: Settings, aws: Arc<Aws>) -> Self {
        let store = Store::new(Arc::clone(&aws));
        Self {
            rules: Rules::new(store.clone(), settings.rules.clone()),
            https: Https::new(settings.private_hosts.clone()),
            secrets: Secrets::new(Arc::clone(&aws)),
            apis: Apis {
                slack: settings.slack_api_url.clone(),
                pagerduty: settings.pagerduty_events_url.clone(),
            },
            circuits: Circuits::default(),
            expired: Expired::default(),
            default_changes: NotifyChanges::default(),
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
        let later = async |receipt: &Receipt, after| {
            scope.metrics.count("PutOff", 1);
            if let Err(problem) = hand_out_later(&self.aws, receipt, after).await {
                warn!(error = chain(&problem), "it comes back when the queue's own time is over");
            }
        };
        let work = |event, _| self.one(event, scope);
        each_or_later(invocation, AT_ONCE, scope.deadline, work, later).await
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
        scope.metrics.count("UnknownFields", finding.unknown_members() as u64);
        let rules = self.rules(&scope.metrics).await;
        let rules = rules.as_deref();
        let default = &self.default_destination;
        let ruled = rules.map(|rules| (rules, rules.decide(finding, now())));
        let before = match &ruled {
            Some((_, decision)) => {
                archived_before(self.ledger(), decision, finding, &scope.metrics).await?
            }
            None => None,
        };
        let stays = before.as_ref().is_some_and(|before| before.stays.is_some());
        scope.metrics.count("CameBack", u64::from(stays));
        let Some((decided, destinations)) = decided(ruled, finding, stays, default) else {
            scope.metrics.count("NotNotified", 1);
            return Ok(false);
        };
        let account = finding.account_id();
        let subject = Subject {
            finding,
            decided,
            before: before.as_ref(),
            account_name: rules.and_then(|rules| rules.account_name(account?)),
            wanted: rules.map_or(&self.default_changes, RuleSet::notify_changes),
        };
        let deliveries = Deliveries {
            senders: Senders {
                aws: &self.aws,
                https: &self.https,
                secrets: &self.secrets,
                apis: &self.apis,
                metrics: &scope.metrics,
                deadline: scope.deadline,
            },
            claims: Claims::new(&self.store, &self.settings.lake_bucket, scope.deadline),
            circuits: &self.circuits,
            metrics: &scope.metrics,
            fallback: rules.and_then(RuleSet::fallback).unwrap_or(default),
        };
        let results = join_all(destinations.iter().map(|to| deliveries.deliver(to, subject))).await;
        let told = results.iter().any(|result| matches!(result, Ok(true)));
        let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
        if failed.is_empty() {
            return Ok(told);
        }
        let systemic = failed.iter().find_map(DeliveryError::systemic);
        let put_off = DeliveryError::put_off_all(&failed);
        let error = EventError::Undelivered { finding_id: finding.id().to_owned(), failed };
        Err(match systemic {
            Some(kind) => RecordFailure::systemic(kind, error),
            None => RecordFailure::alone(error).after(put_off),
        })
    }

    fn ledger(&self) -> Ledger<'_> {
        Ledger { store: &self.store, bucket: &self.settings.lake_bucket }
    }

    /// The rules, if there are any to decide by. That something is wrong with them is told each
    /// time it is noticed.
    async fn rules(&self, metrics: &Metrics) -> Option<Arc<RuleSet>> {
        match self.rules.current().await {
            Current::Fresh(rules) => Some(self.expired.counted(rules, metrics)),
            Current::Stale(rules, problem) => {
                metrics.count("RulesStale", 1);
                error!(error = chain(&*problem), "the last good rules stay in use");
                Some(self.expired.counted(rules, metrics))
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
