//! When is everything done? When no queue holds anything, nothing is in flight and nothing is due, twice in a row.

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::machine::Machine;

const LOOK_EVERY: Duration = Duration::from_millis(10);

pub(super) async fn wait(machine: &Machine, left: usize, limit: Duration) -> anyhow::Result<()> {
    tokio::select! {
        waited = settled(machine, left, limit) => waited,
        fatal = machine.fatal() => bail!(fatal),
    }
}

async fn settled(machine: &Machine, left: usize, limit: Duration) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut quiet_looks = 0;
    while quiet_looks < 2 {
        machine.sweep.fire_if_due();
        let mut quiet = is_quiet(machine, left);
        if quiet {
            // Only now: asking every one of thousands of findings would slow the work that is waited for.
            machine.guardduty.tick().await;
            quiet = is_quiet(machine, left);
        }
        quiet_looks = if quiet { quiet_looks + 1 } else { 0 };
        if began.elapsed() > limit {
            bail!("not quiet after {limit:?}: {}", busy(machine).join("; "));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

fn is_quiet(machine: &Machine, left: usize) -> bool {
    let depths = machine.lanes.iter().map(|lane| lane.queue.depth());
    !machine.sweep.is_due()
        && depths.map(|depth| depth.visible + depth.in_flight).sum::<usize>() <= left
}

fn busy(machine: &Machine) -> Vec<String> {
    let lanes = machine.lanes.iter().map(|lane| (lane.name, lane.queue.depth()));
    lanes
        .map(|(name, depth)| {
            format!("{name} has {} waiting and {} in flight", depth.visible, depth.in_flight)
        })
        .collect()
}
