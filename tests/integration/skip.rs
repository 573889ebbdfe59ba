//! Says what was not tested, where a passing test's own output would be swallowed.

use std::{fs::OpenOptions, io::Write};

/// Prints a line that the test harness does not capture, and adds it to the summary of `make test`.
pub(crate) fn skipped(what: &str) {
    let line = format!("skipped: {what}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(log) = std::env::var_os("SKIPPED_LOG") {
        let mut log = OpenOptions::new().create(true).append(true).open(log).unwrap();
        log.write_all(line.as_bytes()).unwrap();
    }
}
