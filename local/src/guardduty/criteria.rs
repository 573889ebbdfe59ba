//! Finding criteria: checked as the API checks them, then left to the native filter of the core.

pub(crate) mod listable;

use findings::{Filter, Finding, Truth};
use serde_json::{Map, Value, json};

use self::listable::LISTABLE;
use super::error::ApiError;

/// Limits of the API reference (`Condition`) and the user guide (filtering findings).
const MOST_ATTRIBUTES: usize = 50;
const MOST_VALUES: usize = 50;
const MOST_PATTERNS: usize = 5;
const PATTERN_LENGTH: usize = 512;

const LISTS: [&str; 4] = ["equals", "notEquals", "eq", "neq"];
const NUMBERS: [&str; 8] =
    ["greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual", "gt", "gte", "lt", "lte"];
const PATTERNS: [&str; 2] = ["matches", "notMatches"];

/// Where criteria stand: saved filters know more attributes and two more conditions than queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Filter,
    Query,
}

#[derive(Debug, Clone)]
pub(crate) struct Criteria {
    written: Value,
    /// `None` asks for nothing and so matches everything.
    filter: Option<Filter>,
}

impl Criteria {
    pub(crate) fn read(value: &Value, place: Use) -> Result<Self, ApiError> {
        let criterion = match value.as_object().map(|criteria| criteria.get("criterion")) {
            Some(Some(Value::Object(criterion))) => criterion.clone(),
            Some(None | Some(Value::Null)) => Map::new(),
            _ => {
                return Err(ApiError::invalid("findingCriteria", "an object with a criterion map"));
            }
        };
        if criterion.len() > MOST_ATTRIBUTES || (criterion.is_empty() && place == Use::Filter) {
            return Err(ApiError::invalid(
                "findingCriteria.criterion",
                "a map of 1 to 50 attributes",
            ));
        }
        for (attribute, condition) in &criterion {
            check(attribute, condition, place)?;
        }
        let written = json!({ "criterion": criterion });
        if criterion.is_empty() {
            return Ok(Self { written, filter: None });
        }
        let filter = Filter::from_criteria_json(&written).map_err(|error| {
            ApiError::invalid(
                "findingCriteria",
                &format!("criteria that GuardDuty can read ({error})"),
            )
        })?;
        Ok(Self { written, filter: Some(filter) })
    }

    /// Whether a finding matches for sure: a missing attribute matches nothing.
    pub(crate) fn matches(&self, finding: &Finding) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(finding) == Truth::True)
    }

    /// As it was sent.
    pub(crate) fn written(&self) -> &Value {
        &self.written
    }
}

fn check(attribute: &str, condition: &Value, place: Use) -> Result<(), ApiError> {
    let parameter = format!("findingCriteria.criterion.{attribute}");
    if place == Use::Query && !LISTABLE.contains(&attribute) {
        return Err(ApiError::invalid(&parameter, "an attribute that this operation filters by"));
    }
    let condition = condition.as_object().filter(|condition| !condition.is_empty());
    let condition = condition.ok_or_else(|| ApiError::invalid(&parameter, "a condition"))?;
    for (operator, operand) in condition {
        let parameter = format!("{parameter}.{operator}");
        let operator = operator.as_str();
        if LISTS.contains(&operator) {
            texts(operand, MOST_VALUES, usize::MAX)
                .ok_or_else(|| ApiError::invalid(&parameter, "a list of 1 to 50 strings"))?;
        } else if PATTERNS.contains(&operator) && place == Use::Filter {
            texts(operand, MOST_PATTERNS, PATTERN_LENGTH).ok_or_else(|| {
                ApiError::invalid(&parameter, "a list of 1 to 5 patterns of 1 to 512 characters")
            })?;
        } else if NUMBERS.contains(&operator) {
            operand.as_i64().ok_or_else(|| ApiError::invalid(&parameter, "a whole number"))?;
        } else {
            return Err(ApiError::invalid(&parameter, "a condition that this operation knows"));
        }
    }
    Ok(())
}

fn texts(operand: &Value, most: usize, length: usize) -> Option<()> {
    let items = operand.as_array().filter(|items| (1..=most).contains(&items.len()))?;
    let fits = |item: &Value| {
        item.as_str().is_some_and(|text| {
            text.chars().count() <= length && (length == usize::MAX || !text.is_empty())
        })
    };
    items.iter().all(fits).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(criterion: Value, place: Use) -> Result<Criteria, ApiError> {
        Criteria::read(&json!({ "criterion": criterion }), place)
    }

    #[test]
    fn a_query_knows_fewer_attributes_than_a_filter() {
        let by_count = json!({ "service.count": { "greaterThan": 1 } });
        assert!(read(by_count.clone(), Use::Query).is_err());
        assert!(read(by_count, Use::Filter).is_ok());
        let by_type = json!({ "type": { "equals": ["Recon:EC2/Portscan"] } });
        assert!(read(by_type, Use::Query).is_ok());
    }

    #[test]
    fn patterns_are_for_filters_only() {
        let pattern = json!({ "type": { "matches": ["Recon:*"] } });
        assert!(read(pattern.clone(), Use::Query).is_err());
        assert!(read(pattern, Use::Filter).is_ok());
        assert!(
            read(json!({ "type": { "matches": ["a", "b", "c", "d", "e", "f"] } }), Use::Filter)
                .is_err()
        );
    }

    #[test]
    fn conditions_of_the_wrong_kind_are_refused() {
        for criterion in [
            json!({ "severity": { "greaterThan": "7" } }),
            json!({ "severity": { "equals": "7" } }),
            json!({ "severity": { "equals": [7] } }),
            json!({ "severity": { "equals": [] } }),
            json!({ "severity": { "equals": vec!["7"; 51] } }),
            json!({ "severity": { "roughly": ["7"] } }),
            json!({ "severity": {} }),
            json!({ "updatedAt": { "greaterThan": 1.5 } }),
        ] {
            assert!(read(criterion.clone(), Use::Query).is_err(), "{criterion}");
        }
    }

    #[test]
    fn a_query_without_criteria_matches_everything_and_a_filter_needs_some() {
        let finding = Finding::parse(r#"{"id":"a","type":"x","severity":2}"#).unwrap();
        assert!(Criteria::read(&json!({}), Use::Query).unwrap().matches(&finding));
        assert!(Criteria::read(&json!({}), Use::Filter).is_err());
    }

    #[test]
    fn a_missing_attribute_matches_nothing() {
        let finding = Finding::parse(r#"{"id":"a","type":"x"}"#).unwrap();
        assert!(
            !read(json!({ "severity": { "lessThan": 4 } }), Use::Query).unwrap().matches(&finding)
        );
    }
}
