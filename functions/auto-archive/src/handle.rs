//! One invocation: what its events ask for, the plan, and the acts.

use std::{
    collections::{BTreeSet, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use findings::Finding;
use platform::{
    Failure, Invocation,
    aws::Aws,
    chain,
    guardduty::GuardDuty,
    lambda::Scope,
    now,
    rules::{Current, Rules, RulesError},
    store::Store,
};
use serde::Serialize;
use serde_json::Value;
use tracing::{error, info, warn};

use crate::{
    Mode, Settings,
    apply::{ApplyError, Applying, Done, read},
    event::Asked,
    ledger::{Entry, Ledger},
    plan::{ArchivePlan, Candidate, OverTheCap, Skipped, SkippedBecause, judged},
};

/// The function, with what it keeps between invocations.
#[derive(Debug)]
pub struct AutoArchive {
    settings: Settings,
    store: Store,
    rules: Rules,
    guardduty: GuardDuty,
}

/// Why a run archived nothing, or not all of its plan.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("without the rules of today nothing is archived")]
    Rules(#[source] Arc<RulesError>),
    #[error(transparent)]
    GuardDuty(#[from] platform::guardduty::GuardDutyError),
    #[error(transparent)]
    Apply(#[from] ApplyError),
    #[error(transparent)]
    OverTheCap(#[from] OverTheCap),
    #[error("the run was not finished before the deadline; the next one goes on")]
    OutOfTime,
}

/// What is answered to a direct invocation.
#[derive(Debug, Default, Serialize)]
struct Report {
    mode: &'static str,
    plan: Vec<Candidate>,
    skipped: Vec<Skipped>,
    done: Done,
}

impl AutoArchive {
    /// The function. Nothing is read or connected before the first event.
    pub fn new(settings: Settings) -> Self {
        let aws = Arc::new(Aws::new());
        let store = Store::new(Arc::clone(&aws));
        Self {
            rules: Rules::new(store.clone(), settings.rules.clone()),
            guardduty: GuardDuty::new(aws, settings.detector_id.clone()),
            settings,
            store,
        }
    }

    /// Handles one invocation. All events of a batch become one plan, so that the cap holds for all
    /// of them together and one call archives for many.
    ///
    /// # Errors
    /// When the run failed. Of a batch only those events come back then that asked for something.
    pub async fn handle(&self, invocation: Invocation, scope: Scope) -> Result<Value, Failure> {
        let batch = match invocation {
            Invocation::Single(event) => {
                let asked =
                    Asked::of(&event).map_err(|error| Failure::new("EventUnreadable", &error))?;
                return reply_of(self.within_deadline(&asked, &scope).await.map_err(failed)?);
            }
            Invocation::Batch(batch) => batch,
        };
        let (mut reply, mut all, mut asking) = (batch.reply(), Asked::default(), Vec::new());
        for (index, message) in batch.messages().iter().enumerate() {
            match message.body.as_deref().map_err(|error| chain(error)).and_then(read_event) {
                Ok(asked) if asked.is_empty() => {
                    scope.metrics.count("OtherEvents", u64::from(asked.others));
                    reply.acknowledge(index);
                }
                Ok(asked) => {
                    asking.push(index);
                    all.join(asked);
                }
                Err(error) => error!(message_id = message.id, error, "record failed"),
            }
        }
        if !asking.is_empty() {
            match self.within_deadline(&all, &scope).await {
                Ok(_) => asking.iter().for_each(|index| reply.acknowledge(*index)),
                Err(RunError::OutOfTime) => warn!(error = %RunError::OutOfTime, "run failed"),
                Err(error) => return Err(failed(error)),
            }
        }
        reply_of(reply)
    }

    async fn within_deadline(&self, asked: &Asked, scope: &Scope) -> Result<Report, RunError> {
        let run = tokio::time::timeout_at(scope.deadline.instant(), self.run(asked, scope));
        run.await.unwrap_or(Err(RunError::OutOfTime))
    }

    async fn run(&self, asked: &Asked, scope: &Scope) -> Result<Report, RunError> {
        let rules = match self.rules.current().await {
            Current::Fresh(rules) => rules,
            Current::Stale(_, problem) | Current::Unavailable(problem) => {
                return Err(RunError::Rules(problem));
            }
        };
        let as_of = asked.as_of(now());
        scope.metrics.count("ExpiredRules", rules.expired(as_of).count() as u64);
        let ripe: Vec<&Finding> = asked
            .findings
            .iter()
            .filter(|finding| judged(&rules, finding, as_of).is_ok())
            .collect();
        let applying = Applying {
            guardduty: &self.guardduty,
            ledger: Ledger { store: &self.store, bucket: &self.settings.lake_bucket },
            rules: &rules,
            metrics: &scope.metrics,
            now,
        };
        let (mut done, mut noted) = (Done::default(), 0);
        if self.settings.mode == Mode::Apply {
            let mut begun: Vec<Entry> = ripe.iter().map(|finding| Entry::of(finding)).collect();
            if let Some(run) = asked.run() {
                let chunks = applying.ledger.noted(run).await.map_err(ApplyError::from)?;
                noted = chunks.len();
                begun.extend(chunks.into_iter().flatten());
            }
            applying.repair(begun, as_of, &mut done).await?;
        }
        let ids = self.ids(&ripe, asked.sweep.is_some()).await?;
        let copies = read(&self.guardduty, &ids).await?;
        let plan = ArchivePlan::new(&rules, &copies, as_of);
        self.told(&plan, scope);
        if let Some(over) = plan.over_the_cap {
            scope.metrics.count("OverTheCap", 1);
            return Err(over.into());
        }
        if self.settings.mode == Mode::Apply {
            let by_id: HashMap<&str, &Finding> =
                copies.iter().map(|finding| (finding.id(), finding)).collect();
            applying.apply(&plan, &by_id, asked.run().map(|run| (run, noted)), &mut done).await?;
        }
        Ok(Report {
            mode: self.settings.mode.as_str(),
            plan: plan.candidates().cloned().collect(),
            skipped: plan.skipped,
            done,
        })
    }

    /// Which findings to look at: those of events that look ripe, and at a schedule all that are
    /// not archived.
    async fn ids(&self, ripe: &[&Finding], is_sweep: bool) -> Result<Vec<String>, RunError> {
        let mut ids: BTreeSet<String> =
            ripe.iter().map(|finding| finding.id().to_owned()).collect();
        if is_sweep {
            ids.extend(self.guardduty.unarchived_ids().await?);
        }
        Ok(ids.into_iter().collect())
    }

    fn told(&self, plan: &ArchivePlan, scope: &Scope) {
        let count = plan.candidates().count();
        scope.metrics.count("Ripe", count as u64);
        let held = plan
            .skipped
            .iter()
            .filter(|skipped| matches!(skipped.because, SkippedBecause::Held(_)))
            .count();
        if let Mode::Plan { unknown: Some(value) } = &self.settings.mode {
            warn!(value, "GUARDSIFT_MODE is neither apply nor plan, so nothing is archived");
        }
        let mode = self.settings.mode.as_str();
        info!(
            mode,
            ripe = count,
            held,
            kept = plan.skipped.len(),
            rule_set = plan.rule_set,
            as_of = plan.as_of.to_rfc3339(),
            "plan"
        );
        for candidate in plan.candidates() {
            info!(
                mode,
                finding.id = candidate.finding_id,
                finding.r#type = candidate.finding_type,
                finding.account = candidate.account_id,
                finding.region = candidate.region,
                decision.action = "archive",
                decision.rule = candidate.rule,
                "decided"
            );
        }
    }
}

/// Reading an event is the only step that each record takes alone, so here a panic is held back.
fn read_event(body: &str) -> Result<Asked, String> {
    match catch_unwind(AssertUnwindSafe(|| Asked::of(body))) {
        Ok(asked) => asked.map_err(|error| chain(&error)),
        Err(_) => Err("a panic, which is a bug".to_owned()),
    }
}

fn reply_of(reply: impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(reply).map_err(|error| Failure::new("ReplyUnwritable", &error))
}

fn failed(error: RunError) -> Failure {
    let kind = match &error {
        RunError::Rules(_) => "RulesUnavailable",
        RunError::GuardDuty(_) | RunError::Apply(ApplyError::GuardDuty(_)) => "GuardDutyFailed",
        RunError::Apply(ApplyError::Ledger(_)) => "LedgerFailed",
        RunError::Apply(ApplyError::Unverified { .. }) => "Unverified",
        RunError::OverTheCap(_) => "OverTheCap",
        RunError::OutOfTime => "OutOfTime",
    };
    Failure::new(kind, &error)
}
