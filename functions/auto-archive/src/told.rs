//! What a run says of itself: log lines for people, metrics for alarms.

use archive::{ArchivePlan, Done, SkippedBecause};
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
    let recurring = of(|because| {
        matches!(because, SkippedBecause::Recurring { .. } | SkippedBecause::News { .. })
    });
    let taken_back = of(|because| matches!(because, SkippedBecause::TakenBack));
    metrics.count("Ripe", ripe as u64);
    metrics.count("Recurring", recurring as u64);
    metrics.count("AlreadyConcluded", taken_back as u64);
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
        if let SkippedBecause::News { what, rule } = &skipped.because {
            warn!(
                finding.id = skipped.finding_id,
                what,
                decision.rule = rule,
                "has come back with something new, so it stays for a person to see"
            );
        }
        if let SkippedBecause::Recurring { times, rule } = &skipped.because {
            warn!(
                finding.id = skipped.finding_id,
                times,
                decision.rule = rule,
                "comes back each time it is archived, so it stays for a person to see"
            );
        }
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
