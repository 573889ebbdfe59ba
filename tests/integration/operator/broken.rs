//! Every step broken once: the message names the call, the account, the Region and what to do next.

use super::{KEY, PROBE, Rig};
use crate::binary::stdout;

/// A step, and the call that is forbidden.
const STEPS: [(&[&str], &str); 21] = [
    (&["status"], "ListDetectors"),
    (&["status"], "GetDetector"),
    (&["status"], "ListPublishingDestinations"),
    (&["status"], "GetFindingsStatistics"),
    (&["status"], "GetRemainingFreeTrialDays"),
    (&["enable", "--frequency", "1h", "--yes"], "UpdateDetector"),
    (&["features", "set", "S3_DATA_EVENTS=off", "--yes"], "UpdateDetector"),
    (&["frequency", "set", "6h", "--yes"], "UpdateDetector"),
    (&["samples", PROBE, "--yes"], "CreateSampleFindings"),
    (&["findings", "list"], "ListFindings"),
    (&["findings", "list"], "GetFindings"),
    (&["findings", "archive", "--open", "--yes"], "ArchiveFindings"),
    (&["findings", "export", "api"], "ListFindings"),
    (&["usage"], "GetUsageStatistics"),
    (
        &["export", "setup", "--bucket", "walk-exports", "--key-arn", KEY, "--yes"],
        "CreatePublishingDestination",
    ),
    (&["export", "doctor"], "ListPublishingDestinations"),
    (&["org", "status"], "ListOrganizationAdminAccounts"),
    (&["org", "delegate", "444455556666", "--yes"], "EnableOrganizationAdminAccount"),
    (&["org", "configure", "--auto-enable", "new", "--yes"], "UpdateOrganizationConfiguration"),
    (&["suspend", "--yes"], "UpdateDetector"),
    (&["disable", "--yes", "--i-have-a-copy"], "DeleteDetector"),
];

#[test]
fn a_missing_permission_is_named_with_the_place_and_nothing_else_happens() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    rig.ok(&["samples", PROBE, "--yes"]);
    let before = rig.json(&["status", "--output", "json"]);
    for (arguments, operation) in STEPS {
        rig.machine.guardduty.faults().deny(operation);
        let output = rig.run(arguments);
        let told = crate::binary::stderr(&output);
        rig.machine.guardduty.faults().clear();
        assert!(!output.status.success(), "{arguments:?} without {operation}: {told}");
        assert!(
            told.contains(&format!("allow guardduty:{operation}")),
            "{arguments:?} without {operation}: {told}"
        );
        assert!(told.contains("us-east-1"), "{told}");
        // Reading a history has no account to name.
        assert!(told.contains("111122223333") || arguments[1] == "export", "{told}");
    }
    assert_eq!(rig.json(&["status", "--output", "json"]), before);
    rig.stop();
}

#[test]
fn a_new_detector_that_may_not_be_made_is_told_and_a_lost_answer_is_looked_at_again() {
    let rig = Rig::new();
    rig.machine.guardduty.faults().deny("CreateDetector");
    let told = rig.refused(&["enable", "--yes"], 255);
    assert!(told.contains("allow guardduty:CreateDetector"), "{told}");
    assert!(told.contains("not known to be done there: GuardDuty"), "{told}");
    rig.machine.guardduty.faults().clear();
    // The detector is made, and the answer to that is an error.
    rig.machine.guardduty.faults().lose_answer("CreateDetector", 1);
    let first = rig.run(&["enable", "--yes"]);
    let again = rig.ok(&["enable", "--yes"]);
    assert!(first.status.success() || again.contains("nothing to change"), "{again}");
    rig.stop();
}

#[test]
fn throttling_is_waited_for_and_when_it_does_not_end_it_is_told() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    rig.machine.guardduty.faults().throttle("GetDetector", 2);
    assert!(rig.ok(&["status"]).contains("enabled"));
    rig.machine.guardduty.faults().throttle("UpdateDetector", 6);
    let told = rig.refused(&["frequency", "set", "1h", "--yes"], 255);
    assert!(told.contains("429") && told.contains("wait a minute and repeat"), "{told}");
    assert!(rig.ok(&["frequency", "set", "1h", "--yes"]).contains("1h"));
    rig.stop();
}

#[test]
fn in_the_wrong_region_the_message_says_where_and_how_to_enable() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    for arguments in [
        &["features", "set", "S3_DATA_EVENTS=off", "--yes"][..],
        &["frequency", "set", "1h", "--yes"],
        &["samples", PROBE, "--yes"],
        &["findings", "list"],
        &["findings", "archive", "--open", "--yes"],
        &["usage"],
        &["export", "doctor"],
        &["suspend", "--yes"],
    ] {
        let told = rig.refused(&[arguments, &["--region", "eu-west-1"]].concat(), 255);
        assert!(
            told.contains("no detector in account 111122223333, eu-west-1"),
            "{arguments:?}: {told}"
        );
        assert!(told.contains("guardsift enable --region eu-west-1"), "{arguments:?}: {told}");
    }
    rig.stop();
}

#[test]
fn without_a_region_or_credentials_it_says_which_setting_is_missing() {
    let rig = Rig::new();
    let output = rig.command(&["status"]).env_remove("AWS_REGION").output().unwrap();
    assert_eq!(output.status.code(), Some(252));
    assert!(crate::binary::stderr(&output).contains("AWS_REGION"));
    let mut command = rig.command(&["status"]);
    let output = command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let told = crate::binary::stderr(&output);
    assert_eq!(output.status.code(), Some(255), "{told}");
    assert!(told.contains("AWS_PROFILE"), "{told}");
    rig.stop();
}

#[test]
fn archiving_that_guardduty_did_not_do_is_not_told_as_done() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    rig.ok(&["samples", PROBE, "--yes"]);
    let open = rig.json(&["findings", "list", "--open", "--output", "json"]);
    let id = open[0]["Id"].as_str().or(open[0]["id"].as_str()).unwrap().to_owned();
    rig.machine.guardduty.faults().ignore_archive([id.clone()]);
    let told = rig.refused(&["findings", "archive", &id, "--yes"], 255);
    assert!(told.contains("left 1 of 1 as they were") && told.contains(&id), "{told}");
    rig.stop();
}

#[test]
fn what_can_not_be_asked_is_not_said_to_be_missing_and_errors_are_no_debug_text() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    rig.machine.guardduty.faults().deny("ListPublishingDestinations");
    let output = rig.run(&["status"]);
    let shown = stdout(&output);
    let export = shown.lines().find(|line| line.starts_with("export")).unwrap();
    assert!(export.ends_with('–'), "{shown}");
    for arguments in [
        &["status", "--endpoint-url", "http://127.0.0.1:1"][..],
        &["findings", "export", "s3://my-exports/", "--endpoint-url", "http://127.0.0.1:1"],
        &["archive", "plan", "--lake", "s3://no-such-lake"],
    ] {
        let told = rig.refused(arguments, 255);
        assert!(!told.contains(" { ") && !told.contains("Failure("), "{arguments:?}: {told}");
    }
    assert!(rig.refused(&["status", "--endpoint-url", "nonsense"], 252).contains("https://HOST"));
    rig.stop();
}
