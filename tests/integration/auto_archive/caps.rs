//! More than a rule set allows.

use super::*;

#[test]
fn a8_a_rule_that_is_too_broad_archives_nothing_and_names_the_numbers() {
    block_on(async {
        let running = start(&rules("max_archive_per_run: 5"), "apply").await;
        let ids: Vec<String> = (0..6).map(|_| running.observe(2.0)).collect();
        running.sweep().await;
        assert!(ids.iter().all(|id| !running.is_archived(id)));
        assert!(running.ledger("recorded").is_empty());
        let log = running.log();
        assert!(log.contains("6 findings are ripe and one run may archive 5"), "{log}");
        assert!(log.contains("max_archive_per_run"), "{log}");
        assert!(running.metric("OverTheCap") > 0.0);
        let planned = running.guardsift(&["archive", "plan"]).await;
        assert_eq!(planned.status.code(), Some(3));
        assert!(stderr(&planned).contains("6 findings are ripe"), "{}", stderr(&planned));
    });
}

#[test]
fn a8_above_the_share_nothing_is_archived() {
    block_on(async {
        let text = rules("").replace("max_archive_share: 1", "max_archive_share: 0.5");
        let running = start(&text, "apply").await;
        let low: Vec<String> = (0..51).map(|_| running.observe(2.0)).collect();
        (0..49).for_each(|_| drop(running.observe(8.0)));
        let planned = running.guardsift(&["archive", "plan", "--output", "json"]).await;
        assert_eq!(planned.status.code(), Some(3));
        let plan: Value = serde_json::from_str(&stdout(&planned)).unwrap();
        assert_eq!(plan["over_the_cap"]["cap"], "share");
        assert!(stderr(&planned).contains("51 of 100 findings"), "{}", stderr(&planned));
        running.sweep().await;
        assert!(low.iter().all(|id| !running.is_archived(id)));
    });
}

#[test]
fn a8_a_rule_over_its_day_is_stopped_and_others_are_not() {
    block_on(async {
        let text = format!(
            "{}\n  - {{ name: medium, action: archive, criteria: {{ severity: {{ equals: [5] }} }} }}",
            rules("archive_ceiling: 6.9, max_archive_per_day: 3")
        );
        let running = start(&text, "apply").await;
        let low: Vec<String> = (0..4).map(|_| running.observe(2.0)).collect();
        let medium = running.observe(5.0);
        running.sweep().await;
        assert!(low.iter().all(|id| !running.is_archived(id)));
        assert!(running.is_archived(&medium));
        assert!(running.metric("OverTheDay") >= 1.0);
        let log = running.log();
        assert!(log.contains("max_archive_per_day"), "{log}");
    });
}
