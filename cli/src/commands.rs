//! One module per command.

use crate::{
    arguments::{Arguments, Command},
    exit::Exit,
};

pub(crate) mod archive;
pub(crate) mod backtest;
pub(crate) mod completions;
mod decide;
pub(crate) mod detector_change;
pub(crate) mod disable;
pub(crate) mod enable;
mod explain;
pub(crate) mod export;
pub(crate) mod findings;
pub(crate) mod lake;
mod local;
pub(crate) mod org;
pub(crate) mod preview;
pub(crate) mod reconcile;
pub(crate) mod replay;
pub(crate) mod rules;
pub(crate) mod samples;
pub(crate) mod status;
pub(crate) mod timeline;
pub(crate) mod undo;
pub(crate) mod usage;

/// Runs the command that was asked for.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    match arguments.command {
        Command::Archive { command } => archive::run(&command),
        Command::Backtest(arguments) => backtest::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Decide(arguments) => decide::run(&arguments),
        Command::Disable(arguments) => disable::run(&arguments),
        Command::Enable(arguments) => enable::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Export { command } => export::run(&command),
        Command::Features { command } => detector_change::features(&command),
        Command::Findings { command } => findings::run(&command),
        Command::Frequency { command } => detector_change::frequency(&command),
        Command::Lake { command } => lake::run(&command),
        Command::Local(arguments) => local::run(arguments),
        Command::Man(arguments) => completions::man(&arguments),
        Command::Org { command } => org::run(&command),
        Command::Preview(arguments) => preview::run(&arguments),
        Command::Reconcile(arguments) => reconcile::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Samples(arguments) => samples::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Suspend(arguments) => detector_change::enabled(&arguments, false),
        Command::Timeline(arguments) => timeline::run(&arguments),
        Command::Undo(arguments) => undo::run(&arguments),
        Command::Resume(arguments) => detector_change::enabled(&arguments, true),
        Command::Usage(arguments) => usage::run(&arguments),
        Command::Rules { command } => rules::run(&command),
    }
}
