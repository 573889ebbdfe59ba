//! What each fuzz target does with its bytes; the corpora are replayed with it in the ordinary tests.

use std::time::Duration;

use findings::{
    ExportLimits, ExportReader, Filter, Finding, Record, RuleSet, RuleSource, Timestamp, Truth,
    convert, decode,
};
use lake::Partition;
use platform::{Batch, Invocation, s3_event::S3Event};
use serde_json::json;

/// A target's name and what it does.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All targets.
pub(crate) const ALL: [Target; 9] = [
    ("envelope", envelope),
    ("finding", finding),
    ("export", export),
    ("rule_file", rule_file),
    ("glob", glob),
    ("cidr", cidr),
    ("filter", filter),
    ("message", message),
    ("typed", typed),
];

/// Any document: each record is one of three, and a finding keeps its own text.
pub(crate) fn envelope(data: &[u8]) {
    for record in decode(data) {
        if let Record::Finding(finding) = record {
            let again = Finding::parse(finding.raw()).expect("a finding's own text is a finding");
            assert_eq!(format!("{again:?}"), format!("{finding:?}"), "as inside its wrappers");
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

/// GuardDuty's filters in any of the files that hold them: what is imported loads as rules under the
/// names that are said, and goes out again.
pub(crate) fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let import = convert::import(&[RuleSource { name: "f", text }]);
    assert_eq!(import.text.is_empty(), import.rules.is_empty());
    if import.text.is_empty() {
        assert!(!import.problems.is_empty(), "nothing was imported and nothing said");
        return;
    }
    let rules = RuleSet::parse(&[RuleSource { name: "r", text: &import.text }])
        .unwrap_or_else(|error| panic!("{error}\n{}", import.text));
    assert!(rules.rules().iter().map(|rule| &rule.name).eq(&import.rules));
    let now = Timestamp::from_epoch_millis(1_775_000_000_000);
    let _ = convert::filters(&rules, now);
    let _ = convert::event_patterns(&rules, now);
}

/// What a queue hands over: a batch whose every message can be named, events of S3, and keys of an
/// export that lead to nowhere but their own folder.
pub(crate) fn message(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Invocation::parse(text) {
        Ok(Invocation::Batch(batch)) => {
            every_message_comes_back_until_it_is_done(&batch);
            let bodies = batch.messages().iter().filter_map(|message| message.body.as_ref().ok());
            bodies.for_each(|body| objects(body));
        }
        Ok(Invocation::Single(event)) => assert_eq!(event, text),
        Err(_) => {}
    }
    objects(text);
    key(text);
}

fn every_message_comes_back_until_it_is_done(batch: &Batch) {
    let mut reply = batch.reply();
    let ids: Vec<_> = batch.messages().iter().map(|message| message.id.as_str()).collect();
    assert!(ids.iter().all(|id| reply.failures().contains(id)));
    (0..ids.len()).for_each(|index| reply.acknowledge(index));
    assert!(reply.failures().is_empty());
}

fn objects(event: &str) {
    if let Ok(S3Event::Created(objects)) = S3Event::parse(event) {
        objects.iter().for_each(|object| key(&object.key));
    }
}

fn key(key: &str) {
    let Some((partition, from)) = Partition::of_export_below(key) else { return };
    assert!(key.ends_with(from));
    assert_eq!(Partition::of_export("", from).as_ref(), Some(&partition));
    let folder = partition.folder();
    assert!(folder.split('/').count() == 3 && !folder.contains(".."), "{folder}");
}

/// What a person types: conditions in one line, and moments.
pub(crate) fn typed(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let finding =
        json!({"id": "f", "region": "us-east-1", "severity": 2, "type": "Recon:EC2/Portscan"});
    let finding = Finding::parse(&finding.to_string()).expect("a finding");
    let says = |text: &str| Filter::from_line(text).map(|filter| filter.matches(&finding));
    if let Ok(truth) = says(text) {
        // Parentheses within each other have an end.
        for same in [format!("({text})"), format!("({text}) or ({text})")] {
            let again = says(&same);
            assert!(
                again == Ok(truth) || again.is_err_and(|why| why.contains("within each other"))
            );
        }
    }
    if let Some(moment) = Timestamp::parse(text) {
        let day = Duration::from_secs(86_400);
        assert!(moment.minus(day) <= moment && moment <= moment + day);
        // Years of more digits are written with a sign, which no finding has.
        let written = moment.to_rfc3339();
        let again = Timestamp::parse(&written).map(Timestamp::epoch_millis);
        assert!(again == Some(moment.epoch_millis()) || written.starts_with(['+', '-']));
    }
    if let Some(day) = Timestamp::parse_date(text) {
        assert_eq!(day.epoch_millis().rem_euclid(86_400_000), 0);
    }
}
