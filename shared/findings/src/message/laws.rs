//! What holds for every body, whatever an attacker has written into the finding.

use proptest::{
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, ProptestConfig, Strategy, any, prop_oneof, proptest},
    sample::select,
};
use serde_json::{Value, json};

use super::{
    ArchivedBefore, Background, Change, Message, Payload, Remembered, event_bus, limits, pagerduty,
    samples, slack, sns, sqs, teams,
};
use crate::{Finding, RuleSet, RuleSource, Timestamp};

const NASTY: [&str; 26] = [
    "<!channel>",
    "<!here|here>",
    "<@U0EXAMPLE>",
    "<http://192.0.2.1|click>",
    "@everyone",
    "&lt;!channel&gt;",
    "&amp;",
    "[click](http://192.0.2.1)",
    "![x](http://192.0.2.1/x.png)",
    "**bold** _it_ ~~s~~",
    "`code` ```block```",
    "<at>All</at>",
    "\u{1b}]0;owned\u{7}\u{1b}[2J",
    "\u{9b}31m",
    "\u{202e}gnp.exe\u{2066}",
    "\u{200b}\u{feff}\u{2060}\u{ad}",
    "\r\nX-Injected: yes\r\n",
    "\u{2028}\u{2029}\u{85}\u{b}",
    "</script><script>alert(1)</script>",
    "\"},{\"type\":\"mrkdwn\"",
    "\\u003c!channel\\u003e \\",
    "\u{0}\u{fffe}\u{ffff}",
    "{{7*7}} ${jndi:ldap://192.0.2.1/a} @{triggerBody()}",
    "../../..?a=b#c",
    "👩‍👩‍👧 e\u{301} \u{e0041}",
    "javascript:alert(1)",
];

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// To the finding of [`samples`] and of the law that asks for it.
const LINK: &str = "https://us-east-1.console.aws.amazon.com/guardduty/home?region=us-east-1#/findings?search=id%3D8ab1c2d3e4f5";

/// Text that does harm if it can: pieces of it, noise, or far too much of it.
fn hostile() -> BoxedStrategy<String> {
    let pieces =
        || vec(prop_oneof![select(NASTY.to_vec()).prop_map(str::to_owned), "\\PC{0,12}"], 0..6);
    let noise = vec(any::<char>(), 0..40).prop_map(|all| all.into_iter().collect::<String>());
    let endless = (pieces(), 1_usize..6_000).prop_map(|(all, most)| {
        let piece = all.concat();
        if piece.is_empty() { "<".repeat(most) } else { piece.repeat(1 + most / piece.len()) }
    });
    prop_oneof![4 => pieces().prop_map(|all| all.concat()), 2 => noise, 2 => endless].boxed()
}

/// A text where the finding has one, more often a hostile one than a usual one.
fn field(usual: &'static str) -> BoxedStrategy<Value> {
    prop_oneof![
        3 => Just(Value::from(usual)),
        4 => hostile().prop_map(Value::from),
        1 => select(vec![Value::Null, json!(7), json!([]), json!({}), json!(true)]),
    ]
    .boxed()
}

fn remote() -> impl Strategy<Value = Value> {
    (field("203.0.113.9"), field("Netherlands"), field("64500"), field("Example")).prop_map(
        |(address, country, asn, owner)| {
            json!({"ipAddressV4": address, "country": {"countryName": country},
                "organization": {"asn": asn, "asnOrg": owner}})
        },
    )
}

fn resource() -> impl Strategy<Value = Value> {
    let kind = select(vec!["Instance", "AccessKey", "S3Bucket", "Lambda", "AttackSequence", "New"]);
    (kind, field("i-7296abd9639197bbc"), field("web"), field("IAMUser"), field("key")).prop_map(
        |(kind, id, name, user, other)| {
            json!({"resourceType": kind,
                "instanceDetails": {"instanceId": id, "tags": [{"key": "Name", "value": name}]},
                "accessKeyDetails": {"userName": name, "userType": user, "accessKeyId": other},
                "s3BucketDetails": [{"name": name, "s3ObjectDetails": [{"key": other}]}],
                "lambdaDetails": {"functionName": name},
                "kubernetesDetails": {"kubernetesUserDetails": {"username": other}}})
        },
    )
}

fn service() -> impl Strategy<Value = Value> {
    let action = (
        field("GetObject"),
        field("s3.amazonaws.com"),
        field("AccessDenied"),
        vec(remote(), 0..6),
        field("22"),
    );
    let rest =
        (field("pool.example.net"), field("xmrig"), any::<u64>(), any::<bool>(), any::<bool>());
    (action, rest).prop_map(|((api, name, error, remotes, port), (domain, process, count, archived, sample))| {
        let probes: Vec<Value> = remotes
            .iter()
            .map(|own| json!({"remoteIpDetails": own, "localPortDetails": {"port": port, "portName": name}}))
            .collect();
        json!({
            "count": count, "archived": archived, "additionalInfo": {"sample": sample},
            "eventFirstSeen": "2026-10-05T09:31:02.000Z", "eventLastSeen": "2026-10-05T09:31:02.000Z",
            "action": {
                "awsApiCallAction": {"api": api, "serviceName": name, "errorCode": error, "remoteIpDetails": remotes.first()},
                "portProbeAction": {"portProbeDetails": probes},
                "networkConnectionAction": {"connectionDirection": error, "protocol": name, "remoteIpDetails": remotes.last()},
                "dnsRequestAction": {"domain": domain},
            },
            "runtimeDetails": {"process": {"name": process, "executablePath": domain}, "context": {"commandLineExample": process}},
            "detection": {"sequence": {"signals": [{"name": api}], "resources": [{"name": name, "resourceType": error}],
                "actors": [{"user": {"name": process, "type": error}}], "endpoints": [{"ip": domain}]}},
        })
    })
}

fn finding() -> impl Strategy<Value = Finding> {
    let id = hostile().prop_filter("a finding has an id", |id| !id.is_empty());
    let ids = (
        prop_oneof![Just("8ab1c2d3e4f5".to_owned()), id],
        field("arn:aws:guardduty:us-east-1:111122223333:detector/d/finding/f"),
    );
    let place = (
        field("111122223333"),
        field("us-east-1"),
        select(vec!["aws", "aws-cn", "aws-us-gov", "x"]),
    );
    let what = (
        field("Backdoor:EC2/C&CActivity.B!DNS"),
        option::of(0_u32..=100),
        field("Title"),
        field("Description"),
    );
    (ids, place, what, resource(), service()).prop_map(
        |(
            (id, arn),
            (account, region, partition),
            (kind, severity, title, description),
            resource,
            service,
        )| {
            let severity = severity.map(|tenths| f64::from(tenths) / 10.0);
            let json = json!({"id": id, "arn": arn, "accountId": account, "region": region,
                "partition": partition, "type": kind, "severity": severity, "title": title,
                "description": description, "updatedAt": "2026-10-05T09:51:12.204Z",
                "resource": resource, "service": service});
            Finding::parse(&json.to_string()).unwrap()
        },
    )
}

/// A rule with these words, or with others where no rule file may hold them.
fn rules(words: &str, runbook: &str) -> RuleSet {
    let load = |words: &str, runbook: &str| {
        let text = json!({"version": 1, "rules": [{"name": "told", "action": "notify", "reason": words,
            "owner": words, "runbook": runbook, "criteria": {"id": {"exists": true}}}]});
        RuleSet::parse(&[RuleSource { name: "generated", text: &text.to_string() }])
    };
    load(words, runbook).or_else(|_| load("words", limits::RUNBOOK)).unwrap()
}

/// Everything that is made of a message is within its destination's limits.
fn holds_everywhere(message: &Message<'_>) {
    limits::slack(&slack::webhook(message));
    limits::teams(&teams::workflow(message));
    limits::pagerduty(&pagerduty::trigger(message, KEY));
    limits::pagerduty(&pagerduty::event(message, KEY));
    let notification = message.notification();
    for payload in [Payload::Guardsift, Payload::Raw, Payload::Ocsf] {
        let body = |limit| message.body(payload, limit);
        limits::sns(&sns::Publication::new(notification, &body(sns::BODY_BYTES)));
        limits::sqs(&sqs::QueueMessage::new(notification, &body(sqs::BODY_BYTES)));
        limits::event_bus(&event_bus::Entry::new(notification, &body(event_bus::DETAIL_BYTES)));
    }
}

#[test]
fn the_longest_message_fits_everywhere_and_keeps_its_links() {
    for text in ["x", "\"", "\\", "&", "<", "🦉", "\u{fffd}", "測\u{1}", "a "] {
        samples::endless(text, |message| {
            holds_everywhere(message);
            for body in [slack::webhook(message), teams::workflow(message)] {
                let json = body.to_string();
                assert!(
                    json.contains(LINK) && json.contains("title ") && json.contains('…'),
                    "{json}"
                );
            }
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn every_body_is_one_that_its_destination_takes(
        finding in finding(), earlier in finding(), name in hostile(), with_rules: bool, linked: bool,
    ) {
        let rules = rules(&name, if linked { limits::RUNBOOK } else { &name });
        let decision = rules.decide(&finding, Timestamp::EPOCH);
        let change = Change::since(&Remembered::of(&earlier), &finding);
        let before = ArchivedBefore {
            times: 2, rule: name.clone(), at: finding.updated_at(), stays: Some(name.clone()),
        };
        let message = Message::new(&finding, &Background {
            decided: with_rules.then_some((decision, rules.hash())),
            destination: Some(&name),
            account_name: Some(&name),
            change: change.as_ref(),
            before: linked.then_some(&before),
            instead_of: with_rules.then_some((&name, &name)),
        });
        holds_everywhere(&message);
    }

    #[test]
    fn what_is_remembered_fits_and_comes_back(finding in finding(), earlier in finding()) {
        let facts = Remembered::of(&finding).and(&Remembered::of(&earlier));
        let json = serde_json::to_string(&facts).unwrap();
        assert!(json.len() <= super::REMEMBERED_BYTES);
        let back: Remembered = serde_json::from_str(&json).unwrap();
        assert_eq!(&back, &facts);
        assert_eq!(Change::since(&facts, &finding), None);
    }

    #[test]
    fn a_link_to_the_finding_is_never_cut_away(title in hostile(), name in hostile()) {
        let json = json!({"id": "8ab1c2d3e4f5", "region": "us-east-1", "partition": "aws", "type": name,
            "accountId": name, "title": title.repeat(20), "description": title.repeat(20)});
        let finding = Finding::parse(&json.to_string()).unwrap();
        let message = Message::new(&finding, &Background { account_name: Some(&title), ..Background::default() });
        for body in [slack::webhook(&message), teams::workflow(&message), pagerduty::event(&message, "k")] {
            assert!(body.to_string().contains(LINK), "{body}");
        }
    }
}
