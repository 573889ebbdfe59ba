//! `guardsift`: the command line around the three functions.

use std::process::ExitCode;

use clap::Parser;
use platform::chain;

use crate::{arguments::Arguments, exit::Exit};

mod arguments;
mod backtest;
mod commands;
mod diagnostic;
mod documents;
#[cfg(test)]
mod emulated;
mod excerpt;
mod exit;
mod figures;
mod history;
mod input;
mod lake_place;
mod moment;
mod object;
mod operate;
mod output;
mod preview;
mod printable;
mod progress;
mod reconciliation;
mod replay;
mod rule_files;
mod stdout;
mod talk;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::usage(&error),
    };
    arguments.talk.begin();
    match commands::run(arguments) {
        Ok(exit) => exit.into(),
        Err(error) => {
            anstream::eprintln!("{}", chain(error.as_ref()).trim_end());
            Exit::of(&error).into()
        }
    }
}
