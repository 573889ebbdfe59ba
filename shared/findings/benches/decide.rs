//! What one event costs: decoding it, and deciding it by twenty rules.

#![expect(clippy::expect_used, clippy::panic, reason = "a benchmark that can't run has to say so")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use findings::{Finding, Record, Timestamp, decode};

#[path = "../../../bench/sample.rs"]
mod sample;

fn benches(criterion: &mut Criterion) {
    let (event, rules) = (sample::event(), sample::rules());
    let now = Timestamp::parse("2026-04-10T00:00:00Z").expect("a time");
    let finding = || -> Finding {
        match decode(event.as_bytes()).pop() {
            Some(Record::Finding(finding)) => *finding,
            other => panic!("{other:?}"),
        }
    };
    let mut group = criterion.benchmark_group("one event");
    group.throughput(Throughput::Bytes(event.len() as u64));
    group.bench_function("decode", |bencher| bencher.iter(|| decode(black_box(event.as_bytes()))));
    let decoded = finding();
    group.bench_function("decide", |bencher| {
        bencher.iter(|| rules.decide(black_box(&decoded), now).action)
    });
    group.bench_function("decode and decide", |bencher| {
        bencher.iter(|| rules.decide(&finding(), now).action)
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
