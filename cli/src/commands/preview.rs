//! `guardsift preview`: what a destination would receive about a finding.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::ValueEnum;
use findings::{
    Action, Decision, Finding, Record,
    message::{Background, Change, Message, Payload, Remembered},
};

use super::decide::{as_of, each_record};
use crate::{
    arguments::InputArguments,
    exit::{Exit, Unusable},
    input,
    preview::{self, To, page::Sheet},
    printable::printable,
    rule_files, stdout,
    talk::say,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: InputArguments,
    /// The kind of destination
    #[arg(long, value_enum)]
    to: To,
    /// What a destination for programs gets
    #[arg(long, value_enum, default_value_t = Shape::Guardsift)]
    payload: Shape,
    /// The name of the account, ahead of the one that the rules give it
    #[arg(long, value_name = "NAME")]
    account_name: Option<String>,
    /// An earlier version of the finding, to show what is new
    #[arg(long, value_name = "FILE")]
    earlier: Option<PathBuf>,
    /// Write a page that shows the messages into this file, instead of printing their bodies
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// guardsift.notification/v1
    Guardsift,
    /// The finding as it came
    Raw,
    /// An OCSF 1.1 Detection Finding
    Ocsf,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift preview events/findings/crypto-dns.json --to slack
  guardsift preview events/findings --to teams --html teams.html
  guardsift preview new.json --earlier old.json --to pagerduty --rules rules/";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let rules = rule_files::load(arguments.input.rules.as_deref())?;
    let as_of = as_of(&arguments.input);
    let earlier = arguments.earlier.as_deref().map(first_finding).transpose()?;
    let mut sheets = Vec::new();
    let mut previewed = 0_usize;
    let mut compared = 0_usize;
    let exit = each_record(&arguments.input, |sourced| {
        let source = printable(&sourced.source);
        let finding = match sourced.record {
            Record::Finding(finding) => finding,
            Record::Event(event) => {
                let kind = printable(&event.detail_type);
                say!("{source}: a `{kind}` event, not a finding");
                return Ok(());
            }
            Record::Unreadable(reason) => {
                anstream::eprintln!("{source}: {}", printable(&reason.to_string()));
                return Ok(());
            }
        };
        previewed += 1;
        let decision = rules.decide(&finding, as_of);
        let own = earlier.as_ref().filter(|earlier| earlier.id() == finding.id());
        compared += usize::from(own.is_some());
        let change = own.and_then(|earlier| Change::since(&Remembered::of(earlier), &finding));
        let routed = rules.route(&finding);
        let named = finding.account_id().and_then(|id| rules.account_name(id));
        let account_name = arguments.account_name.as_deref().or(named);
        let message = Message::new(
            &finding,
            &Background {
                decided: Some((decision, rules.hash())),
                destination: routed.first().map(|destination| destination.name.as_str()),
                account_name,
                change: change.as_ref(),
                before: None,
                instead_of: None,
            },
        );
        let payload = match arguments.payload {
            Shape::Guardsift => Payload::Guardsift,
            Shape::Raw => Payload::Raw,
            Shape::Ocsf => Payload::Ocsf,
        };
        let body = preview::body(arguments.to, payload, &message);
        let withheld = withheld(&decision);
        if arguments.html.is_some() {
            sheets.push(Sheet::new(arguments.to, &source, withheld, &body)?);
        } else {
            if let Some(withheld) = withheld {
                say!("{source}: {withheld}");
            }
            stdout::println!("{}", preview::pretty(&body)?)?;
        }
        Ok(())
    })?;
    if previewed == 0 && exit == Exit::Success {
        return Err(Unusable("there is no finding in these files".to_owned()).into());
    }
    if let (Some(earlier), 0) = (&earlier, compared) {
        let id = printable(earlier.id());
        return Err(Unusable(format!("none of the findings has the id of --earlier, {id}")).into());
    }
    if let Some(path) = &arguments.html {
        fs::write(path, preview::page::render(arguments.to, &sheets)?)
            .with_context(|| Unusable(format!("can't write the page to {}", path.display())))?;
    }
    Ok(exit)
}

/// Why nobody would be told, if so.
fn withheld(decision: &Decision<'_>) -> Option<String> {
    let by = match (decision.rule_name(), decision.guard) {
        (Some(rule), None) => format!("rule {rule}"),
        (_, Some(guard)) => format!("guard {guard}"),
        (None, None) => "the rules".to_owned(),
    };
    let told = match decision.action {
        Action::Notify => return None,
        Action::Archive => "archived",
        Action::Noop => "left alone",
    };
    Some(format!("nobody would be told: it is {told} by {by}"))
}

/// The first finding of a file.
fn first_finding(path: &Path) -> anyhow::Result<Box<Finding>> {
    let records = input::records(path).map_err(|error| Unusable(error.to_string()))?;
    let finding = |record| match record {
        Record::Finding(finding) => Some(finding),
        Record::Event(_) | Record::Unreadable(_) => None,
    };
    let first = records.into_iter().find_map(|own| finding(own.record));
    first.ok_or_else(|| Unusable(format!("there is no finding in {}", path.display())).into())
}
