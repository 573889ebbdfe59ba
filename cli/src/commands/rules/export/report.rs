//! What became of each rule, for programs and for people.

use std::fmt::Write;

use findings::convert::{Exported, Note, Reason};
use serde::Serialize;
use serde_json::Value;

/// One rule as JSON. Its members are a contract.
#[derive(Debug, Serialize)]
pub(super) struct Line<'e> {
    rule: &'e str,
    /// `null` when it has no counterpart.
    pub(super) exported: Option<Value>,
    reasons: Vec<Remark>,
    notes: Vec<Remark>,
}

/// Why a rule has no counterpart, or what it loses.
#[derive(Debug, Serialize)]
struct Remark {
    code: &'static str,
    message: String,
}

impl<'e> Line<'e> {
    pub(super) fn of(exported: &'e Exported<'_>, input: Option<Value>) -> Self {
        let reason = |own: &Reason| Remark { code: own.code(), message: own.to_string() };
        let note = |own: &Note| Remark { code: own.code(), message: own.to_string() };
        let reasons = exported.outcome.as_ref().err();
        Self {
            rule: &exported.rule.name,
            exported: input,
            reasons: reasons.into_iter().flatten().map(reason).collect(),
            notes: exported.notes.iter().map(note).collect(),
        }
    }
}

/// Why rules have no counterpart.
pub(super) fn reasons(lines: &[Line<'_>], noun: &str) -> String {
    let mut out = String::new();
    for line in lines.iter().filter(|line| !line.reasons.is_empty()) {
        let _ = writeln!(out, "{} is no {noun}:", line.rule);
        for Remark { code, message } in &line.reasons {
            let _ = writeln!(out, "  {code}: {message}");
        }
    }
    out
}

/// What rules lose; what is true of several word for word is said once.
pub(super) fn notes(lines: &[Line<'_>]) -> String {
    let mut out = String::new();
    let mut said: Vec<(&Remark, Vec<&str>)> = Vec::new();
    for line in lines {
        for note in &line.notes {
            match said.iter_mut().find(|(own, _)| own.message == note.message) {
                Some((_, rules)) => rules.push(line.rule),
                None => said.push((note, vec![line.rule])),
            }
        }
    }
    said.sort_by(|one, other| one.1.cmp(&other.1));
    let mut before: &[&str] = &[];
    for (Remark { code, message }, rules) in &said {
        if before != rules {
            let _ = writeln!(out, "note for {}:", rules.join(", "));
        }
        let _ = writeln!(out, "  {code}: {message}");
        before = rules;
    }
    out
}
