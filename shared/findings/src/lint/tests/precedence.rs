//! Duplicates and shadows.

use super::*;

fn pair(first: &str, second: &str) -> String {
    format!("  - {{ name: a, {first} }}\n  - {{ name: b, {second} }}\n")
}

#[test]
fn the_same_rule_twice_is_a_duplicate_however_it_is_written() {
    let low = "action: noop, criteria: { type: { equals: [p, q] }, severity: { lessThan: 4 } }";
    for again in [
        low,
        "action: noop, criteria: { severity: { lessThan: 4 }, type: { equals: [q, p] } }",
        "action: noop, criteria: { all: [ { severity: { lt: 4 } } ], any: [ { type: { equals: [p, q] } } ] }",
    ] {
        fires(Code::DuplicateRule, &pair(low, again));
        is_silent(Code::ShadowedRule, &pair(low, again));
    }
    for other in [
        "action: notify, criteria: { type: { equals: [p, q] }, severity: { lessThan: 4 } }",
        "action: noop, criteria: { type: { equals: [x] }, severity: { lessThan: 4 } }",
        "action: noop, criteria: { type: { equals: [p, q, z] }, severity: { lessThan: 4 } }",
    ] {
        is_silent(Code::DuplicateRule, &pair(low, other));
    }
}

#[test]
fn a_rule_is_shadowed_by_what_certainly_matches_all_it_matches() {
    for (wide, narrow) in [
        ("{ severity: { lessThan: 4 } }", "{ severity: { lessThan: 3 }, type: { equals: [x] } }"),
        ("{ type: { matches: ['Recon:*'] } }", "{ type: { matches: ['Recon:EC2/*'] } }"),
        (
            "{ severity: { equals: ['4', '5', '6'] } }",
            "{ severity: { greaterThanOrEqual: 4, lessThan: 6 } }",
        ),
        ("{ service.count: { exists: true } }", "{ service.count: { greaterThan: 3 } }"),
        (
            "{ severity: { lessThan: 7 } }",
            "{ any: [ { severity: { lessThan: 2 } }, { severity: { equals: [5] } } ] }",
        ),
        (
            "{ any: [ { region: { equals: [r] } }, { type: { matches: ['a*'] } } ] }",
            "{ type: { equals: [ab, ac] } }",
        ),
        (
            "{ resource.instanceDetails.tags: { element: { key: { equals: [Role] } } } }",
            "{ resource.instanceDetails.tags: { element: { key: { equals: [Role] }, value: { equals: [edge] } } } }",
        ),
        ("{ updatedAt: { olderThan: 1d } }", "{ updatedAt: { olderThan: 2d } }"),
        (
            "{ service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4: { notCidr: [10.1.0.0/16] } }",
            "{ service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4: { notCidr: [10.0.0.0/8] } }",
        ),
    ] {
        let rules = |action| {
            pair(
                &format!("action: noop, criteria: {wide}"),
                &format!("action: {action}, criteria: {narrow}"),
            )
        };
        fires(Code::ShadowedRule, &rules("notify"));
        fires(Code::ShadowedRule, &rules("noop"));
        let turned = pair(
            &format!("action: noop, criteria: {narrow}"),
            &format!("action: notify, criteria: {wide}"),
        );
        is_silent(Code::ShadowedRule, &turned);
    }
}

#[test]
fn two_rules_can_shadow_a_third_together() {
    let rules = "  - { name: a, action: noop, criteria: { type: { equals: [x] } } }\n  - { name: b, action: noop, criteria: { region: { equals: [r] } } }\n  - { name: c, action: notify, criteria: { any: [ { type: { equals: [x] } }, { region: { equals: [r] } } ] } }\n";
    fires(Code::ShadowedRule, rules);
    is_silent(
        Code::ShadowedRule,
        &rules.replace(
            "action: noop, criteria: { region",
            "expires: 2027-01-01, action: noop, criteria: { region",
        ),
    );
}

#[test]
fn what_cannot_be_told_is_not_called_shadowed() {
    for (first, second) in [
        // A severity that is missing is below nothing.
        ("{ severity: { lessThan: 10.1 } }", "{ type: { equals: [x] } }"),
        ("{ type: { regex: ['^Recon'] } }", "{ type: { matches: ['Recon:*'] } }"),
        (
            "{ resource.instanceDetails.tags.value: { notEquals: [a] } }",
            "{ resource.instanceDetails.tags.value: { equals: [b] } }",
        ),
        ("{ severity: { lessThan: 4 } }", "{ severity: { lessThanOrEqual: 4 } }"),
        (
            "{ service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4: { cidr: [10.1.0.0/16] } }",
            "{ service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4: { cidr: [10.0.0.0/8] } }",
        ),
    ] {
        let rules = pair(
            &format!("action: noop, criteria: {first}"),
            &format!("action: notify, criteria: {second}"),
        );
        is_silent(Code::ShadowedRule, &rules);
    }
    let ends_first = pair(
        "action: noop, expires: 2027-01-01, criteria: { type: { equals: [x] } }",
        "action: notify, criteria: { type: { equals: [x] } }",
    );
    is_silent(Code::ShadowedRule, &ends_first);
    fires(
        Code::ShadowedRule,
        &ends_first.replace("action: notify", "action: notify, expires: 2026-12-31"),
    );
}

#[test]
fn of_a_rule_that_never_matches_nothing_else_is_said() {
    let first = "action: archive, criteria: { severity: { lessThan: 4 } }";
    let dead = "action: archive, criteria: { severity: { greaterThan: 7, lessThan: 4 }, id: { notEquals: [x] } }";
    let found = problems(&pair(first, dead));
    let codes: Vec<_> = found.iter().map(|own| own.code).collect();
    assert_eq!(codes, [Code::Untested, Code::Untested, Code::ImpossibleBand]);
}

#[test]
fn several_shadows_are_named_in_the_order_of_the_rules() {
    let rules = "  - { name: a, action: noop, criteria: { region: { equals: [r] } } }\n  - { name: b, action: noop, criteria: { type: { equals: [x] } } }\n  - { name: c, action: notify, criteria: { any: [ { type: { equals: [x] } }, { region: { equals: [r] } } ] } }\n";
    let found = problems(rules);
    let shadowed = found.iter().find(|own| own.code == Code::ShadowedRule).unwrap();
    assert_eq!(shadowed.message, "`c` never decides: one of `a` or `b` always matches");
    assert!(
        shadowed.help.as_deref().is_some_and(|help| help.contains("before `a` at rules.yaml:3"))
    );
}
