//! `guardsift rules`: look after rule files before they look after findings.

use clap::Subcommand;

use crate::exit::Exit;

mod check;
mod export;
mod import;
mod promote;
mod schema;
mod test;

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Load rule files and look for what is probably not meant
    #[command(after_help = check::EXAMPLES)]
    Check(check::Arguments),
    /// Run the cases that rules carry
    #[command(after_help = test::EXAMPLES)]
    Test(test::Arguments),
    /// Turn GuardDuty's own filters into rules
    #[command(after_help = import::EXAMPLES)]
    Import(import::Arguments),
    /// Turn rules into GuardDuty's own filters or EventBridge patterns, or say why that can't be
    #[command(after_help = export::EXAMPLES)]
    Export(export::Arguments),
    /// Put a candidate in force: both are loaded, what changes is shown, the rules of today are kept
    #[command(after_help = promote::EXAMPLES)]
    Promote(Box<promote::Arguments>),
    /// Print the JSON Schema of rule files, for editors
    #[command(after_help = schema::EXAMPLES)]
    Schema(schema::Arguments),
}

pub(crate) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    match command {
        RulesCommand::Check(arguments) => check::run(arguments),
        RulesCommand::Test(arguments) => test::run(arguments),
        RulesCommand::Import(arguments) => import::run(arguments),
        RulesCommand::Export(arguments) => export::run(arguments),
        RulesCommand::Promote(arguments) => promote::run(arguments),
        RulesCommand::Schema(arguments) => schema::run(arguments),
    }
}
