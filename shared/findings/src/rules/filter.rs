//! A GuardDuty filter on its own: native criteria that select findings, as `ListFindings` does.

use crate::{
    Finding, Truth,
    criteria::{Slots, criteria},
    document::Node,
    expression::Expression,
    extract::Paths,
    problem::{Problems, RuleSetError},
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
        let mut slots = Slots::default();
        let when = match Node::read(&json.to_string()) {
            Ok(node) => criteria(&node, &mut slots, &mut problems),
            Err((position, message)) => {
                problems.place(position, 1, message);
                None
            }
        };
        when.map(|when| Self { when, paths: slots.into_paths() })
            .ok_or_else(|| RuleSetError { problems: problems.into_vec() })
    }

    /// Whether the filter selects the finding; unknown when the finding lacks what it asks for.
    pub fn matches(&self, finding: &Finding) -> Truth {
        self.when.evaluate(&finding.values(&self.paths))
    }
}
