//! What goes wrong on the way: between the read, the record, the call and the look.

use super::*;

#[test]
fn a2_throttling_and_failures_end_and_no_id_is_skipped() {
    block_on(async {
        // So short that a run is over before the SDK has tried for the last time.
        let running = start_with(&rules(""), "apply", |config| {
            config.timings.timeout = Duration::from_secs(6);
            config.timings.visibility = Duration::from_secs(6);
            config.timings.max_receive_count = 10;
        })
        .await;
        let ids: Vec<String> = (0..120).map(|_| running.observe(2.0)).collect();
        let faults = running.machine.guardduty.faults();
        for operation in ["ListFindings", "GetFindings", "ArchiveFindings"] {
            faults.throttle(operation, 2);
            faults.fail(operation, 2);
        }
        running.sweep().await;
        assert!(running.log().contains("the next one goes on"), "{}", running.log());
        // On a busy machine none of the ten attempts may have been long enough for all, or for the last outcomes.
        for _ in 0..5 {
            if running.ledger("outcome").len() == ids.len() {
                break;
            }
            running.sweep().await;
        }
        assert!(ids.iter().all(|id| running.is_archived(id)));
        assert_eq!(running.ledger("outcome").len(), 120);
    });
}

#[test]
fn a3_an_id_that_is_silently_ignored_is_an_error_and_holds_up_nobody() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let ids: Vec<String> = (0..60).map(|_| running.observe(2.0)).collect();
        running.machine.guardduty.faults().ignore_archive([ids[0].as_str()]);
        running.sweep().await;
        assert!(!running.is_archived(&ids[0]));
        assert!(ids[1..].iter().all(|id| running.is_archived(id)));
        assert!(running.metric("Unverified") > 0.0);
        let log = running.log();
        assert!(log.contains("Unverified") && log.contains(&ids[0]), "{log}");
        assert_eq!(running.ledger("outcome").len(), 59);
    });
}

#[test]
fn a4_what_rises_between_the_read_and_the_archiving_does_not_stay_archived() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let ids: Vec<String> = (0..200).map(|_| running.observe(2.0)).collect();
        running.machine.advance(HOUR).await;
        // While the run is under way, every tenth rises.
        for id in ids.iter().step_by(10) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            running.observe_again(id, 8.0);
        }
        running.quiet().await;
        running.sweep().await;
        for (index, id) in ids.iter().enumerate() {
            assert_eq!(running.is_archived(id), index % 10 != 0, "{index}");
        }
        let told = running.machine.inbox.notifications();
        for id in ids.iter().step_by(10) {
            assert!(told.iter().any(|one| one.body.contains(id)), "nobody was told of {id}");
        }
    });
}

#[test]
fn a5_killed_at_any_moment_the_next_attempt_ends_what_was_begun() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let ids: Vec<String> = (0..150).map(|_| running.observe(2.0)).collect();
        running.machine.advance(HOUR).await;
        for pause in [30, 60, 90, 120, 150] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            running.machine.kill(FunctionName::AutoArchive);
        }
        running.quiet().await;
        running.sweep().await;
        assert!(ids.iter().all(|id| running.is_archived(id)));
        assert_eq!(running.ledger("recorded").len(), 150, "each with its copy from before");
        for line in running.lines("recorded") {
            assert_eq!(line["finding"]["service"]["archived"], false, "{line}");
        }
    });
}

#[test]
fn a6_what_was_archived_and_rises_comes_back_and_is_told() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let id = running.observe(2.0);
        running.sweep().await;
        assert!(running.is_archived(&id));
        // GuardDuty raises it and leaves it in the archive.
        running.observe_again(&id, 8.0);
        running.by_hand("archive", &id).await;
        running.sweep().await;
        assert!(!running.is_archived(&id));
        let escalated = running.lines("escalated");
        assert_eq!((escalated.len(), &escalated[0]["rule"]), (1, &json!("low")));
        assert_eq!(escalated[0]["severity"], 8.0);
        assert!(running.metric("Escalated") > 0.0);
        let told = running.machine.inbox.notifications();
        assert!(told.iter().any(|one| one.body.contains(&id)), "by finding-events: {told:?}");
    });
}

#[test]
fn a6_what_somebody_else_archived_stays_archived() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let id = running.observe(8.0);
        running.by_hand("archive", &id).await;
        running.sweep().await;
        running.observe_again(&id, 8.5);
        running.by_hand("archive", &id).await;
        running.sweep().await;
        assert!(running.is_archived(&id));
        assert!(running.ledger("escalated").is_empty());
    });
}

#[test]
fn a7_without_a_detector_the_error_says_where_and_what_to_do() {
    block_on(async {
        let wrong = "00abc34d567e8fa901bc2d34e56789f0".to_owned();
        let running = start_with(&rules(""), "apply", |config| {
            config.detector_id = Some(wrong);
        })
        .await;
        running.observe(2.0);
        running.sweep().await;
        let log = running.log();
        assert!(log.contains("GuardDutyFailed"), "{log}");
        assert!(log.contains("check that GUARDSIFT_DETECTOR_ID is a detector"), "{log}");
        // Lambda's own name of the function holds both.
        assert!(log.contains(":us-east-1:111122223333:function:auto-archive"), "{log}");
        let output = running.guardsift(&["archive", "plan", "--detector-id", "0"]).await;
        assert_eq!(output.status.code(), Some(255));
        let said = stderr(&output);
        assert!(said.contains("in us-east-1 failed") && said.contains("--detector-id"), "{said}");
    });
}

#[test]
fn a9_pages_that_shift_while_others_archive_skip_nobody() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        // What the function archives itself shifts them as well.
        let own: Vec<String> = (0..120).map(|_| running.observe(2.0)).collect();
        running.sweep().await;
        assert!(own.iter().all(|id| running.is_archived(id)), "one sweep takes all of them");
        let ids: Vec<String> = (0..260).map(|_| running.observe(2.0)).collect();
        running.machine.guardduty.faults().repeat_pages(1);
        running.machine.advance(HOUR).await;
        // A person archives from the front of the list while it is read.
        for id in ids.iter().take(30) {
            running.by_hand("archive", id).await;
        }
        running.quiet().await;
        running.sweep().await;
        assert!(ids.iter().all(|id| running.is_archived(id)));
    });
}

#[test]
fn a10_decimals_decide_and_no_filter_of_the_server() {
    block_on(async {
        let text = rules("archive_ceiling: 6.9").replace("lessThan: 4", "lessThan: 3.5");
        let running = start(&text, "apply").await;
        let (below, above) = (running.observe(3.4), running.observe(3.6));
        running.sweep().await;
        assert!(running.is_archived(&below) && !running.is_archived(&above));
    });
}

#[test]
fn a11_without_a_ledger_nothing_is_archived() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let id = running.observe(2.0);
        // A file where the ledger's folder would be: every write below it fails.
        running.machine.store.put(LAKE_BUCKET, "audit/v1", b"in the way").unwrap();
        running.sweep().await;
        assert!(!running.is_archived(&id));
        assert!(running.ledger("recorded").is_empty());
        assert!(running.log().contains("LedgerFailed"), "{}", running.log());
    });
}

#[test]
fn fe14_without_its_memory_nothing_is_archived_until_it_is_back() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let id = running.observe(2.0);
        running.machine.outage.answer_state_with(403);
        running.sweep().await;
        assert!(!running.is_archived(&id) && running.ledger("recorded").is_empty());
        assert!(running.log().contains("invocation failed"), "{}", running.log());
        running.machine.outage.answer_state_with(0);
        running.sweep().await;
        assert!(running.is_archived(&id));
    });
}

#[test]
fn r12_nothing_that_a_finding_or_a_rule_says_is_in_the_log() {
    for level in ["INFO", "DEBUG"] {
        block_on(async {
            let text = rules("").replace("reason: noise", "reason: canary-reason");
            let running =
                start_with(&text, "apply", |config| config.log_level = level.to_owned()).await;
            let mut finding = example_finding(PROBE);
            finding["severity"] = json!(2);
            for member in ["title", "description"] {
                finding[member] = json!(format!("canary-{member}\nERROR forged"));
            }
            finding["resource"]["instanceDetails"]["tags"] =
                json!([{"key": "canary-key", "value": "canary-value"}]);
            let id = running.machine.guardduty.observe(finding).unwrap();
            running.sweep().await;
            let kept = running.lines("recorded");
            assert!(kept[0].to_string().contains("canary-title"), "it is where it belongs");
            let log = running.log();
            assert!(running.is_archived(&id) && log.contains(&id), "{log}");
            assert!(!log.contains("canary"), "{level}: {log}");
        });
    }
}

#[test]
fn a12_what_a_person_took_back_stays_back_until_it_is_updated() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        let id = running.observe(2.0);
        running.sweep().await;
        running.by_hand("unarchive", &id).await;
        running.sweep().await;
        assert!(!running.is_archived(&id));
        running.observe_again(&id, 2.0);
        running.sweep().await;
        assert!(running.is_archived(&id), "another version is decided again");
    });
}

#[test]
fn a_stop_object_stops_the_function_and_the_command_and_says_why() {
    block_on(async {
        let running = start(&rules(""), "apply").await;
        running.machine.store.put(LAKE_BUCKET, "control/archive/stop", b"incident 42").unwrap();
        let id = running.observe(2.0);
        running.sweep().await;
        assert!(!running.is_archived(&id));
        assert!(running.log().contains("incident 42") && running.metric("Stopped") > 0.0);
        let output = running.guardsift(&["archive", "apply", "--yes"]).await;
        assert_eq!(output.status.code(), Some(3));
        assert!(stderr(&output).contains("incident 42"), "{}", stderr(&output));
        assert!(!running.is_archived(&id));
    });
}
