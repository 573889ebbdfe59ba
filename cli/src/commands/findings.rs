//! `guardsift findings`: the findings themselves, wherever they are.

use clap::Subcommand;

use crate::exit::Exit;

mod export;
mod list;
mod put_away;
mod rows;
mod writer;

#[derive(Debug, Subcommand)]
pub(crate) enum FindingsCommand {
    /// List the findings that GuardDuty has now
    #[command(after_help = list::EXAMPLES)]
    List(list::Arguments),
    /// Print one finding as GuardDuty has it
    #[command(after_help = list::SHOW_EXAMPLES)]
    Show(list::ShowArguments),
    /// Archive findings by hand: shows which, asks, and looks whether it was done
    #[command(after_help = put_away::ARCHIVE_EXAMPLES)]
    Archive(put_away::Arguments),
    /// Take findings out of the archive by hand
    #[command(after_help = put_away::UNARCHIVE_EXAMPLES)]
    Unarchive(put_away::Arguments),
    /// Write findings out as JSON, JSON Lines, CSV or OCSF events
    #[command(after_help = export::EXAMPLES)]
    Export(export::Arguments),
}

pub(crate) fn run(command: &FindingsCommand) -> anyhow::Result<Exit> {
    match command {
        FindingsCommand::List(arguments) => list::run(arguments),
        FindingsCommand::Show(arguments) => list::show(arguments),
        FindingsCommand::Archive(arguments) => put_away::run(arguments, true),
        FindingsCommand::Unarchive(arguments) => put_away::run(arguments, false),
        FindingsCommand::Export(arguments) => export::run(arguments),
    }
}
