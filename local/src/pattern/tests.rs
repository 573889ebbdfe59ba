//! What patterns match and what they refuse.

use serde_json::{Value, json};

use super::Pattern;

fn matches(pattern: Value, event: Value) -> bool {
    Pattern::from_value(&pattern).unwrap().matches(&event)
}

fn refused(pattern: Value) -> String {
    Pattern::from_value(&pattern).unwrap_err().to_string()
}

#[test]
fn every_field_must_match_and_any_listed_value_will_do() {
    let pattern = json!({"source": ["a", "b"], "kind": ["x"]});
    assert!(matches(pattern.clone(), json!({"source": "b", "kind": "x"})));
    assert!(!matches(pattern, json!({"source": "b", "kind": "y"})));
}

#[test]
fn conditions_on_an_array_of_objects_must_hold_for_one_element() {
    let pattern = json!({"tags": {"key": ["env"], "value": ["prod"]}});
    assert!(matches(
        pattern.clone(),
        json!({"tags": [{"key": "a", "value": "b"}, {"key": "env", "value": "prod"}]})
    ));
    assert!(!matches(
        pattern,
        json!({"tags": [{"key": "env", "value": "b"}, {"key": "a", "value": "prod"}]})
    ));
}

#[test]
fn a_number_is_not_the_string_that_spells_it() {
    assert!(matches(json!({"n": [8]}), json!({"n": 8.0})));
    assert!(!matches(json!({"n": [8]}), json!({"n": "8"})));
    assert!(!matches(json!({"n": [{"numeric": ["<", 9]}]}), json!({"n": "8"})));
}

#[test]
fn anything_but_needs_a_value_that_differs() {
    let pattern = json!({"a": [{"anything-but": ["x"]}]});
    assert!(matches(pattern.clone(), json!({"a": ["x", "y"]})));
    assert!(!matches(pattern.clone(), json!({"a": ["x"]})));
    assert!(!matches(pattern, json!({"b": 1})));
}

#[test]
fn exists_speaks_of_values_and_not_of_objects_or_empty_arrays() {
    for absent in [json!({}), json!({"a": []}), json!({"a": {"b": 1}})] {
        assert!(matches(json!({"a": [{"exists": false}]}), absent.clone()), "{absent}");
        assert!(!matches(json!({"a": [{"exists": true}]}), absent));
    }
    assert!(matches(json!({"a": [{"exists": true}]}), json!({"a": null})));
}

#[test]
fn a_wildcard_spans_any_text_between_its_pieces() {
    let pattern = json!({"t": [{"wildcard": "Re*:EC2/*obe*"}]});
    assert!(matches(pattern.clone(), json!({"t": "Recon:EC2/PortProbeUnprotectedPort"})));
    assert!(!matches(pattern, json!({"t": "Recon:IAMUser/PortProbe"})));
    assert!(matches(json!({"t": [{"wildcard": "a\\*b"}]}), json!({"t": "a*b"})));
    assert!(!matches(json!({"t": [{"wildcard": "ab*b"}]}), json!({"t": "ab"})));
}

#[test]
fn one_branch_of_or_is_enough() {
    let pattern = json!({"$or": [{"a": [1]}, {"b": [2]}]});
    assert!(matches(pattern.clone(), json!({"a": 0, "b": 2})));
    assert!(!matches(pattern, json!({"a": 0, "b": 0})));
}

#[test]
fn cidr_knows_both_families() {
    assert!(matches(json!({"ip": [{"cidr": "2001:db8::/32"}]}), json!({"ip": "2001:db8::7"})));
    assert!(!matches(json!({"ip": [{"cidr": "192.0.2.0/24"}]}), json!({"ip": "no address"})));
}

#[test]
fn what_eventbridge_refuses_is_refused_with_its_place() {
    assert_eq!(
        refused(json!({"detail": {"type": "x"}})),
        "event pattern, at detail.type: a value must be in an array: [\"value\"]"
    );
    for bad in [
        json!({}),
        json!({"a": []}),
        json!({"a": [[1]]}),
        json!({"a": [{"foo": 1}]}),
        json!({"a": [{"numeric": [">=", "4"]}]}),
        json!({"a": [{"numeric": ["<", 4, ">", 1]}]}),
        json!({"a": [{"wildcard": "a**b"}]}),
        json!({"a": [{"cidr": "300.0.0.0/8"}]}),
        json!({"a": [{"anything-but": []}]}),
    ] {
        assert!(Pattern::from_value(&bad).is_err(), "{bad} was accepted");
    }
}

/// Runs the verdicts of AWS's own Event Ruler when a folder with them is at hand.
#[test]
fn the_golden_verdicts_of_event_ruler_agree() {
    let Some(folder) = std::env::var_os("GUARDSIFT_CORPUS") else {
        println!("skipped: GUARDSIFT_CORPUS names no folder with eventbridge-vectors.jsonl");
        return;
    };
    let text =
        std::fs::read_to_string(std::path::Path::new(&folder).join("eventbridge-vectors.jsonl"))
            .unwrap();
    let wrong: Vec<String> = text
        .lines()
        .filter_map(|line| {
            let vector: Value = serde_json::from_str(line).unwrap();
            let verdict = match Pattern::from_value(&vector["pattern"]) {
                Err(_) => "error",
                Ok(pattern) if pattern.matches(&vector["event"]) => "true",
                Ok(_) => "false",
            };
            (vector["expect"] != verdict)
                .then(|| format!("{}: {verdict}, not {}", vector["name"], vector["expect"]))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(text.lines().count() >= 72);
}
