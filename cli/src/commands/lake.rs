//! `guardsift lake`: what the lake needs besides being written.

use clap::Subcommand;

use crate::exit::Exit;

pub(crate) mod compact;

#[derive(Debug, Subcommand)]
pub(crate) enum LakeCommand {
    /// Make one file of the many small ones of each account, Region and day
    #[command(after_help = compact::EXAMPLES)]
    Compact(compact::Arguments),
}

/// Runs the command that was asked for.
pub(crate) fn run(command: &LakeCommand) -> anyhow::Result<Exit> {
    match command {
        LakeCommand::Compact(arguments) => compact::run(arguments),
    }
}
