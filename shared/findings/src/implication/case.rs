//! One way in which an expression can hold, and what follows from it.

use super::{Claim, Literal, Predicate, range::Numbers};
use crate::{
    condition::{Condition, Target, test::Scale},
    expression::Expression,
    shape::has_one_value,
};

/// Conditions whose answers are known at the same time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case<'r>(Vec<Literal<'r>>);

/// Conditions on one attribute that can't have their answers at the same time.
#[derive(Debug, Clone)]
pub(crate) struct Conflict<'r> {
    pub(crate) target: Target,
    /// In the order they were written.
    pub(crate) conditions: Vec<&'r Condition>,
}

impl<'r> Case<'r> {
    pub(super) fn with(mut self, literal: Literal<'r>) -> Self {
        self.0.push(literal);
        self
    }

    /// What is known about one attribute.
    pub(crate) fn on(&self, target: Target) -> Vec<Claim<'r>> {
        self.0
            .iter()
            .filter(|own| same(own.condition.attribute, target))
            .map(Literal::claim)
            .collect()
    }

    /// Whether the expression certainly holds whenever this case is so.
    pub(crate) fn implies(&self, expression: &Expression) -> bool {
        self.proves(expression, true)
    }

    /// Every attribute with a text that it may be equal to, where only some texts are left.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&'static str, &'r str)> {
        self.0.iter().flat_map(|literal| {
            let predicates = predicates(&[literal.claim()]);
            let texts = predicates.into_iter().filter_map(|own| own.texts()).flatten();
            texts.map(|text| (literal.condition.attribute.name(), text.as_str()))
        })
    }

    /// The severities it leaves.
    pub(crate) fn severities(&self) -> Numbers {
        let own = self.0.iter().find(|own| own.condition.attribute.name() == "severity");
        let numbers = own.and_then(|own| numbers(&predicates(&self.on(own.condition.attribute))));
        numbers.map_or_else(|| Numbers::between(0.0, 10.0), |(_, numbers)| numbers)
    }

    /// Whether the expression certainly holds in this case, or certainly fails. Never wrongly so.
    fn proves(&self, goal: &Expression, holds: bool) -> bool {
        match (goal, holds) {
            (Expression::Condition(condition), _) => {
                self.proves_literal(Literal { condition, holds })
            }
            (Expression::Not(part), _) => self.proves(part, !holds),
            (Expression::All(parts), true) | (Expression::Any(parts), false) => {
                parts.iter().all(|part| self.proves(part, holds))
            }
            (Expression::Any(parts), true) | (Expression::All(parts), false) => {
                parts.iter().any(|part| self.proves(part, holds))
            }
        }
    }

    fn proves_literal(&self, goal: Literal<'_>) -> bool {
        let target = goal.condition.attribute;
        let claims = self.on(target);
        if claims.is_empty() {
            return false;
        }
        match goal.claim() {
            Claim::Present => claims.iter().any(|claim| !matches!(claim, Claim::Absent)),
            Claim::Absent => claims.iter().any(|claim| matches!(claim, Claim::Absent)),
            Claim::Some(goal) | Claim::All(goal) if has_one_value(target) => {
                leave_only(&predicates(&claims), &goal)
            }
            Claim::Some(goal) => predicates(&claims).iter().any(|own| own.is_within(&goal)),
            Claim::All(goal) => claims.iter().any(|claim| match claim {
                Claim::All(own) => own.is_within(&goal),
                _ => false,
            }),
        }
    }

    /// What keeps it from happening, if anything certainly does.
    pub(crate) fn conflict(&self) -> Option<Conflict<'r>> {
        self.0.iter().enumerate().find_map(|(index, literal)| {
            let target = literal.condition.attribute;
            let is_first = |own: &Literal<'_>| same(own.condition.attribute, target);
            if self.0.iter().position(is_first) != Some(index) {
                return None;
            }
            let own: Vec<_> = self.0.iter().filter(|own| is_first(own)).collect();
            conflicting(target, &own).map(|conditions| Conflict { target, conditions })
        })
    }
}

/// The fewest of the conditions on one attribute that can't have their answers together.
fn conflicting<'r>(target: Target, literals: &[&Literal<'r>]) -> Option<Vec<&'r Condition>> {
    let impossible = |literal: &&&Literal<'r>| match literal.claim() {
        Claim::Some(predicate) | Claim::All(predicate) => predicate.is_impossible(),
        _ => false,
    };
    if let Some(literal) = literals.iter().find(impossible) {
        return Some(vec![literal.condition]);
    }
    for (index, left) in literals.iter().enumerate() {
        for right in literals.iter().skip(index + 1) {
            if exclude(target, left.claim(), right.claim()) {
                return Some(vec![left.condition, right.condition]);
            }
        }
    }
    let claims: Vec<_> = literals.iter().map(|literal| literal.claim()).collect();
    let is_impossible = has_one_value(target) && leave_nothing(&predicates(&claims));
    is_impossible.then(|| literals.iter().map(|literal| literal.condition).collect())
}

fn exclude(target: Target, left: Claim<'_>, right: Claim<'_>) -> bool {
    match (left, right) {
        (Claim::Absent, Claim::Absent) => false,
        (Claim::Absent, _) | (_, Claim::Absent) => true,
        (Claim::Some(left), Claim::Some(right)) => has_one_value(target) && left.excludes(&right),
        (Claim::Some(left) | Claim::All(left), Claim::Some(right) | Claim::All(right)) => {
            left.excludes(&right)
        }
        _ => false,
    }
}

fn predicates<'r>(claims: &[Claim<'r>]) -> Vec<Predicate<'r>> {
    let of = |claim: &Claim<'r>| match claim {
        Claim::Some(predicate) | Claim::All(predicate) => Some(*predicate),
        Claim::Present | Claim::Absent => None,
    };
    claims.iter().filter_map(of).collect()
}

/// Whether a value that all of `known` are true of is one that `goal` is true of.
fn leave_only(known: &[Predicate<'_>], goal: &Predicate<'_>) -> bool {
    if known.iter().any(|own| own.is_within(goal)) {
        return true;
    }
    if let (Some((scale, left)), Some((other, wanted))) = (numbers(known), goal.numbers())
        && scale == other
        && left.is_within(&wanted)
    {
        return true;
    }
    texts(known).is_some_and(|texts| texts.iter().all(|text| goal.on_text(text) == Some(true)))
}

/// Whether there is no value that all of them are true of.
fn leave_nothing(known: &[Predicate<'_>]) -> bool {
    numbers(known).is_some_and(|(_, numbers)| numbers.is_empty())
        || texts(known).is_some_and(|texts| texts.is_empty())
}

/// The numbers that all of them leave.
fn numbers(known: &[Predicate<'_>]) -> Option<(Scale, Numbers)> {
    known.iter().filter_map(Predicate::numbers).reduce(|(scale, all), (other, own)| {
        if scale == other { (scale, all.and(&own)) } else { (scale, all) }
    })
}

/// The texts that all of them leave, when they leave only so many.
fn texts<'r>(known: &[Predicate<'r>]) -> Option<Vec<&'r str>> {
    let finite = known.iter().find_map(Predicate::texts)?;
    let is_left =
        |text: &&String| known.iter().all(|predicate| predicate.on_text(text) != Some(false));
    Some(finite.iter().filter(is_left).map(String::as_str).collect())
}

/// Names come from one table each, so that the same attribute has the same text in memory.
fn same(left: Target, right: Target) -> bool {
    std::ptr::eq(left.name(), right.name())
}
