//! Whatever happened, once it is quiet everything that should be known is known, and nothing else.

use super::*;

/// A small generator (Knuth's MMIX constants), so that a failing seed can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

async fn step(world: &World, dice: &mut Dice, ids: &mut Vec<String>) {
    let some = usize::try_from(dice.roll(8)).unwrap() % ids.len().max(1);
    match (dice.roll(9), ids.get(some).cloned()) {
        (0, _) | (_, None) => ids.push(world.observe(PORT_PROBE)),
        (1 | 2, Some(id)) => world.observe_again(&id),
        (3, Some(id)) => world.archive(&id).await,
        (4, Some(id)) => {
            world.post("findings/unarchive", json!({ "findingIds": [id] })).await.unwrap();
        }
        (5, _) => drop(world.post("filter", suppressing(PORT_PROBE)).await),
        (6, _) => drop(
            world
                .ask("DELETE", &format!("/detector/{}/filter/quiet", world.detector), Value::Null)
                .await,
        ),
        (7, _) => world.buckets.broken.store(dice.roll(2) == 0, Ordering::Relaxed),
        (_, _) => world.pass(dice.roll(12)).await,
    }
}

#[tokio::test]
async fn after_a_quiet_hour_every_current_finding_is_known_in_its_latest_version() {
    for seed in 0..30 {
        let (world, mut dice, mut ids) = (World::exporting().await, Dice(seed), Vec::new());
        for _ in 0..60 {
            step(&world, &mut dice, &mut ids).await;
        }
        world.buckets.broken.store(false, Ordering::Relaxed);
        world.pass(60).await;

        let versions = world.guardduty.versions();
        for id in &ids {
            let latest = versions.iter().rfind(|version| version.id == *id).unwrap();
            let archived = world.guardduty.finding(id).unwrap()["service"]["archived"] == true;
            assert!(
                archived || !latest.exports.is_empty(),
                "seed {seed}: {id} is current and not exported"
            );
            assert_eq!(latest.event.is_some(), !latest.suppressed, "seed {seed}: {id}");
        }
        let exports: usize = versions.iter().map(|version| version.exports.len()).sum();
        assert_eq!(world.exported().len(), exports, "seed {seed}");
        assert!(
            world.exported().iter().all(|(_, _, archived)| !archived),
            "seed {seed}: an archived finding was exported"
        );
        let events: Vec<_> = versions.iter().filter(|version| version.event.is_some()).collect();
        assert_eq!(world.sent().len(), events.len(), "seed {seed}");
        assert!(
            events.iter().all(|version| !version.suppressed),
            "seed {seed}: a suppressed version had an event"
        );
    }
}
