//! See `glob` in `targets.rs`.

#![no_main]

#[expect(dead_code, reason = "each target uses one function of the file")]
#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::glob(data));
