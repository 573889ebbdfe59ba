//! What happens in the demonstration, step by step.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::demo::client::GuardDutyClient;
use crate::demo::{DemoConfig, FUNCTIONS, undo};
use crate::guardduty::{example_finding, finding_types};
use crate::machine::{EXPORT_BUCKET, FunctionName, Machine};

/// Every fifth of the real findings is seen again, up to the number below.
const UPDATE_EVERY: usize = 5;
const UPDATES: usize = 40;
const DUPLICATES: usize = 20;
/// Beside the one of its type, so that one can rise and others can be taken back.
const MORE_PROBES: usize = 4;
const PROBE: &str = "Recon:EC2/PortProbeUnprotectedPort";
/// The rule of the demonstration whose work is undone.
pub(super) const UNDONE_RULE: &str = "port-probes";
/// The one message that no function can read; it goes round until it is given up.
const POISON: &str = "this is no JSON";
/// How long a step may take in real time.
const STEP: Duration = Duration::from_secs(45);

/// What the story did that GuardDuty does not know of.
pub(super) struct Truth {
    /// Events that were put on the bus a second time.
    pub(super) duplicates: usize,
    /// Findings that were archived before any hold was over.
    pub(super) archived_early: usize,
    /// Findings that GuardDuty shows as archived after the hold.
    pub(super) archived_after_hold: BTreeSet<String>,
    /// The one that then became graver and stayed archived.
    pub(super) risen: String,
    /// Findings that GuardDuty shows as archived at the end.
    pub(super) archived: BTreeSet<String>,
}

pub(super) async fn tell(
    machine: &Machine,
    config: &DemoConfig,
    tell: &impl Fn(&str),
) -> anyhow::Result<Truth> {
    let client = GuardDutyClient::new(machine.endpoint());
    let detector = client.create_detector().await?;
    client.create_destination(&detector).await?;

    tell("creating a sample and a real finding of every type");
    machine.send(FunctionName::FindingEvents, POISON);
    let types: Vec<&str> = finding_types().iter().map(|row| row.name).collect();
    client.create_samples(&detector, &types).await?;
    let more = std::iter::repeat_n(&PROBE, MORE_PROBES);
    let ids = types.iter().chain(more);
    let ids = ids.map(|name| machine.guardduty.observe(example_finding(name)));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let duplicates = repeat_events(machine);
    if config.with_kills {
        kill(machine).await;
    }
    settle(machine).await?;

    tell("exporting them, and one object that is cut off in the middle");
    machine.store.put(EXPORT_BUCKET, &broken_key(machine), &broken_object()?)?;
    machine.advance(Duration::from_secs(6 * 60)).await;
    if config.with_kills {
        kill(machine).await;
    }
    settle(machine).await?;

    tell("seeing some of them again");
    for (index, id) in ids.iter().step_by(UPDATE_EVERY).take(UPDATES).enumerate() {
        observe_again(machine, id, index)?;
    }
    machine.advance(Duration::from_secs(16 * 60)).await;
    settle(machine).await?;

    tell("letting the hold of 24 hours pass");
    let archived_early = client.archived(&detector).await?.len();
    machine.advance(Duration::from_secs(25 * 3600)).await;
    if config.with_kills {
        kill(machine).await;
    }
    settle(machine).await?;
    let archived_after_hold: BTreeSet<String> =
        client.archived(&detector).await?.into_iter().collect();

    tell("making an archived finding graver, and leaving it archived");
    let risen = ids.last().context("no finding was made")?.clone();
    rise(machine, &risen)?;
    client.archive(&detector, &risen).await?;
    machine.advance(Duration::from_secs(16 * 60)).await;
    settle(machine).await?;

    tell("undoing what one rule has archived");
    undo::undo(machine, &config.guardsift, UNDONE_RULE).await?;
    // Past the mark at which GuardDuty exports them once more.
    machine.advance(Duration::from_secs(16 * 60)).await;
    settle(machine).await?;

    tell("waiting until the unreadable message is given up");
    machine.wait_until_quiet(STEP).await?;
    let archived = client.archived(&detector).await?.into_iter().collect();
    Ok(Truth { duplicates, archived_early, archived_after_hold, risen, archived })
}

/// Waits until everything is done but the message that no function can read, which may be given up meanwhile.
async fn settle(machine: &Machine) -> anyhow::Result<()> {
    let left = || usize::from(machine.dead_letters(FunctionName::FindingEvents).is_empty());
    loop {
        let expected = left();
        machine.wait_until_left(expected, STEP).await?;
        if left() == expected {
            return Ok(());
        }
    }
}

/// One more occurrence, of High severity.
fn rise(machine: &Machine, id: &str) -> anyhow::Result<()> {
    let mut finding = machine
        .guardduty
        .finding(id)
        .with_context(|| format!("GuardDuty does not know finding {id} any more"))?;
    let severity = finding.get_mut("severity").context("the finding has no severity")?;
    *severity = json!(8);
    let seen = machine.guardduty.observe(finding)?;
    anyhow::ensure!(seen == id, "a new occurrence of {id} became finding {seen}");
    Ok(())
}

/// EventBridge delivers at least once: some events come twice, the copies with the same id.
fn repeat_events(machine: &Machine) -> usize {
    let events = machine.handover.some_events(DUPLICATES);
    events.iter().for_each(|event| {
        machine.put_event(event);
    });
    events.len()
}

/// A new occurrence: the details are those of the latest, here another address.
fn observe_again(machine: &Machine, id: &str, index: usize) -> anyhow::Result<()> {
    let finding = machine
        .guardduty
        .finding(id)
        .with_context(|| format!("GuardDuty does not know finding {id} any more"))?;
    let finding =
        finding.to_string().replace("198.51.100.0", &format!("198.51.100.{}", 100 + index));
    let seen = machine.guardduty.observe(serde_json::from_str(&finding)?)?;
    anyhow::ensure!(seen == id, "a new occurrence of {id} became finding {seen}");
    Ok(())
}

/// Where GuardDuty might have written it.
fn broken_key(machine: &Machine) -> String {
    let date = machine.clock.now().date().replace('-', "/");
    format!(
        "AWSLogs/111122223333/GuardDuty/us-east-1/{date}/00000000-0000-4000-8000-00000000dead.jsonl.gz"
    )
}

/// A gzip object that ends too early: its first lines can be read, and none of them may be kept.
fn broken_object() -> anyhow::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    for number in 0..200 {
        let finding: Value = json!({"id": format!("{number:032x}"), "accountId": "111122223333", "severity": 5, "broken": true});
        writeln!(gzip, "{finding}")?;
    }
    let mut object = gzip.finish()?;
    object.truncate(object.len() / 2);
    Ok(object)
}

/// SIGKILL for every process, in the middle of whatever it does.
async fn kill(machine: &Machine) {
    tokio::time::sleep(Duration::from_millis(60)).await;
    FUNCTIONS.into_iter().for_each(|name| machine.kill(name));
}
