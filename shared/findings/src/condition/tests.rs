//! What each operator says about present, missing, null and incomparable values.

use serde_json::{Value as Json, json};

use crate::{Filter, Finding, Truth};

const TYPE: &str = "Recon:EC2/PortProbeUnprotectedPort";
const NETWORK: &str = "service.action.networkConnectionAction";

fn finding(members: Json) -> Finding {
    let mut finding = json!({"id": "f1", "type": TYPE, "severity": 2.5});
    finding.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Finding::parse(&finding.to_string()).unwrap()
}

fn holds(attribute: &str, condition: Json, members: Json) -> Truth {
    let criteria = json!({"criterion": {attribute: condition}});
    Filter::from_criteria_json(&criteria).unwrap().matches(&finding(members))
}

#[test]
fn equality_and_patterns_compare_text_and_their_negations_are_opposites() {
    for (operator, negated, operand, expected) in [
        ("equals", "notEquals", json!([TYPE, "Other"]), true),
        ("eq", "neq", json!(["recon:ec2/portprobeunprotectedport"]), false),
        ("Matches", "NotMatches", json!(["X*", "Recon:*"]), true),
        ("matches", "notMatches", json!(["Recon"]), false),
    ] {
        assert_eq!(holds("type", json!({operator: operand}), json!({})), expected.into());
        assert_eq!(holds("type", json!({negated: operand}), json!({})), (!expected).into());
    }
}

#[test]
fn comparisons_hold_on_their_own_side_of_the_bound() {
    for (operator, below, at, above) in [
        ("lessThan", true, false, false),
        ("lessThanOrEqual", true, true, false),
        ("greaterThan", false, false, true),
        ("greaterThanOrEqual", false, true, true),
    ] {
        for (severity, expected) in [(3.94, below), (3.95, at), (3.96, above)] {
            let found = holds("severity", json!({operator: 3.95}), json!({"severity": severity}));
            assert_eq!(found, expected.into(), "{severity} {operator} 3.95");
        }
    }
}

#[test]
fn several_operators_on_one_attribute_make_a_range() {
    let range = json!({"gte": 4, "lt": 7});
    for (severity, expected) in [(3.99, false), (4.0, true), (6.99, true), (7.0, false)] {
        let found = holds("severity", range.clone(), json!({"severity": severity}));
        assert_eq!(found, expected.into(), "{severity}");
    }
}

#[test]
fn a_severity_in_quotes_names_its_integer_part_and_a_number_names_itself() {
    for (operand, severity, expected) in [
        (json!(["8"]), 8.9, true),
        (json!(["8"]), 8.0, true),
        (json!(["8"]), 9.0, false),
        (json!([8]), 8.0, true),
        (json!([8]), 8.9, false),
        (json!(["8.9"]), 8.9, true),
        (json!(["8.9"]), 8.0, false),
    ] {
        let found = holds("severity", json!({"equals": operand}), json!({"severity": severity}));
        assert_eq!(found, expected.into(), "{operand} on {severity}");
    }
}

#[test]
fn what_is_missing_null_empty_or_incomparable_is_unknown_in_both_directions() {
    for members in [
        json!({}),
        json!({"service": {"count": null}}),
        json!({"service": {"count": []}}),
        json!({"service": {"count": {}}}),
        json!({"service": {"count": "many"}}),
        json!({"service": null}),
    ] {
        for condition in [json!({"equals": [1]}), json!({"notEquals": [1]}), json!({"lessThan": 5})]
        {
            let found = holds("service.count", condition.clone(), members.clone());
            assert_eq!(found, Truth::Unknown, "{condition} on {members}");
        }
    }
    let severity = |value| holds("severity", json!({"lessThan": 4}), json!({"severity": value}));
    assert_eq!([severity(json!("2")), severity(json!(11))], [Truth::Unknown; 2]);
}

#[test]
fn any_element_of_a_list_may_match_and_a_negation_asks_that_none_does() {
    let attribute = "resource.instanceDetails.tags.value";
    let tags = |values: &[Json]| {
        let tags: Vec<_> = values.iter().map(|value| json!({"key": "k", "value": value})).collect();
        json!({"resource": {"instanceDetails": {"tags": tags}}})
    };
    let both = tags(&[json!("a"), json!("b")]);
    assert_eq!(holds(attribute, json!({"equals": ["b"]}), both.clone()), Truth::True);
    assert_eq!(holds(attribute, json!({"notEquals": ["b"]}), both.clone()), Truth::False);
    assert_eq!(holds(attribute, json!({"notEquals": ["c"]}), both), Truth::True);
    let partly = tags(&[json!("a"), json!({})]);
    assert_eq!(holds(attribute, json!({"equals": ["c"]}), partly.clone()), Truth::Unknown);
    assert_eq!(holds(attribute, json!({"equals": ["a"]}), partly), Truth::True);
}

#[test]
fn a_tag_needs_key_and_value_in_the_same_element() {
    let attribute = "resource.instanceDetails.tags";
    let tags = |tags: Json| json!({"resource": {"instanceDetails": {"tags": tags}}});
    let edge = json!({"tag": {"Role": "edge"}});
    let split = tags(json!([{"key": "Role", "value": "db"}, {"key": "Zone", "value": "edge"}]));
    assert_eq!(holds(attribute, edge.clone(), split), Truth::False);
    let same = tags(json!([{"key": "Zone", "value": "a"}, {"Key": "Role", "Value": "edge"}]));
    assert_eq!(holds(attribute, edge.clone(), same.clone()), Truth::True);
    let several = json!({"tag": {"Role": ["web", "edge"]}});
    assert_eq!(holds(attribute, several, same), Truth::True);
    assert_eq!(holds(attribute, edge.clone(), tags(json!([]))), Truth::Unknown);
    assert_eq!(holds(attribute, edge, tags(json!(["edge"]))), Truth::Unknown);
}

#[test]
fn criteria_can_be_about_one_element_or_about_every_one() {
    let path = "service.action.portProbeAction.portProbeDetails";
    let probes = |addresses: &[Json]| {
        let details: Vec<_> = addresses
            .iter()
            .map(|address| json!({"localPortDetails": {"port": 22}, "remoteIpDetails": {"ipAddressV4": address}}))
            .collect();
        json!({"service": {"action": {"portProbeAction": {"portProbeDetails": details}}}})
    };
    let ours = json!({"remoteIpDetails.ipAddressV4": {"cidr": ["192.0.2.0/24"]},
        "localPortDetails.port": {"equals": [22]}});
    let [inside, outside] = [json!("192.0.2.1"), json!("203.0.113.1")];
    for (addresses, one, every) in [
        (vec![inside.clone(), inside.clone()], Truth::True, Truth::True),
        (vec![inside.clone(), outside.clone()], Truth::True, Truth::False),
        (vec![outside.clone()], Truth::False, Truth::False),
        (vec![inside, json!(null)], Truth::True, Truth::Unknown),
        (vec![], Truth::Unknown, Truth::Unknown),
    ] {
        let members = probes(&addresses);
        assert_eq!(holds(path, json!({"element": ours}), members.clone()), one, "{addresses:?}");
        assert_eq!(holds(path, json!({"every": ours}), members), every, "{addresses:?}");
    }
}

#[test]
fn expressions_search_the_text_and_their_size_is_limited() {
    for (expression, expected) in [("PortProbe", true), ("^Recon:", true), ("^PortProbe", false)] {
        assert_eq!(holds("type", json!({"regex": [expression]}), json!({})), expected.into());
        assert_eq!(holds("type", json!({"notRegex": [expression]}), json!({})), (!expected).into());
    }
    let huge = json!({"type": {"regex": ["(a{1000}){1000}"]}});
    let error = Filter::from_criteria_json(&huge).unwrap_err().to_string();
    assert!(error.contains("takes more than"), "{error}");
}

#[test]
fn networks_contain_addresses_of_both_families_and_mapped_ones() {
    let attribute = format!("{NETWORK}.remoteIpDetails.ipAddressV4");
    let remote = |address: &str| {
        json!({"service": {"action": {"networkConnectionAction":
            {"remoteIpDetails": {"ipAddressV4": address}}}}})
    };
    let networks = json!(["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"]);
    for (address, expected) in [
        ("192.0.2.9", Truth::True),
        ("192.0.3.9", Truth::False),
        ("2001:db8::1", Truth::True),
        ("::ffff:192.0.2.9", Truth::True),
        ("198.51.100.7", Truth::True),
        ("198.51.100.8", Truth::False),
        ("not an address", Truth::Unknown),
        ("", Truth::Unknown),
    ] {
        assert_eq!(holds(&attribute, json!({"cidr": networks}), remote(address)), expected);
        assert_eq!(holds(&attribute, json!({"notCidr": networks}), remote(address)), !expected);
    }
}

#[test]
fn an_ipv4_network_that_is_written_as_a_mapped_one_holds_the_same_addresses() {
    let attribute = format!("{NETWORK}.remoteIpDetails.ipAddressV4");
    for (network, address, expected) in [
        ("::ffff:192.0.2.0/120", "192.0.2.9", Truth::True),
        ("::ffff:192.0.2.0/120", "::ffff:192.0.2.9", Truth::True),
        ("::ffff:192.0.2.0/120", "192.0.3.9", Truth::False),
        ("::ffff:192.0.2.9", "192.0.2.9", Truth::True),
        ("::ffff:0:0/96", "192.0.2.9", Truth::True),
        ("::/0", "2001:db8::1", Truth::True),
    ] {
        let members = json!({"service": {"action": {"networkConnectionAction":
            {"remoteIpDetails": {"ipAddressV4": address}}}}});
        let found = holds(&attribute, json!({"cidr": [network]}), members.clone());
        assert_eq!(found, expected, "{address} in {network}");
        let found = holds(&attribute, json!({"notCidr": [network]}), members);
        assert_eq!(found, !expected, "{address} not in {network}");
    }
}

#[test]
fn booleans_and_times_compare_in_whatever_form_they_are_written() {
    for archived in [json!(false), json!("false"), json!("False")] {
        let members = json!({"service": {"archived": archived}});
        for operand in [json!(["false"]), json!(false)] {
            let found = holds("service.archived", json!({"equals": operand}), members.clone());
            assert_eq!(found, Truth::True, "{operand}");
        }
    }
    let members = json!({"updatedAt": "2026-03-31T10:00:00.000Z"});
    for (condition, expected) in [
        (json!({"gte": 1_774_951_200_000_i64}), true),
        (json!({"gt": 1_774_951_200_000_i64}), false),
        (json!({"lessThan": "2026-04-01"}), true),
        (json!({"equals": ["2026-03-31T12:00:00+02:00"]}), true),
    ] {
        let found = holds("updatedAt", condition.clone(), members.clone());
        assert_eq!(found, expected.into(), "{condition}");
    }
}

#[test]
fn criteria_may_hold_any_character_that_json_does() {
    let odd = "a\u{7f}\u{80}\u{feff}b";
    let criteria = json!({"region": {"equals": [odd]}});
    let filter = Filter::from_criteria_json(&criteria).unwrap();
    assert_eq!(filter.matches(&finding(json!({"region": odd}))), Truth::True);
}

#[test]
fn existence_is_always_known() {
    for (members, exists) in [
        (json!({"service": {"count": 0}}), true),
        (json!({"service": {"count": null}}), false),
        (json!({"service": {"count": []}}), false),
        (json!({}), false),
    ] {
        for expected in [true, false] {
            let found = holds("service.count", json!({"exists": expected}), members.clone());
            assert_eq!(found, (exists == expected).into(), "{members} exists: {expected}");
        }
    }
}

#[test]
fn the_names_that_the_command_line_gives_to_attributes_count_too() {
    let attribute = "resource.instanceDetails.productCodes.productCodeId";
    for key in ["productCodeId", "Code"] {
        let members = json!({"Resource": {"InstanceDetails": {"ProductCodes": [{key: "p1"}]}}});
        assert_eq!(holds(attribute, json!({"equals": ["p1"]}), members), Truth::True, "{key}");
    }
}

#[test]
fn groups_join_criteria_and_every_operand_mistake_is_reported() {
    let criteria = json!({"any": [{"severity": {"gt": 5}}, {"all": [{"type": {"eq": [TYPE]}}]}]});
    let filter = Filter::from_criteria_json(&criteria).unwrap();
    assert_eq!(filter.matches(&finding(json!({}))), Truth::True);
    for (criteria, part) in [
        (json!({"severty": {"lt": 4}}), "did you mean `severity`"),
        (json!({"severity": {"lss": 4}}), "is no operator"),
        (json!({"severity": {"lt": "4"}}), "expected a number, found text"),
        (json!({"severity": {"equals": ["11"]}}), "a severity from 0 to 10"),
        (json!({"severity": {}}), "no operator"),
        (json!({"severity": 4}), "a map of operators"),
        (json!({"type": {"lt": 4}}), "has no order"),
        (json!({"accountId": {"equals": [111122223333_i64]}}), "put it in quotes"),
        (json!({"type": {"equals": []}}), "an empty list"),
        (json!({"type": {"cidr": ["10.0.0.0/33"]}}), "a network such as"),
        (json!({"type": {"tag": {"a": "b"}}}), "`type` is a value, so there is no `tag` of it"),
        (json!({"resource.instanceDetails.tags": {"equals": {"a": "b"}}}), "`equals` says nothing"),
        (json!({"resource.instanceDetails": {"tag": {"a": "b"}}}), "no list of keys and values"),
        (
            json!({"resource.instanceDetails.tags": {"element": {"kee": {"eq": ["a"]}}}}),
            "did you mean `key`",
        ),
        (json!({"type": {"regex": ["("]}}), "no regular expression: unclosed group"),
        (json!({"type": {"olderThan": "1d"}}), "is no time, so it has no age"),
        (json!({"updatedAt": {"olderThan": "1d"}}), "ages have no meaning here"),
        (json!({"updatedAt": {"gt": "soon"}}), "a time"),
        (json!({"service.archived": {"equals": ["no"]}}), "true or false"),
        (json!({"service.count": {"exists": "yes"}}), "`exists` takes true or false"),
        (json!({}), "empty criteria"),
        (json!([1]), "a map of attributes"),
        (json!({"any": []}), "an empty list of criteria"),
    ] {
        let error = Filter::from_criteria_json(&criteria).unwrap_err().to_string();
        assert!(error.contains(part), "{criteria}: {error}");
    }
}
