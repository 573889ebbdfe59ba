//! What ties a detector to other accounts ends in order before it is disabled, or is named with whose turn it is.

use std::time::Duration;

use serde_json::{Value, json};

use super::Rig;
use crate::binary::stderr;

const OURS: &str = "111122223333";
const OTHER: &str = "444455556666";
const THIRD: &str = "777788889999";
const AT_OTHER: [&str; 4] = ["--account", OTHER, "--role-name", "ops"];
const AT_THIRD: [&str; 4] = ["--account", THIRD, "--role-name", "ops"];
const GONE: [&str; 3] = ["disable", "--yes", "--i-have-a-copy"];

/// A call of GuardDuty's API by an account.
fn call(rig: &Rig, account: &str, path: &str, body: &Value) -> Value {
    let method = if body.is_null() { "GET" } else { "POST" };
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let request = http::Request::builder().method(method).uri(path).body(text.into()).unwrap();
    let guardduty = rig.machine.guardduty_of(account, "us-east-1");
    let answer = rig.runtime.block_on(guardduty.handle(request));
    assert!(answer.status().is_success(), "{path}: {answer:?}");
    serde_json::from_slice(answer.body()).unwrap()
}

fn detector(rig: &Rig, account: &str) -> String {
    call(rig, account, "/detector", &Value::Null)["detectorIds"][0].as_str().unwrap().to_owned()
}

/// Two accounts with GuardDuty, the second invited by the first.
fn with_a_member() -> Rig {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    rig.ok(&[&["enable", "--yes"][..], &AT_OTHER].concat());
    let id = detector(&rig, OURS);
    let account = json!({"accountDetails": [{"accountId": OTHER, "email": "a@example.com"}]});
    call(&rig, OURS, &format!("/detector/{id}/member"), &account);
    call(&rig, OURS, &format!("/detector/{id}/member/invite"), &json!({"accountIds": [OTHER]}));
    rig
}

fn steps(plan: &Value) -> Vec<&str> {
    plan["steps"].as_array().unwrap().iter().map(|own| own["what"].as_str().unwrap()).collect()
}

#[test]
fn an_administrator_lets_its_members_go_and_is_disabled() {
    let rig = with_a_member();
    let plan = rig.json(&["disable", "--dry-run", "--output", "json"]);
    assert_eq!(steps(&plan), ["disassociate", "delete_members"]);
    assert_eq!(plan["steps_done"], 0);
    let shown = rig.ok(&["disable", "--dry-run"]);
    assert!(shown.contains("  1  members are let go: 444455556666"), "{shown}");
    let administrator = |place: &Value| place["places"][0]["administrator"].clone();
    let status = [&["status", "--output", "json"][..], &AT_OTHER].concat();
    assert_eq!(administrator(&rig.json(&status)), OURS, "a dry run lets nobody go");

    // Cut off between the steps, it says how far it came; again, it goes on from there.
    rig.machine.guardduty.faults().deny("DeleteMembers");
    let told = rig.refused(&GONE, 255);
    assert!(told.contains("done so far: members are let go: 444455556666"), "{told}");
    rig.machine.guardduty.faults().clear();
    assert_eq!(steps(&rig.json(&["disable", "--dry-run", "--output", "json"])), ["delete_members"]);
    rig.ok(&GONE);
    assert!(rig.ok(&["status"]).contains("no detector"));
    assert_eq!(administrator(&rig.json(&status)), Value::Null);
    rig.stop();
}

#[test]
fn a_member_that_was_invited_leaves_its_administrator_and_is_disabled() {
    let rig = with_a_member();
    let shown = rig.ok(&[&["disable", "--dry-run"][..], &AT_OTHER].concat());
    assert!(shown.contains("this account leaves its administrator 111122223333"), "{shown}");
    let told = rig.refused(&[&["disable"][..], &AT_OTHER].concat(), 252);
    assert!(told.contains("no terminal"), "{told}");
    rig.ok(&[&GONE[..], &AT_OTHER].concat());
    assert!(rig.ok(&[&["status"][..], &AT_OTHER].concat()).contains("no detector"));
    let id = detector(&rig, OURS);
    let path = format!("/detector/{id}/member?onlyAssociated=false");
    let members = call(&rig, OURS, &path, &Value::Null);
    assert_eq!(members["members"][0]["relationshipStatus"], "Resigned");
    rig.stop();
}

/// An organization whose GuardDuty is administered by this account, with one account that has joined.
fn organization(administrator: &str, there: &[&str]) -> Rig {
    let rig = Rig::new();
    rig.ok(&["org", "delegate", administrator, "--yes"]);
    rig.ok(&[&["enable", "--yes"][..], there].concat());
    rig.ok(
        &[
            &[
                "org",
                "configure",
                "--auto-enable",
                "all",
                "--feature",
                "S3_DATA_EVENTS=all",
                "--yes",
            ][..],
            there,
        ]
        .concat(),
    );
    rig.machine.join_organization(THIRD);
    rig
}

#[test]
fn an_account_that_joins_gets_guardduty_and_only_its_administrator_lets_it_go() {
    let rig = organization(OTHER, &AT_OTHER);
    let status = rig.json(&[&["status", "--output", "json"][..], &AT_THIRD].concat());
    let place = &status["places"][0];
    assert_eq!((&place["state"], &place["administrator"]), (&json!("enabled"), &json!(OTHER)));
    assert_eq!(place["detector"]["features"]["S3_DATA_EVENTS"]["on"], true);
    let told = rig.refused(&[&GONE[..], &AT_THIRD].concat(), 3);
    assert!(told.contains("the administrator 444455556666 lets 777788889999 go"), "{told}");
    assert!(told.contains("nothing is changed"), "{told}");

    rig.advance(Duration::from_secs(10 * 86_400));
    let usage = rig.json(&[&["usage", "--output", "json"][..], &AT_OTHER].concat());
    let accounts = usage["places"][0]["by_account"].as_array().unwrap();
    let names: Vec<_> = accounts.iter().map(|own| own["name"].as_str().unwrap()).collect();
    assert!(names.contains(&OTHER) && names.contains(&THIRD), "{names:?}");
    rig.stop();
}

#[test]
fn the_delegated_administrator_ends_what_it_can_and_names_the_management_account() {
    let rig = organization(OTHER, &AT_OTHER);
    let disable = [&GONE[..], &AT_OTHER].concat();
    let plan = rig.json(&[&["disable", "--dry-run", "--output", "json"][..], &AT_OTHER].concat());
    assert_eq!(steps(&plan), ["auto_enable", "disassociate", "delete_members", "delegation"]);
    let told = rig.refused(&disable, 3);
    for part in [
        "done so far: accounts of the organization (all) no longer get GuardDuty",
        "members are let go: 777788889999",
        "the organization's management account takes the administration back",
        "disable-organization-admin-account --region us-east-1 --admin-account-id 444455556666",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(rig.ok(&[&["status"][..], &AT_OTHER].concat()).contains("enabled"), "not disabled yet");
    call(&rig, OURS, "/admin/disable", &json!({"adminAccountId": OTHER}));
    rig.ok(&disable);
    assert!(rig.ok(&[&["status"][..], &AT_OTHER].concat()).contains("no detector"));
    let third = rig.json(&[&["status", "--output", "json"][..], &AT_THIRD].concat());
    assert_eq!(third["places"][0]["state"], "enabled", "members keep what they have");
    rig.stop();
}

#[test]
fn a_management_account_that_administers_itself_ends_everything() {
    let rig = organization(OURS, &[]);
    let output = rig.run(&GONE);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("management account takes the administration back"));
    assert!(rig.ok(&["status"]).contains("no detector"));
    assert!(rig.ok(&["org", "status"]).contains("none"));
    rig.stop();
}
