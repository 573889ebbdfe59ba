//! What may be wrong with the lines of an object.

use std::{process::Stdio, time::Duration};

use serde_json::{Value, json};

use super::rig::{Buckets, DONE, KEY, batch, failed, finding, findings, gzip, gzip_bytes, machine};
use crate::{
    binary::{json_lines, run, stderr, stdout},
    runtime_stub::Process,
};

#[test]
fn e9_a_bomb_is_stopped_within_bounded_memory() {
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&"a".repeat(300 << 20)));
    let answer = buckets.export(&event);
    assert_eq!(failed(&answer), DONE);
    assert!(buckets.lake().is_empty());
    assert!(buckets.quarantine()[0]["reason"].as_str().unwrap().contains("bomb"));
    assert!(answer.peak_kib.is_none_or(|peak| peak < 96 << 10), "{:?} KiB", answer.peak_kib);
}

#[test]
fn e10_a_line_that_is_too_long_is_described_and_the_rest_is_kept() {
    let buckets = Buckets::new();
    // Letters that compress no better than text does, or it would be a bomb.
    let mut seed = 1_u32;
    let letters: String = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + (seed >> 28) as u8)
    })
    .take(100 << 20)
    .collect();
    let long = format!("{{\"id\":\"{letters}\"}}");
    let noise: String = (0..2000).map(|number| finding(number) + "\n").collect();
    let event = buckets.put(KEY, &gzip(&format!("{}{noise}{long}\n{}", findings(1), finding(1))));
    // Unoptimized, the function reads this for many seconds.
    let mut process = Process::start(buckets.command(&machine().endpoint()), Stdio::null());
    let answer = process.invoke(&batch(&[event], 1), Duration::from_secs(55)).unwrap();
    assert_eq!(failed(&answer), DONE);
    assert_eq!(buckets.counts(), [[2002, 1, 0]]);
    let noted = &buckets.quarantine()[0];
    assert_eq!(noted["length"], long.len());
    assert_eq!(noted["offset"], findings(1).len() + noise.len());
    assert_eq!(noted["sha256"].as_str().unwrap().len(), 64);
    assert!(answer.peak_kib.is_none_or(|peak| peak < 96 << 10), "{:?} KiB", answer.peak_kib);
}

#[test]
fn e11_marks_and_blank_lines_are_tolerated_and_other_bytes_are_kept_as_they_are() {
    let buckets = Buckets::new();
    let mut text = format!("\u{feff}{}\r\n\r\n  \n", finding(1)).into_bytes();
    text.extend(b"{\"id\":\"\xff\"}\n{\"id\":\"a\0b\"}\n");
    text.extend(finding(2).bytes());
    let event = buckets.put(KEY, &gzip_bytes(&text));
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[2, 2, 2]]);
    let kept: Vec<_> = buckets
        .quarantine()
        .iter()
        .map(|entry| (entry["base64"].is_string(), entry["text"].is_string()))
        .collect();
    assert_eq!(kept, [(true, false), (false, true)]);
}

#[test]
fn e12_what_readers_disagree_on_is_set_aside() {
    let buckets = Buckets::new();
    let deep =
        format!("{{\"id\":\"f\",\"severity\":2,\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let lines = [
        finding(1),
        deep,
        "{\"id\":\"f\",\"severity\":2,\"severity\":8}".to_owned(),
        "{\"id\":\"f\",\"id\":\"g\",\"severity\":2}".to_owned(),
        "{\"id\":\"f\",\"type\":\"a\",\"Type\":\"b\"}".to_owned(),
        "{\"id\":\"f\",\"accountId\":\"1\",\"accountId\":\"2\"}".to_owned(),
        // Too large for a number: the severity is unknown, and the finding is a row all the same.
        "{\"id\":\"f\",\"type\":\"a\",\"severity\":1e999}".to_owned(),
    ];
    let event = buckets.put(KEY, &gzip(&lines.join("\n")));
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[2, 5, 0]]);
    let noted = buckets.quarantine().into_iter();
    let reasons: Vec<_> = noted.map(|own| own["reason"].as_str().unwrap().to_owned()).collect();
    let ambiguous = reasons.iter().filter(|reason| reason.contains("ambiguous")).count();
    assert_eq!(ambiguous, 4, "{reasons:?}");
}

#[test]
fn e13_one_bad_line_in_a_thousand_costs_one_line() {
    let buckets = Buckets::new();
    let mut lines: Vec<_> = (0..1000).map(finding).collect();
    lines[500].truncate(40);
    let event = buckets.put(KEY, &gzip(&(lines.join("\n") + "\n")));
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[999, 1, 0]]);
    assert_eq!(buckets.quarantine()[0]["line"], 501);
}

#[test]
fn e14_a_finding_of_tomorrow_is_a_row() {
    let buckets = Buckets::new();
    let mut tomorrow: Value = serde_json::from_str(&finding(1)).unwrap();
    tomorrow["type"] = "Weather:Moon/Eclipse.Total".into();
    tomorrow["service"]["count"] = "many".into();
    tomorrow["service"]["newField"] = json!({"nested": [1, {"deeper": null}]});
    let event = buckets.put(KEY, &gzip(&tomorrow.to_string()));
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[1, 0, 0]]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lake.parquet");
    let bytes = machine().store.get(&buckets.lake, &buckets.lake_keys()[0]).unwrap();
    std::fs::write(&file, bytes).unwrap();
    let output = run(&["findings", "export", file.to_str().unwrap()]);
    assert_eq!(json_lines(&stdout(&output)), [tomorrow], "{}", stderr(&output));
}
