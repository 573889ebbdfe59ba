//! Filters that come back as they were, and texts that are none.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{filters, import};
use crate::{Attribute, AttributeKind, RuleSet, RuleSource, Timestamp};

/// Operators that fit the attribute, with operands as `GetFilter` returns them.
fn conditions(attribute: &'static Attribute) -> impl Strategy<Value = Value> {
    let text = match attribute.kind {
        AttributeKind::Text | AttributeKind::Any | AttributeKind::Numeral => "\\PC{0,12}".boxed(),
        AttributeKind::Number | AttributeKind::Time => {
            (0..10_000_000_i64).prop_map(|own| own.to_string()).boxed()
        }
        AttributeKind::Severity => (0..=10_u8).prop_map(|own| own.to_string()).boxed(),
        AttributeKind::Boolean => any::<bool>().prop_map(|own| own.to_string()).boxed(),
    };
    let list = (select(vec!["equals", "notEquals", "Eq", "neq"]), vec(text, 1..4))
        .prop_map(|(operator, values)| (operator, json!(values)));
    let glob = (select(vec!["matches", "NotMatches"]), vec("[a-zA-Z:*?/ö\\\\]{1,8}", 1..=5))
        .prop_map(|(operator, values)| (operator, json!(values)));
    let order = (select(vec!["lessThan", "gte", "GreaterThan", "Lte"]), -9_i64..10_000_000_000_000)
        .prop_map(|(operator, bound)| (operator, json!(bound)));
    let has_order = !matches!(attribute.kind, AttributeKind::Text | AttributeKind::Boolean);
    let one = if has_order {
        prop_oneof![list, glob, order].boxed()
    } else {
        prop_oneof![list, glob].boxed()
    };
    vec(one, 1..3).prop_map(|operators| {
        // Not two spellings of one operator.
        let mut chosen: Map<String, Value> = Map::new();
        for (operator, operand) in operators {
            if !chosen.keys().any(|own| long(own) == long(operator)) {
                chosen.insert(operator.to_owned(), operand);
            }
        }
        chosen.into()
    })
}

/// An operator's name as filters are exported with it.
fn long(operator: &str) -> &'static str {
    match operator.to_ascii_lowercase().as_str() {
        "eq" | "equals" => "Equals",
        "neq" | "notequals" => "NotEquals",
        "gt" | "greaterthan" => "GreaterThan",
        "gte" | "greaterthanorequal" => "GreaterThanOrEqual",
        "lt" | "lessthan" => "LessThan",
        "lte" | "lessthanorequal" => "LessThanOrEqual",
        "matches" => "Matches",
        "notmatches" => "NotMatches",
        other => panic!("{other}"),
    }
}

fn filter() -> impl Strategy<Value = Value> {
    let condition = (0..Attribute::all().len()).prop_flat_map(|index| {
        let attribute = &Attribute::all()[index];
        (Just(attribute.name.to_owned()), conditions(attribute))
    });
    let criterion = vec(condition, 1..5).prop_map(|own| Value::Object(own.into_iter().collect()));
    ("[A-Za-z0-9._-]{3,64}", select(vec!["ARCHIVE", "NOOP"]), "[A-Za-z0-9 .:/()-]{0,40}", criterion)
        .prop_map(|(name, action, description, criterion)| {
            json!({"name": name, "action": action, "rank": 1, "description": description,
                "findingCriteria": {"criterion": criterion}})
        })
}

/// The filter as it is exported: the AWS CLI's casing and the operators' own names.
fn normalised(filter: &Value) -> Value {
    let criterion = filter["findingCriteria"]["criterion"].as_object().unwrap().iter().map(
        |(attribute, operators)| {
            let operators = operators.as_object().unwrap().iter();
            let operators: Map<_, _> = operators
                .map(|(operator, operand)| (long(operator).to_owned(), operand.clone()))
                .collect();
            (attribute.clone(), Value::Object(operators))
        },
    );
    let mut normalised = json!({"Name": filter["name"], "Action": filter["action"], "Rank": 1,
        "FindingCriteria": {"Criterion": criterion.collect::<Map<_, _>>()}});
    if filter["description"] != "" {
        normalised["Description"] = filter["description"].clone();
    }
    normalised
}

proptest! {
    #[test]
    fn a_filter_comes_back_as_it_was(filter in filter()) {
        let text = filter.to_string();
        let import = import(&[RuleSource { name: "filters", text: &text }]);
        prop_assert!(import.problems.is_empty(), "{:?}", import.problems);
        let rules = RuleSet::parse(&[RuleSource { name: "rules", text: &import.text }]).unwrap();
        let exported = filters(&rules, Timestamp::EPOCH).remove(0);
        prop_assert_eq!(exported.outcome.unwrap(), normalised(&filter), "{}", import.text);
    }

    #[test]
    fn no_text_makes_an_import_panic(text in "(\\{|\\[|\"(Name|FindingCriteria|Criterion|Resources|values|root_module)\"|:|,|\\}|\\]|\\PC|\n){0,40}") {
        let import = import(&[RuleSource { name: "filters", text: &text }]);
        prop_assert!(!import.problems.is_empty() || !import.rules.is_empty());
    }
}
