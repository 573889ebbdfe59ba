//! A finding that comes back after it was archived: who is told, and with which story.

use super::*;

/// What the default topic was told of a finding, the oldest first.
fn told(running: &Running, id: &str) -> Vec<Value> {
    let bodies = running.machine.inbox.notifications().into_iter();
    let bodies = bodies.map(|own| serde_json::from_str::<Value>(&own.body).unwrap());
    bodies.filter(|body| body["finding"]["id"] == *id).collect()
}

/// One more occurrence, seen from there.
fn from(running: &Running, id: &str, country: &str) {
    let mut finding = running.machine.guardduty.finding(id).unwrap();
    let details = &mut finding["service"]["action"]["portProbeAction"]["portProbeDetails"];
    for probe in details.as_array_mut().unwrap() {
        probe["remoteIpDetails"]["country"]["countryName"] = json!(country);
    }
    assert_eq!(running.machine.guardduty.observe(finding).unwrap(), id);
}

#[test]
fn what_rises_after_it_was_archived_is_told_with_its_story() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let (id, other) = (running.observe(2.0), running.observe(8.0));
        running.sweep().await;
        assert!(running.is_archived(&id) && told(&running, &id).is_empty());
        running.observe_again(&id, 8.0);
        running.observe_again(&other, 8.5);
        running.sweep().await;
        assert!(!running.is_archived(&id));
        let story = &told(&running, &id)[0]["archived_before"];
        assert_eq!((&story["times"], &story["rule"]), (&json!(1), &json!("low")), "{story}");
        assert!(story["at"].is_string() && story["stays"].is_null(), "{story}");
        let others = told(&running, &other);
        assert!(!others.is_empty());
        assert!(others.iter().all(|own| own.get("archived_before").is_none()), "{others:?}");
    });
}

#[test]
fn what_a_rule_leaves_open_when_it_comes_back_is_told_once_and_says_what_is_new() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let (id, known) = (running.observe(2.0), running.observe(2.0));
        running.sweep().await;
        from(&running, &id, "Finland");
        running.observe_again(&known, 2.0);
        running.sweep().await;
        assert!(!running.is_archived(&id), "somebody has to look at it");
        assert!(running.is_archived(&known) && told(&running, &known).is_empty());
        let bodies = told(&running, &id);
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        let stays = bodies[0]["archived_before"]["stays"].as_str().unwrap();
        assert!(stays.contains("new country: Finland"), "{stays}");
        assert_eq!(bodies[0]["decision"]["rule"], "low");
        running.sweep().await;
        assert_eq!(told(&running, &id).len(), 1, "the same version is told once");
    });
}

#[test]
fn what_comes_back_too_often_is_told() {
    block_on(async {
        let running = start(&rules("max_recurrences: 1"), "apply").await;
        let id = running.observe(2.0);
        running.sweep().await;
        running.observe_again(&id, 2.0);
        running.sweep().await;
        assert!(!running.is_archived(&id));
        let bodies = told(&running, &id);
        let stays = bodies[0]["archived_before"]["stays"].as_str().unwrap();
        assert!(stays.contains("it was archived and is back"), "{stays}");
    });
}

#[test]
fn a_ledger_that_cannot_be_read_hides_nothing() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let (noise, worse) = (running.observe(2.0), running.observe(2.0));
        running.sweep().await;
        let index = running.machine.store.list(LAKE_BUCKET, "state/archive/finding=");
        for (key, _) in index {
            running.machine.store.put(LAKE_BUCKET, &key, b"no entry").unwrap();
        }
        from(&running, &noise, "Finland");
        running.observe_again(&worse, 8.0);
        running.sweep().await;
        assert_eq!(told(&running, &worse).len(), 1, "only its story is missing");
        let letters = running.machine.dead_letters(FunctionName::FindingEvents);
        assert!(letters.iter().any(|letter| letter.contains(&noise)), "{letters:?}");
    });
}

#[test]
fn a_sweep_counts_an_export_that_is_not_there_and_none_that_works() {
    block_on(async {
        let running = start(&rules(""), "plan").await;
        running.sweep().await;
        let without = running.metric("NotExporting");
        assert!(without >= 1.0, "nothing is exported");
        functions::export_from(&running.machine, &running.detector).await;
        running.sweep().await;
        assert_eq!(running.metric("NotExporting"), without, "GuardDuty publishes");
    });
}
