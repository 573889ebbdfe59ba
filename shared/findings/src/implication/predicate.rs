//! What is known of one value: that a test holds for it, or that it does not.

use super::{Cases, range::Numbers};
use crate::{
    Timestamp, Truth,
    condition::test::{Comparison, NumberOperand, Scale, Test},
    extract::Value,
    glob::Glob,
};

/// A test whose answer for a value is known. Either answer says that the value can be compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Predicate<'r> {
    pub(crate) test: &'r Test,
    pub(crate) holds: bool,
}

impl<'r> Predicate<'r> {
    /// The numbers it leaves, and what they are compared as. Severities end at 0 and 10.
    pub(crate) fn numbers(&self) -> Option<(Scale, Numbers)> {
        let (scale, numbers) = match self.test {
            Test::Number(operands) => (Scale::Number, exactly(operands)),
            Test::Severity(operands) => (Scale::Severity, exactly(operands)),
            #[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
            Test::Time(moments) => {
                let moments = moments.iter().map(|moment| *moment as f64);
                (Scale::Time, Numbers::any_of(moments.map(|own| Numbers::between(own, own))))
            }
            Test::Order { scale, comparison, bound } => (
                *scale,
                match comparison {
                    Comparison::Greater => Numbers::above(*bound, false),
                    Comparison::GreaterOrEqual => Numbers::above(*bound, true),
                    Comparison::Less => Numbers::below(*bound, false),
                    Comparison::LessOrEqual => Numbers::below(*bound, true),
                },
            ),
            _ => return None,
        };
        let numbers = if self.holds { numbers } else { numbers.complement() };
        let possible = match scale {
            Scale::Severity => Numbers::between(0.0, 10.0),
            Scale::Number | Scale::Time => Numbers::all(),
        };
        Some((scale, numbers.and(&possible)))
    }

    /// The only texts it leaves.
    pub(crate) fn texts(&self) -> Option<&'r [String]> {
        match (self.test, self.holds) {
            (Test::Text(texts), true) => Some(texts),
            _ => None,
        }
    }

    /// Whether it is true of any scalar with this text; `None` when the text does not say.
    pub(crate) fn on_text(&self, text: &str) -> Option<bool> {
        match self.test {
            Test::Text(_)
            | Test::Glob(_)
            | Test::Regex(_)
            | Test::Cidr(_)
            | Test::Number(_)
            | Test::Order { scale: Scale::Number, .. } => {
                let answer = self.test.on(&Value::Text(text.into()), Timestamp::EPOCH);
                Some(answer == Truth::from(self.holds))
            }
            _ => None,
        }
    }

    /// Whether every value it is true of is one that `other` is true of. Never wrongly true.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        if let (Some((scale, own)), Some((other_scale, others))) = (self.numbers(), other.numbers())
        {
            return scale == other_scale && own.is_within(&others);
        }
        if let Some(texts) = self.texts() {
            return texts.iter().all(|text| other.on_text(text) == Some(true));
        }
        match (self.holds, other.holds) {
            (true, true) => includes(other.test, self.test),
            // What the wider test refuses the narrower one refuses, if it can compare it at all.
            (false, false) => {
                compare_the_same(self.test, other.test) && includes(self.test, other.test)
            }
            (true, false) => {
                compare_the_same(self.test, other.test) && are_apart(self.test, other.test)
            }
            (false, true) => false,
        }
    }

    /// Whether no value is one that both are true of. Never wrongly true.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        if let (Some((scale, own)), Some((other_scale, others))) = (self.numbers(), other.numbers())
        {
            return scale == other_scale && own.and(&others).is_empty();
        }
        for (finite, rest) in [(self, other), (other, self)] {
            if let Some(texts) = finite.texts() {
                return texts.iter().all(|text| rest.on_text(text) == Some(false));
            }
        }
        match (self.holds, other.holds) {
            (true, true) => are_apart(self.test, other.test),
            (true, false) => includes(other.test, self.test),
            (false, true) => includes(self.test, other.test),
            (false, false) => false,
        }
    }

    /// Whether it is true of no value at all. Never wrongly true.
    pub(crate) fn is_impossible(&self) -> bool {
        match (self.test, self.holds) {
            (Test::Object(criteria), true) => Cases::of(&criteria.when).conflict().is_some(),
            _ => self.numbers().is_some_and(|(_, numbers)| numbers.is_empty()),
        }
    }
}

fn exactly(operands: &[NumberOperand]) -> Numbers {
    Numbers::any_of(operands.iter().map(|operand| match operand {
        NumberOperand::Exact(number) => Numbers::between(*number, *number),
        NumberOperand::IntegerPart(part) => Numbers::with_integer_part(*part),
    }))
}

/// Whether `wide` holds for every value that `narrow` holds for.
fn includes(wide: &Test, narrow: &Test) -> bool {
    match (narrow, wide) {
        (Test::Text(_), _) => {
            let predicate = |test| Predicate { test, holds: true };
            predicate(narrow).is_within(&predicate(wide))
        }
        (Test::Glob(narrow), Test::Text(wide)) => {
            narrow.iter().all(|glob| !glob.is_wild() && wide.contains(&glob.pattern()))
        }
        (Test::Glob(narrow), Test::Glob(wide)) => {
            narrow.iter().all(|glob| wide.iter().any(|own| own.includes(glob)))
        }
        (Test::Regex(narrow), Test::Regex(wide)) => narrow
            .iter()
            .all(|expression| wide.iter().any(|own| own.as_str() == expression.as_str())),
        (Test::Cidr(narrow), Test::Cidr(wide)) => {
            narrow.iter().all(|network| wide.iter().any(|own| own.contains(network)))
        }
        (Test::Boolean(narrow), Test::Boolean(wide)) => {
            narrow.iter().all(|flag| wide.contains(flag))
        }
        (Test::Age { older, than: narrow }, Test::Age { older: other, than: wide }) => {
            older == other && if *older { narrow >= wide } else { narrow <= wide }
        }
        (Test::Pair(narrow), Test::Pair(wide)) => narrow.iter().all(|pair| wide.contains(pair)),
        (Test::Object(narrow), Test::Object(wide)) => Cases::of(&narrow.when).imply(&wide.when),
        _ => false,
    }
}

/// Whether no value satisfies both.
fn are_apart(left: &Test, right: &Test) -> bool {
    match (left, right) {
        (Test::Boolean(left), Test::Boolean(right)) => {
            !left.iter().any(|flag| right.contains(flag))
        }
        (Test::Pair(left), Test::Pair(right)) => !left.iter().any(|pair| right.contains(pair)),
        (Test::Cidr(left), Test::Cidr(right)) => !left
            .iter()
            .any(|network| right.iter().any(|own| own.contains(network) || network.contains(own))),
        (Test::Glob(left), Test::Glob(right)) => {
            left.iter().all(|glob| right.iter().all(|own| differ(glob, own)))
        }
        (
            Test::Age { older: true, than: at_least },
            Test::Age { older: false, than: less_than },
        )
        | (
            Test::Age { older: false, than: less_than },
            Test::Age { older: true, than: at_least },
        ) => at_least >= less_than,
        _ => false,
    }
}

/// Whether the patterns' fixed beginnings or ends can't be those of one text.
fn differ(left: &Glob, right: &Glob) -> bool {
    let starts = left.literal_start().iter().zip(right.literal_start());
    let ends = left.literal_end().iter().rev().zip(right.literal_end().iter().rev());
    starts.chain(ends).any(|(own, other)| own != other)
}

/// Whether a value that one of them can be asked about is one the other can, too.
fn compare_the_same(left: &Test, right: &Test) -> bool {
    let is_text = |test: &Test| matches!(test, Test::Text(_) | Test::Glob(_) | Test::Regex(_));
    match (left, right) {
        (Test::Cidr(_), Test::Cidr(_))
        | (Test::Boolean(_), Test::Boolean(_))
        | (Test::Age { .. }, Test::Age { .. })
        | (Test::Pair(_), Test::Pair(_)) => true,
        (left, right) => is_text(left) && is_text(right),
    }
}
