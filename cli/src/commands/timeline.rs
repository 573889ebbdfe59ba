//! `guardsift timeline`: every version of a finding that was kept, and what changed between them.

use std::collections::BTreeMap;

use clap::ValueEnum;
use findings::{
    Finding, FindingType, Record, Severity, Timestamp, decode,
    message::{Change, Remembered},
};
use serde::Serialize;

use crate::{
    arguments::ConnectionArguments,
    exit::{Exit, Unusable},
    history::{self, Connection, Inflater, Text, each_text},
    object,
    operate::aligned::{Cell, aligned, of_severity, state},
    printable::printable,
    stdout,
};

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("kept").args(["lake", "paths"]).required(true).multiple(true))]
pub(crate) struct Arguments {
    /// The finding
    #[arg(value_name = "FINDING_ID")]
    id: String,
    /// The lake: `s3://BUCKET`, or a folder
    #[arg(long, value_name = "LAKE")]
    lake: Option<String>,
    /// Where else versions are: files and folders, `s3://BUCKET/PREFIX`, or `api` for GuardDuty itself
    #[arg(long = "from", value_name = "PATH")]
    paths: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TimelineFormat::Table)]
    output: TimelineFormat,
    /// Call this Region
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    region: Option<String>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TimelineFormat {
    /// Aligned columns
    Table,
    /// One object, guardsift.timeline/v1
    Json,
    /// The same as YAML
    Yaml,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift timeline 12ee67e50f09d8af4180b9c8af947329 --lake s3://my-lake
  guardsift timeline 12ee67e50f09d8af4180b9c8af947329 --lake s3://my-lake --from api --output json

It reads all of the lake. In Athena, ask for the finding by its id instead: docs/questions.md.";

/// `guardsift.timeline/v1`. Its members are a contract.
#[derive(Debug, Serialize)]
struct TimelineV1<'a> {
    schema: &'static str,
    finding_id: &'a str,
    versions: Vec<VersionV1>,
}

#[derive(Debug, Serialize)]
struct VersionV1 {
    updated_at: Option<Timestamp>,
    severity: Option<f64>,
    count: Option<u64>,
    archived: Option<bool>,
    #[serde(rename = "type")]
    finding_type: Option<String>,
    /// Against the version before; `None` for the first and where nothing that is told changed.
    changed: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let connection = Connection::new(arguments.connection.settings(arguments.region.as_ref()));
    let lake =
        arguments.lake.iter().map(|lake| format!("{}/findings/v1/", lake.trim_end_matches('/')));
    let paths: Vec<String> = lake.chain(arguments.paths.iter().cloned()).collect();
    let sources = history::sources(&paths, &connection)?;
    let mut inflater = Inflater::default();
    let mut versions: BTreeMap<(Option<i64>, String), Finding> = BTreeMap::new();
    for source in &sources {
        each_text(source, &connection, &mut inflater, |_, text| {
            // Most rows are of other findings: their text does not hold the id at all.
            let Text::Whole(bytes) = text else { return };
            if memchr::memmem::find(bytes, arguments.id.as_bytes()).is_none() {
                return;
            }
            for record in decode(bytes) {
                if let Record::Finding(finding) = record
                    && finding.id() == arguments.id
                {
                    let key = (
                        finding.updated_at().map(Timestamp::epoch_millis),
                        finding.version_key().to_string(),
                    );
                    versions.entry(key).or_insert(*finding);
                }
            }
        })?;
    }
    if versions.is_empty() {
        let message = format!(
            "no version of {} is in {}",
            printable(&arguments.id),
            printable(&paths.join(", "))
        );
        return Err(Unusable(message).into());
    }
    let all: Vec<Finding> = versions.into_values().collect();
    let told = told(&all);
    match arguments.output {
        TimelineFormat::Table => stdout::print!("{}", text(&all, &told))?,
        TimelineFormat::Json | TimelineFormat::Yaml => {
            let object = TimelineV1 {
                schema: "guardsift.timeline/v1",
                finding_id: &arguments.id,
                versions: told,
            };
            object::print(&object, arguments.output == TimelineFormat::Yaml)?;
        }
    }
    Ok(Exit::Success)
}

fn told(versions: &[Finding]) -> Vec<VersionV1> {
    let mut earlier: Option<Remembered> = None;
    let one = |finding: &Finding| {
        let now = Remembered::of(finding);
        let changed = earlier.as_ref().and_then(|before| Change::since(before, finding));
        earlier = Some(match earlier.take() {
            Some(before) => now.and(&before),
            None => now,
        });
        VersionV1 {
            updated_at: finding.updated_at(),
            severity: finding.severity().map(Severity::value),
            count: finding.count(),
            archived: finding.archived(),
            finding_type: finding.finding_type().map(|own| own.as_str().to_owned()),
            changed: changed.map(|own| own.describe()),
        }
    };
    versions.iter().map(one).collect()
}

fn text(all: &[Finding], told: &[VersionV1]) -> String {
    let last = all.last();
    let kind = last.and_then(Finding::finding_type).map_or("–", FindingType::as_str);
    let place = last
        .map(|own| format!("{} {}", own.account_id().unwrap_or("–"), own.region().unwrap_or("–")));
    let mut out = format!("{}  {}\n", printable(kind), printable(&place.unwrap_or_default()));
    let header = ["Updated", "Severity", "Count", "State", "What changed"];
    let mut rows = vec![header.map(|name| Cell::new(name).bold()).to_vec()];
    for (number, (finding, version)) in all.iter().zip(told).enumerate() {
        let dash = || "–".to_owned();
        let changed = match (&version.changed, number) {
            (Some(changed), _) => changed.clone(),
            (None, 0) => "first version kept".to_owned(),
            (None, _) => "seen again".to_owned(),
        };
        rows.push(vec![
            Cell::new(version.updated_at.map_or_else(dash, Timestamp::to_rfc3339)),
            of_severity(finding.severity()),
            Cell::new(version.count.map_or_else(dash, |own| own.to_string())),
            Cell::new(state(version.archived)),
            Cell::new(changed),
        ]);
    }
    out.push_str(&aligned(&rows));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_says_what_became_different() {
        let finding = |minute: u8, severity: u8, count: u32| {
            Finding::parse(&format!(
                r#"{{"id":"f1","type":"Recon:EC2/Portscan","severity":{severity},"updatedAt":"2026-10-01T08:{minute:02}:00.000Z","service":{{"count":{count},"archived":false}}}}"#
            ))
            .unwrap()
        };
        let all = [finding(0, 2, 1), finding(5, 2, 9), finding(9, 8, 9)];
        let told = told(&all);
        assert_eq!(told[0].changed, None);
        assert_eq!(told[1].changed.as_deref(), Some("count 1 → 9"));
        assert_eq!(told[2].changed.as_deref(), Some("severity 2 → 8"));
        let text = anstream::adapter::strip_str(&text(&all, &told)).to_string();
        assert!(
            text.starts_with("Recon:EC2/Portscan") && text.contains("first version kept"),
            "{text}"
        );
    }
}
