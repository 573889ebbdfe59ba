//! The way back.

use platform::now;

use super::world::{World, block_on, moment};
use crate::{Event, LeftBecause, UndoPlan, Undone};

async fn planned(world: &World) -> UndoPlan {
    UndoPlan::new(&world.guardduty, world.ledger(), "low", None).await.unwrap()
}

#[test]
fn an_undo_opens_what_the_rule_archived_and_leaves_what_a_person_archived() {
    block_on(async {
        let world = World::new().await;
        let person = world.observe();
        world.by_hand("archive", &person).await;
        let (ours, theirs) = (world.observe(), world.observe());
        world.sweep().await.unwrap();
        // It came back, and a person archived it.
        world.observe_again(&theirs, 2.0);
        world.by_hand("archive", &theirs).await;
        assert_eq!(world.undo().await.undone, [ours.as_str()]);
        assert!(!world.is_archived(&ours));
        assert!(world.is_archived(&person) && world.is_archived(&theirs));
        assert_eq!(
            world.log(&ours).await,
            [Event::Recorded, Event::Archived, Event::Undoing, Event::Undone]
        );
        let left = planned(&world).await.left;
        let because = |id: &str| left.iter().find(|left| left.finding_id == id).unwrap().because;
        assert_eq!(because(&ours), LeftBecause::Undone);
        assert_eq!(because(&theirs), LeftBecause::Changed);
        assert_eq!(world.sweep().await.unwrap().archived, 0, "and it is not archived again");
    });
}

#[test]
fn an_undo_after_a_crash_in_the_middle_of_the_archiving_restores_the_state_before() {
    block_on(async {
        let world = World::new().await;
        let ids: Vec<String> = (0..60).map(|_| world.observe()).collect();
        world.machine.guardduty.faults().lose_answer("ArchiveFindings", 6);
        world.sweep().await.unwrap_err();
        assert_eq!(ids.iter().filter(|id| world.is_archived(id)).count(), 50);
        assert_eq!(world.undo().await.undone.len(), 50);
        assert!(ids.iter().all(|id| !world.is_archived(id)));
        // What was undone in the middle stays open; the other ten had not been touched.
        assert_eq!(world.sweep().await.unwrap().archived, 10);
    });
}

#[test]
fn an_undo_that_was_cut_off_goes_on() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        world.sweep().await.unwrap();
        world.machine.guardduty.faults().lose_answer("UnarchiveFindings", 6);
        let mut done = Undone::default();
        let plan = planned(&world).await;
        plan.apply(&world.guardduty, world.ledger(), now, &mut done).await.unwrap_err();
        assert_eq!((done.undone.len(), world.is_archived(&id)), (0, false));
        assert_eq!(world.undo().await.undone, [id.as_str()]);
        assert_eq!(world.log(&id).await.last(), Some(&Event::Undone));
        assert_eq!(world.undo().await, Undone::default(), "there is nothing left");
    });
}

#[test]
fn only_what_was_archived_since_then_is_undone() {
    block_on(async {
        let world = World::new().await;
        let before = world.observe();
        world.sweep().await.unwrap();
        let since = moment();
        let after = world.observe();
        world.sweep().await.unwrap();
        let plan =
            UndoPlan::new(&world.guardduty, world.ledger(), "low", Some(since)).await.unwrap();
        let ids: Vec<&str> = plan.undo.iter().map(|(_, copy)| copy.id()).collect();
        assert_eq!(ids, [after.as_str()]);
        assert!(world.is_archived(&before));
        let other = UndoPlan::new(&world.guardduty, world.ledger(), "other", None).await.unwrap();
        assert!(other.undo.is_empty() && other.left.is_empty());
    });
}
