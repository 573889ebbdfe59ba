//! One rule: what it is about, what is to happen, and who answers for it.

use std::{fmt, time::Duration};

use serde::{Serialize, Serializer};

use crate::{
    Timestamp,
    document::{Position, Span},
    expression::Expression,
    message::Fact,
};

/// What happens with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// It is delivered to the destinations of its routes.
    Notify,
    /// It is archived in GuardDuty once its hold is over, and not delivered.
    Archive,
    /// Nothing: neither delivered nor archived. It stays in GuardDuty and in the lake.
    Noop,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 3] = [Self::Notify, Self::Archive, Self::Noop];

    /// The action's name in a rule file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Archive => "archive",
            Self::Noop => "noop",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One rule of a rule set. The first whose condition is known to hold decides.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name: unique in the set, 1–64 letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// What happens with the findings it matches.
    pub action: Action,
    /// Why.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it was agreed.
    pub ticket: Option<String>,
    /// What to do when it notifies.
    pub runbook: Option<String>,
    /// From this moment on it no longer decides.
    pub expires: Option<Timestamp>,
    /// How long a finding must have been quiet before it is archived.
    pub hold: Duration,
    /// It archives at most this many findings on one day, in UTC.
    pub max_archive_per_day: usize,
    /// A finding that was archived this often and came back each time stays for a person to see.
    pub max_recurrences: usize,
    /// A finding that it archived and that comes back with one of these new stays for a person to see.
    pub keep_new: Vec<Fact>,
    /// Cases that show what it is meant to do.
    pub cases: Vec<Case>,
    pub(crate) position: Position,
    pub(crate) places: Places,
    pub(crate) file: String,
    pub(crate) when: Expression,
    /// Whether it names samples, so that it may decide about them.
    pub(crate) concerns_samples: bool,
}

/// Where the fields of a rule stand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Places {
    pub(crate) name: Span,
    pub(crate) action: Span,
    pub(crate) expires: Option<Span>,
    pub(crate) hold: Option<Span>,
}

/// An example that a rule set carries: a finding and what is to happen with it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The finding.
    pub finding: CaseFinding,
    /// The action of the whole rule set, after the guards.
    pub expect: Action,
}

/// The finding of a [`Case`].
#[derive(Debug, Clone)]
pub enum CaseFinding {
    /// A file, relative to the rule file.
    File(String),
    /// The JSON itself.
    Inline(String),
}

impl Rule {
    /// The line of the file that it begins on, from 1.
    pub fn line(&self) -> u64 {
        self.position.line
    }

    /// The name of the file it stands in, as it was given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether it no longer decides.
    pub fn is_expired(&self, as_of: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= as_of)
    }
}
