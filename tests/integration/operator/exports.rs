//! The export set up, examined, broken in each way that the emulator can break it, and repaired.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
    time::Duration,
};

use local::machine::LAKE_BUCKET;
use serde_json::Value;

use super::{KEY, PROBE, Rig};
use crate::binary::{stderr, stdout};

/// The walk's own export.
pub(super) const SETUP: [&str; 9] = [
    "export",
    "setup",
    "--bucket",
    "walk-exports",
    "--prefix",
    "findings",
    "--key-arn",
    KEY,
    "--yes",
];
const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// What did not pass, by the name of the check.
fn problems(rig: &Rig, code: i32) -> Vec<(String, String)> {
    let output = rig.run(&["export", "doctor", "--output", "json"]);
    assert_eq!(output.status.code(), Some(code), "{}", stdout(&output));
    let object: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(object["schema"], "guardsift.export-doctor/v1");
    let checks = object["checks"].as_array().unwrap().iter().filter(|own| own["verdict"] != "pass");
    let text = |own: &Value| own.as_str().unwrap().to_owned();
    checks.map(|own| (text(&own["name"]), text(&own["verdict"]))).collect()
}

fn names(problems: &[(String, String)], verdict: &str) -> Vec<String> {
    problems.iter().filter(|(_, own)| own == verdict).map(|(name, _)| name.clone()).collect()
}

#[test]
fn an_export_is_set_up_published_and_every_part_that_breaks_is_named_and_repaired() {
    let rig = Rig::starting_before(Duration::from_secs(1200));
    rig.ok(&["enable", "--yes"]);
    assert!(rig.refused(&["export", "doctor"], 3).contains("1 failed"), "no destination at all");
    rig.ok(&SETUP);
    rig.ok(&["samples", PROBE, "--yes"]);
    rig.advance(FIVE_MINUTES);
    let object = rig.machine.store.list("walk-exports", "findings/AWSLogs/");
    assert_eq!(object.len(), 1, "the sample was exported");
    let open = problems(&rig, 0);
    assert_eq!(
        names(&open, "unknown").iter().filter(|name| !name.starts_with("reader")).count(),
        0,
        "{open:?}"
    );

    let store = &rig.machine.store;
    let policy =
        rig.json(&[&SETUP[..8], &["--print", "policy"]].concat())["bucket_policy"].to_string();
    let foreign = policy.replace(":detector/", ":detector/0");
    let denied = policy
        .replace(r#""Sid":"DenyPlainHttp""#, r#""Sid":"Theirs""#)
        .replace(r#"{"Bool":{"aws:SecureTransport":"false"}}"#, "{}");
    let keys = &rig.machine.keys;
    assert!(
        keys.policy(KEY).unwrap().contains("AllowGuardDutyKey"),
        "the key was let to GuardDuty"
    );
    let key_policy = keys.policy(KEY).unwrap();
    let foreign_key = key_policy.replace(":detector/", ":detector/0");
    let breaks: [(&str, &dyn Fn()); 6] = [
        ("key_policy", &|| keys.set_policy(KEY, None)),
        ("key_policy", &|| keys.set_policy(KEY, Some(foreign_key.clone()))),
        ("folder", &|| store.remove("walk-exports", "findings/")),
        ("bucket_policy", &|| store.set_policy("walk-exports", None)),
        ("bucket_policy", &|| store.set_policy("walk-exports", Some(foreign.clone()))),
        ("source_conditions", &|| {
            let open = policy
                .replace("aws:SourceAccount", "aws:PrincipalOrgID")
                .replace("aws:SourceArn", "aws:PrincipalTag");
            store.set_policy("walk-exports", Some(open));
        }),
    ];
    for (check, break_it) in breaks {
        break_it();
        assert_eq!(names(&problems(&rig, 3), "fail"), [check]);
        assert!(!rig.ok(&SETUP).contains("nothing to change"), "{check} is repaired");
        assert_eq!(names(&problems(&rig, 0), "fail").len(), 0, "{check}");
    }
    // GuardDuty finds out at its next object, and says so.
    let nobody = r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned();
    store.set_policy("walk-exports", Some(nobody));
    rig.ok(&["samples", "Backdoor:EC2/DenialOfService.Dns", "--yes"]);
    rig.advance(FIVE_MINUTES);
    assert_eq!(names(&problems(&rig, 3), "fail"), ["status", "bucket_policy"]);
    assert_eq!(rig.run(&["status"]).status.code(), Some(3));
    let repaired = rig.ok(&SETUP);
    assert!(repaired.contains("verified again"), "{repaired}");
    rig.advance(FIVE_MINUTES);
    assert_eq!(names(&problems(&rig, 0), "fail").len(), 0);
    store.set_policy("walk-exports", Some(denied));
    rig.ok(&SETUP);
    assert!(store.policy("walk-exports").unwrap().contains("Theirs"), "what others wrote stays");
    rig.stop();
}

#[test]
fn a_key_keeps_what_others_wrote_and_one_that_may_not_be_looked_at_is_left_alone() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    let keys = &rig.machine.keys;
    let theirs = r#"{"Version":"2012-10-17","Id":"theirs","Statement":[{"Sid":"Root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}"#;
    keys.set_policy(KEY, Some(theirs.to_owned()));
    let plan = rig.run(&[&SETUP[..8], &["--dry-run"]].concat());
    assert!(stdout(&plan).contains("one statement more, AllowGuardDutyKey"), "{}", stdout(&plan));
    assert!(stderr(&plan).contains("gets this statement and nothing else: {"), "{}", stderr(&plan));
    assert_eq!(keys.policy(KEY).as_deref(), Some(theirs), "a dry run puts nothing");

    // GuardDuty looks at the key's policy, and refuses a destination without it.
    let told = rig.refused(&[&SETUP[..], &["--leave-key-policy"]].concat(), 255);
    assert!(told.contains("does not have permission to the KMS key"), "{told}");
    keys.set_denied("PutKeyPolicy", true);
    let told = rig.refused(&SETUP, 255);
    assert!(told.contains("allow kms:PutKeyPolicy") && told.contains("key_statement"), "{told}");
    keys.set_denied("PutKeyPolicy", false);
    rig.ok(&SETUP);
    let now: Value = serde_json::from_str(&keys.policy(KEY).unwrap()).unwrap();
    let before: Value = serde_json::from_str(theirs).unwrap();
    assert_eq!((&now["Id"], &now["Statement"][0]), (&before["Id"], &before["Statement"][0]));
    assert_eq!(now["Statement"].as_array().unwrap().len(), 2);
    assert!(rig.ok(&SETUP).contains("nothing to change"));

    // Its first write is what verifies the destination.
    rig.advance(FIVE_MINUTES);
    keys.set_denied("GetKeyPolicy", true);
    let told = stdout(&rig.run(&["export", "doctor"]));
    assert!(told.contains("its policy is not known"), "GuardDuty publishes all the same: {told}");
    assert!(told.contains("allow kms:GetKeyPolicy on the key"), "{told}");
    assert!(rig.ok(&SETUP).contains("nothing to change"));
    keys.set_denied("GetKeyPolicy", false);
    keys.set_enabled(KEY, false);
    assert_eq!(names(&problems(&rig, 3), "fail"), ["key"]);
    assert!(rig.refused(&SETUP, 255).contains("is Disabled, and can't encrypt"));
    keys.remove(KEY);
    assert_eq!(names(&problems(&rig, 3), "fail"), ["key"]);
    assert!(rig.refused(&SETUP, 255).contains("there is no key"));
    rig.stop();
}

#[test]
fn terraform_and_policies_are_printed_without_anything_being_done() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    let setup =
        ["export", "setup", "--bucket", "walk-exports", "--prefix", "findings", "--key-arn", KEY];
    let policy = rig.json(&[&setup[..], &["--print", "policy"]].concat());
    let condition = &policy["key_statement"]["Condition"]["StringEquals"];
    assert_eq!(condition["aws:SourceAccount"], "111122223333");
    assert!(
        condition["aws:SourceArn"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:guardduty:us-east-1:111122223333:detector/")
    );
    assert_eq!(policy["bucket_policy"]["Statement"].as_array().unwrap().len(), 5);
    let terraform = rig.ok(&[&setup[..], &["--print", "terraform"]].concat());
    assert!(terraform.contains("aws_guardduty_publishing_destination") && terraform.contains(KEY));
    assert!(!rig.machine.bucket_folder("walk-exports").exists(), "nothing was made");
    rig.stop();
}

#[test]
fn a_key_of_another_region_and_an_alias_are_refused_before_anything_is_made() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    let far = KEY.replace("us-east-1", "eu-west-1");
    let told = rig
        .refused(&["export", "setup", "--bucket", "walk-exports", "--key-arn", &far, "--yes"], 252);
    assert!(told.contains("the key is in eu-west-1 and the detector in us-east-1"), "{told}");
    let alias = "arn:aws:kms:us-east-1:111122223333:alias/exports";
    assert!(
        rig.refused(&["export", "setup", "--bucket", "walk-exports", "--key-arn", alias], 252)
            .contains("no alias")
    );
    assert!(!rig.machine.bucket_folder("walk-exports").exists());
    rig.stop();
}

#[test]
fn a_setup_that_is_cut_off_in_the_middle_says_what_is_done_and_goes_on() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    rig.machine.guardduty.faults().deny("CreatePublishingDestination");
    let told = rig.refused(&SETUP, 255);
    for part in [
        "done before it: bucket, public access",
        "folder",
        "allow guardduty:CreatePublishingDestination",
        "goes on",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    rig.machine.guardduty.faults().clear();
    let again = rig.ok(&SETUP);
    assert!(
        again.contains("destination") && !again.contains("bucket policy"),
        "only what is left: {again}"
    );
    rig.stop();
}

#[test]
fn the_canary_is_timed_into_the_export_and_the_lake() {
    let rig = Rig::starting_before(Duration::from_secs(1200));
    rig.ok(&["enable", "--yes"]);
    // The machine's own bucket is the one that the function reads.
    rig.ok(&[
        "export",
        "setup",
        "--bucket",
        local::machine::EXPORT_BUCKET,
        "--key-arn",
        KEY,
        "--yes",
    ]);
    let lake = format!("s3://{LAKE_BUCKET}");
    let arguments =
        ["export", "doctor", "--canary", "--lake", &lake, "--wait", "2m", "--output", "json"];
    let mut child =
        rig.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().contains("was asked for")));
    // The export's next mark on the clock comes at once.
    rig.advance(FIVE_MINUTES);
    let last = told.last();
    let output = child.wait_with_output().unwrap();
    let object: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for place in ["in_guardduty", "in_export", "in_lake"] {
        assert!(object["canary"][place].is_number(), "{place} in {object}, {last:?}");
    }
    let id = object["canary"]["finding_id"].as_str().unwrap();
    assert!(rig.ok(&["timeline", id, "--lake", &lake]).contains("first version kept"));

    // All that there is lies in the lake, so nothing is lost.
    rig.ok(&["disable", "--lake", &lake, "--yes", "--i-have-a-copy"]);
    assert!(rig.ok(&["status"]).contains("no detector"));
    rig.stop();
}
