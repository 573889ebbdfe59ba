//! The pure core of guardsift: findings, rules and decisions, with no AWS, clock, disk or environment.

#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod attribute;
mod condition;
mod console;
pub mod convert;
mod criteria;
mod decode;
mod document;
mod duration;
mod export;
mod expression;
mod extract;
mod finding;
mod finding_type;
mod glob;
mod header;
mod implication;
mod known_type;
mod lint;
pub mod message;
pub mod ocsf;
mod one_line;
mod problem;
mod record;
mod rules;
mod schema;
mod scope;
mod severity;
mod shape;
mod timestamp;
mod truth;
mod unreadable;
mod version_key;
mod withdrawn;

pub use attribute::{ATTRIBUTE_MODEL, Attribute, AttributeKind};
pub use decode::decode;
pub use document::Position;
pub use export::{BadLine, ExportError, ExportLimits, ExportReader, Line, Lines, RawLine};
pub use extract::{ExtractError, Paths, Value, Values};
pub use finding::Finding;
pub use finding_type::FindingType;
pub use known_type::KnownType;
pub use lint::lint;
pub use problem::{Code, Level, Problem, RuleSetError};
pub use record::{Record, ServiceEvent};
pub use rules::{
    Action, Case, CaseFinding, ConditionTrace, Decision, Defaults, Destination, DestinationKind,
    Explanation, Filter, Guard, Matcher, Reading, Rule, RuleSet, RuleSource, RuleTrace,
};
pub use schema::schema;
pub use severity::{Severity, SeverityLevel, UnknownSeverityLevel};
pub use timestamp::Timestamp;
pub use truth::Truth;
pub use unreadable::Unreadable;
pub use version_key::VersionKey;
