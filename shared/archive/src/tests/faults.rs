//! What goes wrong between the record and the outcome.

use super::world::{World, block_on, moment};
use crate::{ArchiveError, Done, Event};

#[test]
fn a_finding_is_archived_with_a_record_before_and_an_outcome_after() {
    block_on(async {
        let world = World::new().await;
        let ids: Vec<String> = (0..51).map(|_| world.observe()).collect();
        let done = world.sweep().await.unwrap();
        assert_eq!((done.archived, done.taken_back), (51, 0));
        let mut log = world.logs().await;
        for id in &ids {
            assert!(world.is_archived(id));
            assert_eq!(log.remove(id), Some(vec![Event::Recorded, Event::Archived]));
        }
        assert!(log.is_empty(), "{log:?}");
        assert_eq!(world.sweep().await.unwrap().archived, 0, "nothing is left");
    });
}

#[test]
fn throttling_and_failures_are_waited_out() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        let faults = world.machine.guardduty.faults();
        for operation in ["ListFindings", "GetFindings", "ArchiveFindings"] {
            faults.throttle(operation, 2);
            faults.fail(operation, 2);
        }
        assert_eq!(world.sweep().await.unwrap().archived, 1);
        assert!(world.is_archived(&id));
    });
}

#[test]
fn what_is_silently_ignored_is_told_and_holds_up_nothing_else() {
    block_on(async {
        let world = World::new().await;
        let ids: Vec<String> = (0..60).map(|_| world.observe()).collect();
        world.machine.guardduty.faults().ignore_archive([ids[0].as_str()]);
        let (error, done) = world.sweep().await.unwrap_err();
        assert!(matches!(&error, ArchiveError::Unverified { count: 1, first } if *first == ids[0]));
        assert_eq!(done.archived, 59, "the chunk after it as well");
        assert_eq!(world.log(&ids[0]).await, [Event::Recorded]);
        world.machine.guardduty.faults().clear();
        assert_eq!(world.sweep().await.unwrap().archived, 1, "the next run goes on");
    });
}

#[test]
fn what_rises_between_the_read_and_the_archiving_is_taken_back() {
    block_on(async {
        let world = World::new().await;
        let (risen, quiet) = (world.observe(), world.observe());
        let planned = world.plan().await.unwrap();
        world.observe_again(&risen, 8.0);
        let mut done = Done::default();
        world.archive().apply(&planned, None, &mut done).await.unwrap();
        assert_eq!((done.archived, done.taken_back), (1, 1));
        assert!(!world.is_archived(&risen) && world.is_archived(&quiet));
        assert_eq!(world.log(&risen).await, [Event::Recorded, Event::TakenBack]);
    });
}

#[test]
fn what_was_archived_before_a_crash_is_ended_by_the_next_attempt() {
    block_on(async {
        let world = World::new().await;
        let (quiet, risen) = (world.observe(), world.observe());
        // The call is carried out and never answered, as often as it is tried.
        world.machine.guardduty.faults().lose_answer("ArchiveFindings", 6);
        let (error, _) = world.sweep().await.unwrap_err();
        assert!(matches!(error, ArchiveError::GuardDuty(_)), "{error}");
        assert!(world.is_archived(&quiet));
        assert_eq!(world.log(&quiet).await, [Event::Recorded]);
        world.observe_again(&risen, 8.0);
        world.by_hand("archive", &risen).await;
        let done = world.sweep().await.unwrap();
        assert_eq!((done.repaired, done.archived, done.taken_back), (2, 1, 1));
        assert!(world.is_archived(&quiet) && !world.is_archived(&risen));
        assert_eq!(world.log(&quiet).await, [Event::Recorded, Event::Archived]);
    });
}

/// A seeded run of all three functions once found that only the first one's was.
#[test]
fn of_two_schedules_in_one_batch_the_earlier_attempts_of_both_are_ended() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        world.machine.guardduty.faults().lose_answer("ArchiveFindings", 6);
        world.sweep().await.unwrap_err();
        assert_eq!(world.log(&id).await, [Event::Recorded]);
        let mut done = Done::default();
        let runs = ["another schedule", "run-0"];
        let noted = world.archive().repair(&[], &runs, moment(), &mut done).await.unwrap();
        assert_eq!((noted, done.repaired), (0, 1), "the first has noted nothing");
        assert_eq!(world.log(&id).await, [Event::Recorded, Event::Archived]);
    });
}

#[test]
fn without_a_record_nothing_is_archived() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        let mut archive = world.archive();
        archive.ledger.bucket = "no-such-bucket";
        let planned = world.plan().await.unwrap();
        let mut done = Done::default();
        let error = archive.apply(&planned, None, &mut done).await.unwrap_err();
        assert!(matches!(error, ArchiveError::Ledger(_)), "{error}");
        assert!(!world.is_archived(&id));
    });
}

#[test]
fn pages_that_come_twice_skip_and_repeat_nothing() {
    block_on(async {
        let world = World::new().await;
        let ids: Vec<String> = (0..120).map(|_| world.observe()).collect();
        world.machine.guardduty.faults().repeat_pages(1);
        assert_eq!(world.sweep().await.unwrap().archived, 120);
        assert!(ids.iter().all(|id| world.is_archived(id)));
    });
}

#[test]
fn a_version_that_a_person_took_back_stays_until_it_is_updated() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        world.sweep().await.unwrap();
        world.by_hand("unarchive", &id).await;
        assert_eq!(world.sweep().await.unwrap().archived, 0);
        assert!(!world.is_archived(&id));
        world.observe_again(&id, 2.0);
        assert_eq!(world.sweep().await.unwrap().archived, 1, "another version");
    });
}
