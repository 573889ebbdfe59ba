//! `guardsift export`: GuardDuty's export of findings to S3, set up and examined.

use clap::Subcommand;

use crate::exit::Exit;

mod bucket;
mod canary;
mod checks;
mod doctor;
mod key;
mod place;
mod policy;
mod setup;
mod terraform;

#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// Make bucket, policies, folder and destination fit together; again repairs
    #[command(after_help = setup::EXAMPLES)]
    Setup(setup::Arguments),
    /// Check every known cause of an export that does not work, and say how to mend it
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::Arguments),
}

pub(crate) fn run(command: &ExportCommand) -> anyhow::Result<Exit> {
    match command {
        ExportCommand::Setup(arguments) => setup::run(arguments),
        ExportCommand::Doctor(arguments) => doctor::run(arguments),
    }
}
