//! Why a rule can't be said in another language, and what it loses where it can.

use std::time::Duration;

use crate::{Action, Timestamp};

/// Why a rule has no exact counterpart. Each kind has a stable code.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Reason {
    /// The rule stopped deciding; exporting it would bring it back.
    #[error("it expired on {}", day(*.0))]
    Expired(Timestamp),
    /// GuardDuty wants at least three characters.
    #[error("`{0}` is too short: a filter's name has 3 to 64 characters")]
    ShortName(String),
    /// An account has so many filters per Region and no more.
    #[error("it would be filter {0}: an account has at most 100 in a Region, and ranks end there")]
    TooManyFilters(usize),
    /// The other language has no such operator.
    #[error("`{attribute}`: there is no `{operator}`")]
    Operator {
        /// What the condition is about.
        attribute: String,
        /// The operator's name in a rule.
        operator: &'static str,
    },
    /// Alternatives where all conditions must hold, or more of them than one group.
    #[error("alternatives (`any`, or `unless` with several conditions): {0}")]
    Alternatives(&'static str),
    /// The opposite of a condition that has none.
    #[error("`{attribute}`: the opposite of `{operator}` can't be said")]
    Opposite {
        /// What the condition is about.
        attribute: String,
        /// The operator's name in a rule.
        operator: &'static str,
    },
    /// Two conditions that would have to be one.
    #[error("`{0}`: two conditions of one kind can't be joined into one")]
    SameOperator(String),
    /// The API takes whole numbers.
    #[error("`{attribute}`: {bound} is no whole number, and comparisons take no others")]
    Decimal {
        /// What is compared.
        attribute: String,
        /// With what.
        bound: f64,
    },
    /// The number is out of what the other language compares exactly.
    #[error(
        "`{attribute}`: {bound} is beyond what `numeric` compares exactly: ±5e9 with at most 6 decimals"
    )]
    Precision {
        /// What is compared.
        attribute: String,
        /// With what.
        bound: f64,
    },
    /// A filter's `"8"` stands for 8.0 to 8.9.
    #[error(
        "`{attribute}`: exactly {number} can't be said, as \"{number}\" stands for all that begins with it"
    )]
    ExactSeverity {
        /// `severity`.
        attribute: String,
        /// The severity.
        number: f64,
    },
    /// More values than a filter takes.
    #[error("`{attribute}`: {count} values, and a filter takes at most 50")]
    TooManyValues {
        /// What they are values of.
        attribute: String,
        /// How many there are.
        count: usize,
    },
    /// More patterns than a filter takes.
    #[error("`{attribute}`: {count} patterns, and a filter takes at most 5")]
    TooManyPatterns {
        /// What they are patterns of.
        attribute: String,
        /// How many there are.
        count: usize,
    },
    /// A pattern the other language does not take.
    #[error("`{attribute}`: the pattern `{pattern}`: {why}")]
    Pattern {
        /// What it is a pattern of.
        attribute: String,
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// More attributes than a filter takes.
    #[error("{0} attributes, and a filter takes at most 50")]
    TooManyAttributes(usize),
    /// Two attributes of one list, which have to hold for the same element there and not here.
    #[error(
        "`{0}`: several conditions below one list, which EventBridge would ask of the same element; `element` says that"
    )]
    SameElement(String),
    /// A negated condition where there may be several values.
    #[error(
        "`{0}`: there may be several values, and `anything-but` is content with one that differs"
    )]
    NegatedList(String),
    /// Times are text in an event.
    #[error("`{0}`: a time is text in an event, and EventBridge compares numbers only")]
    Time(String),
    /// The value may be text or a number.
    #[error("`{attribute}`: it may be text or a number, and `{matcher}` takes only one of them")]
    Untyped {
        /// What the condition is about.
        attribute: String,
        /// EventBridge's name for the comparison.
        matcher: &'static str,
    },
    /// The service model does not say how the attribute is written in an event.
    #[error(
        "`{0}`: how an event writes this name is not documented, and EventBridge minds the case"
    )]
    Name(String),
    /// The condition can never hold.
    #[error("`{0}`: no value satisfies this")]
    Never(String),
}

impl Reason {
    /// The reason's stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Expired(_) => "expired",
            Self::ShortName(_) => "short-name",
            Self::TooManyFilters(_) => "too-many-filters",
            Self::Operator { .. } => "operator",
            Self::Alternatives(_) => "alternatives",
            Self::Opposite { .. } => "opposite",
            Self::SameOperator(_) => "same-operator",
            Self::Decimal { .. } => "decimal",
            Self::Precision { .. } => "precision",
            Self::ExactSeverity { .. } => "exact-severity",
            Self::TooManyValues { .. } => "too-many-values",
            Self::TooManyPatterns { .. } => "too-many-patterns",
            Self::Pattern { .. } => "pattern",
            Self::TooManyAttributes(_) => "too-many-attributes",
            Self::SameElement(_) => "same-element",
            Self::NegatedList(_) => "negated-list",
            Self::Time(_) => "time",
            Self::Untyped { .. } => "untyped",
            Self::Name(_) => "name",
            Self::Never(_) => "never",
        }
    }
}

/// What is lost or different although the criteria are the same. Each kind has a stable code.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Note {
    /// GuardDuty archives at once.
    #[error("the hold of {} is lost: GuardDuty archives at once, before anything is exported or sent", spoken(*.0))]
    Hold(Duration),
    /// Nothing stops what was exported.
    #[error("the expiry on {} is lost: it stays until somebody deletes it", day(*.0))]
    Expiry(Timestamp),
    /// A filter archives whatever it matches.
    #[error(
        "the guards are lost: a filter archives attack sequences, samples and severities above {0}, too"
    )]
    Guards(f64),
    /// The first rule that matches decides; filters don't know each other.
    #[error("`{0}` comes first and keeps findings from this rule, but not from the filter")]
    Order(String),
    /// A filter that does nothing.
    #[error("`{0}` becomes NOOP, a saved view: GuardDuty still sends the findings it shows")]
    Noop(Action),
    /// GuardDuty takes fewer characters in a description.
    #[error("the description loses what GuardDuty does not take: {0}")]
    Description(String),
    /// `null` is no value here, and one there.
    #[error(
        "`{0}`: EventBridge takes `null` for a value, so an event where it is null matches, too"
    )]
    Null(String),
    /// EventBridge's quota for one pattern.
    #[error(
        "the pattern has {0} characters, and EventBridge takes 2048 unless the quota is raised"
    )]
    Long(usize),
}

impl Note {
    /// The note's stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Hold(_) => "hold",
            Self::Expiry(_) => "expiry",
            Self::Guards(_) => "guards",
            Self::Order(_) => "order",
            Self::Noop(_) => "noop",
            Self::Description(_) => "description",
            Self::Null(_) => "null",
            Self::Long(_) => "long",
        }
    }
}

/// A duration as rule files write it.
fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match () {
        () if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        () if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        () => format!("{seconds}s"),
    }
}

/// A day, or the moment where it is not the first one of a day.
fn day(moment: Timestamp) -> String {
    let text = moment.to_rfc3339();
    text.strip_suffix("T00:00:00.000Z").map_or(text.clone(), str::to_owned)
}
