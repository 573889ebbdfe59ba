//! What a run says of itself: log lines for people, metrics for alarms.

use archive::{ArchivePlan, Done, Recurrence, SkippedBecause};
use platform::Metrics;
use tracing::{info, warn};

use crate::Mode;

/// The plan, finding by finding.
pub(crate) fn plan(plan: &ArchivePlan, mode: &Mode, metrics: &Metrics) {
    let of = |is: fn(&SkippedBecause) -> bool| {
        plan.skipped.iter().filter(|skipped| is(&skipped.because)).count()
    };
    let ripe = plan.candidates().count();
    let held = of(|because| matches!(because, SkippedBecause::Held(_)));
    let recurring = of(|because| matches!(because, SkippedBecause::Recurring { .. }));
    let already_concluded = of(|because| matches!(because, SkippedBecause::TakenBack));
    metrics.count("Ripe", ripe as u64);
    metrics.count("Recurring", recurring as u64);
    metrics.count("AlreadyConcluded", already_concluded as u64);
    metrics.count("OverTheDay", plan.over_the_day.len() as u64);
    metrics.count("OverTheCap", u64::from(plan.over_the_cap.is_some()));
    if let Mode::Plan { unknown: Some(value) } = mode {
        warn!(value, "GUARDSIFT_MODE is neither apply nor plan, so nothing is archived");
    }
    let mode = mode.as_str();
    info!(
        mode,
        ripe,
        held,
        recurring,
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
    for skipped in &plan.skipped {
        let SkippedBecause::Recurring { why, rule } = &skipped.because else { continue };
        // What is new was written by whoever caused the finding.
        let why = match why {
            Recurrence::TooOften { .. } => "it comes back each time it is archived",
            Recurrence::WithNews { .. } => "it has come back with something new",
            Recurrence::Unclear => "it has come back, and what it showed before can't be read",
        };
        warn!(
            finding.id = skipped.finding_id,
            why,
            decision.rule = rule,
            "stays for a person to see"
        );
    }
}

/// What was done, also by a run that failed.
pub(crate) fn done(done: &Done, metrics: &Metrics) {
    metrics.count("Archived", u64::from(done.archived));
    metrics.count("TakenBack", u64::from(done.taken_back));
    metrics.count("Escalated", u64::from(done.escalated));
    metrics.count("Repaired", u64::from(done.repaired));
    metrics.count("Unverified", done.unverified.len() as u64);
    metrics.count("Stopped", u64::from(done.stopped.is_some()));
}
