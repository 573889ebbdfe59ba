//! Rules in the shadow: what they would change is written down, nothing else comes of it, and what
//! is open is told.

use super::*;

const CANDIDATE: &str = "version: 1
defaults: { hold: 30m, archive_ceiling: 6.9, max_archive_share: 1 }
rules:
  - { name: wider, action: archive, reason: noise, criteria: { severity: { greaterThanOrEqual: 3, lessThan: 6 } } }";

/// A machine with this rule set in the shadow, or with none where one should be.
async fn start_beside(candidate: Option<&str>) -> Running {
    let running = start_with(&rules(""), "apply", |config| {
        let uri = format!("s3://{LAKE_BUCKET}/rules/shadow.yaml");
        config.auto_archive.insert("GUARDSIFT_SHADOW_RULES_URI".to_owned(), uri);
    })
    .await;
    if let Some(text) = candidate {
        running.machine.store.put(LAKE_BUCKET, "rules/shadow.yaml", text.as_bytes()).unwrap();
    }
    running
}

fn shadow(running: &Running) -> Vec<Value> {
    let keys = running.machine.store.list(LAKE_BUCKET, "shadow/v1/").into_iter();
    let texts = keys.map(|(key, _)| running.machine.store.get(LAKE_BUCKET, &key).unwrap());
    texts.map(|text| serde_json::from_slice(&text).unwrap()).collect()
}

#[test]
fn differences_are_written_once_and_only_the_live_rules_archive() {
    block_on(async {
        let running = start_beside(Some(CANDIDATE)).await;
        let both = running.observe(3.5);
        let no_longer = running.observe(2.0);
        let newly = running.observe(5.0);
        let neither = running.observe(8.0);
        running.sweep().await;
        assert!(running.is_archived(&both) && running.is_archived(&no_longer));
        assert!(!running.is_archived(&newly) && !running.is_archived(&neither));
        let lines = shadow(&running);
        let of = |id: &str| {
            let mut own = lines.iter().filter(|line| line["finding_id"] == *id);
            let change = own.next().map(|line| line["change"].clone());
            assert!(own.next().is_none(), "{lines:?}");
            change
        };
        assert_eq!(of(&both), Some(json!("other_rule")));
        assert_eq!(of(&no_longer), Some(json!("no_longer_archived")));
        assert_eq!(of(&newly), Some(json!("newly_archived")));
        assert_eq!(of(&neither), None);
        running.sweep().await;
        assert_eq!(shadow(&running).len(), 3, "what is known is not written again");

        let output = running.guardsift(&["archive", "shadow", "--output", "json"]).await;
        let digest: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(digest["findings"], 3, "{}", stderr(&output));
        let of_newly = digest["rules"].as_array().unwrap().iter();
        let of_newly: Vec<_> = of_newly.filter(|own| own["change"] == "newly_archived").collect();
        assert_eq!((of_newly.len(), &of_newly[0]["rule"]), (1, &json!("wider")));
        assert_eq!(of_newly[0]["levels"], json!({"medium": 1}));
        assert_eq!(of_newly[0]["examples"][0]["finding_id"], json!(newly));
        let text = stdout(&running.guardsift(&["archive", "shadow"]).await);
        assert!(text.contains("1 would newly be archived by rule wider"), "{text}");
        assert!(text.contains("1 would no longer be archived by rule low"), "{text}");
    });
}

#[test]
fn a_shadow_that_fails_stops_nothing() {
    block_on(async {
        for candidate in [None, Some("version: 1\nrules: [ { name: broken } ]")] {
            let running = start_beside(candidate).await;
            let id = running.observe(2.0);
            running.sweep().await;
            assert!(running.is_archived(&id));
            assert!(running.metric("ShadowFailed") > 0.0);
            assert!(shadow(&running).is_empty());
            assert!(running.machine.dead_letters(FunctionName::AutoArchive).is_empty());
        }
    });
}

#[test]
fn promoting_shows_asks_keeps_and_replaces() {
    block_on(async {
        let running = start_beside(Some(CANDIDATE)).await;
        running.observe(5.0);
        running.sweep().await;
        let (candidate, live) =
            ("s3://guardsift-lake/rules/shadow.yaml", "s3://guardsift-lake/rules/rules.yaml");
        let text = || running.machine.store.get(LAKE_BUCKET, "rules/rules.yaml").unwrap();
        let before = text();
        let asked = running.guardsift(&["rules", "promote", candidate, live]).await;
        assert_eq!(asked.status.code(), Some(252), "nobody can be asked");
        assert!(stdout(&asked).contains("1 would newly be archived by rule wider"), "{asked:?}");
        assert_eq!(text(), before);
        let done = running.guardsift(&["rules", "promote", candidate, live, "--yes"]).await;
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        assert_eq!(text(), CANDIDATE.as_bytes());
        let kept = running.machine.store.list(LAKE_BUCKET, "rules/rules.yaml.before-");
        assert_eq!(kept.len(), 1);
        assert_eq!(running.machine.store.get(LAKE_BUCKET, &kept[0].0).unwrap(), before);
        let again = running.guardsift(&["rules", "promote", candidate, live, "--yes"]).await;
        assert!(stderr(&again).contains("in force already"), "{}", stderr(&again));
    });
}

#[test]
fn promoting_shows_what_a_history_says_and_writes_nothing_in_a_dry_run() {
    block_on(async {
        let running = start_beside(Some(CANDIDATE)).await;
        let history = tempfile::tempdir().unwrap();
        let findings = [2.0, 5.0, 5.5].map(|severity| {
            let mut finding = example_finding(PROBE);
            finding["id"] = json!(format!("{severity}abc"));
            finding["severity"] = json!(severity);
            finding["updatedAt"] = json!("2026-09-01T08:00:00.000Z");
            finding.to_string()
        });
        std::fs::write(history.path().join("findings.jsonl"), findings.join("\n")).unwrap();
        let (candidate, live) =
            ("s3://guardsift-lake/rules/shadow.yaml", "s3://guardsift-lake/rules/rules.yaml");
        let before = running.machine.store.get(LAKE_BUCKET, "rules/rules.yaml").unwrap();
        let path = history.path().to_str().unwrap();
        let arguments = ["rules", "promote", candidate, live, "--dry-run", "--history", path];
        let output = running.guardsift(&arguments).await;
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = stdout(&output);
        assert!(text.contains(&format!("Against {live}: 3 decisions change")), "{text}");
        assert!(text.contains("wider      archive        2"), "{text}");
        assert_eq!(running.machine.store.get(LAKE_BUCKET, "rules/rules.yaml").unwrap(), before);
        assert!(running.machine.store.list(LAKE_BUCKET, "rules/rules.yaml.before-").is_empty());
    });
}

#[test]
fn a_sweep_tells_what_is_open_by_level_and_age() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        running.observe(8.0);
        running.observe(8.0);
        running.observe(2.0);
        running.sweep().await;
        let log = running.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let open: Vec<Value> = lines.filter(|line| line.get("OpenFindings").is_some()).collect();
        let at = |level: &str, age: &str| {
            let mut own = open.iter().filter(|own| own["severity"] == *level && own["age"] == *age);
            own.next_back().map(|own| own["OpenFindings"].clone())
        };
        assert_eq!(at("low", "under_1d"), Some(json!(0)), "it is archived: {open:?}");
        assert_eq!(open.len() % 16, 0, "every pair of level and age, zeros included");
        let high: i64 = ["under_1d", "1d_to_7d", "7d_to_30d", "over_30d"]
            .iter()
            .map(|age| at("high", age).unwrap().as_i64().unwrap())
            .sum();
        assert_eq!(high, 2, "{open:?}");
    });
}
