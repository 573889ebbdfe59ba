//! A rule as a GuardDuty filter, where one says exactly the same.

use serde_json::{Map, Value, json};

use super::{
    normal::{Formula, Literal, Quantity},
    reason::{Note, Reason},
    repeated::is_repeated,
};
use crate::{
    Action, Rule,
    condition::{
        Operator,
        test::{Comparison, NumberOperand, Test},
    },
    document::json_number,
    rules::Defaults,
};

// The limits of a filter (API reference, `CreateFilter` and `Condition`; user guide, quotas).
pub(crate) const MAX_ATTRIBUTES: usize = 50;
pub(crate) const MAX_VALUES: usize = 50;
pub(crate) const MAX_PATTERNS: usize = 5;
const MAX_PATTERN_CHARACTERS: usize = 512;
const MAX_FILTERS: usize = 100;
const MIN_NAME_BYTES: usize = 3;
const MAX_DESCRIPTION_CHARACTERS: usize = 512;

/// The input of `CreateFilter`, without the detector.
pub(super) fn filter(rule: &Rule, rank: usize) -> Result<Value, Vec<Reason>> {
    let mut reasons = Vec::new();
    if rule.name.len() < MIN_NAME_BYTES {
        reasons.push(Reason::ShortName(rule.name.clone()));
    }
    if rank > MAX_FILTERS {
        reasons.push(Reason::TooManyFilters(rank));
    }
    let mut criterion = Criterion::default();
    for part in Formula::of(&rule.when).into_parts() {
        let added = match part {
            Formula::Literal(literal) => condition(literal).and_then(|(operator, operand)| {
                criterion.add(literal.condition.attribute.name(), operator, operand)
            }),
            Formula::Any(_) | Formula::All(_) => {
                Err(Reason::Alternatives("all conditions of a filter must hold"))
            }
        };
        reasons.extend(added.err());
    }
    reasons.extend(criterion.limits());
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let action = match rule.action {
        Action::Archive => "ARCHIVE",
        Action::Notify | Action::Noop => "NOOP",
    };
    let mut filter = json!({
        "Name": rule.name,
        "Action": action,
        "Rank": rank,
        "FindingCriteria": { "Criterion": criterion.0 },
    });
    if let (Some(reason), Value::Object(members)) = (&rule.reason, &mut filter) {
        members.insert("Description".to_owned(), description(reason).0.into());
    }
    Ok(filter)
}

/// What the filter loses of the rule, given the rules before it.
pub(super) fn notes(rule: &Rule, defaults: &Defaults, before: &[&Rule]) -> Vec<Note> {
    let mut notes = Vec::new();
    if rule.action == Action::Archive {
        if !rule.hold.is_zero() {
            notes.push(Note::Hold(rule.hold));
        }
        notes.push(Note::Guards(defaults.archive_ceiling.value()));
        let keeps = before.iter().filter(|earlier| earlier.action != Action::Archive);
        notes.extend(keeps.map(|earlier| Note::Order(earlier.name.clone())));
    } else {
        notes.push(Note::Noop(rule.action));
    }
    notes.extend(rule.expires.map(Note::Expiry));
    if let Some((_, lost)) = rule.reason.as_deref().map(description)
        && !lost.is_empty()
    {
        notes.push(Note::Description(lost));
    }
    notes
}

/// A reason as a description, and what it loses: the characters that GuardDuty does not list as
/// valid, and the end of a long one.
fn description(reason: &str) -> (String, String) {
    let is_valid = |own: char| {
        own.is_ascii_alphanumeric() || own.is_ascii_whitespace() || "-.:_{}[]()/".contains(own)
    };
    let (valid, invalid): (String, String) = reason.chars().partition(|own| is_valid(*own));
    let cut: String = valid.chars().skip(MAX_DESCRIPTION_CHARACTERS).collect();
    let lost = [invalid, cut].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    (valid.chars().take(MAX_DESCRIPTION_CHARACTERS).collect(), lost.join(" and "))
}

/// The criterion while it is made.
#[derive(Default)]
struct Criterion(Map<String, Value>);

impl Criterion {
    fn add(&mut self, attribute: &str, operator: &str, operand: Value) -> Result<(), Reason> {
        let Some(conditions) =
            self.0.entry(attribute).or_insert_with(|| Map::new().into()).as_object_mut()
        else {
            return Ok(());
        };
        match (conditions.get_mut(operator), operand) {
            (None, operand) => {
                conditions.insert(operator.to_owned(), operand);
                Ok(())
            }
            (Some(own), operand) if *own == operand => Ok(()),
            // None of these and none of those is none of either.
            (Some(Value::Array(own)), Value::Array(more)) if operator.starts_with("Not") => {
                own.extend(more);
                Ok(())
            }
            _ => Err(Reason::SameOperator(attribute.to_owned())),
        }
    }

    fn limits(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self.0.len() > MAX_ATTRIBUTES {
            reasons.push(Reason::TooManyAttributes(self.0.len()));
        }
        let lists = self.0.iter().flat_map(|(attribute, conditions)| {
            conditions.as_object().into_iter().flatten().filter_map(move |(operator, operand)| {
                Some((attribute.clone(), operator.ends_with("Matches"), operand.as_array()?.len()))
            })
        });
        for (attribute, is_pattern, count) in lists {
            if is_pattern && count > MAX_PATTERNS {
                reasons.push(Reason::TooManyPatterns { attribute, count });
            } else if !is_pattern && count > MAX_VALUES {
                reasons.push(Reason::TooManyValues { attribute, count });
            }
        }
        reasons
    }
}

/// One condition in GuardDuty's words.
fn condition(literal: Literal<'_>) -> Result<(&'static str, Value), Reason> {
    let condition = literal.condition;
    let attribute = condition.attribute.name();
    let operands: Result<Vec<String>, Reason> = match condition.test() {
        Test::Text(texts) => texts.iter().map(|text| Ok(text.clone())).collect(),
        Test::Boolean(flags) => flags.iter().map(|flag| Ok(flag.to_string())).collect(),
        Test::Time(moments) => moments.iter().map(|moment| Ok(moment.to_string())).collect(),
        Test::Number(numbers) => {
            let text = |own: &NumberOperand| match own {
                NumberOperand::Exact(number) | NumberOperand::IntegerPart(number) => {
                    Ok(json_number(*number).to_string())
                }
            };
            numbers.iter().map(text).collect()
        }
        Test::Severity(numbers) => {
            let text = |own: &NumberOperand| match own {
                NumberOperand::IntegerPart(part) => Ok(json_number(*part).to_string()),
                NumberOperand::Exact(number) => {
                    Err(Reason::ExactSeverity { attribute: attribute.to_owned(), number: *number })
                }
            };
            numbers.iter().map(text).collect()
        }
        Test::Glob(patterns) => {
            let patterns = patterns.iter().map(|own| pattern(attribute, own.pattern()));
            return match (patterns.collect::<Result<Vec<_>, _>>()?, literal.quantity()) {
                (patterns, Quantity::Some) => Ok(("Matches", json!(patterns))),
                (patterns, Quantity::None) => Ok(("NotMatches", json!(patterns))),
                _ => Err(opposite(literal)),
            };
        }
        Test::Order { comparison, bound, .. } => return order(literal, *comparison, *bound),
        Test::Cidr(_)
        | Test::Regex(_)
        | Test::Exists(_)
        | Test::Age { .. }
        | Test::Pair(_)
        | Test::Object(_) => {
            return Err(Reason::Operator {
                attribute: attribute.to_owned(),
                operator: condition.operator.name(),
            });
        }
    };
    match (operands?, literal.quantity()) {
        (operands, Quantity::Some) => Ok(("Equals", json!(operands))),
        (operands, Quantity::None) => Ok(("NotEquals", json!(operands))),
        _ => Err(opposite(literal)),
    }
}

fn order(
    literal: Literal<'_>,
    comparison: Comparison,
    bound: f64,
) -> Result<(&'static str, Value), Reason> {
    let attribute = literal.condition.attribute.name();
    let bound = json_number(bound)
        .as_i64()
        .ok_or_else(|| Reason::Decimal { attribute: attribute.to_owned(), bound })?;
    // Of a single value, not more than is at most.
    let comparison = match literal.quantity() {
        Quantity::Some => comparison,
        Quantity::None if !is_repeated(attribute, "") => comparison.opposite(),
        _ => return Err(opposite(literal)),
    };
    let operator = match comparison {
        Comparison::Greater => "GreaterThan",
        Comparison::GreaterOrEqual => "GreaterThanOrEqual",
        Comparison::Less => "LessThan",
        Comparison::LessOrEqual => "LessThanOrEqual",
    };
    Ok((operator, bound.into()))
}

fn pattern(attribute: &str, pattern: String) -> Result<String, Reason> {
    let why = match pattern.chars().count() {
        0 => "a filter takes no empty one",
        length if length > MAX_PATTERN_CHARACTERS => "a filter takes at most 512 characters",
        _ => return Ok(pattern),
    };
    Err(Reason::Pattern { attribute: attribute.to_owned(), pattern, why })
}

pub(super) fn opposite(literal: Literal<'_>) -> Reason {
    let operator: Operator = literal.condition.operator;
    Reason::Opposite {
        attribute: literal.condition.attribute.name().to_owned(),
        operator: operator.name(),
    }
}
