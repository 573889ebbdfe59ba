//! The earlier rules that match whatever a rule matches, found without asking all of them.

use std::collections::HashMap;

use crate::{
    Rule,
    implication::{Case, Cases},
};

/// The rules so far, by a text that each requires: only what says that text can imply them.
#[derive(Default)]
pub(super) struct Covering<'r> {
    rules: Vec<&'r Rule>,
    by_text: HashMap<(&'static str, &'r str), Vec<usize>>,
    rest: Vec<usize>,
}

impl<'r> Covering<'r> {
    pub(super) fn add(&mut self, rule: &'r Rule) {
        let position = self.rules.len();
        self.rules.push(rule);
        let required = rule.when.required().into_iter();
        let texts = required.filter_map(|own| Some((own.attribute.name(), own.equal_texts()?)));
        match texts.min_by_key(|(_, texts)| texts.len()) {
            None => self.rest.push(position),
            Some((name, texts)) => {
                for text in texts {
                    self.by_text.entry((name, text.as_str())).or_default().push(position);
                }
            }
        }
    }

    /// For each way in which a rule can match, the rules so far that certainly match as well.
    pub(super) fn of(&self, cases: &Cases<'_>) -> Vec<Vec<&'r Rule>> {
        let possible = cases.iter().filter(|case| case.conflict().is_none());
        possible.map(|case| self.implied_by(case)).collect()
    }

    fn implied_by(&self, case: &Case<'_>) -> Vec<&'r Rule> {
        let named = case.texts().filter_map(|key| self.by_text.get(&key));
        let mut asked: Vec<usize> = named.flatten().chain(&self.rest).copied().collect();
        asked.sort_unstable();
        asked.dedup();
        let rules = asked.into_iter().filter_map(|position| self.rules.get(position).copied());
        rules.filter(|rule| case.implies(&rule.when)).collect()
    }
}
