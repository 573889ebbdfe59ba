//! Contradictions, negations and addresses.

use super::*;

#[test]
fn conditions_that_cannot_hold_together_are_found_wherever_they_stand() {
    for criteria in [
        "{ type: { equals: ['Recon:EC2/Portscan'], matches: ['Stealth:*'] } }",
        "{ type: { matches: ['Recon:*'] }, all: [ { type: { matches: ['Stealth:*'] } } ] }",
        "{ service.count: { greaterThan: 5, lessThan: 3 } }",
        "{ accountId: { equals: ['1'], notEquals: ['1'] } }",
        "{ region: { exists: false, equals: ['eu-west-1'] } }",
        "{ service.archived: { equals: [true], notEquals: [true] } }",
        "{ updatedAt: { olderThan: 7d, newerThan: 3d } }",
        "{ resource.instanceDetails.tags: { tag: { a: b }, exists: false } }",
        "{ service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4: { cidr: [10.1.0.0/16], notCidr: [10.0.0.0/8] } }",
        "{ any: [ { type: { equals: [a], notEquals: [a] } }, { severity: { lessThan: 4 } } ] }",
        "{ resource.instanceDetails.tags: { element: { key: { equals: [a], exists: false } } } }",
    ] {
        fires(Code::Contradiction, &rule("notify", criteria));
    }
    fires(
        Code::Contradiction,
        "  - { name: x, action: noop, criteria: { type: { equals: [a] } }, unless: [ { type: { matches: ['*'] } } ] }\n",
    );
}

#[test]
fn conditions_on_different_elements_or_alternatives_do_not_contradict() {
    for criteria in [
        "{ type: { equals: ['Recon:EC2/Portscan'], matches: ['Recon:*'] } }",
        "{ resource.instanceDetails.tags.value: { equals: [a], matches: [b] } }",
        "{ any: [ { type: { equals: [a] } }, { type: { equals: [b] } } ] }",
        "{ any: [ { type: { equals: [a] } }, { region: { equals: [r] } } ], all: [ { any: [ { type: { equals: [b] } }, { region: { equals: [s] } } ] } ] }",
        "{ updatedAt: { olderThan: 3d, newerThan: 7d } }",
        "{ service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4: { cidr: [10.0.0.0/8], notCidr: [10.1.0.0/16] } }",
        "{ service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4: { cidr: [10.0.0.0/8, 192.0.2.0/24], regex: ['^192'] } }",
    ] {
        is_silent(Code::Contradiction, &rule("notify", criteria));
    }
    is_silent(
        Code::Contradiction,
        "  - { name: x, action: noop, criteria: { severity: { greaterThan: 5 } }, unless: [ { severity: { greaterThan: 4 }, type: { equals: [a] } } ] }\n",
    );
}

#[test]
fn one_friendly_address_must_not_speak_for_the_others() {
    let list = "service.action.portProbeAction.portProbeDetails";
    let address = format!("{list}.remoteIpDetails.ipAddressV4");
    let cidr = "{ cidr: [192.0.2.0/24] }";
    let below = format!("{{ remoteIpDetails.ipAddressV4: {cidr} }}");
    for criteria in [
        format!("{{ {address}: {cidr} }}"),
        format!("{{ {list}.remoteIpDetails.country.countryName: {{ equals: [Norway] }} }}"),
        format!("{{ {list}: {{ element: {below} }} }}"),
        "{ service.action.kubernetesApiCallAction.sourceIPs: { equals: [192.0.2.1] } }".to_owned(),
    ] {
        fires(Code::AnyElementSuffices, &rule("archive", &criteria));
        is_silent(Code::AnyElementSuffices, &rule("notify", &criteria));
    }
    fires(
        Code::AnyElementSuffices,
        &format!(
            "  - {{ name: x, action: archive, criteria: {{ severity: {{ lessThan: 4 }} }}, unless: [ {{ {address}: {{ notCidr: [192.0.2.0/24] }} }} ] }}\n"
        ),
    );
    for criteria in [
        format!("{{ {list}: {{ every: {below} }} }}"),
        format!("{{ {list}: {{ every: {below} }}, {address}: {cidr} }}"),
        format!("{{ {address}: {{ notCidr: [10.0.0.0/8] }} }}"),
        format!("{{ service.action.networkConnectionAction.remoteIpDetails.ipAddressV4: {cidr} }}"),
        format!("{{ {list}.localPortDetails.port: {{ equals: [22] }} }}"),
    ] {
        is_silent(Code::AnyElementSuffices, &rule("archive", &criteria));
    }
}

#[test]
fn a_negation_about_what_may_be_missing_says_what_happens_then() {
    let name = "resource.instanceDetails.imageId";
    for criteria in [
        format!("{{ {name}: {{ notEquals: [ami-1] }} }}"),
        format!("{{ {name}: {{ notMatches: ['ami-*'] }}, severity: {{ lessThan: 4 }} }}"),
        format!(
            "{{ any: [ {{ {name}: {{ notRegex: [a] }} }}, {{ severity: {{ lessThan: 4 }} }} ] }}"
        ),
    ] {
        fires(Code::NegationOverMissing, &rule("notify", &criteria));
    }
    for criteria in [
        format!("{{ {name}: {{ notEquals: [ami-1], exists: true }} }}"),
        format!(
            "{{ {name}: {{ notEquals: [ami-1] }}, resource.instanceDetails: {{ exists: true }} }}"
        ),
        format!(
            "{{ any: [ {{ {name}: {{ notEquals: [ami-1] }} }}, {{ {name}: {{ exists: false }} }} ] }}"
        ),
        format!("{{ {name}: {{ notEquals: [ami-1], matches: ['ami-*'] }} }}"),
        format!("{{ {name}: {{ equals: [ami-1] }} }}"),
        "{ type: { notEquals: ['Recon:EC2/Portscan'] } }".to_owned(),
    ] {
        is_silent(Code::NegationOverMissing, &rule("notify", &criteria));
    }
    let unless = |exception: &str| {
        format!(
            "  - {{ name: x, action: noop, criteria: {{ severity: {{ lessThan: 4 }} }}, unless: [ {exception} ] }}\n"
        )
    };
    fires(
        Code::NegationOverMissing,
        &unless("{ resource.instanceDetails.tags: { tag: { a: b } } }"),
    );
    is_silent(
        Code::NegationOverMissing,
        &unless("{ resource.instanceDetails.tags: { tag: { a: b }, exists: true } }"),
    );
    is_silent(Code::NegationOverMissing, &unless("{ service.count: { greaterThan: 100 } }"));
}

#[test]
fn networks_that_overlap_do_not_contradict_and_others_do() {
    let address = "service.action.networkConnectionAction.remoteIpDetails.ipAddressV4";
    let both = |one: &str, other: &str| {
        rule(
            "notify",
            &format!(
                "{{ {address}: {{ cidr: [{one}] }}, all: [ {{ {address}: {{ cidr: [{other}] }} }} ] }}"
            ),
        )
    };
    fires(Code::Contradiction, &both("10.0.0.0/8", "192.0.2.0/24, 2001:db8::/32"));
    is_silent(Code::Contradiction, &both("10.0.0.0/8", "10.1.0.0/16"));
    is_silent(Code::Contradiction, &both("10.1.0.0/16", "192.0.2.0/24, 10.0.0.0/8"));
}

#[test]
fn messages_name_what_is_at_odds_and_help_shows_the_way_out() {
    let said = |action: &str, criteria: &str, code: Code| {
        let found = problems(&rule(action, criteria));
        let own = found.into_iter().find(|own| own.code == code).unwrap();
        format!("{}; {}", own.message, own.help.unwrap_or_default())
    };
    let counts =
        said("notify", "{ service.count: { greaterThan: 5, lessThan: 3 } }", Code::Contradiction);
    assert!(counts.contains("`greaterThan 5` and `lessThan 3`"), "{counts}");
    let band =
        said("notify", "{ severity: { greaterThan: 7, lessThan: 4 } }", Code::ImpossibleBand);
    assert!(band.contains("no severity is greaterThan 7 and lessThan 4"), "{band}");
    let long = "a".repeat(60);
    let ids = said(
        "notify",
        &format!("{{ id: {{ equals: [{long}], notEquals: [{long}] }} }}"),
        Code::Contradiction,
    );
    assert!(ids.contains("`equals` in line 3 and `notEquals` in line 3"), "{ids}");
    let list = "service.action.portProbeAction.portProbeDetails";
    let address = said(
        "archive",
        &format!("{{ {list}.remoteIpDetails.ipAddressV4: {{ cidr: [192.0.2.1] }} }}"),
        Code::AnyElementSuffices,
    );
    assert!(
        address.contains(&format!("`{list}: {{ every: {{ remoteIpDetails.ipAddressV4: .. }} }}`")),
        "{address}"
    );
    let logins = said(
        "notify",
        "{ type: { matches: ['UnauthorizedAccess:IAMUser/ConsoleLogin*'] } }",
        Code::Siblings,
    );
    assert!(
        logins.contains("covers `UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B`, too;"),
        "{logins}"
    );
}
