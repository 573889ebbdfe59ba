//! What was archived and has become worse.

use super::world::{World, block_on};
use crate::{Entry, Event};

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
        let done = world.escalate(&id).await;
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
        let done = world.escalate(&id).await;
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
        let done = world.escalate(&id).await;
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

/// Raises it, and leaves it archived.
async fn rise(world: &World, id: &str) {
    world.observe_again(id, 8.0);
    world.by_hand("archive", id).await;
}

#[test]
fn what_an_undo_or_the_run_itself_took_back_is_no_longer_ours() {
    block_on(async {
        let world = World::new().await;
        let undone = world.observe();
        world.sweep().await.unwrap();
        world.undo().await;
        assert!(!world.is_archived(&undone));

        let taken_back = world.observe();
        let (copy, now) = (world.copy(&taken_back), platform::now());
        let entry = Entry::of(&copy, "low", now);
        world.ledger().record(&entry, &copy, &world.rules, now, now).await.unwrap();
        world.taken_back(&entry, &copy).await;

        for id in [&undone, &taken_back] {
            rise(&world, id).await;
        }
        assert_eq!(world.sweep().await.unwrap().escalated, 0, "a person archived both");
        assert!(world.is_archived(&undone) && world.is_archived(&taken_back));
    });
}

#[test]
fn an_event_takes_the_same_version_back_each_time() {
    block_on(async {
        let world = World::new().await;
        let id = risen(&world).await;
        for _ in 0..2 {
            let done = world.escalate(&id).await;
            assert_eq!((done.escalated, world.is_archived(&id)), (1, false));
            world.by_hand("archive", &id).await;
        }
    });
}

/// The rule that archived it, narrowed so that it takes hardly anything.
fn narrowed() -> findings::RuleSet {
    let text = "version: 1
defaults: { hold: 0, max_archive_share: 1 }
rules: [ { name: low, action: archive, criteria: { severity: { lessThan: 2 } } } ]";
    findings::RuleSet::parse(&[findings::RuleSource { name: "r", text }]).unwrap()
}

#[test]
fn a_sweep_leaves_the_version_that_a_narrowed_rule_had_archived() {
    block_on(async {
        let mut world = World::new().await;
        let id = world.observe();
        world.sweep().await.unwrap();
        world.rules = narrowed();
        assert_eq!(world.sweep().await.unwrap().escalated, 0);
        assert!(world.is_archived(&id));
    });
}

#[test]
fn a_sweep_leaves_what_was_updated_after_its_rule_was_withdrawn() {
    block_on(async {
        let mut world = World::new().await;
        let id = world.observe();
        world.sweep().await.unwrap();
        let source = findings::RuleSource { name: "r", text: "version: 1" };
        world.rules = findings::RuleSet::parse(&[source]).unwrap();
        world.observe_again(&id, 2.5);
        world.by_hand("archive", &id).await;
        assert_eq!(world.sweep().await.unwrap().escalated, 0);
        assert!(world.is_archived(&id));
    });
}

#[test]
fn what_is_open_already_is_not_taken_back() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        world.sweep().await.unwrap();
        world.observe_again(&id, 8.0);
        let done = world.escalate(&id).await;
        assert_eq!(done.escalated, 0);
        assert_eq!(world.log(&id).await, [Event::Recorded, Event::Archived]);
    });
}

#[test]
fn what_is_in_the_index_and_was_never_recorded_is_not_ours() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        let entry = Entry::of(&world.copy(&id), "low", platform::now());
        world.ledger().put(&entry.index_key(), &entry).await.unwrap();
        rise(&world, &id).await;
        assert_eq!(world.sweep().await.unwrap().escalated, 0);
        assert!(world.is_archived(&id));
    });
}

#[test]
fn what_a_person_archived_after_it_was_taken_back_stays_also_when_it_is_updated() {
    block_on(async {
        let world = World::new().await;
        let id = risen(&world).await;
        assert_eq!(world.sweep().await.unwrap().escalated, 1);
        world.by_hand("archive", &id).await;
        rise(&world, &id).await;
        assert_eq!(world.sweep().await.unwrap().escalated, 0, "it is theirs");
        assert_eq!(world.escalate(&id).await.escalated, 0, "also by its event");
        assert!(world.is_archived(&id));
    });
}

#[test]
fn one_line_that_cannot_be_written_keeps_no_other_from_being_written() {
    block_on(async {
        let world = World::new().await;
        let id = risen(&world).await;
        let copy = world.copy(&id);
        // The emulated S3 keeps objects in files, and a file in the way of a folder makes it fail.
        world.put("audit/v1/region=nowhere", "in the way");
        let raw = r#"{"id":"f1","severity":8,"region":"nowhere"}"#;
        let refused = findings::Finding::parse(raw).unwrap();
        let both =
            [&refused, &copy].map(|copy| (Entry::of(copy, "low", platform::now()), copy.clone()));
        let both: Vec<&(Entry, findings::Finding)> = both.iter().collect();
        world.archive().write_escalated(&both, platform::now()).await.unwrap_err();
        world.machine.store.remove(local::machine::LAKE_BUCKET, "audit/v1/region=nowhere");
        assert_eq!(world.log(&id).await.last(), Some(&Event::Escalated));
    });
}
