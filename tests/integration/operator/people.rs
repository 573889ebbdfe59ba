//! Nothing is changed or destroyed without a plan, a person or a plain word.

use std::{io::Write, process::Stdio};

use super::{PROBE, Rig};
use crate::{binary::stdout, skip::skipped};

#[test]
fn without_a_terminal_and_without_yes_every_command_that_writes_refuses() {
    let rig = Rig::new();
    for arguments in [&["enable"][..], &["org", "delegate", "444455556666"]] {
        let told = rig.refused(arguments, 252);
        assert!(told.contains("no terminal") && told.contains("--yes"), "{told}");
    }
    rig.ok(&["enable", "--yes"]);
    rig.ok(&["samples", PROBE, "--yes"]);
    for arguments in [
        &["suspend"][..],
        &["features", "set", "S3_DATA_EVENTS=off"],
        &["frequency", "set", "6h"],
        &["samples", PROBE],
        &["findings", "archive", "--severity", "low"],
        &["disable", "--i-have-a-copy"],
        &["export", "setup", "--bucket", "walk-exports", "--key-arn", super::KEY],
        &["org", "configure", "--auto-enable", "new"],
    ] {
        let told = rig.refused(arguments, 252);
        assert!(told.contains("no terminal"), "{arguments:?}: {told}");
    }
    let status = rig.json(&["status", "--output", "json"]);
    assert_eq!(status["places"][0]["state"], "enabled", "nothing happened");
    assert_eq!(status["places"][0]["detector"]["frequency"], "FIFTEEN_MINUTES");
    assert_eq!(rig.machine.guardduty.versions().len(), 1);
    rig.stop();
}

#[test]
fn a_dry_run_shows_the_plan_and_changes_nothing() {
    let rig = Rig::new();
    let plan = rig.json(&["enable", "--dry-run", "--output", "json"]);
    assert_eq!(plan["schema"], "guardsift.changes/v1");
    assert_eq!(plan["changes"][0]["outcome"], "planned");
    assert!(rig.ok(&["status"]).contains("no detector"));
    rig.ok(&["enable", "--yes"]);
    rig.ok(&["samples", PROBE, "--yes"]);
    assert!(rig.ok(&["findings", "archive", "--open", "--dry-run"]).contains("archived"));
    assert!(rig.ok(&["disable", "--dry-run"]).contains("This goes for good"));
    let told = rig.refused(&["findings", "archive", "0123456789abcdef", "--yes"], 252);
    assert!(told.contains("GuardDuty knows no finding 0123456789abcdef"), "{told}");
    let told = rig.refused(&["findings", "archive", "--archived", "--yes"], 252);
    assert!(told.contains("archived already"), "{told}");
    let open = rig.json(&["findings", "list", "--open", "--output", "json"]);
    assert_eq!(open.as_array().unwrap().len(), 1);
    rig.stop();
}

#[test]
fn disable_refuses_while_a_finding_would_be_lost() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    rig.ok(&["samples", PROBE, "--yes"]);
    let told = rig.refused(&["disable"], 3);
    assert!(told.contains("1 finding would be lost") && told.contains("--snapshot"), "{told}");
    let lake = rig.path().join("lake");
    std::fs::create_dir(&lake).unwrap();
    let told =
        rig.refused(&["disable", "--lake", lake.to_str().unwrap(), "--yes", "--i-have-a-copy"], 3);
    assert!(told.contains("the lake lacks 1 of 1 finding"), "{told}");
    let taken = rig.path().join("taken.jsonl");
    std::fs::write(&taken, "mine").unwrap();
    let told = rig.refused(
        &["disable", "--snapshot", taken.to_str().unwrap(), "--yes", "--i-have-a-copy"],
        252,
    );
    assert!(told.contains("name a new file"), "{told}");
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    assert!(rig.ok(&["status"]).contains("enabled"));
    rig.stop();
}

#[test]
fn at_a_terminal_the_detectors_own_id_has_to_be_typed() {
    if std::process::Command::new("script").arg("--version").output().is_err() {
        return skipped("a terminal for `guardsift disable`: `script` is not installed");
    }
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    let status = rig.json(&["status", "--output", "json"]);
    let id = status["places"][0]["detector"]["id"].as_str().unwrap().to_owned();
    let typed = |answer: &str| {
        let binary = crate::binary::folder().join("guardsift");
        let mut script = std::process::Command::new("script");
        script.args(["-qec", &format!("{} disable", binary.display()), "/dev/null"]);
        let environment = rig.command(&[]);
        script
            .env_clear()
            .envs(environment.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("{answer}\n").as_bytes()).unwrap();
        stdout(&child.wait_with_output().unwrap())
    };
    let told = typed("yes");
    assert!(
        told.contains("Type the detector's id") && told.contains("nothing was disabled"),
        "{told}"
    );
    assert!(rig.ok(&["status"]).contains("enabled"));
    let told = typed(&id);
    assert!(told.contains("GuardDuty is disabled"), "{told}");
    assert!(rig.ok(&["status"]).contains("no detector"));
    rig.stop();
}

#[test]
fn every_command_has_examples_and_the_shells_and_man_know_them() {
    let rig = Rig::new();
    for command in [
        &["status"][..],
        &["enable"],
        &["features", "set"],
        &["frequency", "set"],
        &["suspend"],
        &["resume"],
        &["disable"],
        &["samples"],
        &["findings", "list"],
        &["findings", "show"],
        &["findings", "archive"],
        &["findings", "unarchive"],
        &["timeline"],
        &["usage"],
        &["export", "setup"],
        &["export", "doctor"],
        &["org", "status"],
        &["org", "delegate"],
        &["org", "configure"],
        &["completions"],
        &["man"],
    ] {
        let help = rig.ok(&[command, &["--help"]].concat());
        assert!(help.contains("Examples:\n  guardsift "), "{command:?}: {help}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(rig.ok(&["completions", shell]).contains("unarchive"), "{shell}");
    }
    let pages = rig.path().join("man1");
    rig.ok(&["man", pages.to_str().unwrap()]);
    let page = std::fs::read_to_string(pages.join("guardsift-export-doctor.1")).unwrap();
    assert!(page.contains("canary"), "{page}");
    let colourless = rig.command(&["status"]).env("NO_COLOR", "1").output().unwrap();
    assert!(!stdout(&colourless).contains('\u{1b}'));
    rig.stop();
}
