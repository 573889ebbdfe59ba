//! Why somebody is told: the rule, its reason and runbook, or that there was none.

use super::{
    Background,
    link::{self, Link},
    text::line,
};
use crate::Guard;

/// Longest reason, owner or runbook. A rule's author chose them.
const TEXT: usize = 600;

/// Why somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Because {
    /// `rule miners`, `no rule matched`
    pub(super) sent_by: String,
    pub(super) reason: Option<String>,
    pub(super) owner: Option<String>,
    /// What to do, where that is no link.
    pub(super) runbook: Option<String>,
    pub(super) runbook_link: Option<Link>,
    pub(super) guard: Option<&'static str>,
}

impl Because {
    pub(super) fn of(background: &Background<'_>) -> Self {
        let decision = background.decided.map(|(decision, _)| decision);
        let rule = decision.and_then(|decision| decision.rule);
        let text = |own: Option<&String>| own.and_then(|own| line(own, TEXT));
        let mut sent_by = match (&decision, rule) {
            (None, _) => "no rules could be read, so everything is told".to_owned(),
            (Some(_), None) => "no rule matched".to_owned(),
            (Some(_), Some(rule)) => format!("rule {}", rule.name),
        };
        if let Some(destination) = background.destination.and_then(|own| line(own, TEXT)) {
            sent_by.push_str(&format!(", route to {destination}"));
        }
        if let Some((destination, why)) = background.instead_of {
            let told = format!(", instead of {destination}, which refused it: {why}");
            sent_by.push_str(&line(&told, TEXT).unwrap_or_default());
        }
        let runbook = text(rule.and_then(|rule| rule.runbook.as_ref()));
        let runbook_link =
            runbook.as_deref().and_then(link::checked).map(|url| Link { text: "Runbook", url });
        Self {
            sent_by,
            reason: text(rule.and_then(|rule| rule.reason.as_ref())),
            owner: text(rule.and_then(|rule| rule.owner.as_ref())),
            runbook: runbook.filter(|_| runbook_link.is_none()),
            runbook_link,
            guard: decision.and_then(|decision| decision.guard).map(in_words),
        }
    }
}

fn in_words(guard: Guard) -> &'static str {
    match guard {
        Guard::AttackSequence => "not archived: it is part of an attack sequence",
        Guard::UnknownSeverity => "not archived: its severity can't be read",
        Guard::AboveCeiling => "not archived: its severity is above the ceiling",
        Guard::Sample => "not archived: it is a sample and the rule names none",
        Guard::UnknownAge => "not archived: its age can't be read",
    }
}
