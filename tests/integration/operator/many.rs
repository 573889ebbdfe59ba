//! Several Regions and accounts at once, and the organization above them.

use local::guardduty::example_finding;

use super::{PROBE, Rig};
use crate::binary::{stderr, stdout};

const OTHER: &str = "444455556666";

#[test]
fn regions_stand_side_by_side_and_one_that_fails_does_not_stop_the_others() {
    let rig = Rig::new();
    let both = ["--region", "us-east-1", "--region", "eu-west-1"];
    rig.ok(&[&["enable", "--yes"][..], &both].concat());
    let sheet = rig.ok(&[&["status"][..], &both, &["--region", "eu-north-1"]].concat());
    let head = sheet.lines().next().unwrap();
    assert!(head.contains("us-east-1") && head.contains("eu-west-1"), "{sheet}");
    assert!(sheet.contains("no detector in 111122223333: eu-north-1"), "{sheet}");
    let all = rig.json(&["status", "--all-regions", "--output", "json"]);
    let states: Vec<_> = all["places"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["state"].as_str().unwrap())
        .collect();
    assert!(
        states.len() > 30 && states.iter().filter(|own| **own == "enabled").count() == 2,
        "{states:?}"
    );

    // In the middle Region there is nothing to suspend.
    let arguments = [
        "suspend",
        "--yes",
        "--region",
        "us-east-1",
        "--region",
        "eu-north-1",
        "--region",
        "eu-west-1",
    ];
    let output = rig.run(&arguments);
    assert_eq!(output.status.code(), Some(255));
    assert!(
        stderr(&output).contains("no detector in account 111122223333, eu-north-1"),
        "{}",
        stderr(&output)
    );
    let states = rig.json(&[&["status", "--output", "json"][..], &both].concat());
    for place in states["places"].as_array().unwrap() {
        assert_eq!(place["state"], "suspended");
    }
    rig.stop();
}

#[test]
fn of_all_regions_those_that_the_account_is_not_in_are_left_out_and_one_that_was_named_is_told() {
    let rig = Rig::new();
    rig.machine.outage.close_region("eu-south-2");
    let output = rig.run(&["enable", "--all-regions", "--yes", "--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("left out: eu-south-2"), "{}", stderr(&output));
    let output = rig.run(&["status", "--all-regions", "--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!stdout(&output).contains("eu-south-2") && !stdout(&output).contains("no_detector"));
    let told = rig.refused(&["suspend", "--yes", "--region", "eu-south-2"], 255);
    assert!(told.contains("enable eu-south-2 for the account"), "{told}");
    rig.stop();
}

#[test]
fn another_account_is_entered_through_a_role_and_a_closed_one_is_told_with_the_role() {
    let rig = Rig::new();
    let there = ["--account", OTHER, "--role-name", "ops"];
    rig.ok(&[&["enable", "--yes"][..], &there].concat());
    assert!(rig.ok(&["status"]).contains("no detector in 111122223333"), "not here");
    assert!(rig.ok(&[&["status"][..], &there].concat()).contains(OTHER));
    let told = rig.refused(&["status", "--account", OTHER, "--role-name", "denied"], 255);
    assert!(told.contains(OTHER) && told.contains("--role-name"), "{told}");
    assert!(
        rig.refused(&["status", "--account", "1234", "--role-name", "ops"], 252)
            .contains("twelve digits")
    );
    rig.stop();
}

#[test]
fn a_member_may_look_and_is_sent_to_its_administrator_to_act() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    let there = ["--account", OTHER, "--role-name", "ops"];
    rig.ok(&[&["enable", "--yes"][..], &there].concat());
    let member = rig.machine.guardduty_of(OTHER, "us-east-1");
    member.observe(example_finding(PROBE)).unwrap();
    let id = rig.json(&["status", "--output", "json"])["places"][0]["detector"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let call = |path: &str, body: serde_json::Value| {
        let request = http::Request::post(format!("/detector/{id}/{path}"))
            .body(body.to_string().into())
            .unwrap();
        assert!(
            rig.runtime.block_on(rig.machine.guardduty.handle(request)).status().is_success(),
            "{path}"
        );
    };
    call(
        "member",
        serde_json::json!({"accountDetails": [{"accountId": OTHER, "email": "a@example.com"}]}),
    );
    call("member/invite", serde_json::json!({"accountIds": [OTHER]}));

    let sheet = rig.ok(&[&["status"][..], &there].concat());
    assert!(
        sheet
            .lines()
            .any(|line| line.starts_with("administrator") && line.contains("111122223333")),
        "{sheet}"
    );
    for arguments in [
        &["suspend", "--yes"][..],
        &["findings", "archive", "--open", "--yes"],
        &["frequency", "set", "1h", "--yes"],
    ] {
        let told = rig.refused(&[arguments, &there].concat(), 255);
        assert!(
            told.contains("credentials of the administrator account")
                && told.contains("444455556666, us-east-1"),
            "{told}"
        );
    }
    rig.stop();
}

#[test]
fn the_organization_is_delegated_once_and_configured_by_whom_it_was_delegated_to() {
    let rig = Rig::new();
    let both = ["--region", "us-east-1", "--region", "eu-west-1"];
    let delegate = [&["org", "delegate", OTHER, "--yes"][..], &both].concat();
    assert!(rig.ok(&delegate).contains("GuardDuty administrator"));
    assert!(rig.ok(&delegate).contains("nothing to change"));
    let told = rig.refused(
        &[
            "org",
            "delegate",
            "777788889999",
            "--yes",
            "--region",
            "eu-west-1",
            "--region",
            "eu-north-1",
        ],
        255,
    );
    assert!(
        told.contains(
            "444455556666 is GuardDuty's administrator in account 111122223333, eu-west-1"
        ),
        "{told}"
    );
    let north = rig.json(&["org", "status", "--region", "eu-north-1", "--output", "json"]);
    assert!(north["places"][0]["administrator"].is_null(), "half of it was not done");

    rig.ok(&["enable", "--yes"]);
    let told = rig.refused(&["org", "configure", "--auto-enable", "all", "--yes"], 255);
    assert!(told.contains("delegated administrator"), "{told}");
    let there = ["--account", OTHER, "--role-name", "ops"];
    let told = rig.refused(
        &[&["org", "delegate", OTHER, "--yes", "--region", "eu-north-1"][..], &there].concat(),
        255,
    );
    assert!(told.contains("management account"), "{told}");
    rig.ok(&[&["enable", "--yes"][..], &there].concat());
    let configure =
        [
            &[
                "org",
                "configure",
                "--auto-enable",
                "new",
                "--feature",
                "S3_DATA_EVENTS=new",
                "--yes",
            ][..],
            &there,
        ]
        .concat();
    assert!(rig.ok(&configure).contains("S3_DATA_EVENTS"));
    assert!(rig.ok(&configure).contains("nothing to change"));
    let sheet = rig.ok(&[&["org", "status"][..], &there].concat());
    assert!(sheet.contains("GuardDuty=new") && sheet.contains("S3_DATA_EVENTS=new"), "{sheet}");
    rig.stop();
}
