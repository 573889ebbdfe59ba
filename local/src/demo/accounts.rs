//! The count from the outside: what GuardDuty handed over against what lies in the lake, the ledger and the other places.

use std::collections::{BTreeMap, BTreeSet};

use findings::message::{Change, Remembered};
use findings::{Action, DestinationKind, Finding, Record, RuleSet, RuleSource, decode};

use crate::demo::story::Truth;
use crate::demo::{Counts, DemoReport, FUNCTIONS, Row, lake, undo};
use crate::machine::{DEFAULT_TOPIC, FunctionName, HandedOver, LAKE_BUCKET, Machine, RULES_KEY};

/// The finding that rises is High: the security team and the incident tool hear of it.
const RISEN_TOLD: usize = 2;

/// A destination and a version that it is told of.
type Delivery = (String, String);

pub(super) fn count(machine: &Machine, truth: &Truth) -> anyhow::Result<DemoReport> {
    let handed_over = machine.handover.versions();
    let rows = lake::version_keys(machine)?;
    let (ledger, recorded) = (ledger_of(machine, ""), ledger_of(machine, "recorded"));
    let (escalated, undone) = (ledger_of(machine, "escalated"), ledger_of(machine, "undone"));
    let (quarantine_objects, quarantine) = quarantine(machine);
    let dead: Vec<String> =
        FUNCTIONS.into_iter().flat_map(|name| machine.dead_letters(name)).collect();
    let dead_versions: BTreeSet<String> =
        dead.iter().flat_map(|body| versions_in(body.as_bytes())).collect();
    let received: BTreeSet<Delivery> = received(machine);
    let rules = machine.store.get(LAKE_BUCKET, RULES_KEY)?;
    let rules =
        RuleSet::parse(&[RuleSource { name: RULES_KEY, text: std::str::from_utf8(&rules)? }])?;
    let expected: BTreeSet<Delivery> =
        handed_over.values().flat_map(|version| deliveries(&rules, machine, version)).collect();

    let in_lake: BTreeSet<&String> = rows.iter().collect();
    let places = [&ledger, &quarantine, &dead_versions];
    let nowhere = handed_over
        .keys()
        .filter(|key| !in_lake.contains(key) && !places.iter().any(|place| place.contains(*key)));
    let nowhere: Vec<&String> = nowhere.collect();
    let missing: Vec<&Delivery> = expected
        .difference(&received)
        .filter(|delivery| !is_told_already(delivery, &received, &handed_over, &rules))
        .collect();
    let events: u64 = handed_over.values().map(|version| version.events).sum();
    let exports: u64 = handed_over.values().map(|version| version.exports).sum();
    let findings: BTreeSet<&str> =
        handed_over.values().map(|version| version.finding.id()).collect();
    let counts = Counts {
        findings: findings.len(),
        versions: handed_over.len(),
        events_delivered: usize::try_from(events)? + truth.duplicates,
        notified: received.len(),
        archived: truth.archived_after_hold.len(),
        escalated: escalated.len(),
        undone: undone.len(),
        lake_rows: rows.len(),
        quarantined: quarantine_objects,
        dead_lettered: dead.len(),
        lost: nowhere.len() + missing.len(),
    };

    let mut problems = Problems::default();
    let known = machine.guardduty.versions().iter().filter(|version| version.handed_over()).count();
    problems.equal("versions that GuardDuty handed over", known, handed_over.len());
    problems.none("versions that are nowhere", nowhere);
    problems.equal("rows in the lake", usize::try_from(exports)?, rows.len());
    // What is taken out of the archive is exported again, whatever was exported of it before.
    let exported = handed_over.values().filter(|version| version.exports > 0).count();
    problems.equal("distinct versions in the lake", exported, in_lake.len());
    problems.none("notable versions of which a destination was not told", missing);
    problems.none(
        "deliveries that nobody asked for",
        received.difference(&expected).collect::<Vec<_>>(),
    );
    let (archived, wrong) = archived_against_rules(machine, &rules, &truth.archived);
    problems.equal("findings archived before their hold was over", 0, truth.archived_early);
    problems.equal("archived findings", archived, truth.archived.len() + undone.len());
    problems.none("findings archived against the rules", wrong);
    problems.equal("ledger entries", truth.archived_after_hold.len(), recorded.len());
    let back = truth.archived_after_hold.difference(&truth.archived).count();
    problems.equal("findings that were taken back", escalated.len() + undone.len(), back);
    problems.equal("findings taken back since they had risen", 1, escalated.len());
    problems.equal("findings taken back by undo", undo::expected(machine, truth), undone.len());
    let told = received.iter().filter_map(|(_, key)| handed_over.get(key));
    let is_told = told.filter(|own| own.finding.id() == truth.risen).count();
    problems.equal("destinations told of the one that had risen", RISEN_TOLD, is_told);
    problems.equal("objects in quarantine", 1, quarantine_objects);
    problems.equal("dead letters", 1, dead.len());
    let lane = machine.counts().into_iter().find(|lane| lane.name == FunctionName::FindingEvents);
    let acknowledged = lane.map_or(0, |lane| lane.mapping.succeeded);
    problems.equal(
        "finding events acknowledged",
        counts.events_delivered,
        usize::try_from(acknowledged)?,
    );
    Ok(DemoReport { counts, rows: table(machine, &counts), problems: problems.0, seconds: 0.0 })
}

/// The deliveries that the rules ask for when a version comes as an event.
fn deliveries(rules: &RuleSet, machine: &Machine, version: &HandedOver) -> Vec<Delivery> {
    let finding = &version.finding;
    if version.events == 0 || rules.decide(finding, machine.clock.now()).action != Action::Notify {
        return Vec::new();
    }
    let key = finding.version_key().to_string();
    let routed =
        rules.route(finding).into_iter().map(|destination| address(machine, &destination.kind));
    let mut routed: Vec<String> = routed.collect();
    if routed.is_empty() {
        routed.push(DEFAULT_TOPIC.to_owned());
    }
    routed.into_iter().map(|address| (address, key.clone())).collect()
}

/// Whether the destination was told of the same finding in a way that leaves nothing to say about this version: of a
/// newer one, or of one from which nothing changed that matters.
fn is_told_already(
    (destination, key): &Delivery,
    received: &BTreeSet<Delivery>,
    handed_over: &BTreeMap<String, HandedOver>,
    rules: &RuleSet,
) -> bool {
    let Some(version) = handed_over.get(key).map(|own| &own.finding) else { return false };
    let others = received.iter().filter(|(to, _)| to == destination);
    others.filter_map(|(_, other)| handed_over.get(other)).any(|other| {
        let other = &other.finding;
        let change = Change::since(&Remembered::of(other), version);
        let matters = change.is_some_and(|change| {
            let is_archived = version.archived() == Some(true);
            if is_archived {
                change.is_graver()
            } else {
                rules.notify_changes().matter(&change, false)
            }
        });
        other.id() == version.id() && (other.updated_at() > version.updated_at() || !matters)
    })
}

/// A destination as the inbox names it; the demo's rules name topics and webhooks only.
fn address(machine: &Machine, kind: &DestinationKind) -> String {
    match kind {
        DestinationKind::Sns { topic_arn, .. } => topic_arn.clone(),
        DestinationKind::Webhook { url, .. } => {
            url.strip_prefix(&machine.webhook()).unwrap_or(url).to_owned()
        }
        DestinationKind::Sqs { queue_url: name, .. }
        | DestinationKind::EventBridge { bus_arn: name, .. }
        | DestinationKind::Slack { secret_arn: name, .. }
        | DestinationKind::Teams { secret_arn: name }
        | DestinationKind::PagerDuty { secret_arn: name } => name.clone(),
    }
}

fn received(machine: &Machine) -> BTreeSet<Delivery> {
    let notifications = machine.inbox.notifications();
    let keyed =
        notifications.into_iter().map(|one| (one.destination, one.version_key.unwrap_or_default()));
    keyed.collect()
}

/// How many findings the rules want archived as GuardDuty holds them now, and which archived ones they do not.
fn archived_against_rules(
    machine: &Machine,
    rules: &RuleSet,
    archived: &BTreeSet<String>,
) -> (usize, Vec<String>) {
    let ids: BTreeSet<String> =
        machine.guardduty.versions().into_iter().map(|version| version.id).collect();
    let ripe = |id: &String| {
        let finding =
            machine.guardduty.finding(id).and_then(|body| Finding::parse(&body.to_string()).ok());
        finding.is_some_and(|finding| {
            let decision = rules.decide(&finding, machine.clock.now());
            decision.is_ripe(machine.clock.now())
        })
    };
    let wanted: BTreeSet<String> = ids.into_iter().filter(ripe).collect();
    (wanted.len(), archived.difference(&wanted).cloned().collect())
}

/// The versions with a line of this kind in the ledger, or with any. Each holds a copy.
fn ledger_of(machine: &Machine, kind: &str) -> BTreeSet<String> {
    let mut versions = BTreeSet::new();
    for (key, _) in machine.store.list(LAKE_BUCKET, "audit/v1/") {
        let name = key.rsplit('/').next().unwrap_or_default();
        let mut parts = name.split('.');
        if let (Some(version), Some(own)) = (parts.next(), parts.next())
            && (kind.is_empty() || own == kind)
        {
            versions.insert(version.to_owned());
        }
    }
    versions
}

/// How many objects are in quarantine, and the versions that can be read in them.
fn quarantine(machine: &Machine) -> (usize, BTreeSet<String>) {
    let objects = machine.store.list(LAKE_BUCKET, "quarantine/v1/");
    let texts = objects.iter().filter_map(|(key, _)| machine.store.get(LAKE_BUCKET, key).ok());
    let versions = texts.flat_map(|text| {
        text.split(|byte| *byte == b'\n').flat_map(versions_in).collect::<Vec<_>>()
    });
    (objects.len(), versions.collect())
}

fn versions_in(document: &[u8]) -> Vec<String> {
    let records = decode(document).into_iter();
    let keys = records.filter_map(|record| match record {
        Record::Finding(finding) => Some(finding.version_key().to_string()),
        _ => None,
    });
    keys.collect()
}

fn table(machine: &Machine, counts: &Counts) -> Vec<Row> {
    let lake = machine.bucket_folder(LAKE_BUCKET);
    let row = |what, count, look| Row { what, count, look };
    vec![
        row(
            "versions that GuardDuty handed over",
            counts.versions,
            machine.bucket_folder(crate::machine::EXPORT_BUCKET),
        ),
        row("finding events delivered", counts.events_delivered, machine.logs()),
        row("notifications received", counts.notified, machine.state().join("notifications.jsonl")),
        row("rows in the lake", counts.lake_rows, lake.join("findings/v1")),
        row("findings archived after their hold", counts.archived, lake.join("audit/v1")),
        row("taken back as they became graver", counts.escalated, lake.join("audit/v1")),
        row("taken back by guardsift undo", counts.undone, lake.join("audit/v1")),
        row("objects in quarantine", counts.quarantined, lake.join("quarantine/v1")),
        row("messages given up", counts.dead_lettered, machine.dead_letters_file()),
        row("lost", counts.lost, machine.state().to_owned()),
    ]
}

/// Counts that do not add up.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn equal(&mut self, what: &str, expected: usize, found: usize) {
        if expected != found {
            self.0.push(format!("{what}: {expected} expected, {found} found"));
        }
    }

    fn none<Item: std::fmt::Debug>(&mut self, what: &str, found: impl IntoIterator<Item = Item>) {
        let found: Vec<_> = found.into_iter().collect();
        if let Some(first) = found.first() {
            self.0.push(format!("{what}: {}, the first is {first:?}", found.len()));
        }
    }
}
