//! EventBridge event patterns, with the semantics of AWS's own Event Ruler.
//!
//! Grammar and operators: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>.

mod matching;
mod parse;
mod value;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::pattern::value::Matcher;

/// A compiled event pattern: what a rule on a bus listens for.
#[derive(Clone, Debug)]
pub struct Pattern {
    root: Node,
}

/// One level of a pattern: every field and one branch of every `$or` must match.
#[derive(Clone, Debug, Default)]
struct Node {
    fields: BTreeMap<String, Field>,
    branches: Vec<Vec<Self>>,
}

#[derive(Clone, Debug)]
enum Field {
    Object(Node),
    OneOf(Vec<Matcher>),
}

/// Why EventBridge would refuse a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event pattern, at {path}: {reason}")]
pub struct PatternError {
    path: String,
    reason: String,
}

impl Pattern {
    /// Compiles a pattern from its JSON text.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let value = serde_json::from_str(text).map_err(|error| PatternError {
            path: "the top".into(),
            reason: format!("no JSON: {error}"),
        })?;
        Self::from_value(&value)
    }

    /// Compiles a pattern from JSON.
    pub fn from_value(value: &Value) -> Result<Self, PatternError> {
        parse::pattern(value).map(|root| Self { root })
    }

    /// Does `event` (a whole EventBridge envelope) match?
    pub fn matches(&self, event: &Value) -> bool {
        matching::matches(&self.root, event)
    }
}

#[cfg(test)]
mod tests;
