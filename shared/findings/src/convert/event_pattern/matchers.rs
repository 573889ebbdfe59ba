//! One condition as the list of matchers that an event pattern holds for a field.

use serde_json::{Value, json};

use super::bands::{bands, gaps};
use crate::{
    AttributeKind,
    condition::test::{Comparison, NumberOperand, Scale, Test},
    convert::{
        filter::opposite,
        normal::{Literal, Quantity},
        reason::Reason,
    },
    document::json_number,
    glob::Glob,
};

/// Numbers beyond it are not compared as numbers.
const NUMBER_LIMIT: f64 = 5.0e9;

/// The matchers of one field, one of which has to match.
pub(super) struct Matchers {
    pub(super) list: Vec<Value>,
    /// Whether they match `null`, which is no value for a rule.
    pub(super) take_null: bool,
}

/// The matchers that say what the literal says about a value of this kind.
pub(super) fn matchers(literal: Literal<'_>, kind: AttributeKind) -> Result<Matchers, Reason> {
    let condition = literal.condition;
    let name = condition.attribute.name();
    let is_some = match (literal.quantity(), condition.test()) {
        (Quantity::Some, _) => true,
        (Quantity::None, _) => false,
        (Quantity::Every | Quantity::NotEvery, _) => return Err(opposite(literal)),
    };
    let untyped = |matcher| Reason::Untyped { attribute: name.to_owned(), matcher };
    let list = match condition.test() {
        Test::Text(texts) if is_some => texts.iter().flat_map(|own| forms(own, kind)).collect(),
        Test::Text(_) if kind != AttributeKind::Text => return Err(untyped("anything-but")),
        Test::Text(texts) => vec![json!({"anything-but": texts})],
        Test::Number(numbers) => {
            let numbers = numbers.iter().map(|own| number(name, exact(*own)));
            let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
            match is_some {
                true => numbers.into_iter().flat_map(|own| [own.to_string().into(), own]).collect(),
                false => vec![json!({"anything-but": numbers})],
            }
        }
        Test::Severity(numbers) => severities(literal, numbers, is_some)?,
        Test::Boolean(flags) => {
            let wanted: Vec<bool> =
                [false, true].into_iter().filter(|own| flags.contains(own) == is_some).collect();
            if wanted.is_empty() {
                return Err(Reason::Never(name.to_owned()));
            }
            wanted.into_iter().flat_map(|own| [json!(own), own.to_string().into()]).collect()
        }
        Test::Order { scale: Scale::Time, .. } | Test::Time(_) => {
            return Err(Reason::Time(name.to_owned()));
        }
        Test::Order { .. } if matches!(kind, AttributeKind::Numeral | AttributeKind::Any) => {
            return Err(untyped("numeric"));
        }
        Test::Order { comparison, bound, .. } => {
            let comparison = if is_some { *comparison } else { comparison.opposite() };
            vec![json!({"numeric": [sign(comparison), number(name, *bound)?]})]
        }
        Test::Glob(_) if kind != AttributeKind::Text => return Err(untyped("wildcard")),
        Test::Glob(patterns) => {
            let wildcards = patterns.iter().map(|own| wildcard(name, own));
            let wildcards = wildcards.collect::<Result<Vec<_>, _>>()?;
            match is_some {
                true => wildcards.into_iter().map(|own| json!({"wildcard": own})).collect(),
                false => vec![json!({"anything-but": {"wildcard": wildcards}})],
            }
        }
        Test::Cidr(networks) if is_some => {
            networks.iter().map(|own| json!({"cidr": own.to_string()})).collect()
        }
        Test::Cidr(_) => return Err(opposite(literal)),
        Test::Exists(expected) if *expected == is_some => vec![json!({"exists": true})],
        Test::Exists(_) => vec![json!({"exists": false}), Value::Null],
        Test::Regex(_) | Test::Age { .. } | Test::Pair(_) | Test::Object(_) => {
            return Err(Reason::Operator {
                attribute: name.to_owned(),
                operator: condition.operator.name(),
            });
        }
    };
    let take_null = match condition.test() {
        Test::Exists(expected) => *expected == is_some,
        Test::Text(_) | Test::Number(_) | Test::Glob(_) => !is_some,
        _ => false,
    };
    Ok(Matchers { list, take_null })
}

/// A text, and the number or boolean that reads the same where the value may be one.
fn forms(text: &str, kind: AttributeKind) -> Vec<Value> {
    let other = match kind {
        AttributeKind::Numeral | AttributeKind::Any => serde_json::from_str(text).ok(),
        _ => None,
    };
    // `1e3` reads the same as 1000 there, and not here.
    let is_same = |own: &Value| {
        let written = own.to_string();
        (own.is_number() || own.is_boolean()) && written == text
    };
    std::iter::once(text.into()).chain(other.filter(is_same)).collect()
}

fn severities(
    literal: Literal<'_>,
    numbers: &[NumberOperand],
    is_some: bool,
) -> Result<Vec<Value>, Reason> {
    let mut parts = Vec::new();
    let mut singles = Vec::new();
    for own in numbers {
        match own {
            NumberOperand::IntegerPart(part) => parts.push(*part),
            NumberOperand::Exact(number) => singles.push(json_number(*number)),
        }
    }
    match (is_some, singles.is_empty(), parts.is_empty()) {
        (true, ..) => Ok(bands(&parts).into_iter().chain(singles).collect()),
        (false, true, _) => Ok(gaps(&parts)),
        (false, _, true) => Ok(vec![json!({"anything-but": singles})]),
        (false, ..) => Err(opposite(literal)),
    }
}

fn exact(operand: NumberOperand) -> f64 {
    match operand {
        NumberOperand::Exact(number) | NumberOperand::IntegerPart(number) => number,
    }
}

fn number(attribute: &str, number: f64) -> Result<Value, Reason> {
    let millionths = number * 1e6;
    let is_exact = number.abs() <= NUMBER_LIMIT && (millionths - millionths.round()).abs() < 1e-3;
    if is_exact {
        Ok(json_number(number))
    } else {
        Err(Reason::Precision { attribute: attribute.to_owned(), bound: number })
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
    }
}

/// A pattern in EventBridge's spelling: no `?`, a backslash escapes, and stars don't repeat.
fn wildcard(attribute: &str, glob: &Glob) -> Result<String, Reason> {
    let pattern = glob.pattern();
    if pattern.contains('?') {
        let why = "EventBridge has no `?`";
        return Err(Reason::Pattern { attribute: attribute.to_owned(), pattern, why });
    }
    let mut written = String::new();
    for own in pattern.chars() {
        match own {
            '*' if written.ends_with('*') => {}
            '\\' => written.push_str("\\\\"),
            own => written.push(own),
        }
    }
    Ok(written)
}
