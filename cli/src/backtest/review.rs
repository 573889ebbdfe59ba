//! What a person should look at first, and the words for why.

use findings::Severity;

use super::{
    history::{Identity, Version},
    outcome::Regret,
    regret::Aftermath,
    summary::Summary,
};

impl Summary<'_, '_> {
    pub(super) fn regret(
        &self,
        identity: &Identity,
        kind: u32,
        aftermath: &Aftermath<'_>,
    ) -> Regret {
        let archived = aftermath.archived;
        let after = aftermath.worst.unwrap_or(archived);
        let line = self.line(identity, kind, archived);
        let hold =
            archived.verdict.rule.and_then(|own| self.question.rules.rules().get(own as usize));
        Regret {
            id: line.id,
            account: line.account,
            region: line.region,
            finding_type: line.finding_type,
            rule: line.rule,
            archived_at: archived.updated_at.zip(hold).map(|(moment, rule)| moment + rule.hold),
            severity_then: archived.severity,
            severity_after: after.severity,
            count_then: archived.count,
            count_after: after.count,
            why: reasons(aftermath, after),
        }
    }

    pub(super) fn why(&self, later: Option<&Aftermath<'_>>, version: &Version) -> Vec<String> {
        let mut why = Vec::new();
        if let Some(aftermath) = later.filter(|own| own.is_regretted()) {
            why.extend(reasons(aftermath, aftermath.worst.unwrap_or(aftermath.archived)));
        }
        if let Some(severity) = version.severity {
            let ceiling = self.question.rules.defaults().archive_ceiling;
            why.push(format!("severity {severity}, the ceiling is {ceiling}"));
        }
        if let Some(count) = version.count.filter(|count| *count > 1) {
            why.push(format!("occurred {count} times"));
        }
        why
    }
}

/// A rough order of what to look at first: severity counts most, then how often it occurred.
pub(super) fn risk(version: &Version) -> u64 {
    let severity = version.severity.map_or(10.0, Severity::value);
    #[expect(clippy::cast_precision_loss, reason = "an order, not a figure")]
    let count = version.count.unwrap_or(1).max(1) as f64;
    // Positive floats are ordered as their bits are.
    (severity * 100.0 + count.log10()).to_bits()
}

fn reasons(aftermath: &Aftermath<'_>, after: &Version) -> Vec<String> {
    let shown =
        |own: Option<Severity>| own.map_or_else(|| "unknown".to_owned(), |own| own.to_string());
    let count = |own: Option<u64>| own.map_or_else(|| "unknown".to_owned(), |own| own.to_string());
    let archived = aftermath.archived;
    let mut why = Vec::new();
    if aftermath.rose {
        why.push(format!("severity rose {} → {}", shown(archived.severity), shown(after.severity)));
    }
    if aftermath.recurred {
        why.push(format!("came back: count {} → {}", count(archived.count), count(aftermath.most)));
    }
    if aftermath.joined {
        why.push("became part of an attack sequence".to_owned());
    }
    why
}
