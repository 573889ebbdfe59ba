//! What GuardDuty bases a finding on: threat lists, profiles, and the free-form rest.

use serde_json::{Map, Value, json};

const THREAT_LIST: &str = "ExampleThreatList";

pub(super) fn evidence(name: &str) -> Value {
    if !uses_threat_list(name) {
        return Value::Null;
    }
    json!({ "threatIntelligenceDetails": [{
        "threatListName": THREAT_LIST,
        "threatNames": ["Example threat"],
    }]})
}

/// The free-form object, and the same once more as text in `value`: the API answers only with the text.
pub(super) fn additional_info(name: &str, sample: bool) -> Value {
    let mut info = Map::new();
    if uses_threat_list(name) {
        info.insert("threatListName".to_owned(), json!(THREAT_LIST));
    }
    if name.starts_with("Behavior:") {
        info.insert("unusual".to_owned(), json!("8080"));
    }
    if sample {
        info.insert("sample".to_owned(), json!(true));
    }
    let value = Value::Object(info.clone()).to_string();
    info.insert("value".to_owned(), json!(value));
    info.insert("type".to_owned(), json!("default"));
    Value::Object(info)
}

pub(super) fn anomaly() -> Value {
    let seen = |subtype: &str, what: &str| json!({ "profileType": "FREQUENCY", "profileSubtype": subtype, "observations": { "text": [what] } });
    json!({ "anomaly": {
        "profiles": { "account": { "userAgent": [seen("FREQUENT", "aws-cli")] } },
        "unusual": { "behavior": { "account": { "asnOrg": seen("UNSEEN", "Example Networks") } } },
    }})
}

fn uses_threat_list(name: &str) -> bool {
    ["MaliciousIPCaller", "C&CActivity", "Custom"].iter().any(|part| name.contains(part))
}
