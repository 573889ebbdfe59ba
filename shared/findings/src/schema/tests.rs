//! The schema says what the loader says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{schema, value};
use crate::{Attribute, RuleSet, RuleSource};

/// The names in the loader's own list of what a map may hold.
fn known_to_the_loader(text: &str) -> BTreeSet<String> {
    let error = RuleSet::parse(&[RuleSource { name: "rules.yaml", text }]).unwrap_err();
    let help = error.problems.iter().filter_map(|problem| problem.help.as_deref());
    let list = help.filter_map(|help| help.strip_prefix("it may hold ")).next();
    let list = list.unwrap_or_else(|| panic!("{error}"));
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn properties(definition: &Value) -> BTreeSet<String> {
    definition["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn every_map_holds_the_fields_that_the_loader_knows() {
    let schema = value();
    let of = |name: &str| properties(&schema["$defs"][name]);
    let rule = "version: 1\nrules: [ { name: a, action: noop, criteria: { id: { equals: [a] } }, ";
    for (text, expected) in [
        ("version: 1\n0: 0".to_owned(), properties(&schema)),
        (format!("{rule} 0: 0 }} ]"), of("rule")),
        (format!("{rule} tests: [ {{ 0: 0 }} ] }} ]"), of("case")),
        ("version: 1\ndefaults: { 0: 0 }".into(), of("defaults")),
        ("version: 1\nroutes: [ { 0: 0 } ]".into(), of("route")),
    ] {
        assert_eq!(known_to_the_loader(&text), expected, "{text}");
    }
    let kinds = schema["$defs"]["destination"]["oneOf"].as_array().unwrap();
    for kind in kinds {
        for name in properties(kind) {
            let text = format!("version: 1\ndestinations: {{ a: {{ {name}: {{ 0: 0 }} }} }}");
            assert_eq!(
                known_to_the_loader(&text),
                properties(&kind["properties"][&name]),
                "{name}"
            );
        }
    }
    let kinds: BTreeSet<_> = kinds.iter().flat_map(properties).collect();
    assert_eq!(known_to_the_loader("version: 1\ndestinations: { a: { 0: 0 } }"), kinds);
    let changes = properties(&schema["properties"]["notify_changes"]);
    assert_eq!(known_to_the_loader("version: 1\nnotify_changes: { 0: 0 }"), changes);
}

#[test]
fn every_attribute_is_there_with_the_operators_of_its_kind() {
    let schema = value();
    let criteria = &schema["$defs"]["criteria"]["properties"];
    for attribute in Attribute::all() {
        let reference = criteria[attribute.name]["$ref"].as_str().unwrap();
        let definition = &schema["$defs"][reference.strip_prefix("#/$defs/").unwrap()];
        assert!(definition["properties"]["equals"].is_object(), "{}", attribute.name);
    }
    let operators = |kind: &str| properties(&schema["$defs"][format!("conditions.{kind}")]);
    assert!(operators("severity").contains("lessThan") && !operators("text").contains("lessThan"));
    assert!(operators("time").contains("olderThan") && !operators("number").contains("olderThan"));
    let tags = &schema["$defs"]["elements.resource.instanceDetails.tags"];
    let expected = ["element", "every", "exists", "tag"].map(str::to_owned);
    assert_eq!(properties(tags), BTreeSet::from(expected));
    let tag = properties(&schema["$defs"]["criteria.resource.instanceDetails.tags"]);
    assert_eq!(tag, BTreeSet::from(["all", "any", "key", "value"].map(str::to_owned)));
}

#[test]
fn every_reference_leads_somewhere() {
    let schema = value();
    let text = schema.to_string();
    let references: BTreeSet<_> = text
        .split("\"$ref\":\"#/$defs/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(references.len() > 40);
    for reference in references {
        let found = schema.pointer(&format!("/$defs/{reference}"));
        assert!(found.is_some_and(Value::is_object), "{reference}");
    }
}

#[test]
fn the_committed_copy_is_the_schema() {
    let committed = include_str!("../../../../rules/schema.json");
    assert!(committed.trim_end() == schema(), "run: guardsift rules schema > rules/schema.json");
}
