//! One module per command.

use crate::{
    arguments::{Arguments, Command},
    exit::Exit,
};

pub(crate) mod archive;
pub(crate) mod backtest;
mod decide;
mod explain;
pub(crate) mod findings;
pub(crate) mod lake;
mod local;
pub(crate) mod preview;
pub(crate) mod reconcile;
pub(crate) mod replay;
pub(crate) mod rules;
pub(crate) mod undo;

/// Runs the command that was asked for.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    match arguments.command {
        Command::Archive { command } => archive::run(&command),
        Command::Backtest(arguments) => backtest::run(&arguments),
        Command::Decide(arguments) => decide::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Findings { command } => findings::run(&command),
        Command::Lake { command } => lake::run(&command),
        Command::Local(arguments) => local::run(arguments),
        Command::Preview(arguments) => preview::run(&arguments),
        Command::Reconcile(arguments) => reconcile::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Undo(arguments) => undo::run(&arguments),
        Command::Rules { command } => rules::run(&command),
    }
}
