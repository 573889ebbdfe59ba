//! What follows and what does not, on the pairs that are easy to get wrong.

use super::*;
use crate::{RuleSet, RuleSource};

fn follows(from: &str, goal: &str) -> bool {
    matches_whenever(&format!("criteria: {from}"), &format!("criteria: {goal}"))
}

/// Whether the second rule matches whenever the first one does.
fn matches_whenever(first: &str, second: &str) -> bool {
    let text = format!(
        "version: 1\nrules:\n  - {{ name: a, action: noop, {first} }}\n  - {{ name: b, action: noop, {second} }}\n"
    );
    let set = RuleSet::parse(&[RuleSource { name: "rules.yaml", text: &text }]).unwrap();
    let [first, second] = set.rules() else { panic!("two rules") };
    Cases::of(&first.when).imply(&second.when)
}

const TAG: &str = "resource.instanceDetails.tags.value";
const AGE: &str = "updatedAt";
const IP: &str = "service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4";

#[test]
fn several_conditions_on_a_single_value_add_up_and_those_on_a_list_do_not() {
    assert!(follows(
        "{ service.count: { gte: 4, lt: 5 } }",
        "{ service.count: { notEquals: [5] } }"
    ));
    assert!(follows("{ type: { equals: [a, b], notEquals: [b] } }", "{ type: { equals: [a] } }"));
    assert!(!follows(
        &format!("{{ {TAG}: {{ equals: [a, b], matches: ['a*'] }} }}"),
        &format!("{{ {TAG}: {{ equals: [a] }} }}")
    ));
}

#[test]
fn a_negation_of_a_list_speaks_of_all_its_values() {
    let (none, one) = (
        format!("{{ {TAG}: {{ notMatches: ['a*'] }} }}"),
        format!("{{ {TAG}: {{ notEquals: [ab] }} }}"),
    );
    assert!(follows(&none, &one));
    assert!(!follows(&one, &none));
    assert!(follows(&one, &format!("{{ {TAG}: {{ exists: true }} }}")));
    assert!(!follows(&format!("{{ {TAG}: {{ equals: [b] }} }}"), &one));
    assert!(follows("{ type: { equals: [b] } }", "{ type: { notEquals: [a] } }"));
}

#[test]
fn ages_networks_and_flags_are_ordered() {
    assert!(follows(
        &format!("{{ {AGE}: {{ olderThan: 7d }} }}"),
        &format!("{{ {AGE}: {{ olderThan: 3d }} }}")
    ));
    assert!(!follows(
        &format!("{{ {AGE}: {{ olderThan: 3d }} }}"),
        &format!("{{ {AGE}: {{ olderThan: 7d }} }}")
    ));
    assert!(follows(
        &format!("{{ {AGE}: {{ newerThan: 3d }} }}"),
        &format!("{{ {AGE}: {{ newerThan: 7d }} }}")
    ));
    assert!(follows(
        &format!("{{ {IP}: {{ cidr: [10.1.0.0/16, 10.2.0.1] }} }}"),
        &format!("{{ {IP}: {{ cidr: [10.0.0.0/8] }} }}")
    ));
    assert!(!follows(
        &format!("{{ {IP}: {{ cidr: [10.0.0.0/8] }} }}"),
        &format!("{{ {IP}: {{ cidr: [10.0.0.0/9, 10.128.0.0/9] }} }}")
    ));
    assert!(follows(
        "{ service.archived: { equals: [true] } }",
        "{ service.archived: { notEquals: [false] } }"
    ));
}

#[test]
fn a_value_that_cannot_be_compared_is_not_unequal() {
    // `many` is no number: the first is unknown of it, the second would be true of it.
    assert!(!follows(
        "{ service.count: { exists: true } }",
        "{ service.count: { notEquals: [5] } }"
    ));
    assert!(!follows(
        &format!("{{ {IP}: {{ notMatches: ['10.*'] }} }}"),
        &format!("{{ {IP}: {{ notCidr: [10.0.0.0/8] }} }}")
    ));
    assert!(!follows(
        &format!("{{ {IP}: {{ notCidr: [10.0.0.0/8] }} }}"),
        &format!("{{ {IP}: {{ notMatches: ['10.*'] }} }}")
    ));
}

#[test]
fn too_many_ways_to_hold_are_given_up_not_guessed() {
    let either = |count: usize| {
        let one =
            |_| "{ any: [ { type: { equals: [a] } }, { region: { equals: [r] } } ] }".to_owned();
        format!("{{ all: [ {} ] }}", (0..count).map(one).collect::<Vec<_>>().join(", "))
    };
    let goal = "{ any: [ { type: { matches: ['a*'] } }, { region: { matches: ['r*'] } } ] }";
    assert!(follows(&either(1), goal));
    assert!(follows(&either(20), goal));
    let many: Vec<_> = (0..65).map(|own| format!("{{ type: {{ equals: [a{own}] }} }}")).collect();
    assert!(!follows(
        &format!("{{ any: [ {} ] }}", many.join(", ")),
        "{ type: { matches: ['a*'] } }"
    ));
}

#[test]
fn an_exception_is_met_where_one_of_its_conditions_is_known_to_fail() {
    let known = "criteria: { type: { equals: [x] }, region: { equals: [r] } }";
    let unless = |exception: &str| {
        format!("criteria: {{ type: {{ equals: [x] }} }}, unless: [ {exception} ]")
    };
    assert!(matches_whenever(known, &unless("{ region: { equals: [s] } }")));
    assert!(matches_whenever(
        known,
        &unless("{ region: { equals: [s] }, severity: { lessThan: 4 } }")
    ));
    assert!(!matches_whenever(known, &unless("{ region: { equals: [r] } }")));
    assert!(!matches_whenever(known, &unless("{ severity: { lessThan: 4 } }")));
    assert!(!matches_whenever(
        known,
        &unless("{ region: { equals: [s] } }, { severity: { lessThan: 4 } }")
    ));
}

#[test]
fn no_value_follows_only_from_no_value() {
    let none = "{ service.count: { exists: false } }";
    assert!(follows(none, none));
    assert!(!follows(none, "{ service.count: { exists: true } }"));
    assert!(!follows(none, "{ service.count: { lessThan: 4 } }"));
    assert!(!follows("{ service.count: { lessThan: 4 } }", none));
}

#[test]
fn that_not_every_element_fits_does_not_make_any_of_them_fit() {
    let every = "service.action.portProbeAction.portProbeDetails: { every: { remoteIpDetails.ipAddressV4: { cidr: [10.0.0.0/8] } } }";
    let element = every.replace("every", "element");
    let not_every = format!("criteria: {{ type: {{ equals: [x] }} }}, unless: [ {{ {every} }} ]");
    assert!(!matches_whenever(&not_every, &format!("criteria: {{ {every} }}")));
    assert!(!matches_whenever(&not_every, &format!("criteria: {{ {element} }}")));
    assert!(follows(&format!("{{ {every} }}"), &format!("{{ {element} }}")));
    assert!(!follows(&format!("{{ {element} }}"), &format!("{{ {every} }}")));
}

#[test]
fn patterns_and_expressions_follow_from_what_they_surely_cover() {
    assert!(follows("{ type: { matches: [ab] } }", "{ type: { equals: [ab, b] } }"));
    assert!(!follows("{ type: { matches: ['a?'] } }", "{ type: { equals: [ab, 'a?'] } }"));
    assert!(!follows("{ type: { matches: [ab, c] } }", "{ type: { equals: [ab] } }"));
    assert!(follows("{ type: { regex: ['^a'] } }", "{ type: { regex: ['b', '^a'] } }"));
    assert!(!follows("{ type: { regex: ['^a', 'c'] } }", "{ type: { regex: ['^a'] } }"));
    assert!(follows("{ type: { equals: [abc] } }", "{ type: { regex: ['b'], matches: ['a*'] } }"));
    assert!(!follows("{ type: { matches: ['ab*'] } }", "{ type: { notMatches: ['b*', '*?c'] } }"));
    assert!(follows("{ type: { matches: ['ab*'] } }", "{ type: { notMatches: ['b*', 'ac*'] } }"));
}

#[test]
fn an_element_that_fails_one_criterion_may_leave_another_unknown() {
    let unless = |own: &str| {
        format!(
            "criteria: {{ type: {{ equals: [x] }} }}, unless: [ {{ resource.instanceDetails.tags: {{ element: {{ key: {own} }} }} }} ]"
        )
    };
    assert!(!matches_whenever(&unless("{ exists: true }"), &unless("{ equals: [a] }")));
}
