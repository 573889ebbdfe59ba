//! One invocation: what its events ask for, the plan, and the acts.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use archive::{
    Archive, ArchiveError, ArchivePlan, Candidate, Done, Ledger, Planned, Skipped, StopParameter,
    judged,
};
use findings::{Finding, RuleSet, Timestamp};
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
use tracing::{error, warn};

use crate::{Mode, Settings, event::Asked, export, open::Open, shadow::Shadows, told};

/// The function, with what it keeps between invocations.
#[derive(Debug)]
pub struct AutoArchive {
    settings: Settings,
    aws: Arc<Aws>,
    store: Store,
    rules: Rules,
    guardduty: GuardDuty,
    shadows: Option<Shadows>,
}

/// What a run has looked at, for those who only look.
#[derive(Debug)]
struct Looked {
    rules: Arc<RuleSet>,
    findings: Vec<Finding>,
    as_of: Timestamp,
}

/// Why a run archived nothing, or not all of its plan.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("without the rules of today nothing is archived")]
    Rules(#[source] Arc<RulesError>),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
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
        let aws = Arc::new(Aws::of_function());
        let store = Store::new(Arc::clone(&aws));
        Self {
            rules: Rules::new(store.clone(), settings.rules.clone()),
            shadows: settings.shadow_rules.clone().map(|uri| Shadows::new(store.clone(), uri)),
            guardduty: GuardDuty::new(Arc::clone(&aws), settings.detector_id.clone()),
            settings,
            aws,
            store,
        }
    }

    /// Handles one invocation. All events of a batch become one plan, so that the cap holds for all
    /// of them together and one call archives for many.
    ///
    /// # Errors
    /// When the run failed for another reason than time: then the whole batch comes back, which makes
    /// Lambda slow down. Out of time, only the events that asked for something do.
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
        let (mut done, mut looked) = (Done::default(), None);
        let run = self.run(asked, scope, &mut done, &mut looked);
        let run = tokio::time::timeout_at(scope.deadline.instant(), run).await;
        told::done(&done, &scope.metrics);
        if let (Some(shadows), Some(Looked { rules, findings, as_of })) = (&self.shadows, looked) {
            // Whatever comes of it, the run has its own end.
            let ledger = self.ledger();
            shadows.cast(ledger, &rules, &findings, as_of, scope).await;
        }
        let plan = run.unwrap_or(Err(RunError::OutOfTime))?;
        Ok(Report {
            mode: self.settings.mode.as_str(),
            plan: plan.candidates().cloned().collect(),
            skipped: plan.skipped,
            done,
        })
    }

    async fn run(
        &self,
        asked: &Asked,
        scope: &Scope,
        done: &mut Done,
        looked: &mut Option<Looked>,
    ) -> Result<ArchivePlan, RunError> {
        let rules = match self.rules.current().await {
            Current::Fresh(rules) => rules,
            Current::Stale(_, problem) | Current::Unavailable(problem) => {
                return Err(RunError::Rules(problem));
            }
        };
        let archive = self.archive(&rules);
        let (as_of, is_sweep) = (asked.as_of(now()), !asked.sweeps.is_empty());
        scope.metrics.count("ExpiredRules", rules.expired(now()).count() as u64);
        let looks_ripe = |finding: &&Finding| judged(&rules, finding, as_of).is_ok();
        let ripe: Vec<&Finding> = asked.findings.iter().filter(looks_ripe).collect();
        // Also what looks ripe: it may have risen since the event, and lie in the archive by a call
        // of an earlier attempt.
        let concerned = asked
            .findings
            .iter()
            .filter(|finding| looks_ripe(finding) || archive.is_suspect(finding, as_of));
        let concerned: Vec<String> = concerned.map(|finding| finding.id().to_owned()).collect();
        let acts = self.settings.mode == Mode::Apply;
        let mut noted = 0;
        if acts {
            // What was begun is ended, and what has become worse comes back, stopped or not.
            archive.keep(&asked.findings, as_of).await?;
            noted = archive.repair(&ripe, &asked.runs(), as_of, done).await?;
            archive.escalate(&concerned, is_sweep, as_of, done).await?;
            done.stopped = archive.stopped().await;
        }
        let question = archive::Asked {
            ids: ripe.iter().map(|finding| finding.id().to_owned()).collect(),
            is_sweep,
            as_of,
            claims: acts && done.stopped.is_none(),
            agreed: None,
        };
        let planned = archive.plan(&question).await?;
        told::plan(&planned.plan, &self.settings.mode, &scope.metrics);
        let acted = match (planned.plan.over_the_cap, &done.stopped) {
            (Some(over), _) => Err(over.into()),
            (None, Some(reason)) => {
                warn!(reason, "somebody has stopped the archiving, so nothing is archived");
                Ok(())
            }
            (None, None) if acts => {
                archive.apply(&planned, asked.runs().first().map(|run| (*run, noted)), done).await
            }
            (None, None) => Ok(()),
        };
        let Planned { plan, copies } = planned;
        if is_sweep {
            let is_archived = acts && done.stopped.is_none() && acted.is_ok();
            let archived = plan.candidates().filter(|_| is_archived);
            let archived = archived.map(|own| own.finding_id.as_str()).collect();
            Open::of(copies.values(), &archived, now()).tell(&scope.metrics);
            export::tell(&self.guardduty, &scope.metrics).await;
        }
        if self.shadows.is_some() {
            let others = asked.findings.iter().filter(|own| !copies.contains_key(own.id()));
            let mut findings: Vec<Finding> = others.cloned().collect();
            findings.extend(copies.into_values());
            *looked = Some(Looked { rules: Arc::clone(&rules), findings, as_of });
        }
        acted?;
        Ok(plan)
    }

    fn archive<'a>(&'a self, rules: &'a RuleSet) -> Archive<'a> {
        let stop_parameter = self.settings.stop_parameter.as_deref();
        Archive {
            guardduty: &self.guardduty,
            ledger: self.ledger(),
            rules,
            now,
            stop_parameter: stop_parameter.map(|arn| StopParameter { aws: &self.aws, arn }),
        }
    }

    fn ledger(&self) -> Ledger<'_> {
        Ledger { store: &self.store, bucket: &self.settings.lake_bucket }
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
        RunError::Archive(error) => error.kind(),
        RunError::OutOfTime => "OutOfTime",
    };
    Failure::new(kind, &error)
}
