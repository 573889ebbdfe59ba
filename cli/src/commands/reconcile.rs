//! `guardsift reconcile`: proves that what GuardDuty has is in the lake, and mends what is not.

use std::{collections::BTreeMap, time::Duration};

use findings::Timestamp;
use serde::Serialize;

use crate::{
    arguments::{LakeArguments, LakeFormat},
    exit::{Exit, Unusable},
    history::Connection,
    lake_place, moment, object,
    printable::printable,
    progress,
    reconciliation::{self, Scope, Tally, queue},
    replay::{Known, Replay, Totals},
    stdout,
    talk::say,
};

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("expected").args(["exports", "api"]).required(true).multiple(true))]
pub(crate) struct Arguments {
    /// Where GuardDuty exports to
    #[arg(long, value_name = "s3://BUCKET/PREFIX")]
    exports: Option<String>,
    /// Compare the findings of the last 90 days, which GuardDuty keeps, too
    #[arg(long)]
    api: bool,
    /// Only what was exported at or after this: a date, a time, or an age such as 7d
    #[arg(long, value_name = "TIME", value_parser = moment::parse_or_ago)]
    since: Option<Timestamp>,
    /// Only this account; may be repeated
    #[arg(long, value_name = "ID")]
    account: Vec<String>,
    /// Only this Region; may be repeated. The first is also the one to call
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// An export object younger than this may be on its way through the queue
    #[arg(long, default_value = "15m", value_name = "AGE", value_parser = moment::age)]
    settle: Duration,
    /// A finding that changed less than this ago may not be exported yet: GuardDuty's publishing frequency and a little more
    #[arg(long, default_value = "20m", value_name = "AGE", value_parser = moment::age)]
    export_delay: Duration,
    /// Write what is missing into the lake
    #[arg(long)]
    fix: bool,
    /// With --fix: leave the writing to finding-exports, by a message in this queue for each missing export object
    #[arg(long, value_name = "URL", requires_all = ["fix", "exports"], value_parser = queue::url)]
    queue: Option<String>,
    #[command(flatten)]
    lake: LakeArguments,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift reconcile --exports s3://my-exports/ --lake s3://my-lake --since 7d
  guardsift reconcile --exports s3://my-exports/ --lake s3://my-lake --fix
  guardsift reconcile --exports s3://my-exports/ --lake s3://my-lake --fix --queue $QUEUE_URL
  guardsift reconcile --api --lake s3://my-lake --export-delay 400m

Exit code 3 says that something is missing, or still is after --fix.";

/// `guardsift.reconciliation/v1`. Its members are a contract.
#[derive(Debug, Default, Serialize)]
struct Report {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exports: Option<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Part>,
    /// What is not in the lake in the end.
    still_missing: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
struct Part {
    /// `None` when nothing was due: that proves nothing.
    completeness: Option<f64>,
    #[serde(flatten)]
    total: Tally,
    fixed: u64,
    /// Messages that were put into the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    queued: Option<u64>,
    accounts: Vec<Account>,
}

#[derive(Debug, Serialize)]
struct Account {
    region: String,
    account: String,
    completeness: Option<f64>,
    #[serde(flatten)]
    tally: Tally,
    /// Days on which something is missing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    gaps: BTreeMap<String, u64>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let connection = Connection::new(arguments.lake.connection.settings(arguments.regions.first()));
    let lake = lake_place::open_existing(&arguments.lake.lake, &connection)?;
    let scope = Scope {
        now: moment::now(),
        since: arguments.since.map(Timestamp::date),
        accounts: arguments.account.clone(),
        regions: arguments.regions.clone(),
    };
    let replay = Replay {
        connection: &connection,
        lake: &lake,
        custom_source: None,
        source_bucket: None,
        is_dry: false,
        known: Known::default(),
    };
    let mut report = Report { schema: "guardsift.reconciliation/v1", ..Report::default() };
    if let Some(place) = &arguments.exports {
        let place = bucket_and_prefix(place)?;
        let found = reconciliation::exports(place, &lake, &scope, arguments.settle, &connection)?;
        let mut part = Part::default();
        for (partition, tally) in &found.days {
            part.add(&partition.region, &partition.account, tally, Some(&partition.date));
        }
        if let Some(url) = &arguments.queue {
            part.queued = Some(queue::enqueue(&found.missing, url, &connection)?);
        } else if arguments.fix {
            let bar = progress::bytes(found.missing.iter().map(crate::history::Source::size).sum());
            let totals = replay.run(&found.missing, |bytes| bar.inc(bytes));
            bar.finish_and_clear();
            part.fixed = part.total.missing - totals.failed.len() as u64;
            report.failed.extend(problems(&totals));
        }
        report.exports = Some(part.finished());
    }
    if arguments.api {
        let found =
            reconciliation::api_findings(&lake, &scope, arguments.export_delay, &connection)?;
        let mut part = Part::default();
        for ((region, account), tally) in &found.accounts {
            part.add(region, account, tally, None);
        }
        if arguments.fix {
            let mut totals = Totals::default();
            replay.write(found.missing, &mut totals)?;
            part.fixed = totals.counts.good + totals.counts.quarantined;
        }
        report.findings = Some(part.finished());
    }
    let parts = [&report.exports, &report.findings].into_iter().flatten();
    report.still_missing = parts.clone().map(|part| part.total.missing - part.fixed).sum();
    if parts.into_iter().any(|part| part.completeness.is_none()) {
        say!(
            "nothing was due, so that nothing is proved; look at --since, --settle and --export-delay"
        );
    }
    match arguments.lake.output {
        format @ (LakeFormat::Json | LakeFormat::Yaml) => {
            object::print(&report, format == LakeFormat::Yaml)?
        }
        LakeFormat::Text => stdout::print!("{}", text(&report))?,
    }
    Ok(if report.still_missing == 0 { Exit::Success } else { Exit::CheckFailed })
}

fn bucket_and_prefix(place: &str) -> anyhow::Result<(&str, &str)> {
    let named = place.strip_prefix("s3://").map(|own| own.split_once('/').unwrap_or((own, "")));
    let named = named.filter(|(bucket, _)| !bucket.is_empty());
    Ok(named.ok_or_else(|| {
        Unusable(format!("--exports is {}; write s3://BUCKET/PREFIX", printable(place)))
    })?)
}

fn problems(totals: &Totals) -> impl Iterator<Item = String> {
    totals.failed.iter().map(|(source, reason)| format!("{source}: {reason}"))
}

impl Part {
    fn add(&mut self, region: &str, account: &str, tally: &Tally, day: Option<&str>) {
        self.total.absorb(tally);
        let is_same = |own: &&mut Account| own.region == region && own.account == account;
        let own = match self.accounts.last_mut().filter(is_same) {
            Some(own) => {
                own.tally.absorb(tally);
                own
            }
            None => {
                let (region, account) = (region.to_owned(), account.to_owned());
                self.accounts.push(Account {
                    region,
                    account,
                    completeness: None,
                    tally: *tally,
                    gaps: BTreeMap::new(),
                });
                let Some(own) = self.accounts.last_mut() else { return };
                own
            }
        };
        if let Some(day) = day.filter(|_| tally.missing > 0) {
            own.gaps.insert(day.to_owned(), tally.missing);
        }
    }

    fn finished(mut self) -> Self {
        self.completeness = self.total.completeness();
        for account in &mut self.accounts {
            account.completeness = account.tally.completeness();
        }
        self
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for (what, part) in [("export objects", &report.exports), ("findings", &report.findings)] {
        let Some(part) = part else { continue };
        let Tally { expected, in_lake, in_quarantine, pending, archived, missing } = part.total;
        text.push_str(&format!(
            "{what}: {}\n  {expected} = {in_lake} in the lake + {in_quarantine} in quarantine + {pending} on their way + {archived} archived + {missing} missing\n",
            percent(part.completeness)
                .map_or_else(|| "nothing was due".to_owned(), |own| format!("{own} complete"))
        ));
        for account in &part.accounts {
            text.push_str(&format!(
                "  {} {}: {}, {} of {} missing\n",
                printable(&account.region),
                printable(&account.account),
                percent(account.completeness).as_deref().unwrap_or("–"),
                account.tally.missing,
                account.tally.expected
            ));
            for (day, missing) in &account.gaps {
                text.push_str(&format!("    {day}: {missing} missing\n"));
            }
        }
        if part.fixed > 0 {
            text.push_str(&format!(
                "  {} of them are in the lake or in quarantine now\n",
                part.fixed
            ));
        }
        if let Some(queued) = part.queued {
            text.push_str(&format!(
                "  {queued} of them are in the queue again; look once more when it is empty\n"
            ));
        }
    }
    for problem in &report.failed {
        text.push_str(&format!("{}\n", printable(problem)));
    }
    text
}

/// Rounded down: 100 is said only of what is whole.
fn percent(completeness: Option<f64>) -> Option<String> {
    completeness.map(|own| format!("{:.2} %", (own * 100.0).floor() / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(tally: Tally) -> Report {
        let mut part = Part::default();
        part.add("eu-west-1", "111122223333", &tally, None);
        Report { exports: Some(part.finished()), ..Report::default() }
    }

    #[test]
    fn what_was_not_due_is_not_said_to_be_complete() {
        let nothing = report(Tally { expected: 2, pending: 2, ..Tally::default() });
        let told = text(&nothing);
        assert!(told.starts_with("export objects: nothing was due\n"), "{told}");
        assert!(told.contains("  eu-west-1 111122223333: –, 0 of 2 missing\n"), "{told}");
        let json = serde_json::to_value(&nothing).unwrap();
        assert_eq!(json["exports"]["completeness"], serde_json::Value::Null);
        let part = report(Tally { expected: 3, in_lake: 2, missing: 1, ..Tally::default() });
        assert!(text(&part).starts_with("export objects: 66.66 % complete\n"), "{}", text(&part));
    }
}
