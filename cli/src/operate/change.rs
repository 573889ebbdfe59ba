//! A plan of changes: shown as a table, agreed to, and then carried out place by place.

use clap::ValueEnum;
use serde::Serialize;

use super::{Reach, Seat};
use crate::{
    commands::archive::{confirmed, plain},
    exit::Exit,
    figures::so_many,
    object,
    printable::printable,
    stdout,
    talk::say,
};

/// How a command that writes is agreed to and told.
#[derive(Debug, clap::Args)]
pub(crate) struct Consent {
    /// Only show the plan
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Do it without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// How to print the plan and what came of it
    #[arg(long, value_enum, default_value_t = ChangeFormat::Text)]
    pub(crate) output: ChangeFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChangeFormat {
    /// For people
    Text,
    /// One object, guardsift.changes/v1
    Json,
    /// The same as YAML
    Yaml,
}

/// One thing that will be different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    pub(crate) what: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Change {
    pub(crate) fn new(
        what: impl Into<String>,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> Self {
        Self { what: what.into(), from: from.into(), to: to.into() }
    }
}

/// What changes in one place, and what the calls need to know.
pub(crate) struct Step<A> {
    pub(crate) seat: Seat,
    pub(crate) changes: Vec<Change>,
    pub(crate) act: A,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Planned,
    Applied,
    Failed,
}

/// One change with what came of it. Its members are a contract.
#[derive(Debug, Serialize)]
struct ChangeV1 {
    account: Option<String>,
    region: String,
    #[serde(flatten)]
    change: Change,
    outcome: Outcome,
}

#[derive(Serialize)]
struct ChangesV1<'a> {
    schema: &'static str,
    dry_run: bool,
    changes: &'a [ChangeV1],
    errors: Vec<String>,
}

/// What could be planned, and what could not.
pub(crate) struct Plan<A> {
    pub(crate) steps: Vec<Step<A>>,
    pub(crate) failures: Vec<anyhow::Error>,
}

impl<A> Plan<A> {
    /// Asks every place what would change there; a place without changes has no step.
    pub(crate) fn of(
        reach: &Reach,
        ask: impl AsyncFn(&Seat) -> anyhow::Result<(Vec<Change>, A)>,
    ) -> Self {
        let mut plan = Self { steps: Vec::new(), failures: Vec::new() };
        for (seat, answer) in reach.each(ask) {
            match answer {
                Ok((changes, _)) if changes.is_empty() => {}
                Ok((changes, act)) => plan.steps.push(Step { seat, changes, act }),
                Err(error) => plan.failures.push(error),
            }
        }
        plan
    }

    /// Shows the plan, asks, and acts place by place. A place that fails does not keep the others
    /// from being changed; what was not done is named.
    pub(crate) fn carry_out(
        self,
        reach: &Reach,
        consent: &Consent,
        act: impl AsyncFn(&Seat, &A) -> anyhow::Result<()>,
    ) -> anyhow::Result<Exit> {
        let is_text = consent.output == ChangeFormat::Text;
        let mut errors: Vec<String> = self.failures.iter().map(told).collect();
        errors.iter().for_each(|error| anstream::eprintln!("{error}"));
        let mut changes: Vec<ChangeV1> = self.steps.iter().flat_map(lines).collect();
        if is_text {
            stdout::print!("{}", table(&changes))?;
        }
        if !consent.dry_run && !changes.is_empty() {
            if !is_text && !consent.yes {
                // Standard output is for the object; nobody is asked about what was not shown.
                anstream::eprint!("{}", table(&changes));
            }
            if !confirmed(&question(&changes), consent.yes)? {
                say!("nothing was changed");
                return Ok(exit(&errors));
            }
            changes.clear();
            for step in &self.steps {
                let result = reach.wait(act(&step.seat, &step.act));
                let outcome = if result.is_ok() { Outcome::Applied } else { Outcome::Failed };
                changes.extend(lines(step).map(|line| ChangeV1 { outcome, ..line }));
                match result {
                    Ok(()) => say!("{}: done", step.seat),
                    Err(error) => {
                        let whats: Vec<_> =
                            step.changes.iter().map(|change| change.what.as_str()).collect();
                        let text = format!(
                            "{}; not known to be done there: {}",
                            told(&error),
                            whats.join(", ")
                        );
                        anstream::eprintln!("{text}");
                        errors.push(text);
                    }
                }
            }
        }
        if !is_text {
            let object = ChangesV1 {
                schema: "guardsift.changes/v1",
                dry_run: consent.dry_run,
                changes: &changes,
                errors: errors.clone(),
            };
            object::print(&object, consent.output == ChangeFormat::Yaml)?;
        }
        Ok(exit(&errors))
    }
}

fn exit(errors: &[String]) -> Exit {
    if errors.is_empty() { Exit::Success } else { Exit::Other }
}

fn told(error: &anyhow::Error) -> String {
    format!("{error:#}")
}

fn lines<A>(step: &Step<A>) -> impl Iterator<Item = ChangeV1> {
    step.changes.iter().map(|change| ChangeV1 {
        account: step.seat.account.clone(),
        region: step.seat.region.clone(),
        change: change.clone(),
        outcome: Outcome::Planned,
    })
}

fn question(changes: &[ChangeV1]) -> String {
    let mut places: Vec<_> = changes.iter().map(|line| (&line.account, &line.region)).collect();
    places.dedup();
    let things = so_many(changes.len(), "change");
    match places.as_slice() {
        [(account, region)] => {
            let account =
                account.as_deref().map(|id| format!("account {id}, ")).unwrap_or_default();
            format!("Make {things} in {account}{region}?")
        }
        places => format!("Make {things} in {} places?", places.len()),
    }
}

/// How many changes the table shows; the JSON has them all.
const SHOWN: usize = 50;

fn table(changes: &[ChangeV1]) -> String {
    if changes.is_empty() {
        return "nothing to change\n".to_owned();
    }
    let mut table = plain(&["Account", "Region", "What", "Now", "Then"]);
    for line in changes.iter().take(SHOWN) {
        let text = |own: &str| printable(own).into_owned();
        table.add_row([
            line.account.clone().unwrap_or_else(|| "–".to_owned()),
            line.region.clone(),
            text(&line.change.what),
            text(&line.change.from),
            text(&line.change.to),
        ]);
    }
    let more = match changes.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("and {more} more; --output json has them all\n"),
    };
    format!("{}\n{more}", table.trim_fmt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(region: &str, what: &str) -> ChangeV1 {
        ChangeV1 {
            account: Some("111122223333".to_owned()),
            region: region.to_owned(),
            change: Change::new(what, "off", "on\u{1b}[31m"),
            outcome: Outcome::Planned,
        }
    }

    #[test]
    fn the_table_names_the_place_and_both_states_without_escapes() {
        let text = table(&[line("eu-west-1", "S3_DATA_EVENTS")]);
        assert!(text.contains("eu-west-1") && text.contains("S3_DATA_EVENTS"), "{text}");
        assert!(!text.contains('\u{1b}'));
        assert_eq!(table(&[]), "nothing to change\n");
    }

    #[test]
    fn the_question_counts_places() {
        let one = question(&[line("eu-west-1", "a"), line("eu-west-1", "b")]);
        assert_eq!(one, "Make 2 changes in account 111122223333, eu-west-1?");
        assert_eq!(
            question(&[line("eu-west-1", "a"), line("us-east-1", "a")]),
            "Make 2 changes in 2 places?"
        );
    }
}
