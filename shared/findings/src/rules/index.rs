//! Finds the rules that may match a finding without asking all of them.

use std::collections::HashMap;

use super::rule::Rule;
use crate::{
    condition::{Condition, text},
    extract::{Value, Values},
};

/// Rules by what they require.
///
/// A rule can only match when each of its required conditions holds. So one of them is enough to
/// rule it out: an equality, of which a finding's values are looked up, or else any condition on
/// an attribute that most findings lack. Only the rest is asked about every finding.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    equalities: Vec<(usize, HashMap<String, Vec<usize>>)>,
    presences: Vec<(usize, Vec<usize>)>,
    always: Vec<usize>,
}

/// Attributes that every finding has: that they are there rules nothing out.
const ALWAYS_PRESENT: [&str; 9] =
    ["accountId", "arn", "createdAt", "id", "partition", "region", "severity", "type", "updatedAt"];

impl Index {
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut index = Self::default();
        for (position, rule) in rules.iter().enumerate() {
            let required = rule.when.required();
            let equality = required
                .iter()
                .filter_map(|condition| Some((condition, condition.equal_texts()?)))
                .min_by_key(|(condition, texts)| (rank(condition), texts.len()));
            let presence = required
                .iter()
                .find(|condition| condition.needs_a_value() && rank(condition) > LAST_RANK_PRESENT);
            match (equality, presence) {
                (Some((condition, texts)), _) => {
                    index.add_equality(condition.slot(), texts, position)
                }
                (None, Some(condition)) => index.add_presence(condition.slot(), position),
                (None, None) => index.always.push(position),
            }
        }
        index
    }

    /// The positions of all rules that may match, in order, each once.
    pub(super) fn candidates(&self, values: &Values<'_>) -> Vec<usize> {
        let mut found = self.always.clone();
        for (slot, rules) in &self.presences {
            if values.at(*slot).iter().any(|value| !matches!(value, Value::Null)) {
                found.extend_from_slice(rules);
            }
        }
        for (slot, by_text) in &self.equalities {
            for text in values.at(*slot).iter().filter_map(text) {
                found.extend(by_text.get::<str>(&text).into_iter().flatten());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn add_equality(&mut self, slot: usize, texts: &[String], rule: usize) {
        let place = self.equalities.iter().position(|(own, _)| *own == slot);
        let place = place.unwrap_or_else(|| {
            self.equalities.push((slot, HashMap::new()));
            self.equalities.len() - 1
        });
        if let Some((_, by_text)) = self.equalities.get_mut(place) {
            for text in texts {
                by_text.entry(text.clone()).or_default().push(rule);
            }
        }
    }

    fn add_presence(&mut self, slot: usize, rule: usize) {
        match self.presences.iter_mut().find(|(own, _)| *own == slot) {
            Some((_, rules)) => rules.push(rule),
            None => self.presences.push((slot, vec![rule])),
        }
    }
}

const LAST_RANK_PRESENT: usize = 3;

/// Which equality tells findings apart best: the id, then what only some findings have, then
/// types, accounts, and what nearly all have in common.
fn rank(condition: &Condition) -> usize {
    match condition.attribute.name() {
        "id" | "arn" => 0,
        "type" => 1,
        "accountId" => 2,
        name if ALWAYS_PRESENT.contains(&name) => LAST_RANK_PRESENT,
        _ => LAST_RANK_PRESENT + 1,
    }
}
