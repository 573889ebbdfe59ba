//! A GuardDuty filter on its own: native criteria that select findings, as `ListFindings` does.

use crate::{
    Finding, Timestamp, Truth,
    criteria::criteria,
    document::Node,
    expression::{Expression, Subject},
    extract::Paths,
    one_line,
    problem::{Problems, RuleSetError},
    scope::Scope,
};

/// Compiled criteria.
#[derive(Debug, Clone)]
pub struct Filter {
    when: Expression,
    paths: Paths,
}

impl Filter {
    /// Compiles criteria as GuardDuty's API and guardsift's rules write them.
    ///
    /// # Errors
    /// Every attribute, operator and operand that is not understood.
    pub fn from_criteria_json(json: &serde_json::Value) -> Result<Self, RuleSetError> {
        let mut problems = Problems::of("criteria");
        let mut scope = Scope::without_clock();
        match criteria(&Node::from(json), &mut scope, &mut problems) {
            Some(when) => Ok(Self { when, paths: scope.into_paths() }),
            None => Err(RuleSetError { problems: problems.into_vec() }),
        }
    }

    /// Compiles a condition in one line, as a person types it: `severity < 4 and type ~ "Recon:*"`.
    ///
    /// # Errors
    /// What was expected and where, or an attribute, operator or operand that is not understood.
    pub fn from_line(text: &str) -> Result<Self, String> {
        let criteria = one_line::criteria(text)?;
        Self::from_criteria_json(&criteria).map_err(|error| error.to_string())
    }

    /// Whether the filter selects the finding; unknown when the finding lacks what it asks for.
    pub fn matches(&self, finding: &Finding) -> Truth {
        let values = finding.values(&self.paths);
        self.when.evaluate(Subject { values: &values, as_of: Timestamp::EPOCH })
    }
}
