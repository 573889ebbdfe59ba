//! Why a record could not be read as a finding.

use crate::extract::ExtractError;

/// Why a record is neither a finding nor a known event. Nothing is guessed from it.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The bytes are no text.
    #[error("not UTF-8: byte {valid_up_to} starts no character")]
    NotUtf8 {
        /// How many bytes before it are valid.
        valid_up_to: usize,
    },
    /// The text is no JSON, or nested too deeply.
    #[error(transparent)]
    Json(#[from] ExtractError),
    /// The JSON is a number, a string, `null` or a boolean.
    #[error("a JSON {found}, where a finding is an object")]
    NotAnObject {
        /// What stands there.
        found: &'static str,
    },
    /// No id, so that no version of it could ever be told from another.
    #[error("no finding id: `id` is missing, empty or not text")]
    MissingId,
    /// An object with an id that shares nothing else with a finding.
    #[error("not a finding: it has none of type, severity, service, resource, accountId")]
    NotAFinding,
    /// A field that decides stands there twice.
    #[error("ambiguous: `{field}` stands there more than once")]
    Ambiguous {
        /// Which field.
        field: &'static str,
    },
    /// Security Hub's format, which renames and drops what a finding has.
    #[error("a Security Hub finding (ASFF), not a GuardDuty finding; export it from GuardDuty")]
    SecurityHub,
    /// A row of Athena, CloudWatch Logs Insights or Sentinel, whose structure was flattened away.
    #[error("a flattened query result, not a finding: `{key}` shows that its structure is lost")]
    Flattened {
        /// The member that shows it.
        key: String,
    },
    /// A wrapper around something that is no record.
    #[error("{wrapper} without a readable `{member}`")]
    EmptyWrapper {
        /// The wrapper's name.
        wrapper: &'static str,
        /// The member that should hold the record.
        member: &'static str,
    },
    /// More wrappers around each other than anything in AWS produces.
    #[error("wrapped more than {limit} times")]
    TooManyWrappers {
        /// The limit.
        limit: usize,
    },
}
