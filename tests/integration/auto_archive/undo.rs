//! The commands: plan, apply, log and undo against the same machine.

use super::*;
use crate::python::python;

fn json(output: &std::process::Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|_| panic!("{output:?}"))
}

#[test]
fn apply_asks_and_without_a_terminal_it_refuses() {
    block_on(async {
        let running = start(&rules(""), "plan").await;
        let id = running.observe(2.0);
        let planned = running.guardsift(&["archive", "plan", "--output", "json"]).await;
        assert_eq!(planned.status.code(), Some(0), "{}", stderr(&planned));
        assert_eq!(json(&planned)["archive"][0]["finding_id"], json!(id));
        let refused = running.guardsift(&["archive", "apply"]).await;
        assert_eq!(refused.status.code(), Some(252));
        assert!(stderr(&refused).contains("--yes"), "{}", stderr(&refused));
        let dry = running.guardsift(&["archive", "apply", "--dry-run"]).await;
        assert_eq!(dry.status.code(), Some(0), "{}", stderr(&dry));
        assert!(stdout(&dry).contains(&id), "{}", stdout(&dry));
        let dry = running.guardsift(&["archive", "apply", "--dry-run", "--output", "json"]).await;
        assert_eq!(json(&dry)["archive"][0]["finding_id"], json!(id));
        assert!(!running.is_archived(&id) && running.ledger("recorded").is_empty());
        let applied = running.guardsift(&["archive", "apply", "--yes", "--output", "json"]).await;
        assert_eq!((applied.status.code(), &json(&applied)["archived"]), (Some(0), &json!(1)));
        assert!(running.is_archived(&id));
        assert_eq!(running.ledger("outcome").len(), 1);
    });
}

#[test]
fn an_apply_that_was_cut_off_is_ended_by_the_next_though_nothing_is_left_to_archive() {
    block_on(async {
        let running = start(&rules(""), "plan").await;
        let id = running.observe(2.0);
        // The call is carried out and never answered, as often as it is tried.
        running.machine.guardduty.faults().lose_answer("ArchiveFindings", 6);
        let cut_off = running.guardsift(&["archive", "apply", "--yes"]).await;
        assert_ne!(cut_off.status.code(), Some(0), "{}", stdout(&cut_off));
        assert!(running.is_archived(&id) && running.ledger("outcome").is_empty());
        running.machine.guardduty.faults().clear();
        let dry = running.guardsift(&["archive", "apply", "--dry-run"]).await;
        assert!(dry.status.success() && running.ledger("outcome").is_empty());
        let next = running.guardsift(&["archive", "apply", "--output", "json"]).await;
        assert_eq!(json(&next)["repaired"], json!(1), "{}", stderr(&next));
        assert_eq!(running.ledger("outcome").len(), 1);
    });
}

#[test]
fn the_log_is_filtered_by_rule_account_type_and_time() {
    block_on(async {
        let running = start(&rules(""), "plan").await;
        running.observe(2.0);
        running.guardsift(&["archive", "apply", "--yes"]).await;
        for (filter, lines) in [
            (vec![], 2),
            (vec!["--rule", "low"], 2),
            (vec!["--rule", "other"], 0),
            (vec!["--account", "444455556666"], 0),
            (vec!["--type", "Recon:*", "--finding-region", "us-east-1"], 2),
            (vec!["--since", "1h"], 2),
            (vec!["--until", "1h"], 0),
        ] {
            let mut arguments = vec!["archive", "log", "--output", "jsonl"];
            arguments.extend(&filter);
            let output = running.guardsift(&arguments).await;
            let found = binary::json_lines(&stdout(&output));
            assert_eq!(found.len(), lines, "{filter:?}: {}", stderr(&output));
        }
        let table = stdout(&running.guardsift(&["archive", "log"]).await);
        assert!(table.contains("recorded") && table.contains("archived"), "{table}");
    });
}

#[test]
fn undo_takes_back_what_the_rule_archived_and_nothing_that_a_person_archived() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let person = running.observe(5.0);
        running.by_hand("archive", &person).await;
        let ids: Vec<String> = (0..60).map(|_| running.observe(2.0)).collect();
        running.sweep().await;
        let dry =
            running.guardsift(&["undo", "--rule", "low", "--dry-run", "--output", "json"]).await;
        assert_eq!(json(&dry)["undo"].as_array().unwrap().len(), 60);
        assert!(ids.iter().all(|id| running.is_archived(id)), "a dry run changes nothing");
        let refused = running.guardsift(&["undo", "--rule", "low"]).await;
        assert_eq!(refused.status.code(), Some(252));
        let undone =
            running.guardsift(&["undo", "--rule", "low", "--yes", "--output", "json"]).await;
        assert_eq!(json(&undone)["undone"].as_array().unwrap().len(), 60);
        assert!(ids.iter().all(|id| !running.is_archived(id)));
        assert!(running.is_archived(&person));
        assert_eq!(running.ledger("undone").len(), 60);
        running.sweep().await;
        assert!(ids.iter().all(|id| !running.is_archived(id)), "and stays so");
    });
}

#[test]
fn undo_after_a_kill_in_the_middle_restores_the_state_before() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let ids: Vec<String> = (0..150).map(|_| running.observe(2.0)).collect();
        let before = seen_by_boto3(&running.machine.endpoint()).await;
        running.machine.advance(HOUR).await;
        let archived = || ids.iter().filter(|id| running.is_archived(id)).count();
        for _ in 0..3000 {
            if archived() > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Nobody may go on, or the run would end what it began.
        running.machine.store.put(LAKE_BUCKET, "control/archive/stop", b"undo").unwrap();
        running.machine.kill(FunctionName::AutoArchive);
        running.quiet().await;
        assert!(archived() > 0);
        let undone =
            running.guardsift(&["undo", "--rule", "low", "--yes", "--output", "json"]).await;
        assert_eq!(undone.status.code(), Some(0), "{}", stderr(&undone));
        assert_eq!(archived(), 0);
        let after = seen_by_boto3(&running.machine.endpoint()).await;
        assert_eq!(after, before);
        assert!(before.is_none_or(|own| own["open"].as_array().unwrap().len() == ids.len()));
    });
}

/// What is archived and what is open, as another client of GuardDuty sees it.
async fn seen_by_boto3(endpoint: &str) -> Option<Value> {
    let python = python("boto3 watching an undo")?;
    let mut command = python.command(&binary::root().join("tests/python/archived_boto3.py"));
    command.arg(endpoint);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
