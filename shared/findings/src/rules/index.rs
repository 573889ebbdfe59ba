//! Finds the rules that may match a finding without asking all of them.

use foldhash::HashMap;

use super::{networks::Networks, rule::Rule};
use crate::{
    condition::{Condition, text},
    expression::{Expression, Subject},
    extract::{Value, Values},
    header::Field,
};

/// Rules by what they require.
///
/// A rule can only match when each of its required conditions holds. So one of them is enough to
/// rule it out: an equality or a network, of which a finding's values are looked up; what only
/// depends on the finding's kind; or else any condition on an attribute that most findings lack.
/// Only the rest is asked about every finding. Each list of rules is in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    equalities: Vec<(usize, HashMap<String, Vec<usize>>)>,
    networks: Vec<(usize, Networks)>,
    presences: Vec<(usize, Vec<usize>)>,
    always: Vec<usize>,
    kinds: Vec<OfKind>,
}

/// A rule of which the finding's kind decides some conditions, or all.
#[derive(Debug, Clone)]
struct OfKind {
    position: usize,
    /// What is left to ask when those hold.
    left: Option<Expression>,
    /// Its place among the rules of this sort.
    place: usize,
}

/// A rule that may match, and what is left to ask.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) position: usize,
    pub(super) left: Left,
}

/// What has to be asked of a finding before a rule is known to match.
#[derive(Debug, Clone, Copy)]
pub(super) enum Left {
    /// Nothing: it matches.
    Nothing,
    /// What the finding's kind does not decide, of the rule at this place.
    Rest(usize),
    /// All of it.
    All,
}

/// What makes the kind of a finding: attributes with few values that every finding has.
const KIND: [Field; 4] = [Field::Type, Field::AccountId, Field::Region, Field::Severity];

/// Attributes that every finding has: that they are there rules nothing out.
const ALWAYS_PRESENT: [&str; 9] =
    ["accountId", "arn", "createdAt", "id", "partition", "region", "severity", "type", "updatedAt"];

impl Index {
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut index = Self::default();
        let variety = variety(rules);
        for (position, rule) in rules.iter().enumerate() {
            let required = rule.when.required();
            let equality = required
                .iter()
                .filter(|condition| !is_of_kind(condition))
                .filter_map(|condition| Some((condition.slot(), condition.equal_texts()?)))
                .max_by_key(|(slot, _)| variety.get(slot).copied().unwrap_or_default());
            let networks = required.iter().find_map(|own| Some((own.slot(), own.networks()?)));
            let presence = required.iter().find(|condition| {
                condition.needs_a_value() && !ALWAYS_PRESENT.contains(&condition.attribute.name())
            });
            if let Some((slot, texts)) = equality {
                index.add_equality(slot, texts, position);
            } else if let Some((slot, own)) = networks {
                index.networks_at(slot).add(own, position);
            } else if required.iter().any(|condition| is_of_kind(condition)) {
                let place = index.kinds.len();
                index.kinds.push(OfKind { position, left: left_of(&rule.when), place });
            } else if let Some(condition) = presence {
                index.add_presence(condition.slot(), position);
            } else {
                index.always.push(position);
            }
        }
        index
    }

    /// Whether the finding has a kind, which is then written to `kind`.
    pub(super) fn write_kind(&self, values: &Values<'_>, kind: &mut String) -> bool {
        kind.clear();
        KIND.into_iter().all(|field| match values.at(field as usize) {
            [Value::Text(text)] => {
                kind.push_str(text);
                // No separator that a value could hold itself.
                kind.push_str("\u{0}t");
                !text.contains('\u{0}')
            }
            [Value::Number(digits)] => {
                kind.push_str(digits);
                kind.push_str("\u{0}n");
                true
            }
            _ => false,
        })
    }

    /// For each rule that a finding's kind has a say in: whether more has to be asked.
    #[cfg(test)]
    pub(super) fn asks_more(&self) -> Vec<bool> {
        self.kinds.iter().map(|own| own.left.is_some()).collect()
    }

    /// The rules that findings of this one's kind may match.
    pub(super) fn of_kind(&self, rules: &[Rule], subject: Subject<'_, '_>) -> Vec<Candidate> {
        let may_match = |own: &&OfKind| {
            let required = rules.get(own.position).map(|rule| rule.when.required());
            required
                .into_iter()
                .flatten()
                .filter(|condition| is_of_kind(condition))
                .all(|condition| condition.evaluate(subject).is_true())
        };
        let candidate = |own: &OfKind| Candidate {
            position: own.position,
            left: own.left.as_ref().map_or(Left::Nothing, |_| Left::Rest(own.place)),
        };
        self.kinds.iter().filter(may_match).map(candidate).collect()
    }

    /// Whether the rule matches.
    pub(super) fn holds(
        &self,
        rules: &[Rule],
        candidate: Candidate,
        subject: Subject<'_, '_>,
    ) -> bool {
        let when = match candidate.left {
            Left::Nothing => return true,
            Left::Rest(place) => self.kinds.get(place).and_then(|own| own.left.as_ref()),
            Left::All => rules.get(candidate.position).map(|rule| &rule.when),
        };
        when.is_some_and(|when| when.evaluate(subject).is_true())
    }

    /// Every list of rules that may match for another reason than the finding's kind. A rule
    /// stands in one list, but may be handed over more than once when a value repeats.
    pub(super) fn each_list(&self, values: &Values<'_>, mut act: impl FnMut(&[usize])) {
        act(&self.always);
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

fn is_of_kind(condition: &Condition) -> bool {
    KIND.iter().any(|field| *field as usize == condition.slot())
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
