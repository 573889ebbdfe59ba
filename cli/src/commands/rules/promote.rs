//! `guardsift rules promote`: puts a candidate in force in place of the rules of today.

use archive::{Ledger, ShadowDigest};
use findings::{RuleSet, Timestamp};
use platform::store::Store;

use crate::{
    arguments::ConnectionArguments,
    backtest::{self, Question, Summary},
    commands::archive::{bucket, confirmed, shadow},
    excerpt::Excerpt,
    exit::Exit,
    history::{self, Connection},
    moment, rule_files, stdout,
    talk::say,
};

mod place;

use place::{Held, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The rules to put in force: a file, or `s3://BUCKET/KEY`
    #[arg(value_name = "CANDIDATE", value_parser = Place::parse)]
    candidate: Place,
    /// The rules of today: a file, or `s3://BUCKET/KEY`. They are kept beside it
    #[arg(value_name = "LIVE", value_parser = Place::parse)]
    live: Place,
    /// Show what the shadow has recorded in this lake bucket
    #[arg(long, value_name = "BUCKET", value_parser = bucket)]
    lake: Option<String>,
    /// Show what changes for these findings: files and folders, `s3://BUCKET/PREFIX`, or `api`
    #[arg(long, num_args = 1.., value_name = "PATH")]
    history: Vec<String>,
    /// Put it in force without asking
    #[arg(long)]
    yes: bool,
    /// Show what changes and write nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    excerpt: Excerpt,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift rules promote new.yaml s3://my-lake/rules/rules.yaml --lake my-lake
  guardsift rules promote s3://my-lake/rules/shadow.yaml s3://my-lake/rules/rules.yaml --lake my-lake
  guardsift rules promote new.yaml rules/rules.yaml --history exports/ --since 90d

The rules of today stay beside themselves, with .before- and the start of their hash at the end of the name.";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    arguments.excerpt.checked()?;
    let connection =
        Connection::new(arguments.connection.settings(arguments.excerpt.regions.first()));
    let candidate = arguments.candidate.read(&connection)?;
    let live = arguments.live.read(&connection)?;
    let candidate_files = [(candidate.name.clone(), candidate.text.clone())];
    let live_files = [(live.name.clone(), live.text.clone())];
    let rules = rule_files::parse_texts(&candidate_files)?;
    let against = rule_files::parse_texts(&live_files)?;
    if rules.hash() == against.hash() {
        say!("{} is in force already", arguments.candidate);
        return Ok(Exit::Success);
    }
    if let Some(lake) = &arguments.lake {
        let store = Store::new(connection.aws().clone());
        let digest =
            recorded(&store, lake, arguments.excerpt.since, (&against, &rules), &connection)?;
        stdout::print!("{}", shadow::text(&digest))?;
    }
    if !arguments.history.is_empty() {
        let pair = Pair {
            rules: &rules,
            against: &against,
            files: &candidate_files,
            against_files: &live_files,
        };
        tried(arguments, &pair, &connection)?;
    }
    if arguments.lake.is_none() && arguments.history.is_empty() {
        say!(
            "nothing shows what changes; --lake shows what the shadow has recorded, --history what it would be for findings that are kept"
        );
    }
    let suffix = suffix(against.hash());
    stdout::print!("{}", plan(&arguments.candidate, &arguments.live, &suffix))?;
    if arguments.dry_run {
        return Ok(Exit::Success);
    }
    let question = format!("Put {} in force as {}?", arguments.candidate, arguments.live);
    if !confirmed(&question, arguments.yes)? {
        say!("nothing is changed");
        return Ok(Exit::Success);
    }
    promote(arguments, &candidate, &live, &suffix, &connection)?;
    Ok(Exit::Success)
}

/// What is added to the name of the rules that were in force.
fn suffix(live_hash: &str) -> String {
    format!(".before-{}", live_hash.get(..12).unwrap_or(live_hash))
}

/// What is replaced, and what stays of it.
fn plan(candidate: &Place, live: &Place, suffix: &str) -> String {
    format!("{candidate} replaces {live}\nthe rules before it are kept as {live}{suffix}\n")
}

fn promote(
    arguments: &Arguments,
    candidate: &Held,
    live: &Held,
    suffix: &str,
    connection: &Connection,
) -> anyhow::Result<()> {
    let kept = arguments.live.keep(live, suffix, connection)?;
    arguments.live.replace(live, &candidate.text, connection)?;
    stdout::println!("{} is in force as {}", arguments.candidate, arguments.live)?;
    stdout::println!("the rules before it are kept as {kept}")?;
    if matches!(arguments.live, Place::Object(_)) {
        stdout::println!(
            "the functions see it within a minute; where Terraform writes that object, give it the same file, or it will write the old one again"
        )?;
    }
    Ok(())
}

fn recorded(
    store: &Store,
    lake: &str,
    since: Option<Timestamp>,
    (live, candidate): (&RuleSet, &RuleSet),
    connection: &Connection,
) -> anyhow::Result<ShadowDigest> {
    let ledger = Ledger { store, bucket: lake };
    let lines = connection.runtime()?.block_on(ledger.shadow(since));
    let lines =
        lines.map_err(|error| crate::commands::archive::explained(error, connection, lake))?;
    Ok(ShadowDigest::of(&lines, Some((live.hash(), candidate.hash()))))
}

/// Both rule sets with their texts.
struct Pair<'r> {
    rules: &'r RuleSet,
    against: &'r RuleSet,
    files: &'r [(String, String)],
    against_files: &'r [(String, String)],
}

/// What a backtest says.
fn tried(arguments: &Arguments, pair: &Pair<'_>, connection: &Connection) -> anyhow::Result<()> {
    let sources = history::sources(&arguments.history, connection)?;
    let question = Question {
        rules: pair.rules,
        against: Some(pair.against),
        as_of: moment::now(),
        excerpt: &arguments.excerpt,
        counts_only: false,
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut history = backtest::scan(&question, &sources, connection, threads, |_| ())?;
    let rows = std::mem::take(&mut history.rows);
    let summary = Summary {
        question: &question,
        history: &history,
        sources: &arguments.history,
        files: pair.files,
        against_files: pair.against_files,
        all_versions: false,
        recurrences: 5,
        broad: 0.25,
        with_findings: false,
    };
    stdout::print!("{}", backtest::text(&summary.outcome(rows)?))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_names_what_is_replaced_and_what_is_kept() {
        let place = |text: &str| Place::parse(text).unwrap();
        let plan = plan(
            &place("new.yaml"),
            &place("s3://my-lake/rules/rules.yaml"),
            &suffix("0123456789abcdef"),
        );
        assert_eq!(
            plan,
            "new.yaml replaces s3://my-lake/rules/rules.yaml\n\
             the rules before it are kept as s3://my-lake/rules/rules.yaml.before-0123456789ab\n"
        );
    }
}
