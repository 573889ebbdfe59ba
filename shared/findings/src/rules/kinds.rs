//! Which rules a finding's type, account, Region and severity leave, remembered value by value.

use foldhash::HashMap;

use super::rule::Rule;
use crate::{
    condition::Condition,
    expression::Subject,
    extract::{Value, Values},
    header::Field,
};

/// What makes the kind of a finding: attributes with few values that every finding has.
const KIND: [Field; 4] = [Field::Type, Field::AccountId, Field::Region, Field::Severity];

/// One bit for each rule, in order.
pub(super) type RuleBits = Vec<u64>;

/// Beyond this many words the memory of an attribute starts anew.
const MAX_WORDS: usize = 1 << 20;

/// Sets of rules by value, for each attribute of a kind.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    memories: [Memory; KIND.len()],
    allowed: RuleBits,
}

/// For each value of one attribute the rules whose required conditions on it hold.
#[derive(Debug, Default)]
struct Memory {
    places: HashMap<Box<str>, usize>,
    sets: Vec<u64>,
    /// Neighbours in a history share most values.
    last: Option<(Box<str>, usize)>,
}

/// Whether the finding's kind decides the condition.
pub(super) fn is_of_kind(condition: &Condition) -> bool {
    KIND.iter().any(|field| *field as usize == condition.slot())
}

impl Kinds {
    /// The rules that the finding's kind does not rule out.
    pub(super) fn allowed(&mut self, rules: &[Rule], subject: Subject<'_, '_>) -> &[u64] {
        self.allowed.clear();
        self.allowed.resize(rules.len().div_ceil(64), u64::MAX);
        for (field, memory) in KIND.into_iter().zip(&mut self.memories) {
            memory.narrow(field, rules, subject, &mut self.allowed);
        }
        &self.allowed
    }
}

impl Memory {
    fn narrow(
        &mut self,
        field: Field,
        rules: &[Rule],
        subject: Subject<'_, '_>,
        allowed: &mut [u64],
    ) {
        let Some(value) = usual_value(field, subject.values) else {
            return intersect(allowed, &holding(field, rules, subject));
        };
        let place = match &self.last {
            Some((last, place)) if **last == *value => *place,
            _ => {
                let place = self.place(value, field, rules, subject);
                self.last = Some((value.into(), place));
                place
            }
        };
        intersect(allowed, self.sets.get(place..).unwrap_or_default());
    }

    /// Where the set of a value begins.
    fn place(
        &mut self,
        value: &str,
        field: Field,
        rules: &[Rule],
        subject: Subject<'_, '_>,
    ) -> usize {
        if let Some(place) = self.places.get(value) {
            return *place;
        }
        if self.sets.len() >= MAX_WORDS {
            self.sets.clear();
            self.places.clear();
        }
        let place = self.sets.len();
        self.sets.extend(holding(field, rules, subject));
        self.places.insert(value.into(), place);
        place
    }
}

/// The value in the form in which nearly all findings have it.
fn usual_value<'v>(field: Field, values: &'v Values<'_>) -> Option<&'v str> {
    match (field, values.at(field as usize)) {
        (Field::Severity, [Value::Number(digits)]) => Some(digits),
        (Field::Severity, _) => None,
        (_, [Value::Text(text)]) => Some(text),
        _ => None,
    }
}

/// The rules whose required conditions on a field hold.
fn holding(field: Field, rules: &[Rule], subject: Subject<'_, '_>) -> RuleBits {
    let mut bits = vec![0; rules.len().div_ceil(64)];
    for (position, rule) in rules.iter().enumerate() {
        let mut holds = true;
        rule.when.each_required(&mut |condition| {
            holds = holds
                && (condition.slot() != field as usize || condition.evaluate(subject).is_true());
        });
        if holds {
            set(&mut bits, position);
        }
    }
    bits
}

fn intersect(allowed: &mut [u64], others: &[u64]) {
    for (own, other) in allowed.iter_mut().zip(others) {
        *own &= other;
    }
}

/// Puts a rule into a set.
pub(super) fn set(bits: &mut [u64], position: usize) {
    if let Some(word) = bits.get_mut(position / 64) {
        *word |= 1 << (position % 64);
    }
}

/// Whether a rule is in a set.
pub(super) fn contains(bits: &[u64], position: usize) -> bool {
    bits.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
}

/// The positions of the rules that are in both sets, in order.
pub(super) fn in_both(one: &[u64], other: &[u64]) -> impl Iterator<Item = usize> {
    one.iter().zip(other).enumerate().flat_map(|(word, (one, other))| {
        let mut bits = one & other;
        std::iter::from_fn(move || {
            let place = bits.trailing_zeros() as usize;
            bits &= bits.checked_sub(1)?;
            Some(64 * word + place)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_in_both_sets_come_in_order() {
        let sets: [RuleBits; 2] = [[3, 5, 64, 128, 190], [3, 4, 64, 129, 190]].map(|positions| {
            let mut bits = vec![0; 3];
            for position in positions {
                set(&mut bits, position);
            }
            bits
        });
        let [one, other] = &sets;
        assert_eq!(in_both(one, other).collect::<Vec<_>>(), [3, 64, 190]);
        assert!(contains(one, 128) && !contains(one, 129) && !contains(one, 9999));
    }
}
