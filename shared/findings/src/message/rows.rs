//! The facts of a message as labelled rows, in the order in which people ask for them.

use super::{Message, link::Link, moment, text::cut};
use crate::FindingType;

/// A fact and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// One of ours, never from a finding.
    pub(super) label: &'static str,
    /// May be from a finding.
    pub(super) text: String,
}

impl Message<'_> {
    /// The rows that have something to say, none longer than `limit` UTF-16 units.
    pub(super) fn rows(&self, limit: usize) -> Vec<Row> {
        let finding = self.finding;
        let because = &self.because;
        let kind = finding.finding_type().map(FindingType::as_str);
        let marks = [
            (finding.is_sample(), "sample"),
            (finding.archived() == Some(true), "archived"),
            (finding.attack_sequence_arn().is_some(), "signal of an attack sequence"),
        ];
        let marks: Vec<_> = marks.into_iter().filter_map(|(is, mark)| is.then_some(mark)).collect();
        let rows = [
            ("Changed", self.change.clone()),
            ("Archived before", self.before.clone()),
            ("Account", self.account.clone()),
            ("Region", self.region.clone()),
            ("Resource", self.resource.as_ref().map(|own| own.text.clone())),
            ("Action", self.action.clone()),
            ("Remote", self.remote.clone()),
            ("Identity", self.identity.clone()),
            ("First seen", finding.first_seen().map(moment)),
            ("Last seen", finding.last_seen().map(moment)),
            ("Count", finding.count().map(|count| count.to_string())),
            ("Marks", (!marks.is_empty()).then(|| marks.join(", "))),
            ("Type", kind.and_then(|kind| super::line(kind, limit))),
            ("Sent by", Some(because.sent_by.clone())),
            ("Reason", because.reason.clone()),
            ("Guard", because.guard.map(str::to_owned)),
            ("Owner", because.owner.clone()),
            ("Runbook", because.runbook.clone()),
        ];
        let row =
            |(label, text): (_, Option<String>)| Some(Row { label, text: cut(&text?, limit) });
        rows.into_iter().filter_map(row).collect()
    }

    /// The links: the finding, its resource, the rule's runbook.
    pub(super) fn links(&self) -> Vec<Link> {
        let finding = self.console_url.clone().map(|url| Link { text: "Finding", url });
        let resource = self.resource.as_ref().and_then(|own| own.url.clone());
        let resource = resource.map(|url| Link { text: "Resource", url });
        [finding, resource, self.because.runbook_link.clone()].into_iter().flatten().collect()
    }
}
