//! GuardDuty's filter semantics a second time, as plainly as can be, against the engine that decides.

use findings::{Filter, Finding, Truth};
use local::guardduty::{example_finding, finding_types};
use serde_json::{Map, Value, json};

use crate::conformance::corpus;

/// The values at a path: keys in any casing, lists transparent, `null` no value.
fn values<'v>(value: &'v Value, path: &[&str]) -> Vec<&'v Value> {
    match (value, path) {
        (Value::Null, _) => Vec::new(),
        (Value::Array(elements), _) => {
            elements.iter().flat_map(|element| values(element, path)).collect()
        }
        (_, []) => vec![value],
        (Value::Object(members), [key, rest @ ..]) => members
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(key))
            .flat_map(|(_, own)| values(own, rest))
            .collect(),
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn number(attribute: &str, value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if ["updatedAt", "createdAt"].contains(&attribute) => {
            findings::Timestamp::parse(text).map(|moment| moment.epoch_millis() as f64)
        }
        Value::String(text) if attribute != "severity" => text.parse().ok(),
        _ => None,
    }
}

/// Whether one value satisfies one of the operands of `equals`.
fn equals(attribute: &str, found: &Value, operands: &[Value]) -> Option<bool> {
    let is_number = matches!(found, Value::Number(_));
    if attribute == "severity" {
        let found = number(attribute, found).filter(|found| (0.0..=10.0).contains(found))?;
        return Some(operands.iter().any(|operand| {
            operand.as_str().and_then(|text| text.parse::<f64>().ok()).is_some_and(|wanted| {
                if wanted.fract() == 0.0 { found.trunc() == wanted } else { found == wanted }
            })
        }));
    }
    if attribute == "updatedAt" {
        return None;
    }
    let found = text(found)?;
    Some(operands.iter().filter_map(text).any(|operand| {
        let same_number = || match (operand.parse::<f64>(), found.parse::<f64>()) {
            (Ok(operand), Ok(found)) => operand == found,
            _ => false,
        };
        operand == found || (is_number && same_number())
    }))
}

/// What a whole criterion says: every attribute, every operator.
fn holds(criterion: &Map<String, Value>, finding: &Value) -> Truth {
    let mut truths = Vec::new();
    for (attribute, condition) in criterion {
        let path: Vec<&str> = attribute.split('.').collect();
        let found = values(finding, &path);
        for (operator, operand) in condition.as_object().unwrap() {
            let operands: Vec<Value> =
                operand.as_array().cloned().unwrap_or_else(|| vec![operand.clone()]);
            let bound = || operand.as_f64();
            let one = |value: &Value| -> Option<bool> {
                let order =
                    |test: fn(f64, f64) -> bool| Some(test(number(attribute, value)?, bound()?));
                match operator.to_lowercase().as_str() {
                    "equals" | "eq" | "notequals" | "neq" => equals(attribute, value, &operands),
                    "greaterthan" | "gt" => order(|left, right| left > right),
                    "greaterthanorequal" | "gte" => order(|left, right| left >= right),
                    "lessthan" | "lt" => order(|left, right| left < right),
                    "lessthanorequal" | "lte" => order(|left, right| left <= right),
                    other => panic!("{other}"),
                }
            };
            let answers: Vec<Option<bool>> = found.iter().map(|value| one(value)).collect();
            let any = if answers.contains(&Some(true)) {
                Truth::True
            } else if answers.is_empty() || answers.contains(&None) {
                Truth::Unknown
            } else {
                Truth::False
            };
            let is_negated = ["notEquals", "NotEquals", "neq", "Neq"].contains(&operator.as_str());
            truths.push(if is_negated { !any } else { any });
        }
    }
    if truths.contains(&Truth::False) {
        Truth::False
    } else if truths.contains(&Truth::Unknown) {
        Truth::Unknown
    } else {
        Truth::True
    }
}

/// A finding of every type, and what other people published.
fn findings() -> Vec<Value> {
    let mut all: Vec<Value> = finding_types().iter().map(|row| example_finding(row.name)).collect();
    for (index, finding) in all.iter_mut().enumerate() {
        finding["id"] = json!(format!("{index:032x}"));
    }
    for file in ["findings.jsonl", "api-findings.jsonl"] {
        all.extend(corpus(file).into_iter().flatten());
    }
    all
}

/// Criteria on what findings really hold, so that both answers occur.
fn criteria() -> Vec<Value> {
    let mut all = vec![
        json!({"severity": {"gte": 4, "lt": 7}}),
        json!({"severity": {"equals": ["2", "8"]}}),
        json!({"severity": {"neq": ["5"]}, "type": {"notEquals": ["Recon:EC2/Portscan"]}}),
        json!({"type": {"equals": ["Recon:EC2/Portscan", "Backdoor:EC2/Spambot"]}}),
        json!({"resource.resourceType": {"eq": ["Instance"]}, "service.archived": {"eq": ["false"]}}),
        json!({"resource.instanceDetails.tags.key": {"notEquals": ["Name"]}}),
        json!({"service.action.actionType": {"equals": ["DNS_REQUEST", "PORT_PROBE"]}}),
        json!({"service.count": {"greaterThan": 1}}),
        json!({"service.action.networkConnectionAction.remotePortDetails.port": {"lessThanOrEqual": 443}}),
        json!({"service.action.networkConnectionAction.remoteIpDetails.organization.asn": {"gt": 1}}),
        json!({"updatedAt": {"gte": 1_500_000_000_000_i64}}),
        json!({"region": {"notEquals": ["us-east-1"]}, "accountId": {"equals": ["111122223333"]}}),
    ];
    let published = corpus("filters.jsonl").into_iter().flatten();
    all.extend(published.map(|line| line["criteria"]["Criterion"].clone()));
    all
}

#[test]
fn two_engines_select_the_same_findings() {
    let (findings, mut seen) = (findings(), [0_usize; 3]);
    for criterion in criteria() {
        let Ok(filter) = Filter::from_criteria_json(&criterion) else { continue };
        for finding in &findings {
            let Ok(parsed) = Finding::parse(&finding.to_string()) else { continue };
            let (own, plain) =
                (filter.matches(&parsed), holds(criterion.as_object().unwrap(), finding));
            assert_eq!(own, plain, "{criterion} on {finding}");
            seen[match own {
                Truth::True => 0,
                Truth::False => 1,
                Truth::Unknown => 2,
            }] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 100), "true, false, unknown: {seen:?}");
}
