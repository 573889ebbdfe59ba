//! The command line's grammar and its help texts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use platform::aws::Settings;

use crate::{
    commands::{
        archive::ArchiveCommand,
        backtest, completions,
        detector_change::{self, FeaturesCommand, FrequencyCommand},
        disable, enable,
        export::ExportCommand,
        findings::FindingsCommand,
        lake::LakeCommand,
        org::OrgCommand,
        preview, reconcile, replay,
        rules::RulesCommand,
        samples, status, timeline, undo, usage,
    },
    moment,
    talk::Talk,
};

/// Process Amazon GuardDuty findings: decide, explain, and run the whole system on one machine.
#[derive(Debug, Parser)]
#[command(name = "guardsift", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) talk: Talk,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what happens with each finding, and which rule says so
    #[command(after_help = DECIDE_EXAMPLES)]
    Decide(DecideArguments),
    /// Say why: every rule that was asked, condition by condition
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArguments),
    /// Say what a rule set would have done to your own history, and what another would change
    #[command(after_help = backtest::EXAMPLES)]
    Backtest(backtest::Arguments),
    /// Take findings out of files, S3 or GuardDuty in a form that others read
    Findings {
        #[command(subcommand)]
        command: FindingsCommand,
    },
    /// Show what Slack, Teams, PagerDuty or a program would receive about a finding
    #[command(after_help = preview::EXAMPLES)]
    Preview(preview::Arguments),
    /// Archive by rule as auto-archive does: plan it, do it, look at the ledger
    Archive {
        #[command(subcommand)]
        command: ArchiveCommand,
    },
    /// Take back out of the archive what a rule has archived, and nothing that a person archived
    #[command(after_help = undo::EXAMPLES)]
    Undo(undo::Arguments),
    /// Check, test, convert and describe rule files
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Write findings into the lake that are kept elsewhere, as the export function would
    #[command(after_help = replay::EXAMPLES)]
    Replay(replay::Arguments),
    /// Prove that everything GuardDuty exported is in the lake, and write what is not
    #[command(after_help = reconcile::EXAMPLES)]
    Reconcile(reconcile::Arguments),
    /// Look after the lake
    Lake {
        #[command(subcommand)]
        command: LakeCommand,
    },
    /// Look at GuardDuty in all Regions: what it watches, exports, has found, and how long it is free
    #[command(after_help = status::EXAMPLES)]
    Status(status::Arguments),
    /// Make a detector in each Region, or resume it, and say what it shall watch
    #[command(after_help = enable::EXAMPLES)]
    Enable(enable::Arguments),
    /// Choose what the detectors watch
    Features {
        #[command(subcommand)]
        command: FeaturesCommand,
    },
    /// Choose how often updates of findings are handed over
    Frequency {
        #[command(subcommand)]
        command: FrequencyCommand,
    },
    /// Let GuardDuty watch nothing for a while: findings and settings stay
    #[command(after_help = detector_change::SUSPEND_EXAMPLES)]
    Suspend(detector_change::StateArguments),
    /// Let a suspended GuardDuty watch again
    #[command(after_help = detector_change::RESUME_EXAMPLES)]
    Resume(detector_change::StateArguments),
    /// Take GuardDuty out of one Region for good: its findings and settings are destroyed
    #[command(after_help = disable::EXAMPLES)]
    Disable(disable::Arguments),
    /// Let GuardDuty make sample findings, and test the whole way with them
    #[command(after_help = samples::EXAMPLES)]
    Samples(samples::Arguments),
    /// Show every version of a finding that was kept, and what changed between them
    #[command(after_help = timeline::EXAMPLES)]
    Timeline(timeline::Arguments),
    /// Show what GuardDuty costs, what a month will cost, and how long it is still free
    #[command(after_help = usage::EXAMPLES)]
    Usage(usage::Arguments),
    /// Set up the export of findings to S3, and find out why it does not work
    Export {
        #[command(subcommand)]
        command: ExportCommand,
    },
    /// Look after GuardDuty in an organization
    Org {
        #[command(subcommand)]
        command: OrgCommand,
    },
    /// Print what a shell needs to complete commands and options
    #[command(after_help = completions::EXAMPLES)]
    Completions(completions::Arguments),
    /// Write manual pages
    #[command(after_help = completions::MAN_EXAMPLES)]
    Man(completions::ManArguments),
    /// Run GuardDuty, EventBridge, SQS, S3 and the three functions on this machine
    #[command(after_help = LOCAL_EXAMPLES)]
    Local(LocalArguments),
}

#[derive(Debug, Args)]
pub(crate) struct DecideArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    /// How to print the decisions
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,
    /// Exit with 3 when a record could not be read
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    /// Explain only the finding with this id
    #[arg(long, value_name = "FINDING_ID")]
    pub(crate) id: Option<String>,
    /// How to print the explanations
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
    pub(crate) output: ExplainFormat,
}

#[derive(Debug, Args)]
pub(crate) struct InputArguments {
    /// Rule file, or a folder of them in the order of their names [default: guardsift's own set]
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) rules: Option<PathBuf>,
    /// Decide as of this moment instead of now: it matters for rules that expire
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    pub(crate) as_of: Option<findings::Timestamp>,
    /// Findings in any shape, plain or gzipped; folders; `-` for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    pub(crate) paths: Vec<PathBuf>,
}

/// How AWS is reached, as with the AWS CLI.
#[derive(Debug, Args)]
pub(crate) struct ConnectionArguments {
    /// Profile of the AWS configuration
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    profile: Option<String>,
    /// Call this endpoint instead of AWS, such as that of `guardsift local`
    #[arg(long, value_name = "URL", value_parser = endpoint, help_heading = "AWS")]
    endpoint_url: Option<String>,
}

impl ConnectionArguments {
    /// What was said; a Region may come from elsewhere in the command.
    pub(crate) fn settings(&self, region: Option<&String>) -> Settings {
        Settings {
            region: region.cloned(),
            profile: self.profile.clone(),
            endpoint_url: self.endpoint_url.clone(),
        }
    }
}

/// Reads the address of an endpoint.
fn endpoint(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', ':', '?', '#']).next());
    let is_one = host.is_some_and(|host| !host.is_empty()) && !text.contains(char::is_whitespace);
    if is_one { Ok(text.to_owned()) } else { Err("write http://HOST or https://HOST".to_owned()) }
}

/// What every command on a lake takes.
#[derive(Debug, Args)]
pub(crate) struct LakeArguments {
    /// The lake: `s3://BUCKET`, or a folder
    #[arg(long, value_name = "LAKE")]
    pub(crate) lake: String,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = LakeFormat::Text)]
    pub(crate) output: LakeFormat,
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
}

#[derive(Debug, Args)]
pub(crate) struct LocalArguments {
    /// Push samples, real findings, duplicates and broken input through the system, then account for all of it
    #[arg(long)]
    pub(crate) demo: bool,
    /// With --demo: kill every function in the middle of its work; no count changes
    #[arg(long, requires = "demo")]
    pub(crate) kill: bool,
    /// Let auto-archive archive; without it, it only plans
    #[arg(long, conflicts_with = "demo")]
    pub(crate) apply: bool,
    /// Rule file to start with [default: one with a topic and a webhook of this machine]
    #[arg(long, conflicts_with = "demo", value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// Where everything is kept [default: a new folder below guardsift-local]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Where the function binaries are [default: beside this one]
    #[arg(long, value_name = "DIR")]
    pub(crate) binaries: Option<PathBuf>,
    /// Port to listen on; 0 takes any that is free
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    pub(crate) port: u16,
    /// How to print what happened
    #[arg(long, value_enum, default_value_t = LocalFormat::Table)]
    pub(crate) output: LocalFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns
    Table,
    /// One array
    Json,
    /// The same as YAML
    Yaml,
    /// One object per line
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people
    Text,
    /// One object per line
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LakeFormat {
    /// For people
    Text,
    /// One object
    Json,
    /// The same as YAML
    Yaml,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LocalFormat {
    /// Aligned columns
    Table,
    /// One object
    Json,
    /// The same as YAML
    Yaml,
}

const DECIDE_EXAMPLES: &str = "\
Examples:
  guardsift decide events/findings
  guardsift decide --rules rules/ --output jsonl export.jsonl.gz
  aws guardduty get-findings --detector-id $DETECTOR --finding-ids $FINDING | guardsift decide -";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  guardsift explain events/findings/port-probe.json
  guardsift explain --rules rules/ --id 1ab92989eaf0e742df4a014d5171319a export.jsonl.gz";

const LOCAL_EXAMPLES: &str = "\
Examples:
  guardsift local --demo
  guardsift local --port 4600
  aws --endpoint-url http://127.0.0.1:4600 guardduty list-detectors";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_a_scheme_and_a_host() {
        for own in ["http://127.0.0.1:4600", "https://guardduty.example.com/", "http://[::1]:80"] {
            assert_eq!(endpoint(own).as_deref(), Ok(own));
        }
        for none in ["nonsense", "ftp://host", "http://", "https://:80", "http:// host"] {
            assert!(endpoint(none).unwrap_err().contains("https://HOST"), "{none}");
        }
    }

    #[test]
    fn what_is_missing_is_named_with_what_will_do_instead() {
        for (line, ways) in [
            (&["guardsift", "timeline", "nope"][..], ["--lake", "--from"]),
            (&["guardsift", "reconcile", "--lake", "lake"][..], ["--exports", "--api"]),
        ] {
            let told = Arguments::try_parse_from(line).unwrap_err().to_string();
            for way in ways {
                assert!(told.contains(way), "{way} in {told}");
            }
        }
    }
}
