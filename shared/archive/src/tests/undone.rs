//! The way back.

use platform::now;

use super::world::{World, block_on, moment};
use crate::{Entry, Event, LeftBecause, UndoPlan, Undone};

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
fn of_a_finding_that_was_archived_in_two_versions_the_earlier_one_is_not_gone() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        world.sweep().await.unwrap();
        world.observe_again(&id, 2.0);
        world.sweep().await.unwrap();
        let plan = planned(&world).await;
        assert_eq!(plan.undo.len(), 1);
        let left: Vec<LeftBecause> = plan.left.iter().map(|left| left.because).collect();
        assert_eq!(left, [LeftBecause::Changed]);
    });
}

#[test]
fn since_goes_by_when_it_was_archived_and_not_by_when_it_was_counted() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        // Counted for the rule, and cut off before anything was archived.
        world.plan().await.unwrap();
        let claimed = moment();
        world.sweep().await.unwrap();
        let plan = |since| UndoPlan::new(&world.guardduty, world.ledger(), "low", Some(since));
        let found = plan(claimed).await.unwrap();
        let (entry, _) = &found.undo[0];
        assert_eq!(entry.finding_id, id);
        let lines = world.ledger().log(&crate::LogFilter::default()).await.unwrap();
        let archived = lines.iter().find(|line| line.event == Event::Archived).unwrap();
        assert_eq!(entry.at, archived.at);
        assert_eq!(plan(moment()).await.unwrap().undo.len(), 0);
    });
}

#[test]
fn what_another_rule_archived_in_the_end_is_undone_by_that_rule_only() {
    block_on(async {
        let mut world = World::new().await;
        let id = world.observe();
        let (copy, now) = (world.copy(&id), now());
        let entry = Entry::of(&copy, "low", now);
        world.plan().await.unwrap();
        world.ledger().record(&entry, &copy, &world.rules, now, now).await.unwrap();
        // The call failed, and the rules are others by the next run.
        let text = "version: 1
defaults: { hold: 0, max_archive_share: 1 }
rules: [ { name: other, action: archive, criteria: { severity: { lessThan: 4 } } } ]";
        let source = findings::RuleSource { name: "r", text };
        world.rules = findings::RuleSet::parse(&[source]).unwrap();
        assert_eq!(world.sweep().await.unwrap().archived, 1);
        let plan = planned(&world).await;
        assert_eq!((plan.undo.len(), plan.left[0].because), (0, LeftBecause::OtherRule));
        let other = UndoPlan::new(&world.guardduty, world.ledger(), "other", None).await.unwrap();
        assert_eq!(other.undo.len(), 1);
        let lines = world.ledger().log(&crate::LogFilter::default()).await.unwrap();
        let outcome = lines.iter().find(|line| line.event == Event::Archived).unwrap();
        assert_eq!(outcome.rule.as_deref(), Some("other"));
        assert_eq!(outcome.rule_set.as_deref(), Some(world.rules.hash()));
    });
}

#[test]
fn what_an_event_archived_before_a_crash_is_ended_under_the_rule_that_recorded_it() {
    block_on(async {
        let mut world = World::new().await;
        let id = world.observe();
        let event = world.copy(&id);
        world.machine.guardduty.faults().lose_answer("ArchiveFindings", 6);
        world.sweep().await.unwrap_err();
        let text = "version: 1
defaults: { hold: 0 }
rules: [ { name: other, action: archive, criteria: { severity: { lessThan: 4 } } } ]";
        let source = findings::RuleSource { name: "r", text };
        world.rules = findings::RuleSet::parse(&[source]).unwrap();
        let mut done = crate::Done::default();
        world.archive().repair(&[&event], &[], moment(), &mut done).await.unwrap();
        assert_eq!((done.repaired, done.archived), (1, 1));
        assert_eq!(planned(&world).await.undo.len(), 1, "it is found by its rule");
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
