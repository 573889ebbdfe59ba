//! `guardsift archive`: what the function auto-archive does, by hand and with a look before it.

use std::{io::IsTerminal, io::Write, sync::Arc};

use archive::{ArchiveError, Ledger};
use clap::Subcommand;
use comfy_table::{Table, presets};
use platform::{guardduty::GuardDuty, store::Store};

use crate::{
    arguments::ConnectionArguments,
    exit::{Exit, Unusable},
    history::{Connection, guardduty_explained, store_explained},
};

mod apply;
mod log;
mod plan;
pub(crate) mod shadow;
mod shown;

#[derive(Debug, Subcommand)]
pub(crate) enum ArchiveCommand {
    /// Say what would be archived now, and what not and why; nothing is changed
    #[command(after_help = plan::EXAMPLES)]
    Plan(plan::Arguments),
    /// Show the plan, ask, and archive: recorded before, looked at again afterwards
    #[command(after_help = apply::EXAMPLES)]
    Apply(apply::Arguments),
    /// Show what the ledger holds
    #[command(after_help = log::EXAMPLES)]
    Log(log::Arguments),
    /// Show what the rules in the shadow would change
    #[command(after_help = shadow::EXAMPLES)]
    Shadow(shadow::Arguments),
}

pub(crate) fn run(command: &ArchiveCommand) -> anyhow::Result<Exit> {
    match command {
        ArchiveCommand::Plan(arguments) => plan::run(arguments),
        ArchiveCommand::Apply(arguments) => apply::run(arguments),
        ArchiveCommand::Log(arguments) => log::run(arguments),
        ArchiveCommand::Shadow(arguments) => shadow::run(arguments),
    }
}

/// Where the ledger is, and whose findings.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// The lake bucket: it holds the ledger, the rules and the stop object
    #[arg(long, value_name = "BUCKET", value_parser = bucket)]
    pub(crate) lake: String,
    /// The detector [default: the account's only one]
    #[arg(long, value_name = "ID")]
    detector_id: Option<String>,
    /// Call this Region
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    region: Option<String>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

/// A bucket as `--lake` names it here, with or without the `s3://` that other commands take.
pub(crate) fn bucket(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("s3://").map(|own| own.strip_suffix('/').unwrap_or(own));
    platform::s3_uri::bucket_name(name.unwrap_or(text))
        .ok_or_else(|| format!("write {}, or s3://BUCKET", platform::s3_uri::BUCKET_ALLOWED))
}

/// GuardDuty and S3 for one command.
pub(crate) struct Reached {
    pub(crate) connection: Connection,
    pub(crate) guardduty: GuardDuty,
    pub(crate) store: Store,
    pub(crate) lake: String,
}

impl Place {
    pub(crate) fn reach(&self) -> Reached {
        let connection = Connection::new(self.connection.settings(self.region.as_ref()));
        Reached {
            guardduty: GuardDuty::new(Arc::clone(connection.aws()), self.detector_id.clone()),
            store: Store::new(Arc::clone(connection.aws())),
            lake: self.lake.clone(),
            connection,
        }
    }
}

impl Reached {
    pub(crate) fn ledger(&self) -> Ledger<'_> {
        Ledger { store: &self.store, bucket: &self.lake }
    }

    /// Waits for calls to AWS; what failed is told with the Region and what to do.
    pub(crate) fn wait<T>(
        &self,
        calls: impl Future<Output = Result<T, ArchiveError>>,
    ) -> anyhow::Result<T> {
        self.connection
            .runtime()?
            .block_on(calls)
            .map_err(|error| explained(error, &self.connection, &self.lake))
    }
}

/// The error with the Region, and what to do.
pub(crate) fn explained(error: ArchiveError, connection: &Connection, lake: &str) -> anyhow::Error {
    match &error {
        ArchiveError::GuardDuty(call) => guardduty_explained(call, connection),
        ArchiveError::Ledger(call) => store_explained(
            call,
            connection,
            &format!(
                "s3:ListBucket, s3:GetObject and s3:PutObject on arn:aws:s3:::{lake} and below"
            ),
        ),
        _ => error.into(),
    }
}

/// Asks the person at the terminal. Where there is none, nobody can have meant it.
pub(crate) fn confirmed(question: &str, is_agreed: bool) -> anyhow::Result<bool> {
    if is_agreed {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Unusable(
            "there is nobody to ask, since standard input is no terminal: look at the plan, then say --yes".to_owned(),
        )
        .into());
    }
    anstream::eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// A table without lines.
pub(crate) fn plain(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lake_is_named_as_a_bucket_or_as_its_address() {
        for named in ["my-lake", "s3://my-lake", "s3://my-lake/"] {
            assert_eq!(bucket(named).as_deref(), Ok("my-lake"), "{named}");
        }
        for wrong in ["s3://my-lake/prefix", "s3://", "./my-lake", "my-lake/"] {
            assert!(bucket(wrong).unwrap_err().contains("s3://BUCKET"), "{wrong}");
        }
    }
}
