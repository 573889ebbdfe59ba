//! `guardsift org`: GuardDuty for an organization.

use clap::Subcommand;

use crate::exit::Exit;

mod configure;
mod delegate;
mod now;
mod status;

#[derive(Debug, Subcommand)]
pub(crate) enum OrgCommand {
    /// Look at the delegated administrator, what new accounts get, and the members, per Region
    #[command(after_help = status::EXAMPLES)]
    Status(status::Arguments),
    /// Make an account the organization's GuardDuty administrator: from the management account
    #[command(after_help = delegate::EXAMPLES)]
    Delegate(delegate::Arguments),
    /// Say what the organization's accounts get by themselves: from the administrator account
    #[command(after_help = configure::EXAMPLES)]
    Configure(configure::Arguments),
}

pub(crate) fn run(command: &OrgCommand) -> anyhow::Result<Exit> {
    match command {
        OrgCommand::Status(arguments) => status::run(arguments),
        OrgCommand::Delegate(arguments) => delegate::run(arguments),
        OrgCommand::Configure(arguments) => configure::run(arguments),
    }
}
