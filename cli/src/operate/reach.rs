//! Which accounts and Regions a command is for, and the clients for each.

use std::{fmt, sync::Arc};

use anyhow::anyhow;
use futures::{StreamExt, stream};
use platform::aws::{Aws, credentials_problem};
use tokio::runtime::Runtime;

use super::{RegionOff, regions};
use crate::{
    arguments::ConnectionArguments, exit::Unusable, history::Connection, progress, talk::say,
};

/// So many accounts and Regions are asked at a time.
const AT_A_TIME: usize = 8;

/// Where a command is carried out.
#[derive(Debug, clap::Args)]
pub(crate) struct Places {
    /// A Region; may be repeated [default: that of the environment or the profile]
    #[arg(long = "region", value_name = "REGION", help_heading = "Where")]
    regions: Vec<String>,
    /// Every Region that GuardDuty is in
    #[arg(long, conflicts_with = "regions", help_heading = "Where")]
    all_regions: bool,
    /// Another account, entered through --role-name; may be repeated
    #[arg(long = "account", value_name = "ID", value_parser = account, requires = "role_name", help_heading = "Where")]
    accounts: Vec<String>,
    /// The role to assume in each --account
    #[arg(long, value_name = "NAME", requires = "accounts", help_heading = "Where")]
    role_name: Option<String>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

/// Reads an account id.
pub(crate) fn account(text: &str) -> Result<String, String> {
    let is_id = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_id { Ok(text.to_owned()) } else { Err("an account id has twelve digits".to_owned()) }
}

/// One account in one Region, and the clients for it.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    /// Unknown when STS can't be asked.
    pub(crate) account: Option<String>,
    pub(crate) region: String,
    pub(crate) aws: Arc<Aws>,
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.account {
            Some(account) => write!(f, "account {account}, {}", self.region),
            None => f.write_str(&self.region),
        }
    }
}

impl Seat {
    pub(crate) async fn guardduty(&self) -> &aws_sdk_guardduty::Client {
        self.aws.guardduty().await
    }
}

/// What each place answered.
pub(crate) type Answers<T> = Vec<(Seat, anyhow::Result<T>)>;

/// The places of one command.
pub(crate) struct Reach {
    pub(crate) seats: Vec<Seat>,
    /// Every Region was meant, whichever the account is in.
    is_every: bool,
    runtime: Arc<Runtime>,
}

impl Places {
    /// Finds out who calls and where.
    ///
    /// # Errors
    /// When no Region is known or there are no credentials.
    pub(crate) fn reach(&self) -> anyhow::Result<Reach> {
        let connection = Connection::new(self.connection.settings(self.regions.first()));
        let runtime = connection.runtime()?;
        let home = runtime.block_on(connection.aws().region()).map(str::to_owned);
        let regions = match home {
            Some(home) if self.all_regions => regions::beside(&home),
            Some(_) if !self.regions.is_empty() => unique(&self.regions),
            Some(home) => vec![home],
            None if self.all_regions => regions::beside("us-east-1"),
            None => {
                let message = "no Region is known; name one with --region, or set AWS_REGION";
                return Err(Unusable(message.to_owned()).into());
            }
        };
        let caller = match runtime.block_on(connection.aws().caller_account()) {
            Ok(account) => account,
            Err(error) => match credentials_problem(&error) {
                Some(_) => {
                    let missing = connection.missing(&error).unwrap_or_default();
                    return Err(anyhow!("nobody can be asked: {missing}"));
                }
                // Everything works without the account's id, which is only named in what is said.
                None => None,
            },
        };
        let seats = runtime.block_on(self.seats(&connection, caller, &regions));
        Ok(Reach { seats, is_every: self.all_regions, runtime })
    }

    async fn seats(
        &self,
        connection: &Connection,
        caller: Option<String>,
        regions: &[String],
    ) -> Vec<Seat> {
        let mut callers = Vec::new();
        match &self.role_name {
            None => callers.push((caller, Arc::clone(connection.aws()))),
            Some(role) => {
                let partition = regions.first().map_or("aws", |region| regions::partition(region));
                for account in unique(&self.accounts) {
                    let arn = format!("arn:{partition}:iam::{account}:role/{role}");
                    callers.push((Some(account), Arc::new(connection.aws().as_role(&arn).await)));
                }
            }
        }
        let mut seats = Vec::new();
        for (account, aws) in callers {
            for region in regions {
                let aws = aws.in_region(region).await;
                seats.push(Seat {
                    aws: Arc::new(match &account {
                        Some(account) => aws.of_account(account),
                        None => aws,
                    }),
                    account: account.clone(),
                    region: region.clone(),
                });
            }
        }
        seats
    }
}

fn unique(names: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.contains(name) {
            kept.push(name.clone());
        }
    }
    kept
}

impl Reach {
    /// Waits for calls to AWS.
    pub(crate) fn wait<T>(&self, calls: impl Future<Output = T>) -> T {
        self.runtime.block_on(calls)
    }

    /// Asks every place, several at a time, and gives the answers in the order of the places. Of
    /// --all-regions, those that the account has not opted in to are left out, and named.
    pub(crate) fn each<T>(&self, ask: impl AsyncFn(&Seat) -> anyhow::Result<T>) -> Answers<T> {
        let bar = progress::things(self.seats.len() as u64);
        let answers = stream::iter(&self.seats).map(|seat| {
            let (ask, bar) = (&ask, &bar);
            async move {
                let answer = ask(seat).await;
                bar.inc(1);
                (seat.clone(), answer)
            }
        });
        let answers: Answers<T> = self.wait(answers.buffered(AT_A_TIME).collect());
        bar.finish_and_clear();
        let (off, answers): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(_, answer)| {
            self.is_every && answer.as_ref().err().is_some_and(|error| error.is::<RegionOff>())
        });
        if !off.is_empty() {
            let names: Vec<_> = off.iter().map(|(seat, _)| seat.region.as_str()).collect();
            say!("not enabled for the account and left out: {}", names.join(", "));
        }
        answers
    }

    /// The only place of a command that is for one.
    ///
    /// # Errors
    /// When several were named.
    pub(crate) fn only(&self, why: &str) -> anyhow::Result<&Seat> {
        match self.seats.as_slice() {
            [seat] => Ok(seat),
            _ => Err(Unusable(format!("{why}: name one account and one Region")).into()),
        }
    }
}
