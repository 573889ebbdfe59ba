//! What keeps a run small, and what stops it.

use findings::Timestamp;
use local::machine::LAKE_BUCKET;

use super::world::{World, block_on, moment, rules};
use crate::{ArchiveError, Asked, OverTheCap, Recurrence, STOP_KEY, SkippedBecause, entry::Entry};

#[test]
fn above_the_cap_of_a_run_nothing_is_archived_or_written() {
    block_on(async {
        let mut world = World::new().await;
        world.rules = rules("max_archive_per_run: 2");
        let ids: Vec<String> = (0..3).map(|_| world.observe()).collect();
        let (error, done) = world.sweep().await.unwrap_err();
        assert!(
            matches!(error, ArchiveError::OverTheCap(OverTheCap::Run { ripe: 3, cap: 2 })),
            "{error}"
        );
        assert_eq!(done, crate::Done::default());
        for id in &ids {
            assert!(!world.is_archived(id) && world.log(id).await.is_empty());
        }
    });
}

#[test]
fn a_rule_stops_for_the_day_and_goes_on_with_a_higher_cap() {
    block_on(async {
        let mut world = World::new().await;
        world.rules = rules("max_archive_per_day: 2");
        (0..2).for_each(|_| drop(world.observe()));
        assert_eq!(world.sweep().await.unwrap().archived, 2);
        let third = world.observe();
        let planned = world.plan().await.unwrap();
        assert_eq!(planned.plan.candidates().count(), 0);
        let over = &planned.plan.over_the_day[0];
        assert_eq!((over.archived, over.ripe, over.cap), (2, 1, 2));
        assert_eq!(world.sweep().await.unwrap().archived, 0);
        assert!(!world.is_archived(&third));
        world.rules = rules("max_archive_per_day: 3");
        assert_eq!(world.sweep().await.unwrap().archived, 1);
    });
}

#[test]
fn a_finding_that_always_comes_back_is_left_for_a_person() {
    block_on(async {
        let mut world = World::new().await;
        world.rules = rules("max_recurrences: 2");
        let id = world.observe();
        for _ in 0..2 {
            assert_eq!(world.sweep().await.unwrap().archived, 1);
            world.observe_again(&id, 2.0);
        }
        let planned = world.plan().await.unwrap();
        let why = Recurrence::TooOften { times: 2 };
        let because = SkippedBecause::Recurring { why, rule: "low".into() };
        assert_eq!(planned.plan.skipped[0].because, because);
        assert_eq!(world.sweep().await.unwrap().archived, 0);
        assert!(!world.is_archived(&id));
    });
}

/// One more occurrence of a probe, from there.
fn probe_from(world: &World, id: &str, country: &str) {
    world.machine.clock.advance(std::time::Duration::from_secs(60));
    let mut finding = world.machine.guardduty.finding(id).unwrap();
    let details = &mut finding["service"]["action"]["portProbeAction"]["portProbeDetails"];
    for probe in details.as_array_mut().unwrap() {
        probe["remoteIpDetails"]["country"]["countryName"] = serde_json::json!(country);
    }
    assert_eq!(world.machine.guardduty.observe(finding).unwrap(), id);
}

#[test]
fn a_finding_that_comes_back_from_a_new_country_is_left_for_a_person() {
    block_on(async {
        let mut world = World::new().await;
        let id = world.observe();
        let stays_known = world.observe();
        for country in ["Sweden", "Norway"] {
            // Each is new: archived only since nothing is asked.
            world.rules = rules("max_archive_share: 1, keep_new: []");
            probe_from(&world, &id, country);
            probe_from(&world, &stays_known, country);
            assert_eq!(world.sweep().await.unwrap().archived, 2, "{country}");
        }
        world.rules = rules("max_archive_share: 1");
        probe_from(&world, &stays_known, "Sweden");
        probe_from(&world, &id, "Finland");
        let planned = world.plan().await.unwrap();
        let skipped = planned.plan.skipped.iter().find(|own| own.finding_id == id).unwrap();
        let SkippedBecause::Recurring { why: Recurrence::WithNews { what }, rule } =
            &skipped.because
        else {
            panic!("{skipped:?}")
        };
        assert!(what.contains("new country: Finland"), "{what}");
        assert_eq!(rule, "low");
        assert_eq!(world.sweep().await.unwrap().archived, 1);
        assert!(!world.is_archived(&id));
        assert!(world.is_archived(&stays_known), "it was seen two versions before");
    });
}

/// The reason why a sweep leaves it.
async fn recurrence(world: &World, id: &str) -> Option<Recurrence> {
    let planned = world.plan().await.unwrap();
    let own = planned.plan.skipped.into_iter().find(|own| own.finding_id == id)?;
    match own.because {
        SkippedBecause::Recurring { why, .. } => Some(why),
        other => panic!("{other}"),
    }
}

#[test]
fn a_new_country_is_new_however_many_there_were_before() {
    block_on(async {
        let mut world = World::new().await;
        world.rules = rules("max_archive_share: 1, keep_new: [country]");
        let mut finding = local::guardduty::example_finding(super::world::PROBE);
        finding["severity"] = serde_json::json!(2);
        let details = &mut finding["service"]["action"]["portProbeAction"]["portProbeDetails"];
        let probe = details[0].clone();
        *details = (0..40).map(|_| probe.clone()).collect();
        for (number, own) in details.as_array_mut().unwrap().iter_mut().enumerate() {
            own["remoteIpDetails"]["country"]["countryName"] = format!("Land {number}").into();
        }
        let id = world.machine.guardduty.observe(finding).unwrap();
        assert_eq!(world.sweep().await.unwrap().archived, 1);
        probe_from(&world, &id, "Land 39");
        assert_eq!(world.sweep().await.unwrap().archived, 1, "it was seen");
        probe_from(&world, &id, "Finland");
        let what = "new country: Finland".to_owned();
        assert_eq!(recurrence(&world, &id).await, Some(Recurrence::WithNews { what }));
    });
}

#[test]
fn what_was_archived_and_cannot_be_read_leaves_what_comes_back_open() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        let entry = Entry::of(&world.copy(&id), "low", moment());
        assert_eq!(world.sweep().await.unwrap().archived, 1);
        world.observe_again(&id, 2.0);
        world.machine.store.remove(LAKE_BUCKET, &entry.key("recorded"));
        assert_eq!(recurrence(&world, &id).await, Some(Recurrence::Unclear));
        assert_eq!(world.sweep().await.unwrap().archived, 0);
    });
}

#[test]
fn the_stop_object_stops_and_says_why_and_its_absence_does_not() {
    block_on(async {
        let world = World::new().await;
        let id = world.observe();
        world.put(STOP_KEY, "incident 42\n");
        let done = world.sweep().await.unwrap();
        assert_eq!((done.archived, done.stopped.as_deref()), (0, Some("incident 42")));
        assert!(!world.is_archived(&id));
    });
}

#[test]
fn a_stop_object_that_cannot_be_read_stops_as_well() {
    block_on(async {
        let world = World::new().await;
        for text in ["", &"x".repeat(5000)] {
            world.put(STOP_KEY, text);
            assert!(world.archive().stopped().await.is_some(), "{} bytes", text.len());
        }
        let nobody =
            std::sync::Arc::new(platform::aws::Aws::with_settings(platform::aws::Settings {
                region: Some("us-east-1".into()),
                profile: Some("nobody-has-this-profile".into()),
                endpoint_url: Some("http://127.0.0.1:1".into()),
            }));
        let store = platform::store::Store::new(nobody);
        let reason = crate::stop::stopped(&store, "lake", None).await.unwrap();
        assert!(reason.contains("can't be looked at"), "{reason}");
    });
}

#[test]
fn a_stop_parameter_lets_a_run_go_on_only_while_it_says_run() {
    block_on(async {
        let mut world = World::new().await;
        let arn = "arn:aws:ssm:us-east-1:111122223333:parameter/guardsift/archive";
        world.stop_parameter = Some(arn);
        let id = world.observe();
        for (value, reason) in [
            (None, "can't be read: parameter arn:aws:ssm"),
            (Some("stop: incident 42"), "stop: incident 42"),
            (Some(" "), "the stop parameter is there and says nothing"),
            (Some("RUN"), "RUN"),
        ] {
            if let Some(value) = value {
                world.machine.secrets.put(arn, value);
            }
            let done = world.sweep().await.unwrap();
            assert_eq!(done.archived, 0);
            assert!(done.stopped.unwrap().contains(reason), "{value:?}");
            assert!(!world.is_archived(&id));
        }
        world.machine.secrets.put(arn, "run\n");
        world.put(STOP_KEY, "the object stops it too");
        assert_eq!(world.sweep().await.unwrap().archived, 0);
        world.machine.store.remove(LAKE_BUCKET, STOP_KEY);
        assert_eq!(world.sweep().await.unwrap().archived, 1);
    });
}

#[test]
fn a_version_that_was_recorded_and_not_archived_is_no_recurrence_of_itself() {
    block_on(async {
        let mut world = World::new().await;
        world.rules = rules("max_archive_share: 1, max_recurrences: 1");
        let id = world.observe();
        world.observe_again(&id, 2.0);
        let (copy, now) = (world.copy(&id), platform::now());
        let entry = Entry::of(&copy, "low", now);
        world.ledger().record(&entry, &copy, &world.rules, now, now).await.unwrap();
        assert_eq!(world.sweep().await.unwrap().archived, 1);
        assert!(world.is_archived(&id));
    });
}

/// The clock of a run that a dead-letter queue has held up for long.
fn much_later() -> Timestamp {
    Timestamp::parse("2100-01-02T00:00:00Z").unwrap()
}

#[test]
fn an_event_that_comes_after_its_rule_has_expired_archives_nothing() {
    block_on(async {
        let mut world = World::new().await;
        let text = "version: 1
defaults: { hold: 0, max_archive_share: 1 }
rules: [ { name: low, action: archive, expires: 2100-01-01, criteria: { severity: { lessThan: 4 } } } ]";
        let source = findings::RuleSource { name: "rules.yaml", text };
        world.rules = findings::RuleSet::parse(&[source]).unwrap();
        let id = world.observe();
        let as_of = moment();
        let asked = Asked { ids: vec![], is_sweep: true, as_of, claims: true, agreed: None };
        let mut late = world.archive();
        late.now = much_later;
        let planned = late.plan(&asked).await.unwrap();
        assert_eq!(planned.plan.candidates().count(), 0);
        let because = SkippedBecause::Expired { rule: "low".into() };
        assert_eq!(planned.plan.skipped[0].because, because);
        late.keep([&world.copy(&id)], as_of).await.unwrap();
        assert!(world.log(&id).await.is_empty(), "it is not about to be archived");
        let planned = world.archive().plan(&asked).await.unwrap();
        assert_eq!(planned.plan.candidates().count(), 1, "in time");
    });
}
