//! What holds for the event of every finding, tried on findings made of GuardDuty's attributes.

use std::collections::BTreeSet;

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
};
use serde_json::{Map, Value as Json, json};

use crate::{Attribute, AttributeKind, Finding, SeverityLevel, ocsf::detection_finding};

/// Text that occurs nowhere else.
fn token(number: usize) -> String {
    format!("token-{number}-end")
}

/// A value for an attribute: mostly one that tells where it ended up, often one of the right form, now
/// and then anything.
fn value(number: usize) -> impl Strategy<Value = Json> {
    let known = vec![
        json!("2026-10-01T08:00:00Z"),
        json!(1_790_841_600.25),
        json!("198.51.100.7"),
        json!("2001:db8::7"),
        json!("c2.example.com"),
        json!("INBOUND"),
        json!("NL"),
        json!("ENABLED"),
        json!("ATTACK_TECHNIQUE"),
        json!("aws"),
        json!(443),
        json!("443"),
        json!(8.9),
        json!(true),
        json!("false"),
    ];
    let odd =
        vec![Json::Null, json!(""), json!([]), json!({}), json!(-1), json!([[7]]), json!({"x": 1})];
    let attribute = &Attribute::all()[number];
    // What the rest of a block hangs on.
    let fitting = match attribute.name.rsplit('.').next() {
        Some("ipAddressV4" | "ip") => json!("203.0.113.9"),
        Some("cityName" | "city") => json!("Rotterdam"),
        _ if attribute.kind == AttributeKind::Number => json!(7),
        _ => json!(token(number)),
    };
    prop_oneof![
        8 => Just(fitting),
        5 => Just(json!(token(number))),
        1 => Just(json!([token(number)])),
        1 => Just(json!({"unheardOf": token(number)})),
        4 => select(known),
        1 => select(odd),
    ]
}

/// Puts a value at a path, now and then inside of lists.
fn put(json: &mut Json, path: &str, value: Json, lists: u8) {
    if let Json::Array(elements) = json {
        if elements.is_empty() {
            elements.push(json!({}));
        }
        return elements.iter_mut().for_each(|element| put(element, path, value.clone(), lists));
    }
    let Some(members) = json.as_object_mut() else { return };
    match path.split_once('.') {
        None => {
            members.entry(path).or_insert(value);
        }
        Some((key, rest)) => {
            let is_list = lists > 0 && rest.len() % usize::from(lists) == 0;
            let inner =
                members.entry(key).or_insert_with(|| if is_list { json!([{}]) } else { json!({}) });
            put(inner, rest, value, lists);
        }
    }
}

/// Runs of attributes that follow each other in the table, as those of one block do, and single ones.
fn finding() -> impl Strategy<Value = Json> {
    let count = Attribute::all().len();
    let runs = vec((0..count, prop_oneof![Just(1_usize), 2..20_usize]), 0..7);
    let attributes = runs.prop_flat_map(move |runs| {
        let numbers = runs.into_iter().flat_map(|(start, length)| start..start + length);
        let numbers: BTreeSet<usize> = numbers.filter(|number| *number < count).collect();
        let values: Vec<_> = numbers.iter().map(|number| value(*number)).collect();
        (Just(numbers), values)
    });
    (attributes, 0..9_u8).prop_map(|((numbers, values), lists)| {
        let mut finding = json!({"id": "f1"});
        for (number, value) in numbers.into_iter().zip(values) {
            put(&mut finding, Attribute::all()[number].name, value, lists);
        }
        finding
    })
}

/// The finding, unless lists give a member of its header two values.
fn read(json: &Json) -> Option<Finding> {
    Finding::parse(&json.to_string()).ok()
}

/// All tokens in a value.
fn tokens(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::String(text) if text.starts_with("token-") => found.push(text.clone()),
        Json::Array(elements) => elements.iter().for_each(|element| tokens(element, found)),
        Json::Object(members) => members.values().for_each(|value| tokens(value, found)),
        _ => {}
    }
}

/// The casing of the AWS CLI.
fn pascal(json: &Json) -> Json {
    match json {
        Json::Array(elements) => elements.iter().map(pascal).collect(),
        Json::Object(members) => {
            let key = |key: &str| key[..1].to_uppercase() + &key[1..];
            Json::Object(members.iter().map(|(name, value)| (key(name), pascal(value))).collect())
        }
        scalar => scalar.clone(),
    }
}

/// Without what stands there by GuardDuty's names.
fn attributes(json: &Json) -> Json {
    match json {
        Json::Array(elements) => elements.iter().map(attributes).collect(),
        Json::Object(members) => {
            let own = members.iter().filter(|(name, _)| *name != "data" && *name != "unmapped");
            Json::Object(own.map(|(name, value)| (name.clone(), attributes(value))).collect())
        }
        scalar => scalar.clone(),
    }
}

fn says_nothing(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(elements) => elements.is_empty() || elements.iter().any(says_nothing),
        Json::Object(members) => members.values().any(says_nothing),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn what_is_required_is_there_and_says_what_the_header_says(json in finding()) {
        let Some(finding) = read(&json) else { return Ok(()) };
        let event = detection_finding(&finding);
        for place in ["/activity_id", "/category_uid", "/class_uid", "/type_uid", "/severity_id", "/cloud/provider",
            "/finding_info/uid", "/finding_info/title", "/metadata/version", "/metadata/product/vendor_name"]
        {
            prop_assert!(event.pointer(place).is_some(), "{place}");
        }
        let severity = match finding.level() {
            None => 0,
            Some(SeverityLevel::Low) => 2,
            Some(SeverityLevel::Medium) => 3,
            Some(SeverityLevel::High) => 4,
            Some(SeverityLevel::Critical) => 5,
        };
        prop_assert_eq!(event["severity_id"].as_i64(), Some(severity));
        let times = [finding.updated_at(), finding.last_seen(), finding.created_at(), finding.first_seen()];
        let time = times.into_iter().flatten().next().map(crate::Timestamp::epoch_millis);
        prop_assert_eq!(event.get("time").and_then(Json::as_i64), time);
        prop_assert_eq!(event["type_uid"].as_i64(), event["activity_id"].as_i64().map(|id| 200_400 + id));
        prop_assert!(!says_nothing(&attributes(&event)), "{}", event);
        prop_assert_eq!(event, detection_finding(&finding));
    }

    #[test]
    fn nothing_that_a_finding_says_is_lost(json in finding()) {
        let Some(finding) = read(&json) else { return Ok(()) };
        let text = detection_finding(&finding).to_string();
        let mut said = Vec::new();
        tokens(&json, &mut said);
        for token in said {
            prop_assert!(text.contains(&token), "{token} of {json} is not in {text}");
        }
    }

    #[test]
    fn either_casing_gives_the_same_attributes(json in finding()) {
        let event = |json: &Json| read(json).map(|finding| attributes(&detection_finding(&finding)));
        prop_assert_eq!(event(&json), event(&pascal(&json)));
    }

    #[test]
    fn a_finding_of_any_json_is_an_event(members in btree_map("(service|resource|title|x)", any::<Option<bool>>(), 0..4)) {
        let mut finding: Map<String, Json> = members.into_iter().map(|(key, value)| (key, json!(value))).collect();
        finding.insert("id".to_owned(), json!("f1"));
        let event = detection_finding(&Finding::parse(&Json::Object(finding).to_string()).unwrap());
        prop_assert_eq!(&event["finding_info"]["uid"], "f1");
    }
}
