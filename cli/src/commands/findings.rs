//! `guardsift findings`: the findings themselves, wherever they are.

use clap::Subcommand;

use crate::exit::Exit;

mod export;
mod rows;

#[derive(Debug, Subcommand)]
pub(crate) enum FindingsCommand {
    /// Write findings out as JSON, JSON Lines, CSV or OCSF events
    #[command(after_help = export::EXAMPLES)]
    Export(export::Arguments),
}

pub(crate) fn run(command: &FindingsCommand) -> anyhow::Result<Exit> {
    match command {
        FindingsCommand::Export(arguments) => export::run(arguments),
    }
}
