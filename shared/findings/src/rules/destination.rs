//! Where notifications go.

use crate::expression::Expression;

/// A place that notifications are delivered to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Its name in the rule file.
    pub name: String,
    /// What it is.
    pub kind: DestinationKind,
}

/// The kinds of destinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestinationKind {
    /// An SNS topic.
    Sns {
        /// The topic's ARN.
        topic_arn: String,
    },
    /// An HTTPS endpoint that takes a POST.
    Webhook {
        /// Its URL, as it was written.
        url: String,
    },
}

/// Which findings go to which destinations.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// `None` takes every finding.
    pub(crate) when: Option<Expression>,
    /// Positions in the rule set's list of destinations.
    pub(crate) to: Vec<usize>,
}
