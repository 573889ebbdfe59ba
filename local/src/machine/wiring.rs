//! Builds the machine: queues, rules, buckets, GuardDuty, the front door, the functions, in the order they need each other.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::bus::{Bus, Rule};
use crate::bus_api::BusApi;
use crate::calls::Calls;
use crate::clock::Clock;
use crate::disturbance::Disturbance;
use crate::front_door::FrontDoor;
use crate::guardduty::{self, GuardDuty, homes::Homes};
use crate::inbox::Inbox;
use crate::key::Keys;
use crate::lambda::Function;
use crate::machine::config::{
    ACCOUNT, DEFAULT_TOPIC, EXPORT_BUCKET, LAKE_BUCKET, REGION, RULES_KEY, SECURITY_TOPIC,
};
use crate::machine::export_bucket::ExportBucket;
use crate::machine::{FunctionName, Handover, Lane, Machine, MachineConfig};
use crate::mapping::{self, Mapping, MappingSettings};
use crate::outage::Outage;
use crate::pattern::Pattern;
use crate::queue::{Queue, QueueSettings, Redrive};
use crate::queue_api::QueueApi;
use crate::s3::{self, Created, Store};
use crate::schedule::{Schedule, ScheduleSettings};
use crate::secret::Secrets;
use crate::topic::Topics;
use crate::{serve, webhook};

/// Lambda's batch size for a standard queue without a batching window.
const BATCH: usize = 10;

/// A queue with its dead-letter queue.
struct QueuePair {
    queue: Arc<Queue>,
    dead_letters: Arc<Queue>,
}

pub(super) async fn start(config: MachineConfig) -> anyhow::Result<Machine> {
    check(&config)?;
    for folder in [config.buckets_folder(), config.logs_folder()] {
        fs::create_dir_all(&folder)
            .with_context(|| format!("{} cannot be created", folder.display()))?;
    }
    let clock = Clock::starting_at(config.start, config.rate);
    let inbox_file = config.state.join("notifications.jsonl");
    let inbox = Inbox::create(&inbox_file).with_context(|| inbox_file.display().to_string())?;
    let inbox = Arc::new(inbox);
    let handover = Arc::<Handover>::default();
    let pairs = FunctionName::ALL.map(|name| (name, queues(name, &config)));
    let bus = Arc::new(bus(&pairs)?);
    let store = Arc::new(store(&config, Arc::clone(&bus), clock.clone())?);
    let keys = Arc::<Keys>::default();
    let guardduty = Arc::new(guardduty(&clock, &bus, &store, &handover, &keys));
    let homes = Arc::new(Homes::new(Arc::clone(&guardduty), home()));

    let (door, endpoint) = serve::listen(config.port)
        .await
        .with_context(|| format!("port {} is taken", config.port))?;
    let (hook, webhook) = serve::listen(0).await?;
    let rules = config
        .rules
        .replace("${webhook}", &format!("http://{webhook}"))
        .replace("${security_team}", SECURITY_TOPIC);
    store.put(LAKE_BUCKET, RULES_KEY, rules.as_bytes())?;

    let mut tasks = JoinSet::new();
    let topics =
        Topics::new([DEFAULT_TOPIC, SECURITY_TOPIC].map(str::to_owned), Arc::clone(&inbox));
    let (secrets, outage) = (Arc::<Secrets>::default(), Arc::<Outage>::default());
    let disturbance = Arc::<Disturbance>::default();
    let calls = Arc::<Calls>::default();
    let front_door = FrontDoor {
        s3: s3::service(Arc::clone(&store), REGION),
        guardduty: Arc::clone(&homes),
        topics,
        queues: QueueApi {
            own: pairs.iter().map(|(_, pair)| Arc::clone(&pair.queue)).collect(),
            inbox: Arc::clone(&inbox),
        },
        buses: BusApi { inbox: Arc::clone(&inbox) },
        secrets: Arc::clone(&secrets),
        keys: Arc::clone(&keys),
        outage: Arc::clone(&outage),
        disturbance: Arc::clone(&disturbance),
        calls: Arc::clone(&calls),
    };
    serve_front_door(&mut tasks, door, front_door);
    serve_webhook(&mut tasks, hook, &inbox);
    let (fatal, fatal_seen) = watch::channel(None);
    let lanes = pairs.into_iter().map(|(name, pair)| {
        let settings = config.function(name, &format!("http://{endpoint}"), &webhook.to_string());
        let function = Function::start(settings, fatal.clone(), &mut tasks);
        lane(name, pair, function, mapping_settings(&config), &mut tasks)
    });
    let lanes: Vec<Lane> = lanes.collect();
    let sweep = sweep(&config, &clock, &lanes)?;
    tasks.spawn(Arc::clone(&sweep).run());
    publish(&mut tasks, &homes, &clock);
    Ok(Machine {
        clock,
        guardduty,
        store,
        inbox,
        handover,
        secrets,
        keys,
        outage,
        disturbance,
        homes,
        calls,
        config,
        endpoint,
        webhook,
        bus,
        sweep,
        lanes,
        fatal: fatal_seen,
        tasks,
    })
}

fn check(config: &MachineConfig) -> anyhow::Result<()> {
    let timings = config.timings;
    ensure!(
        mapping::visibility_covers(timings.timeout, timings.visibility),
        "the visibility timeout ({:?}) is below the functions' timeout ({:?}): a message would come back while it is worked on",
        timings.visibility,
        timings.timeout
    );
    for name in FunctionName::ALL {
        let binary = config.binaries.join(name.as_str());
        ensure!(
            binary.is_file(),
            "{} is not there: build it with `cargo build --release -p {name}`",
            binary.display()
        );
    }
    Ok(())
}

fn queues(name: FunctionName, config: &MachineConfig) -> QueuePair {
    let queue = |suffix: &str, redrive| {
        let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}{suffix}");
        Arc::new(Queue::new(QueueSettings { arn, visibility: config.timings.visibility, redrive }))
    };
    let dead_letters = queue("-dead-letters", None);
    let redrive = Redrive {
        max_receive_count: config.timings.max_receive_count,
        dead_letters: Arc::clone(&dead_letters),
    };
    QueuePair { queue: queue("", Some(redrive)), dead_letters }
}

fn bus(pairs: &[(FunctionName, QueuePair)]) -> anyhow::Result<Bus> {
    let rules = pairs.iter().map(|(name, pair)| {
        let pattern = Pattern::parse(&name.pattern())
            .with_context(|| format!("infra/patterns/{name}.json"))?;
        Ok(Rule { name: name.to_string(), pattern, target: Arc::clone(&pair.queue) })
    });
    rules.collect::<anyhow::Result<_>>().map(Bus::new)
}

fn store(config: &MachineConfig, bus: Arc<Bus>, clock: Clock) -> anyhow::Result<Store> {
    let announce = move |created: &Created| {
        bus.put(&object_created(created, &clock.now().to_rfc3339()));
    };
    let store = Store::open(
        &config.buckets_folder(),
        BTreeSet::from([EXPORT_BUCKET.to_owned()]),
        announce,
    )?;
    for bucket in [EXPORT_BUCKET, LAKE_BUCKET] {
        store.create_bucket(bucket)?;
    }
    Ok(store)
}

/// S3's event on EventBridge: unlike S3's own notification it does not URL-encode the key (ev-events).
fn object_created(created: &Created, time: &str) -> Value {
    json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": ACCOUNT,
        "time": time,
        "region": REGION,
        "resources": [format!("arn:aws:s3:::{}", created.bucket)],
        "detail": {
            "version": "0",
            "bucket": { "name": created.bucket },
            "object": {
                "key": created.key,
                "size": created.stored.size,
                "etag": created.stored.etag,
                "sequencer": created.stored.sequencer,
            },
            "request-id": Uuid::new_v4().simple().to_string(),
            "requester": ACCOUNT,
            "source-ip-address": "127.0.0.1",
            "reason": created.reason,
        },
    })
}

fn guardduty(
    clock: &Clock,
    bus: &Arc<Bus>,
    store: &Arc<Store>,
    handover: &Arc<Handover>,
    keys: &Arc<Keys>,
) -> GuardDuty {
    let events = {
        let (bus, handover) = (Arc::clone(bus), Arc::clone(handover));
        move |envelope: Value| {
            handover.note_event(&envelope);
            bus.put(&envelope);
        }
    };
    let exports = ExportBucket {
        store: Arc::clone(store),
        handover: Arc::clone(handover),
        keys: Arc::clone(keys),
    };
    GuardDuty::new(home(), clock.clone(), Arc::new(events), Arc::new(exports))
}

fn home() -> guardduty::Config {
    guardduty::Config { account_id: ACCOUNT.to_owned(), region: REGION.to_owned() }
}

fn serve_front_door(tasks: &mut JoinSet<()>, listener: TcpListener, door: FrontDoor) {
    let door = Arc::new(door);
    tasks.spawn(serve::serve(listener, move |request| Arc::clone(&door).handle(request)));
}

fn serve_webhook(tasks: &mut JoinSet<()>, listener: TcpListener, inbox: &Arc<Inbox>) {
    let inbox = Arc::clone(inbox);
    tasks
        .spawn(serve::serve(listener, move |request| webhook::handle(Arc::clone(&inbox), request)));
}

fn mapping_settings(config: &MachineConfig) -> MappingSettings {
    MappingSettings {
        batch_size: BATCH,
        concurrency: config.workers,
        region: REGION.to_owned(),
        rest: config.timings.rest,
    }
}

fn lane(
    name: FunctionName,
    pair: QueuePair,
    function: Arc<Function>,
    settings: MappingSettings,
    tasks: &mut JoinSet<()>,
) -> Lane {
    let mapping = Arc::new(Mapping::new(Arc::clone(&pair.queue), Arc::clone(&function), settings));
    mapping.start(tasks);
    Lane { name, queue: pair.queue, dead_letters: pair.dead_letters, function, mapping }
}

fn sweep(config: &MachineConfig, clock: &Clock, lanes: &[Lane]) -> anyhow::Result<Arc<Schedule>> {
    let lane = lanes
        .iter()
        .find(|lane| lane.name == FunctionName::AutoArchive)
        .context("no lane for the sweep")?;
    let settings = ScheduleSettings {
        arn: format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/guardsift-sweep"),
        account_id: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        every: config.sweep_every,
        target: Arc::clone(&lane.queue),
    };
    Ok(Arc::new(Schedule::new(settings, clock.clone())))
}

/// GuardDuty publishes what falls due as the clock runs, and at once when it jumps.
fn publish(tasks: &mut JoinSet<()>, homes: &Arc<Homes>, clock: &Clock) {
    let (homes, clock) = (Arc::clone(homes), clock.clone());
    tasks.spawn(async move {
        loop {
            homes.tick().await;
            tokio::select! {
                () = clock.moved() => {}
                () = tokio::time::sleep(std::time::Duration::from_millis(200)) => {}
            }
        }
    });
}
