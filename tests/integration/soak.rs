//! One process through many invocations: what it holds when it is warm is what it holds at the end.
//!
//! `make soak` makes a hundred thousand; here are enough to see what grows with each of them.

use std::{
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use local::{
    guardduty::example_finding,
    machine::{DEFAULT_TOPIC, LAKE_BUCKET, Machine, MachineConfig},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    binary::{folder, root},
    finding_events::event,
    finding_exports::rig::{DONE, batch, failed, findings, gzip},
    functions::new_detector,
    runtime_stub::Process,
    skip::skipped,
};

const RULES: &str = "version: 1
rules: [ { name: low, action: archive, hold: 0, criteria: { severity: { lessThan: 4 } } } ]";
const PROBE: &str = "Recon:EC2/PortProbeUnprotectedPort";
/// Far more than any invocation takes, also beside other tests.
const TIMEOUT: Duration = Duration::from_secs(120);

/// When the process has met everything once, and what it holds from then on must not grow.
const WARM: u32 = 300;
/// When it is looked at, beside the end.
const LOOKS: [u32; 5] = [WARM, 1_000, 10_000, 50_000, 100_000];

/// What may come and go: allocators keep pages, pools open a connection more.
const KIB: u64 = 1024;
/// The same once there was much to keep.
const KIB_OF_MANY: u64 = 4 * 1024;
const HANDLES: usize = 4;

/// What a process holds, as the system sees it.
#[derive(Debug, Clone, Copy)]
struct Held {
    resident_kib: u64,
    handles: usize,
    /// Hundredths of a second that it has computed.
    ticks: u64,
}

impl Held {
    /// `None` where there is no `/proc`.
    fn by(pid: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let resident_kib = line.trim().trim_end_matches(" kB").parse().ok()?;
        let handles = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // In user and in system mode: the 14th and 15th, counted behind the name, which may hold anything.
        let figures = stat.rsplit_once(')')?.1.split(' ').skip(12).take(2);
        let ticks = figures.filter_map(|own| own.parse::<u64>().ok()).sum();
        Some(Self { resident_kib, handles, ticks })
    }
}

/// A machine for the services that a function calls, without functions of its own.
struct Services {
    runtime: Runtime,
    machine: Machine,
    _folder: TempDir,
}

impl Services {
    fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let config = MachineConfig {
            rules: RULES.to_owned(),
            workers: 0,
            ..MachineConfig::for_people(state.path().join("machine"), folder())
        };
        let machine = runtime.block_on(Machine::start(config)).unwrap();
        Self { runtime, machine, _folder: state }
    }

    fn command(&self, function: &str, settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(folder().join(function));
        command
            .env_clear()
            .stderr(Stdio::null())
            .env("AWS_ENDPOINT_URL", self.machine.endpoint())
            .env("GUARDSIFT_LAKE_BUCKET", LAKE_BUCKET)
            // glibc gives a further thread megabytes of its own the first time that two meet, which is
            // chance and no growth (<https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html>).
            .env("MALLOC_ARENA_MAX", "1")
            .envs(settings.iter().copied());
        command
    }
}

/// Hands over event after event, each of which has to be done at once, and looks at the process now and then.
#[expect(clippy::print_stdout, reason = "figures for whoever asks for them with --nocapture")]
fn soak(command: Command, event_of: impl Fn(u32) -> Value) {
    let wanted = std::env::var("GUARDSIFT_SOAK_INVOCATIONS").ok();
    let invocations = wanted.and_then(|text| text.parse().ok()).unwrap_or(500);
    let name = command.get_program().to_owned();
    let mut process = Process::start(command, Stdio::null());
    let (begun, mut warm) = (Instant::now(), None);
    for number in 1..=invocations {
        let answer = process.invoke(&batch(&[event_of(number)], 1), TIMEOUT).unwrap();
        assert_eq!(failed(&answer), DONE, "invocation {number}: {answer:?}");
        if !LOOKS.contains(&number) && number != invocations {
            continue;
        }
        let Some(held) = Held::by(process.id()) else {
            return skipped("what a function holds over many invocations (there is no /proc)");
        };
        println!(
            "{}: {number} invocations, {} KiB resident, {} handles, {} us of CPU each, {} s",
            name.display(),
            held.resident_kib,
            held.handles,
            held.ticks * 10_000 / u64::from(number),
            begun.elapsed().as_secs()
        );
        let warm = *warm.get_or_insert(held);
        assert!(held.handles <= warm.handles + HANDLES, "{number}: {warm:?} became {held:?}");
        let kept = if number > 10_000 { KIB_OF_MANY } else { KIB };
        assert!(
            held.resident_kib <= warm.resident_kib + kept,
            "{number}: {warm:?} became {held:?}"
        );
    }
    assert!(invocations > WARM, "too few to see anything grow");
}

/// Each finding comes ten times, and is told once.
#[test]
fn finding_events_holds_no_more_the_longer_it_runs() {
    let services = Services::start();
    let settings = [
        ("GUARDSIFT_RULES_URI", "s3://guardsift-lake/rules/rules.yaml"),
        ("GUARDSIFT_DEFAULT_TOPIC_ARN", DEFAULT_TOPIC),
    ];
    let mut finding = example_finding(PROBE);
    finding["severity"] = json!(5);
    finding["updatedAt"] = json!("2026-10-05T09:00:00.000Z");
    soak(services.command("finding-events", &settings), |number| {
        let mut finding = finding.clone();
        finding["id"] = json!(format!("{:032x}", number / 10));
        Value::String(event(&finding))
    });
    assert!(services.machine.inbox.notifications().len() > 50, "and somebody was told");
}

/// A hundred objects come again and again; each is read and converted whenever it comes.
#[test]
fn finding_exports_holds_no_more_the_longer_it_runs() {
    const LAKE: &str = "soak-lake";
    let services = Services::start();
    let store = &services.machine.store;
    let exports = "soak-exports";
    for bucket in [exports, LAKE] {
        store.create_bucket(bucket).unwrap();
    }
    let events: Vec<Value> = (0..100)
        .map(|number| {
            let key =
                format!("AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/{number:08}.jsonl.gz");
            let stored = store.put(exports, &key, &gzip(&findings(3))).unwrap();
            json!({"detail-type": "Object Created", "source": "aws.s3", "detail": {
                "bucket": {"name": exports}, "object": {"key": key, "etag": stored.etag}}})
        })
        .collect();
    let settings = [("GUARDSIFT_EXPORT_BUCKET", exports), ("GUARDSIFT_LAKE_BUCKET", LAKE)];
    soak(services.command("finding-exports", &settings), |number| {
        events[number as usize % events.len()].clone()
    });
    assert_eq!(store.list(LAKE, "findings/").len(), events.len());
}

/// Events of findings that are archived at the first of them.
#[test]
fn auto_archive_holds_no_more_the_longer_it_runs() {
    let services = Services::start();
    let machine = &services.machine;
    services.runtime.block_on(new_detector(machine));
    let types = [PROBE, "Discovery:IAMUser/AnomalousBehavior"];
    let known = types.map(|name| {
        let mut finding = example_finding(name);
        finding["severity"] = json!(2);
        let id = machine.guardduty.observe(finding).unwrap();
        machine.guardduty.finding(&id).unwrap()
    });
    let settings = [
        ("GUARDSIFT_RULES_URI", "s3://guardsift-lake/rules/rules.yaml"),
        ("GUARDSIFT_MODE", "apply"),
    ];
    soak(services.command("auto-archive", &settings), |number| {
        Value::String(event(&known[number as usize % known.len()]))
    });
    for finding in known {
        let id = finding["id"].as_str().unwrap();
        assert_eq!(machine.guardduty.finding(id).unwrap()["service"]["archived"], true);
    }
}

/// A sweep reads every open finding, and holds it as long as it runs.
#[test]
fn auto_archive_lets_go_of_what_a_sweep_has_read() {
    const OPEN: u64 = 1_000;
    let services = Services::start();
    let machine = &services.machine;
    services.runtime.block_on(new_detector(machine));
    let sweep = fs::read_to_string(root().join("events/eventbridge/scheduled-event.json")).unwrap();
    let sweep = batch(&[Value::String(sweep)], 1);
    let settings = [("GUARDSIFT_RULES_URI", "s3://guardsift-lake/rules/rules.yaml")];
    let mut process = Process::start(services.command("auto-archive", &settings), Stdio::null());
    let mut peaks = Vec::new();
    for number in 0..4 {
        if number == 1 {
            for _ in 0..OPEN {
                let mut finding = example_finding(PROBE);
                finding["severity"] = json!(5);
                machine.guardduty.observe(finding).unwrap();
            }
        }
        let answer = process.invoke(&sweep, TIMEOUT).unwrap();
        assert_eq!(failed(&answer), DONE, "{answer:?}");
        peaks.push(answer.peak_kib);
    }
    let [Some(none), Some(first), _, Some(last)] = peaks[..] else {
        return skipped("what a sweep holds (there is no /proc)");
    };
    println!("a sweep over {OPEN} open findings: {} bytes for each", (first - none) * 1024 / OPEN);
    assert!(first > none, "it was looked at the right process");
    assert!(last <= first + KIB, "{first} KiB became {last}");
}
