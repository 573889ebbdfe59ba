//! `guardsift archive shadow`: what the rules that run in the shadow would change.

use archive::{Change, Example, ShadowDigest, ShadowRule};
use clap::ValueEnum;
use findings::Timestamp;

use super::Place;
use crate::{exit::Exit, figures::so_many, moment, object, printable::printable, stdout};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only what was written at or after this: a date, a time, or an age such as 7d
    #[arg(long, value_name = "TIME", value_parser = moment::parse_or_ago)]
    since: Option<Timestamp>,
    /// How to print the digest
    #[arg(long, value_enum, default_value_t = Format::Text)]
    output: Format,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object, guardsift.shadow-digest/v1
    Json,
    /// The same as YAML
    Yaml,
    /// The differences one by one, guardsift.shadow/v1
    Jsonl,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift archive shadow --lake my-lake
  guardsift archive shadow --lake my-lake --since 7d --output json

It tells of the pair of rule sets that was written last. `guardsift rules promote` puts the candidate in force.";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reached = arguments.place.reach();
    let lines = reached.wait(reached.ledger().shadow(arguments.since))?;
    let digest = ShadowDigest::of(&lines, None);
    match arguments.output {
        Format::Text => stdout::print!("{}", text(&digest))?,
        format @ (Format::Json | Format::Yaml) => object::print(&digest, format == Format::Yaml)?,
        Format::Jsonl => {
            for line in &lines {
                stdout::println!("{}", serde_json::to_string(line)?)?;
            }
        }
    }
    Ok(Exit::Success)
}

/// Only differences are recorded, so that nothing is no sign of agreement.
const NOTHING: &str = "either both rule sets agree, or it never ran with them";

/// The digest for people.
pub(crate) fn text(digest: &ShadowDigest) -> String {
    let short = |hash: &str| hash.get(..12).unwrap_or_default().to_owned();
    let (Some(first), Some(last)) = (&digest.first, &digest.last) else {
        return match digest.of_other_rule_sets {
            0 => format!("the shadow has recorded nothing: {NOTHING}\n"),
            others => format!(
                "the shadow has recorded nothing for these two, but {} of other rule sets: {NOTHING}\n",
                so_many(others, "difference")
            ),
        };
    };
    let mut out = format!(
        "{} would be decided otherwise by {} than by {}, from {} to {}\n",
        so_many(digest.findings, "finding"),
        short(&digest.candidate_rule_set),
        short(&digest.live_rule_set),
        printable(first),
        printable(last)
    );
    for rule in &digest.rules {
        out.push_str(&of_rule(rule));
    }
    if digest.of_other_rule_sets > 0 {
        let others = so_many(digest.of_other_rule_sets, "difference");
        out.push_str(&format!("left out: {others} of other rule sets\n"));
    }
    out
}

fn of_rule(own: &ShadowRule) -> String {
    let words = match own.change {
        Change::NewlyArchived => "would newly be archived by",
        Change::NoLongerArchived => "would no longer be archived by",
        Change::OtherAction => "would be told instead of left, or left instead of told, by",
        Change::OtherRule => "would be archived by another rule,",
        Change::OtherHold => "would be archived at another time by",
    };
    let rule = own
        .rule
        .as_deref()
        .map_or_else(|| "no rule".to_owned(), |rule| format!("rule {}", printable(rule)));
    let listed = |counts: Vec<(String, usize)>| {
        let counts = counts.into_iter().map(|(name, count)| format!("{count} {name}"));
        counts.collect::<Vec<_>>().join(", ")
    };
    let levels = own.levels.iter().map(|(level, count)| ((*level).to_owned(), *count)).collect();
    let types =
        own.types.iter().map(|(kind, count)| (printable(kind).into_owned(), *count)).collect();
    let mut out = format!(
        "\n{} {words} {rule}\n  by severity: {}\n  by type:     {}\n",
        own.findings,
        listed(levels),
        listed(types)
    );
    for example in &own.examples {
        out.push_str(&of_example(example));
    }
    out
}

fn of_example(example: &Example) -> String {
    let text = |own: &Option<String>| printable(own.as_deref().unwrap_or("–")).into_owned();
    let severity = example.severity.map_or_else(|| "unknown".to_owned(), |own| own.to_string());
    format!(
        "  for example {}  severity {severity}  {}  {} {}\n",
        printable(&example.finding_id),
        text(&example.finding_type),
        text(&example.account),
        text(&example.region)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_recorded_is_not_said_to_be_agreement() {
        let told = text(&ShadowDigest::of(&[], None));
        assert_eq!(
            told,
            "the shadow has recorded nothing: either both rule sets agree, or it never ran with them\n"
        );
    }
}
