//! The default event bus: every rule whose pattern matches an event sends it to its queue.

use std::sync::Arc;

use serde_json::Value;

use crate::pattern::Pattern;
use crate::queue::Queue;

/// A bus with its rules.
pub(crate) struct Bus {
    rules: Vec<Rule>,
}

/// A rule: what it listens for and where it delivers.
pub(crate) struct Rule {
    /// The rule's name.
    pub name: String,
    /// What it listens for.
    pub pattern: Pattern,
    /// Where the whole envelope goes.
    pub target: Arc<Queue>,
}

impl Bus {
    /// A bus with these rules.
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }

    /// Puts an envelope on the bus, and says how many rules took it.
    pub(crate) fn put(&self, envelope: &Value) -> usize {
        let matching = self.rules.iter().filter(|rule| rule.pattern.matches(envelope));
        let mut taken = 0;
        for rule in matching {
            tracing::trace!(rule = rule.name, "an event matched");
            rule.target.send(envelope.to_string());
            taken += 1;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::queue::QueueSettings;

    #[test]
    fn every_rule_that_matches_delivers_the_whole_event() {
        let queue = || {
            let arn = "arn:aws:sqs:us-east-1:111122223333:q".to_owned();
            Arc::new(Queue::new(QueueSettings {
                arn,
                visibility: Duration::from_secs(30),
                redrive: None,
            }))
        };
        let (low, all) = (queue(), queue());
        let rule = |pattern: &str, target: &Arc<Queue>| Rule {
            name: "rule".into(),
            pattern: Pattern::parse(pattern).unwrap(),
            target: Arc::clone(target),
        };
        let bus = Bus::new(vec![
            rule(r#"{"source":["a"],"detail":{"severity":[{"numeric":["<",4]}]}}"#, &low),
            rule(r#"{"source":["a"]}"#, &all),
        ]);
        let event = json!({"source": "a", "detail": {"severity": 3.9, "unknown": [1, null]}});
        assert_eq!(bus.put(&event), 2);
        assert_eq!(bus.put(&json!({"source": "a", "detail": {"severity": 4}})), 1);
        assert_eq!(bus.put(&json!({"source": "b"})), 0);
        assert_eq!((low.bodies().len(), all.bodies().len()), (1, 2));
        let arrived: Value = serde_json::from_str(&low.bodies()[0]).unwrap();
        assert_eq!(arrived, event);
    }
}
