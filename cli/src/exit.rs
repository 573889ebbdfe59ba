//! Exit codes: those of the AWS CLI, and 3 for a check that failed.

use std::process::ExitCode;

use crate::stdout;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: all well.
    Success,
    /// 1: the demo lost something, or a count does not add up.
    DemoFailed,
    /// 3: a check failed; the README lists which.
    CheckFailed,
    /// 252: arguments or input files that can't be used.
    BadUsage,
    /// 255: anything else.
    Other,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::DemoFailed => 1,
            Exit::CheckFailed => 3,
            Exit::BadUsage => 252,
            Exit::Other => 255,
        })
    }
}

/// An error that the person at the keyboard can mend by giving other arguments or files.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unusable(pub(crate) String);

impl Exit {
    /// The code for an error that ended the command.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        if error.is::<Unusable>() { Self::BadUsage } else { Self::Other }
    }
}

/// Prints what clap has to say: help and version are no failure.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        return match error.print() {
            Ok(()) => Exit::BadUsage.into(),
            Err(_) => Exit::Other.into(),
        };
    }
    match stdout::print!("{}", error.render().ansi()) {
        Ok(()) => Exit::Success.into(),
        Err(error) => {
            anstream::eprintln!("{error}");
            Exit::Other.into()
        }
    }
}
