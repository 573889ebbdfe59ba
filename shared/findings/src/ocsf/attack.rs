//! MITRE ATT&CK: what GuardDuty itself says about tactics and techniques, and nothing that is guessed.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::{attributes::Attributes, remainder::Remainder};
use crate::FindingType;

/// The threat purposes that bear the name of a tactic.
const TACTICS: [(&str, &str, &str); 9] = [
    ("InitialAccess", "TA0001", "Initial Access"),
    ("Execution", "TA0002", "Execution"),
    ("Persistence", "TA0003", "Persistence"),
    ("PrivilegeEscalation", "TA0004", "Privilege Escalation"),
    ("DefenseEvasion", "TA0005", "Defense Evasion"),
    ("CredentialAccess", "TA0006", "Credential Access"),
    ("Discovery", "TA0007", "Discovery"),
    ("Exfiltration", "TA0010", "Exfiltration"),
    ("Impact", "TA0040", "Impact"),
];

/// The tactic that the type's threat purpose names.
pub(super) fn of_type(kind: &FindingType) -> Vec<Json> {
    let purpose = kind.purpose();
    TACTICS
        .iter()
        .filter(|(own, _, _)| Some(*own) == purpose)
        .map(|(_, uid, name)| {
            let tactic = Attributes::new().with("uid", Some(*uid)).with("name", Some(*name));
            Attributes::new().with("tactic", Some(tactic)).into()
        })
        .collect()
}

/// The tactics and techniques that the indicators of an attack sequence, or of one of its signals, name.
///
/// Which technique serves which tactic is not said, so that each stands alone.
pub(super) fn of_indicators(indicators: Option<&Json>) -> Vec<Json> {
    let mut seen = HashSet::new();
    let mut attacks = Vec::new();
    for indicator in indicators.and_then(Json::as_array).into_iter().flatten() {
        let is_technique = match indicator.seen_text("key").as_deref() {
            Some("ATTACK_TACTIC") => false,
            Some("ATTACK_TECHNIQUE") => true,
            _ => continue,
        };
        let values = indicator.seen("values").and_then(Json::as_array);
        for value in values.into_iter().flatten().filter_map(Json::as_str) {
            if !value.is_empty() && seen.insert((is_technique, value)) {
                attacks.push(attack(value, is_technique));
            }
        }
    }
    attacks
}

/// One value: a name, an id, or an id and a name behind it.
fn attack(value: &str, is_technique: bool) -> Json {
    let (first, name) = value.split_once([' ', ':']).unwrap_or((value, ""));
    let digits = first.trim_start_matches(['T', 'A']);
    let is_id = first.starts_with('T')
        && digits.len() >= 4
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let (uid, name) =
        if is_id { (Some(first), name.trim_start_matches([' ', '-', ':'])) } else { (None, value) };
    let kind = match (is_technique, uid.is_some_and(|uid| uid.contains('.'))) {
        (false, _) => "tactic",
        (true, false) => "technique",
        (true, true) => "sub_technique",
    };
    let named = Attributes::new().with("uid", uid).with("name", Some(name));
    Attributes::new().with(kind, Some(named)).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_purpose_that_is_a_tactic_is_one_and_others_are_none() {
        let of = |name: &str| of_type(&FindingType::new(name));
        let exfiltration = json!([{"tactic": {"uid": "TA0010", "name": "Exfiltration"}}]);
        assert_eq!(json!(of("Exfiltration:S3/AnomalousBehavior")), exfiltration);
        for other in ["Recon:EC2/Portscan", "AttackSequence:S3/CompromisedData", "Impact", ""] {
            assert!(of(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn indicators_name_tactics_and_techniques_with_or_without_ids() {
        let indicators = json!([
            {"key": "ATTACK_TACTIC", "values": ["Discovery", "TA0010", "Discovery", ""]},
            {"key": "ATTACK_TECHNIQUE", "values": ["T1078 - Valid Accounts", "T1098.001", "Tor", 7]},
            {"key": "TOR_IP", "values": ["198.51.100.7"]},
            null
        ]);
        let expected = json!([
            {"tactic": {"name": "Discovery"}},
            {"tactic": {"uid": "TA0010"}},
            {"technique": {"uid": "T1078", "name": "Valid Accounts"}},
            {"sub_technique": {"uid": "T1098.001"}},
            {"technique": {"name": "Tor"}}
        ]);
        assert_eq!(json!(of_indicators(Some(&indicators))), expected);
        assert!(of_indicators(None).is_empty());
    }
}
