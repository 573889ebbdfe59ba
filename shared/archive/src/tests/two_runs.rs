//! Two runs at once over the same version.

use super::world::{World, block_on, moment};
use crate::{ArchiveError, Done, Entry, Event};

/// What a run was about to do when another had not ended yet.
async fn begun(world: &World, run: &str, ids: &[&String]) {
    let (ledger, now) = (world.ledger(), platform::now());
    let mut entries = Vec::new();
    for id in ids {
        let copy = world.copy(id);
        let entry = Entry::of(&copy, "low", now);
        ledger.record(&entry, &copy, &world.rules, now, now).await.unwrap();
        entries.push(entry);
    }
    ledger.note(run, 0, &entries).await.unwrap();
}

/// A seeded run of all three functions once left a High finding archived: one run took it back, and another, which
/// had read it before it rose, archived it after that and ended.
#[test]
fn what_a_slower_run_archives_once_more_is_taken_back_when_it_begins_again() {
    block_on(async {
        let world = World::new().await;
        let (risen, quiet) = (world.observe(), world.observe());
        let planned = world.plan().await.unwrap();
        begun(&world, "slower", &[&risen, &quiet]).await;
        for id in [&risen, &quiet] {
            world.observe_again(id, 8.0);
        }
        let mut done = Done::default();
        world.archive().apply(&planned, Some(("faster", 0)), &mut done).await.unwrap();
        assert_eq!((done.archived, done.taken_back), (0, 2));
        for id in [&risen, &quiet] {
            world.by_hand("archive", id).await;
        }
        world.observe_again(&quiet, 2.0);
        world.by_hand("archive", &quiet).await;
        let mut done = Done::default();
        world.archive().repair(&[], &["slower"], moment(), &mut done).await.unwrap();
        assert_eq!((done.repaired, done.archived, done.taken_back), (0, 0, 2));
        assert!(!world.is_archived(&risen), "it is High");
        assert!(!world.is_archived(&quiet), "its version was taken back, and has its end");
        let log = world.log(&risen).await;
        assert_eq!(
            log,
            [Event::Recorded, Event::TakenBack, Event::Escalated],
            "the version that came back"
        );
        let again = world.archive().repair(&[], &["slower"], moment(), &mut done).await;
        assert!(again.is_ok() && done.taken_back == 2, "{done:?}");
    });
}

/// The same by an event of the finding, which names no run.
#[test]
fn what_an_event_archives_once_more_is_taken_back_when_it_comes_again() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        let (event, planned) = (world.copy(&id), world.plan().await.unwrap());
        world.observe_again(&id, 8.0);
        let mut done = Done::default();
        world.archive().apply(&planned, None, &mut done).await.unwrap();
        assert_eq!((done.archived, done.taken_back), (0, 1));
        // What a slower attempt does after that, which then ends.
        world.by_hand("archive", &id).await;
        let mut done = Done::default();
        world.archive().repair(&[&event], &[], moment(), &mut done).await.unwrap();
        assert_eq!((done.repaired, done.taken_back), (0, 1));
        assert!(!world.is_archived(&id), "it is High");
    });
}

#[test]
fn of_two_attempts_at_one_event_at_the_same_time_the_one_that_can_note_nothing_archives_nothing() {
    block_on(async {
        let world = World::new().await;
        let (first, second) = (world.observe(), world.observe());
        let planned = world.plan().await.unwrap();
        begun(&world, "same", &[&first]).await;
        let mut done = Done::default();
        let apply = world.archive().apply(&planned, Some(("same", 0)), &mut done).await;
        assert!(matches!(apply, Err(ArchiveError::DeliveredTwice { .. })), "{apply:?}");
        assert!(!world.is_archived(&first) && !world.is_archived(&second));
        let archive = world.archive();
        let noted = archive.repair(&[], &["same"], moment(), &mut done).await.unwrap();
        archive.apply(&planned, Some(("same", noted)), &mut done).await.unwrap();
        assert_eq!((noted, done.archived), (1, 2), "when it comes again it goes on");
        assert!(world.is_archived(&first) && world.is_archived(&second));
    });
}

#[test]
fn a_run_that_comes_last_does_not_say_archived_of_what_another_has_taken_back() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        let planned = world.plan().await.unwrap();
        let copy = world.copy(&id);
        world.taken_back(&Entry::of(&copy, "low", platform::now()), &copy).await;
        let mut done = Done::default();
        world.archive().apply(&planned, None, &mut done).await.unwrap();
        assert_eq!((done.archived, done.taken_back), (0, 1));
        assert!(!world.is_archived(&id));
    });
}

#[test]
fn a_run_that_begins_again_leaves_what_a_person_has_undone_and_archived() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        world.sweep().await.unwrap();
        world.undo().await;
        world.observe_again(&id, 8.0);
        world.by_hand("archive", &id).await;
        let mut done = Done::default();
        world.archive().repair(&[], &["run-0"], moment(), &mut done).await.unwrap();
        assert_eq!(done.taken_back, 0);
        assert!(world.is_archived(&id));
    });
}

/// A run that archived one of its findings and failed, so that its event comes again.
async fn half_done(world: &World) -> String {
    let (id, ignored) = (world.observe(), world.observe());
    world.machine.guardduty.faults().ignore_archive([ignored.as_str()]);
    world.sweep().await.unwrap_err();
    world.machine.guardduty.faults().clear();
    assert!(world.is_archived(&id));
    id
}

#[test]
fn a_run_that_begins_again_leaves_what_was_archived_in_a_later_version() {
    block_on(async {
        let mut world = World::new().await;
        let id = half_done(&world).await;
        world.observe_again(&id, 2.5);
        let planned = world.plan().await.unwrap();
        let mut done = Done::default();
        world.archive().apply(&planned, Some(("later", 0)), &mut done).await.unwrap();
        let log = world.log(&id).await;
        // Nothing archives the later version any more, which is no doubt of who archived it.
        let source = findings::RuleSource { name: "r", text: "version: 1" };
        world.rules = findings::RuleSet::parse(&[source]).unwrap();
        let mut done = Done::default();
        world.archive().repair(&[], &["run-0"], moment(), &mut done).await.unwrap();
        assert!(world.is_archived(&id));
        assert_eq!(world.log(&id).await, log);
    });
}

#[test]
fn a_run_that_begins_again_leaves_what_a_person_archived_and_a_rule_would_too() {
    block_on(async {
        let mut world = World::new().await;
        let id = half_done(&world).await;
        // Archived by hand before its hold is over, as of the run that comes again.
        let as_of = moment();
        world.observe_again(&id, 2.5);
        world.by_hand("archive", &id).await;
        let text = "version: 1
defaults: { hold: 720h }
rules: [ { name: low, action: archive, criteria: { severity: { lessThan: 4 } } } ]";
        let source = findings::RuleSource { name: "r", text };
        world.rules = findings::RuleSet::parse(&[source]).unwrap();
        let mut done = Done::default();
        world.archive().repair(&[], &["run-0"], as_of, &mut done).await.unwrap();
        assert!(world.is_archived(&id), "{done:?}");
    });
}
