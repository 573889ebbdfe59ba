//! Finds the rules that may match a finding without asking all of them.

use foldhash::HashMap;

use super::{
    kinds::{RuleBits, contains, in_both, is_of_kind, set},
    networks::Networks,
    rule::Rule,
};
use crate::{
    condition::text,
    expression::{Expression, Subject},
    extract::{Value, Values},
    header::{self, Field},
};

/// Rules by what they require.
///
/// A rule can only match when each of its required conditions holds. So one of them is enough to
/// rule it out: an equality or a network, of which a finding's values are looked up; what only
/// depends on the finding's kind; or else any condition on an attribute that most findings lack.
/// Only the rest is asked about every finding. Each list of rules is in order, and whatever a rule
/// requires of the finding's kind is known before it is asked for more.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    equalities: Vec<(usize, HashMap<String, Vec<usize>>)>,
    networks: Vec<(usize, Networks)>,
    presences: Vec<(usize, Vec<usize>)>,
    /// The rules that are in no list: those of the right kind are asked.
    by_kind: RuleBits,
    /// For each rule what is left to ask of a finding of the right kind.
    left: Vec<Left>,
    asks_for_moment: bool,
}

/// What has to be asked of a finding of the right kind before a rule is known to match.
#[derive(Debug, Clone)]
enum Left {
    /// Nothing: it matches.
    Nothing,
    /// Whether it was updated in a span of time: from and until, in epoch milliseconds.
    Updated { from: i64, until: i64 },
    /// An expression.
    Rest(Expression),
}

/// A finding that rules are asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'s, 'v, 'a> {
    pub(super) subject: Subject<'v, 'a>,
    /// The rules that its kind does not rule out; `None` when nobody has looked, so that each has to
    /// be asked for all of its conditions.
    pub(super) allowed: Option<&'s [u64]>,
    /// When it was updated, in epoch milliseconds, as far as that is asked for and plain.
    updated: Option<i64>,
}

/// Attributes that every finding has: that they are there rules nothing out.
const ALWAYS_PRESENT: [&str; 9] =
    ["accountId", "arn", "createdAt", "id", "partition", "region", "severity", "type", "updatedAt"];

impl Index {
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut index = Self { by_kind: vec![0; rules.len().div_ceil(64)], ..Self::default() };
        let variety = variety(rules);
        for (position, rule) in rules.iter().enumerate() {
            let required = rule.when.required();
            let equality = required
                .iter()
                .filter(|condition| !is_of_kind(condition))
                .filter_map(|condition| Some((condition.slot(), condition.equal_texts()?)))
                .max_by_key(|(slot, _)| variety.get(slot).copied().unwrap_or_default());
            let networks = required.iter().find_map(|own| Some((own.slot(), own.networks()?)));
            let depends_on_kind = required.iter().any(|condition| is_of_kind(condition));
            let presence = required.iter().find(|condition| {
                condition.needs_a_value() && !ALWAYS_PRESENT.contains(&condition.attribute.name())
            });
            match (equality, networks, presence) {
                (Some((slot, texts)), ..) => index.add_equality(slot, texts, position),
                (None, Some((slot, own)), _) => index.networks_at(slot).add(own, position),
                (None, None, Some(condition)) if !depends_on_kind => {
                    index.add_presence(condition.slot(), position);
                }
                _ => set(&mut index.by_kind, position),
            }
            let left = Left::of(&rule.when);
            index.asks_for_moment |= matches!(left, Left::Updated { .. });
            index.left.push(left);
        }
        index
    }

    /// A finding, with the rules that its kind allows when that is known.
    pub(super) fn asked<'s, 'v, 'a>(
        &self,
        subject: Subject<'v, 'a>,
        allowed: Option<&'s [u64]>,
    ) -> Asked<'s, 'v, 'a> {
        let updated = match subject.values.at(Field::UpdatedAt as usize) {
            [only] if self.asks_for_moment => header::time(only).map(|own| own.epoch_millis()),
            _ => None,
        };
        Asked { subject, allowed, updated }
    }

    /// Hands every rule that may match to `ask`, list by list, each in order, until it says no. A
    /// rule may be handed over more than once when a value repeats.
    pub(super) fn each(&self, asked: Asked<'_, '_, '_>, mut ask: impl FnMut(usize) -> bool) {
        for position in in_both(&self.by_kind, asked.allowed.unwrap_or(&self.by_kind)) {
            if !ask(position) {
                break;
            }
        }
        self.each_list(asked.subject.values, |list| {
            let may_match =
                |position: &&usize| asked.allowed.is_none_or(|own| contains(own, **position));
            for position in list.iter().filter(may_match) {
                if !ask(*position) {
                    break;
                }
            }
        });
    }

    /// Whether a rule that may match does.
    pub(super) fn holds(&self, rules: &[Rule], position: usize, asked: Asked<'_, '_, '_>) -> bool {
        let left = asked.allowed.and_then(|_| self.left.get(position));
        let rest = match (left, asked.updated) {
            (Some(Left::Nothing), _) => return true,
            (Some(Left::Updated { from, until }), Some(moment)) => {
                return (*from..*until).contains(&moment);
            }
            (Some(Left::Rest(rest)), _) => Some(rest),
            _ => rules.get(position).map(|rule| &rule.when),
        };
        rest.is_some_and(|rest| rest.evaluate(asked.subject).is_true())
    }

    /// For each rule whether more than the finding's kind has to be asked.
    #[cfg(test)]
    pub(super) fn asks_more(&self) -> Vec<bool> {
        self.left.iter().map(|left| !matches!(left, Left::Nothing)).collect()
    }

    /// Every list of rules that a value of the finding leads to.
    fn each_list(&self, values: &Values<'_>, mut act: impl FnMut(&[usize])) {
        for (slot, rules) in &self.presences {
            if values.at(*slot).iter().any(|value| !matches!(value, Value::Null)) {
                act(rules);
            }
        }
        for (slot, networks) in &self.networks {
            networks.each_list(values.at(*slot), &mut act);
        }
        for (slot, by_text) in &self.equalities {
            for text in values.at(*slot).iter().filter_map(text) {
                if let Some(rules) = by_text.get::<str>(&text) {
                    act(rules);
                }
            }
        }
    }

    fn add_equality(&mut self, slot: usize, texts: &[String], rule: usize) {
        let place = self.equalities.iter().position(|(own, _)| *own == slot);
        let place = place.unwrap_or_else(|| {
            self.equalities.push((slot, HashMap::default()));
            self.equalities.len() - 1
        });
        if let Some((_, by_text)) = self.equalities.get_mut(place) {
            for text in texts {
                let rules: &mut Vec<usize> = by_text.entry(text.clone()).or_default();
                if rules.last() != Some(&rule) {
                    rules.push(rule);
                }
            }
        }
    }

    fn networks_at(&mut self, slot: usize) -> &mut Networks {
        let place = self.networks.iter().position(|(own, _)| *own == slot);
        let place = place.unwrap_or(self.networks.len());
        if place == self.networks.len() {
            self.networks.push((slot, Networks::default()));
        }
        #[expect(clippy::indexing_slicing, reason = "found or just pushed")]
        &mut self.networks[place].1
    }

    fn add_presence(&mut self, slot: usize, rule: usize) {
        match self.presences.iter_mut().find(|(own, _)| *own == slot) {
            Some((_, rules)) => rules.push(rule),
            None => self.presences.push((slot, vec![rule])),
        }
    }
}

impl Left {
    fn of(when: &Expression) -> Self {
        match left_of(when) {
            None => Self::Nothing,
            Some(rest) => match window(&rest) {
                Some((from, until)) => Self::Updated { from, until },
                None => Self::Rest(rest),
            },
        }
    }
}

/// The span of time in which a finding was updated for which this holds, if it asks nothing else.
fn window(rest: &Expression) -> Option<(i64, i64)> {
    match rest {
        Expression::Condition(condition) if condition.slot() == Field::UpdatedAt as usize => {
            condition.span()
        }
        Expression::All(parts) => {
            parts.iter().map(window).try_fold((i64::MIN, i64::MAX), |(from, until), own| {
                own.map(|(own_from, own_until)| (from.max(own_from), until.min(own_until)))
            })
        }
        _ => None,
    }
}

/// What is left of an expression when its required conditions on the kind are known to hold.
fn left_of(when: &Expression) -> Option<Expression> {
    match when {
        Expression::Condition(condition) if is_of_kind(condition) => None,
        Expression::All(parts) => {
            let left: Vec<_> = parts.iter().filter_map(left_of).collect();
            (!left.is_empty()).then_some(Expression::All(left))
        }
        other => Some(other.clone()),
    }
}

/// How many different texts the rules name at each slot: the more, the better a value there
/// tells rules apart.
fn variety(rules: &[Rule]) -> HashMap<usize, usize> {
    let mut texts: HashMap<usize, foldhash::HashSet<&str>> = HashMap::default();
    for condition in rules.iter().flat_map(|rule| rule.when.required()) {
        let own = condition.equal_texts().into_iter().flatten().map(String::as_str);
        texts.entry(condition.slot()).or_default().extend(own);
    }
    texts.into_iter().map(|(slot, texts)| (slot, texts.len())).collect()
}
