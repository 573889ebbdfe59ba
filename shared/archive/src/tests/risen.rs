//! What was archived and has become worse.

use super::world::{World, block_on};
use crate::{Done, Event};

/// An archived finding of ours that GuardDuty has raised and left archived.
async fn risen(world: &World) -> String {
    let id = world.observe();
    world.sweep().await.unwrap();
    assert!(world.is_archived(&id));
    world.observe_again(&id, 8.0);
    world.by_hand("archive", &id).await;
    id
}

#[test]
fn a_sweep_takes_back_what_we_archived_and_what_has_risen_once_for_each_version() {
    block_on(async {
        let world = World::new().await;
        let id = risen(&world).await;
        assert_eq!(world.sweep().await.unwrap().escalated, 1);
        assert!(!world.is_archived(&id));
        assert_eq!(world.log(&id).await, [Event::Recorded, Event::Archived, Event::Escalated]);
        world.by_hand("archive", &id).await;
        assert_eq!(world.sweep().await.unwrap().escalated, 0, "whoever did it has seen it");
        assert!(world.is_archived(&id));
    });
}

#[test]
fn an_event_takes_back_too_and_says_which_version_was_archived() {
    block_on(async {
        let world = World::new().await;
        let id = risen(&world).await;
        let mut done = Done::default();
        let now = platform::now();
        world.archive().escalate(std::slice::from_ref(&id), false, now, &mut done).await.unwrap();
        assert_eq!(done.escalated, 1);
        let lines = world.ledger().log(&crate::LogFilter::default()).await.unwrap();
        let line = lines.iter().find(|line| line.event == Event::Escalated).unwrap();
        let archived = lines.iter().find(|line| line.event == Event::Archived).unwrap();
        assert_eq!(line.archived_version.as_ref(), Some(&archived.version_key));
        assert_eq!((line.severity, line.rule.as_deref()), (Some(8.0), Some("low")));
    });
}

#[test]
fn what_somebody_else_archived_stays() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        world.observe_again(&id, 8.0);
        world.by_hand("archive", &id).await;
        assert_eq!(world.sweep().await.unwrap().escalated, 0);
        let mut done = Done::default();
        world
            .archive()
            .escalate(std::slice::from_ref(&id), false, platform::now(), &mut done)
            .await
            .unwrap();
        assert_eq!(done.escalated, 0);
        assert!(world.is_archived(&id));
    });
}

#[test]
fn a_sweep_leaves_what_a_withdrawn_rule_hid_and_an_event_brings_it_back() {
    block_on(async {
        let mut world = World::new().await;
        let id = world.observe();
        world.sweep().await.unwrap();
        world.rules =
            findings::RuleSet::parse(&[findings::RuleSource { name: "r", text: "version: 1" }])
                .unwrap();
        assert_eq!(world.sweep().await.unwrap().escalated, 0);
        let mut done = Done::default();
        world
            .archive()
            .escalate(std::slice::from_ref(&id), false, platform::now(), &mut done)
            .await
            .unwrap();
        assert_eq!((done.escalated, world.is_archived(&id)), (1, false));
    });
}

#[test]
fn a_sweep_takes_back_what_was_updated_out_of_the_rule_that_archived_it() {
    block_on(async {
        let mut world = World::new().await;
        let id = world.observe();
        let stays = world.observe();
        world.sweep().await.unwrap();
        // Below every ceiling, and no rule archives it.
        let narrow = "version: 1
defaults: { hold: 0, max_archive_share: 1 }
rules: [ { name: low, action: archive, criteria: { severity: { lessThan: 3 } } } ]";
        let source = findings::RuleSource { name: "r", text: narrow };
        world.rules = findings::RuleSet::parse(&[source]).unwrap();
        for (id, severity) in [(&id, 3.5), (&stays, 2.5)] {
            world.observe_again(id, severity);
            world.by_hand("archive", id).await;
        }
        assert_eq!(world.sweep().await.unwrap().escalated, 1);
        assert!(!world.is_archived(&id) && world.is_archived(&stays));
    });
}
