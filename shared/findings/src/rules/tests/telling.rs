//! Destinations of every kind, and what a rule set says on telling.

use super::*;
use crate::Code;
use crate::message::{Fact, NotifyChanges, Payload};

const EVERYTHING: &str = r#"
version: 1
destinations:
  topic: { sns: { topic: "arn:aws:sns:us-east-1:111122223333:security", payload: ocsf } }
  queue: { sqs: { queue: "https://sqs.us-east-1.amazonaws.com/111122223333/findings", payload: raw } }
  bus: { eventbridge: { bus: "arn:aws:events:us-east-1:111122223333:event-bus/security" } }
  channel: { slack: { secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:bot-AbCdEf", channel: C0123456789 } }
  slack: { slack: { secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf" } }
  teams: { teams: { secret: "arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:teams-AbCdEf" } }
  pager: { pagerduty: { secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:pager-AbCdEf" } }
  incidents: { webhook: { url: "https://incidents.example.com/x", secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:key-AbCdEf" } }
accounts: { "111122223333": production }
notify_changes: { new: [address, country], count: [50, 5], recurrence: false }
samples: [queue, bus]
fallback: topic
"#;

#[test]
fn every_kind_of_destination_is_read() {
    let set = load(EVERYTHING).unwrap();
    let kinds: Vec<_> = set.destinations().iter().map(|own| own.kind.as_str()).collect();
    let expected = ["sns", "sqs", "eventbridge", "slack", "slack", "teams", "pagerduty", "webhook"];
    assert_eq!(kinds, expected);
    assert!(matches!(
        &set.destinations()[0].kind,
        DestinationKind::Sns { payload: Payload::Ocsf, .. }
    ));
    assert!(matches!(
        &set.destinations()[2].kind,
        DestinationKind::EventBridge { payload: Payload::Guardsift, .. }
    ));
    assert!(matches!(&set.destinations()[3].kind,
        DestinationKind::Slack { channel: Some(channel), .. } if channel == "C0123456789"));
    assert!(matches!(&set.destinations()[7].kind,
        DestinationKind::Webhook { secret_arn: Some(arn), .. } if arn.ends_with(":key-AbCdEf")));
}

#[test]
fn accounts_changes_samples_and_the_fallback_are_read() {
    let set = load(EVERYTHING).unwrap();
    assert_eq!(set.account_name("111122223333"), Some("production"));
    assert_eq!(set.account_name("444455556666"), None);
    let samples: Vec<_> = set.samples().unwrap().iter().map(|own| own.name.as_str()).collect();
    assert_eq!(samples, ["queue", "bus"]);
    assert_eq!(set.fallback().map(|own| own.name.as_str()), Some("topic"));
    let wanted = NotifyChanges {
        new: vec![Fact::Address, Fact::Country],
        counts: vec![5, 50],
        recurrence: false,
        ..NotifyChanges::default()
    };
    assert_eq!(set.notify_changes(), &wanted);
    let plain = load("version: 1").unwrap();
    assert_eq!(plain.notify_changes(), &NotifyChanges::default());
    assert!(plain.samples().is_none() && plain.fallback().is_none());
}

fn problems(text: &str) -> Vec<Problem> {
    load(&format!("version: 1\n{text}")).unwrap_err().problems
}

#[test]
fn what_a_destination_cannot_be_is_said_with_its_place_and_a_way_out() {
    for (destination, message, help) in [
        ("slak: { secret: x }", "a destination has no `slak`", "did you mean `slack`?"),
        ("slack: { chanel: C01 }", "`slack` has no `chanel`", "did you mean `channel`?"),
        (
            "slack: { secret: 'https://hooks.slack.com/services/T0/B0/canary' }",
            "this is no secret",
            "Secrets Manager",
        ),
        ("slack: { channel: C01 }", "`slack` has no `secret`", "add `secret:`"),
        (
            "sns: { topic: 'arn:aws:sqs:us-east-1:111122223333:t' }",
            "is no topic",
            "ARN of an SNS topic",
        ),
        (
            "sqs: { queue: 'arn:aws:sqs:us-east-1:111122223333:q' }",
            "is no queue",
            "URL of an SQS queue",
        ),
        (
            "sqs: { queue: 'https://sqs.us-east-1.amazonaws.com/not-a-number/q' }",
            "is no queue",
            "URL of an SQS queue",
        ),
        ("eventbridge: { bus: default }", "this is no bus", "ARN of an event bus"),
        ("webhook: { url: incidents.example.com }", "this is no url", "with its scheme"),
        (
            "webhook: { url: 'hooks.example.com/services/T000/canary-secret' }",
            "this is no url",
            "with its scheme",
        ),
        ("sqs: { queue: 'hooks.example.com/canary' }", "this is no queue", "URL of an SQS queue"),
        (
            "slack: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:a', channel: 'https://hooks.slack.com/services/T0/B0/canary' }",
            "this is no channel",
            "C0123456789",
        ),
        (
            "webhook: { url: 'https://a.example', payload: ocfs }",
            "`ocfs` is no payload",
            "did you mean `ocsf`?",
        ),
        ("teams: [1]", "`teams` is a map, not a list", "it may hold `secret`"),
        ("{}", "a destination is exactly one kind", "write `sns"),
    ] {
        let destination =
            if destination == "{}" { "{}".to_owned() } else { format!("{{ {destination} }}") };
        let found = problems(&format!("destinations: {{ a: {destination} }}"));
        let hit = found.iter().find(|own| own.message.contains(message));
        let hit = hit.unwrap_or_else(|| panic!("{destination}: {found:?}"));
        assert!(hit.help.as_deref().unwrap_or_default().contains(help), "{hit:?}");
        assert!(hit.position.line == 2 && hit.position.column > 15, "{hit:?}");
        assert!(
            !format!("{found:?}").contains("canary"),
            "a secret in the wrong place is not shown"
        );
    }
}

#[test]
fn what_cannot_be_said_on_telling_is_a_problem() {
    for (text, message) in [
        ("accounts: { production: '111122223333' }", "`production` is no account id"),
        ("accounts: { '111122223333': 7 }", "`7` is no name"),
        ("accounts: []", "`accounts` is a map"),
        ("notify_changes: { new: [countries] }", "called `countries`"),
        ("notify_changes: { count: [1] }", "`1` is no count to be reached"),
        ("notify_changes: { severity: rises }", "`severity` is true or false"),
        ("notify_changes: { counts: [10] }", "`notify_changes` has no `counts`"),
        ("samples: [nobody]", "there is no destination `nobody`"),
        ("fallback: nobody", "there is no destination `nobody`"),
        (
            "destinations: { 'a/b': { sns: { topic: 'arn:aws:sns:us-east-1:111122223333:t' } } }",
            "no name for a destination",
        ),
        (
            "destinations: { '..': { sns: { topic: 'arn:aws:sns:us-east-1:111122223333:t' } } }",
            "no name for a destination",
        ),
        (
            "destinations: { default: { sns: { topic: 'arn:aws:sns:us-east-1:111122223333:t' } } }",
            "the default topic",
        ),
    ] {
        let found = problems(text);
        assert!(found.iter().any(|own| own.message.contains(message)), "{text}: {found:?}");
    }
}

#[test]
fn telling_is_said_once_in_a_set_of_files() {
    let parse = |second: &str| {
        let first = "version: 1
accounts: { '111122223333': a }
notify_changes: { every: true }
samples: t
fallback: t
destinations: { t: { sns: { topic: 'arn:aws:sns:us-east-1:111122223333:t' } } }";
        RuleSet::parse(&[
            RuleSource { name: "a.yaml", text: first },
            RuleSource { name: "b.yaml", text: &format!("version: 1\n{second}") },
        ])
    };
    assert!(parse("accounts: { '444455556666': b }").is_ok());
    for second in [
        "accounts: { '111122223333': b }",
        "notify_changes: { every: false }",
        "samples: t",
        "fallback: t",
    ] {
        let error = parse(second).unwrap_err();
        assert!(error.problems.iter().all(|own| own.code == Code::DuplicateName), "{error}");
    }
}

#[test]
fn unused_destinations_and_private_webhooks_are_pointed_out() {
    let codes = |text: &str| -> Vec<Code> {
        let set = load(&format!("version: 1\n{text}")).unwrap();
        crate::lint(&set, now()).iter().map(|own| own.code).collect()
    };
    let webhook = |url: &str| format!("destinations: {{ a: {{ webhook: {{ url: '{url}' }} }} }}");
    let used = |url: &str| format!("{}\nroutes: [ {{ to: a }} ]", webhook(url));
    assert_eq!(codes(&webhook("https://a.example/")), [Code::UnusedDestination]);
    assert_eq!(codes(&used("https://a.example/")), []);
    assert_eq!(codes(&format!("{}\nfallback: a", webhook("https://a.example/"))), []);
    assert_eq!(codes(&format!("{}\nsamples: a", webhook("https://a.example/"))), []);
    assert_eq!(codes(&used("http://a.example/")), [Code::PrivateWebhook]);
}
