//! Each function's role against what the real function calls: nothing is missing, and nothing is there that is not used.

use std::{collections::BTreeMap, time::Duration};

use findings::Timestamp;
use local::{
    calls::Call,
    clock,
    guardduty::example_finding,
    machine::{EXPORT_BUCKET, FunctionName, LAKE_BUCKET, Machine, MachineConfig, Timings},
};
use serde_json::{Value, json};

use self::policy::{Role, Statement};
use crate::{
    binary::{folder, root},
    finding_events,
    functions::{call, export_from, new_detector},
    http_stub::{HttpStub, Step},
};

mod policy;

const QUIET: Duration = Duration::from_secs(120);
const HOUR: Duration = Duration::from_secs(3601);
const DAY: Duration = Duration::from_secs(25 * 3600);
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf";
const STOP: &str = "arn:aws:ssm:us-east-1:111122223333:parameter/guardsift/archive";
const OCSF_BUCKET: &str = "guardsift-ocsf";

/// What no function calls itself, and who does it in its name.
const BY_SERVICES: &[(&str, &str)] = &[
    ("kms:Decrypt", "S3 and Secrets Manager, for what the function reads"),
    ("kms:GenerateDataKey", "S3, for what the function writes"),
    ("logs:CreateLogStream", "Lambda, for the function's output"),
    ("logs:PutLogEvents", "Lambda, for the function's output"),
    ("sqs:DeleteMessage", "Lambda's event source mapping"),
    ("sqs:GetQueueAttributes", "Lambda's event source mapping"),
    ("sqs:ReceiveMessage", "Lambda's event source mapping"),
];

/// What this scenario cannot bring about, and why the role has it.
const RARE: &[(&str, &str)] = &[
    (
        "finding-exports CompactLake: s3:DeleteObject",
        "small files wait a day, by the wall clock, for their readers",
    ),
    ("auto-archive SeeWhatIsMissing: rules/*", MISSING_RULES),
    ("finding-events SeeWhatIsMissing: rules/*", MISSING_RULES),
    ("finding-events SeeWhatIsMissing: s3:ListBucket", MISSING_RULES),
    ("finding-events SeeWhatIsMissing: arn:aws:s3:::guardsift-lake", MISSING_RULES),
    ("finding-events SeeWhatIsMissing: state/notify/*", "a marker can expire between two looks"),
];
const MISSING_RULES: &str = "rules that are not there are not rules that may not be read";

const RULES: &str = "
version: 1
defaults: { hold: 30m, max_archive_share: 1 }
rules:
  - { name: low, action: archive, reason: noise, owner: secops@example.com, criteria: { severity: { lessThan: 4 } } }
destinations:
  topic: { sns: { topic: 'arn:aws:sns:us-east-1:111122223333:security-team' } }
  tickets: { sqs: { queue: 'https://sqs.us-east-1.amazonaws.com/111122223333/tickets' } }
  soc: { eventbridge: { bus: 'arn:aws:events:us-east-1:111122223333:event-bus/soc' } }
  pager: { pagerduty: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf' } }
  slow: { webhook: { url: '${web}/slow' } }
routes:
  - { criteria: { severity: { equals: 9 } }, to: slow }
  - { criteria: { severity: { greaterThanOrEqual: 5 } }, to: [topic, tickets, soc, pager] }
";

/// A machine on which every function has done all that it can do.
async fn everything_done(state: &std::path::Path) -> Machine {
    let web = HttpStub::start();
    web.script("/pagerduty", [Step::Status(202)]);
    web.script("/slow", [Step::RetryAfter(31), Step::Status(200)]);
    let private = ("GUARDSIFT_WEBHOOK_PRIVATE_HOSTS".to_owned(), web.host().to_owned());
    let pagerduty = ("GUARDSIFT_PAGERDUTY_EVENTS_URL".to_owned(), web.url("/pagerduty"));
    let ocsf = format!("s3://{OCSF_BUCKET}/ext/guardduty/1.0");
    let config = MachineConfig {
        start: clock::wall().minus(Duration::from_secs(5 * 86_400)),
        rules: RULES.replace("${web}", &format!("http://{}", web.host())),
        mode: "apply".to_owned(),
        timings: Timings {
            timeout: Duration::from_secs(30),
            visibility: Duration::from_secs(30),
            max_receive_count: 2,
            rest: None,
        },
        finding_events: BTreeMap::from([private, pagerduty]),
        auto_archive: BTreeMap::from([("GUARDSIFT_STOP_PARAMETER".to_owned(), STOP.to_owned())]),
        finding_exports: BTreeMap::from([("GUARDSIFT_OCSF_URI".to_owned(), ocsf)]),
        ..MachineConfig::for_people(state.join("machine"), folder())
    };
    let machine = Machine::start(config).await.unwrap();
    machine.store.create_bucket(OCSF_BUCKET).unwrap();
    machine.secrets.put(SECRET, "routing-key");
    machine.secrets.put(STOP, "run");
    let detector = new_detector(&machine).await;
    let quiet = || async { machine.wait_until_quiet(QUIET).await.unwrap() };

    // Noise that is archived; of two that rise, one opens by itself and one is taken back.
    let risen = observe(&machine, None, 2.0);
    let opened = observe(&machine, None, 2.0);
    for _ in 0..3 {
        machine.advance(HOUR).await;
        quiet().await;
    }
    observe(&machine, Some(&risen), 7.5);
    observe(&machine, Some(&opened), 7.5);
    let path = format!("/detector/{detector}/findings/archive");
    call(&machine, &path, &json!({"findingIds": [risen]})).await;
    for _ in 0..2 {
        machine.advance(HOUR).await;
        quiet().await;
    }
    // Told already: the second time is no news.
    let high = event(8.0);
    for event in [&high, &high, &event(9.0), &event(4.5)] {
        machine.send(FunctionName::FindingEvents, event);
    }
    quiet().await;

    // What cannot be read, and what is not there.
    export_from(&machine, &detector).await;
    machine.send(FunctionName::FindingEvents, r#"{"source":"nobody"}"#);
    let export = std::fs::read(root().join("events/exports/findings.jsonl.gz")).unwrap();
    for number in 0..4 {
        let key = format!("AWSLogs/111122223333/GuardDuty/us-east-1/2026/10/01/{number}.jsonl.gz");
        machine.store.put(EXPORT_BUCKET, &key, &export).unwrap();
        let created = created(&key, None);
        machine.send(FunctionName::FindingExports, &created);
        machine.send(FunctionName::FindingExports, &self::created(&key, Some("v1")));
    }
    let broken = "AWSLogs/111122223333/GuardDuty/us-east-1/2026/10/01/broken.jsonl.gz";
    machine.store.put(EXPORT_BUCKET, broken, b"no gzip").unwrap();
    let gone = "AWSLogs/111122223333/GuardDuty/us-east-1/2026/10/01/gone.jsonl.gz";
    machine.send(FunctionName::FindingExports, &created(gone, None));
    quiet().await;

    // The clock: small files become large ones, and a later run takes them away.
    let wall = clock::wall().epoch_millis();
    for days in [1, 9] {
        let time = Timestamp::from_epoch_millis(wall + days * 86_400_000).to_rfc3339();
        let event = json!({"version": "0", "id": "s1", "detail-type": "Scheduled Event",
            "source": "aws.scheduler", "account": "111122223333", "region": "us-east-1",
            "time": time, "resources": [], "detail": {}});
        machine.send(FunctionName::FindingExports, &event.to_string());
        quiet().await;
    }
    machine.store.put(LAKE_BUCKET, "control/archive/stop", b"because").unwrap();
    machine.advance(DAY).await;
    quiet().await;
    machine
}

/// A finding of its own, or another occurrence of one.
fn observe(machine: &Machine, id: Option<&str>, severity: f64) -> String {
    let seen = id.map(|id| machine.guardduty.finding(id).unwrap());
    let mut finding = seen.unwrap_or_else(|| example_finding("Recon:EC2/PortProbeUnprotectedPort"));
    finding["severity"] = json!(severity);
    machine.guardduty.observe(finding).unwrap()
}

fn event(severity: f64) -> String {
    let mut finding = example_finding("Recon:EC2/PortProbeUnprotectedPort");
    finding["severity"] = json!(severity);
    finding["id"] = json!(format!("{severity}abc"));
    finding["updatedAt"] = json!("2026-10-05T09:00:00.000Z");
    finding_events::event(&finding)
}

fn created(key: &str, version: Option<&str>) -> String {
    let mut event = json!({"version": "0", "id": "e1", "detail-type": "Object Created",
        "source": "aws.s3", "account": "111122223333", "region": "us-east-1",
        "time": "2026-10-01T08:00:00Z",
        "detail": {"bucket": {"name": EXPORT_BUCKET}, "object": {"key": key, "size": 1}}});
    if let Some(version) = version {
        event["detail"]["object"]["version-id"] = json!(version);
    }
    event.to_string()
}

/// Terraform puts the prefix in front of a queue's name.
fn deployed(call: Call) -> Call {
    let resource =
        call.resource.replace(":111122223333:finding-", ":111122223333:guardsift-finding-");
    Call { resource, ..call }
}

fn is_by_services(action: &str) -> bool {
    BY_SERVICES.iter().any(|(own, _)| *own == action)
}

/// The part of a statement that the function itself must use.
fn own_part(statement: &Statement) -> Option<Statement> {
    let actions: Vec<String> =
        statement.actions.iter().filter(|own| !is_by_services(own)).cloned().collect();
    (!actions.is_empty()).then(|| Statement {
        sid: statement.sid.clone(),
        actions,
        resources: statement.resources.clone(),
        condition: statement.condition.clone(),
    })
}

#[test]
fn a_role_allows_what_its_function_calls_and_nothing_else() {
    let Some(stack) = policy::stack() else { return };
    let state = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let machine = runtime.block_on(everything_done(state.path()));
    let mut problems = Vec::new();
    for function in FunctionName::ALL {
        let role: Role = policy::role(&stack, &function.as_str().replace('-', "_"));
        let mut calls: std::collections::BTreeSet<Call> =
            machine.calls.of(function.as_str()).into_iter().map(deployed).collect();
        assert!(calls.len() > 3, "{function}: {calls:?}");
        if role.environment.get("GUARDSIFT_DETECTOR_ID").is_some() {
            // On this machine nobody told it, so it asked.
            calls.retain(|call| call.action != "guardduty:ListDetectors");
        }
        for call in &calls {
            if !role.statements.iter().any(|statement| statement.allows(call)) {
                problems.push(format!("{function} calls what its role forbids: {call:?}"));
            }
        }
        for statement in &role.statements {
            problems.extend(shape(statement).map(|problem| format!("{function}: {problem}")));
            let idle = own_part(statement).map(|own| own.idle(&calls)).unwrap_or_default();
            let idle = idle.into_iter().map(|what| format!("{function} {what}"));
            let idle = idle.filter(|what| !RARE.iter().any(|(own, _)| own == what));
            problems.extend(idle.map(|what| format!("{what} is never used")));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What no statement may be, whoever needs it.
fn shape(statement: &Statement) -> Option<String> {
    let Statement { sid, actions, resources, condition } = statement;
    if let Some(action) = actions.iter().find(|action| action.contains(['*', '?'])) {
        return Some(format!("{sid}: a wildcard action, {action}"));
    }
    let is_everywhere = resources.iter().any(|resource| resource == "*");
    if is_everywhere && condition["StringEquals"]["aws:RequestedRegion"] == Value::Null {
        return Some(format!("{sid}: every resource of every Region"));
    }
    let is_key = actions.iter().any(|action| action.starts_with("kms:"));
    if is_key && condition["StringEquals"]["kms:ViaService"] == Value::Null {
        return Some(format!("{sid}: a key is used past the service that it is for"));
    }
    let lists = actions.iter().any(|action| action == "s3:ListBucket");
    (lists && statement.prefixes().is_empty()).then(|| format!("{sid}: lists a whole bucket"))
}
