//! What each fuzz target does with its bytes; the corpora are replayed with it in the ordinary tests.

use findings::{
    ExportLimits, ExportReader, Filter, Finding, Record, RuleSet, RuleSource, Timestamp, Truth,
    decode,
};
use serde_json::json;

/// A target's name and what it does.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All targets.
pub(crate) const ALL: [Target; 6] = [
    ("envelope", envelope),
    ("finding", finding),
    ("export", export),
    ("rule_file", rule_file),
    ("glob", glob),
    ("cidr", cidr),
];

/// Any document: each record is one of three, and a finding keeps its own text.
pub(crate) fn envelope(data: &[u8]) {
    for record in decode(data) {
        if let Record::Finding(finding) = record {
            let again = Finding::parse(finding.raw()).expect("a finding's own text is a finding");
            assert_eq!(again.version_key(), finding.version_key());
        }
    }
}

/// One bare finding, decided by a rule set that reads many kinds of attributes.
pub(crate) fn finding(data: &[u8]) {
    const RULES: &str = r#"{"version":1,"rules":[{"name":"a","action":"archive","criteria":{"severity":{"lt":4},
        "type":{"matches":["Recon:*"]},"service.count":{"lte":9},"updatedAt":{"olderThan":"1d"},
        "resource.instanceDetails.tags":{"tag":{"Role":"edge"}},"service.additionalInfo.sample":{"equals":["true"]}}}]}"#;
    let Ok(text) = std::str::from_utf8(data) else { return };
    let rules = RuleSet::parse(&[RuleSource { name: "r", text: RULES }]).expect("the rules load");
    if let Ok(finding) = Finding::parse(text) {
        let now = Timestamp::from_epoch_millis(1_775_000_000_000);
        let decision = rules.decide(&finding, now);
        let explanation = rules.explain(&finding, now);
        assert_eq!((decision.action, decision.rule_name()), (explanation.action, explanation.rule));
        let event = findings::ocsf::detection_finding(&finding);
        assert_eq!(event["metadata"]["uid"], finding.version_key().as_str());
    }
}

/// One export object: every line is counted once, whatever it holds.
pub(crate) fn export(data: &[u8]) {
    let limits = ExportLimits { decompressed_bytes: 1 << 22, ratio: 200, line_bytes: 4096 };
    let mut reader = ExportReader::new(data, limits);
    while let Ok(Some(_)) = reader.next_line() {}
}

/// One rule file: it loads, or it has problems with places.
pub(crate) fn rule_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Err(error) = RuleSet::parse(&[RuleSource { name: "r", text }]) {
        assert!(!error.problems.is_empty());
        assert!(
            error.problems.iter().all(|problem| problem.width > 0 && !problem.message.is_empty())
        );
    }
}

/// A pattern and a text, split at the first NUL: a text is covered by itself and by `*`.
pub(crate) fn glob(data: &[u8]) {
    let Ok(both) = std::str::from_utf8(data) else { return };
    let (pattern, text) = both.split_once('\0').unwrap_or((both, both));
    let matches = |pattern: &str, text: &str| {
        let criteria = json!({"region": {"matches": [pattern]}});
        let finding = json!({"id": "f", "region": text}).to_string();
        let finding = Finding::parse(&finding).expect("a finding");
        Filter::from_criteria_json(&criteria).expect("criteria").matches(&finding)
    };
    let _ = matches(pattern, text);
    assert_eq!(matches("*", text), Truth::True);
    if !text.contains(['*', '?']) {
        assert_eq!(matches(text, text), Truth::True);
    }
}

/// A network and an address, split at the first NUL: `cidr` and `notCidr` are opposites.
pub(crate) fn cidr(data: &[u8]) {
    let Ok(both) = std::str::from_utf8(data) else { return };
    let (network, address) = both.split_once('\0').unwrap_or((both, both));
    let finding = json!({"id": "f", "region": address}).to_string();
    let finding = Finding::parse(&finding).expect("a finding");
    let says = |operator: &str| {
        let criteria = json!({"region": {operator: [network]}});
        Filter::from_criteria_json(&criteria).ok().map(|filter| filter.matches(&finding))
    };
    assert_eq!(says("cidr").map(|truth| !truth), says("notCidr"));
}
