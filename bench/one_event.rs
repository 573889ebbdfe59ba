//! Decodes and decides one event as often as it is told: what `instructions.py` counts.

#![expect(clippy::expect_used, reason = "a measurement that can't be made has to say so")]

use std::hint::black_box;

use findings::{Record, Timestamp, decode};

mod sample;

fn main() {
    let times = std::env::args().nth(1).and_then(|text| text.parse().ok()).expect("how often");
    let (event, rules) = (sample::event(), sample::rules());
    let now = Timestamp::parse("2026-04-10T00:00:00Z").expect("a time");
    for _ in 0..times {
        for record in decode(black_box(event.as_bytes())) {
            if let Record::Finding(finding) = record {
                black_box(rules.decide(&finding, now).action);
            }
        }
    }
}
