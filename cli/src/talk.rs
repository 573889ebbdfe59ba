//! What is said beside a command's result, on standard error: less with `--quiet`, more with `--verbose`.

use std::sync::atomic::{AtomicBool, Ordering};

use clap::builder::styling::{Effects, Style};
use platform::aws::{Called, listen_to_calls};

static QUIET: AtomicBool = AtomicBool::new(false);

/// How much is said.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Talk {
    /// Say nothing on standard error but what failed
    #[arg(short, long, global = true, help_heading = "Talk")]
    quiet: bool,
    /// Say each call to AWS: how long it took, in which account and Region
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = "Talk")]
    verbose: bool,
}

impl Talk {
    /// Keeps to it from now on.
    pub(crate) fn begin(self) {
        QUIET.store(self.quiet, Ordering::Relaxed);
        if self.verbose {
            listen_to_calls(|called| anstream::eprintln!("{}", line(called)));
        }
    }
}

/// Whether only errors are said.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Says something that is no error.
macro_rules! say {
    ($($part:tt)*) => {
        if !$crate::talk::is_quiet() {
            anstream::eprintln!($($part)*);
        }
    };
}
pub(crate) use say;

/// Names only: nothing of what was asked or answered.
fn line(called: &Called<'_>) -> String {
    let Called { service, operation, account, region, time, is_ok } = called;
    let dim = Style::new().effects(Effects::DIMMED);
    let failed = if *is_ok { "" } else { "  failed" };
    format!(
        "{dim}{:>6} ms  {}  {}  {service}.{operation}{failed}{dim:#}",
        time.as_millis(),
        account.unwrap_or("–"),
        region.unwrap_or("–"),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_call_is_told_with_place_and_time() {
        let called = Called {
            service: "GuardDuty",
            operation: "ListDetectors",
            account: Some("111122223333"),
            region: Some("eu-west-1"),
            time: Duration::from_millis(42),
            is_ok: false,
        };
        let line = anstream::adapter::strip_str(&line(&called)).to_string();
        assert_eq!(line, "    42 ms  111122223333  eu-west-1  GuardDuty.ListDetectors  failed");
    }
}
