//! What a machine is told when it starts: the folder, the clock, the functions' settings.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use findings::Timestamp;
use serde::Serialize;

use crate::lambda::FunctionSettings;

/// The account that everything belongs to.
pub(crate) const ACCOUNT: &str = "111122223333";
/// The region that everything is in.
pub(crate) const REGION: &str = "us-east-1";
/// GuardDuty's export bucket.
pub const EXPORT_BUCKET: &str = "guardsift-exports";
/// The lake, with its ledger, its quarantine, its markers and the rules.
pub const LAKE_BUCKET: &str = "guardsift-lake";
/// Where the rules are in the lake bucket.
pub const RULES_KEY: &str = "rules/rules.yaml";
/// Where findings go that no route names.
pub const DEFAULT_TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:guardsift-findings";
/// The topic of the people on call, for rules that name one.
pub const SECURITY_TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:security-team";

/// The three functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FunctionName {
    /// Notifies.
    FindingEvents,
    /// Writes the lake.
    FindingExports,
    /// Archives.
    AutoArchive,
}

/// How a machine is set up.
#[derive(Clone, Debug)]
pub struct MachineConfig {
    /// The folder for everything; it is created.
    pub state: PathBuf,
    /// The folder with the functions' release binaries.
    pub binaries: PathBuf,
    /// The port of the AWS endpoint on 127.0.0.1; 0 takes any.
    pub port: u16,
    /// The time that the clock shows at the start.
    pub start: Timestamp,
    /// How many seconds the clock passes per real second.
    pub rate: f64,
    /// The rule file. `${webhook}` stands for the webhook's base address, `${security_team}` for that topic's ARN.
    pub rules: String,
    /// `GUARDSIFT_MODE` of auto-archive.
    pub mode: String,
    /// `GUARDSIFT_DETECTOR_ID` of auto-archive; without one it asks for the account's only detector.
    pub detector_id: Option<String>,
    /// How often auto-archive sweeps, on the clock.
    pub sweep_every: Duration,
    /// Timeouts and retries.
    pub timings: Timings,
    /// Processes per function.
    pub workers: usize,
    /// `AWS_LAMBDA_LOG_LEVEL` of the functions.
    pub log_level: String,
    /// Variables of finding-events beside and ahead of its own.
    pub finding_events: BTreeMap<String, String>,
    /// The same for auto-archive.
    pub auto_archive: BTreeMap<String, String>,
    /// The same for finding-exports.
    pub finding_exports: BTreeMap<String, String>,
}

/// Real-time limits, short where AWS's are long.
#[derive(Clone, Copy, Debug)]
pub struct Timings {
    /// A function's timeout.
    pub timeout: Duration,
    /// The queues' visibility timeout; never below the timeout.
    pub visibility: Duration,
    /// Receives before a message is given up.
    pub max_receive_count: u32,
    /// How long a message rests at most once its invocation has failed. On AWS, and without this, it is for
    /// what is left of the visibility timeout.
    pub rest: Option<Duration>,
}

impl FunctionName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FindingEvents, Self::FindingExports, Self::AutoArchive];

    /// Crate, binary, queue and log name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FindingEvents => "finding-events",
            Self::FindingExports => "finding-exports",
            Self::AutoArchive => "auto-archive",
        }
    }

    /// The pattern of the rule that feeds it, the file that Terraform uses.
    pub(crate) fn pattern(self) -> String {
        let text = match self {
            Self::FindingEvents => include_str!("../../../infra/patterns/finding-events.json"),
            Self::FindingExports => include_str!("../../../infra/patterns/finding-exports.json"),
            Self::AutoArchive => include_str!("../../../infra/patterns/auto-archive.json"),
        };
        text.replace("${export_bucket}", EXPORT_BUCKET)
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl MachineConfig {
    /// A machine to work with: the clock is the wall clock, and a function has the time that AWS would give it.
    pub fn for_people(state: PathBuf, binaries: PathBuf) -> Self {
        Self {
            state,
            binaries,
            port: 0,
            start: crate::clock::wall(),
            rate: 1.0,
            rules: include_str!("../demo/rules.yaml").to_owned(),
            mode: "plan".to_owned(),
            detector_id: None,
            sweep_every: Duration::from_secs(3600),
            timings: Timings {
                timeout: Duration::from_secs(30),
                visibility: Duration::from_secs(30),
                max_receive_count: 5,
                rest: None,
            },
            workers: 1,
            log_level: "INFO".to_owned(),
            finding_events: BTreeMap::new(),
            auto_archive: BTreeMap::new(),
            finding_exports: BTreeMap::new(),
        }
    }

    pub(crate) fn buckets_folder(&self) -> PathBuf {
        self.state.join("buckets")
    }

    pub(crate) fn logs_folder(&self) -> PathBuf {
        self.state.join("logs")
    }

    /// The settings of a function on a machine whose services answer at `endpoint` and whose webhook is `webhook`.
    pub(crate) fn function(
        &self,
        name: FunctionName,
        endpoint: &str,
        webhook: &str,
    ) -> FunctionSettings {
        let mut environment = BTreeMap::from([
            ("AWS_ENDPOINT_URL", endpoint.to_owned()),
            ("AWS_LAMBDA_LOG_LEVEL", self.log_level.clone()),
            ("GUARDSIFT_LAKE_BUCKET", LAKE_BUCKET.to_owned()),
        ]);
        let rules = || format!("s3://{LAKE_BUCKET}/{RULES_KEY}");
        match name {
            FunctionName::FindingEvents => environment.extend([
                ("GUARDSIFT_RULES_URI", rules()),
                ("GUARDSIFT_DEFAULT_TOPIC_ARN", DEFAULT_TOPIC.to_owned()),
                ("GUARDSIFT_WEBHOOK_PRIVATE_HOSTS", webhook.to_owned()),
            ]),
            FunctionName::FindingExports => {
                environment.extend([("GUARDSIFT_EXPORT_BUCKET", EXPORT_BUCKET.to_owned())])
            }
            FunctionName::AutoArchive => {
                environment.extend([
                    ("GUARDSIFT_RULES_URI", rules()),
                    ("GUARDSIFT_MODE", self.mode.clone()),
                ]);
                environment
                    .extend(self.detector_id.clone().map(|id| ("GUARDSIFT_DETECTOR_ID", id)));
            }
        }
        FunctionSettings {
            name: name.as_str().to_owned(),
            binary: self.binaries.join(name.as_str()),
            timeout: self.timings.timeout,
            memory_mb: 256,
            workers: self.workers,
            region: REGION.to_owned(),
            account_id: ACCOUNT.to_owned(),
            environment: environment
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .chain(match name {
                    FunctionName::FindingEvents => self.finding_events.clone(),
                    FunctionName::AutoArchive => self.auto_archive.clone(),
                    FunctionName::FindingExports => self.finding_exports.clone(),
                })
                .collect(),
            log: self.logs_folder().join(format!("{name}.log")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    #[test]
    fn the_patterns_of_terraform_compile_and_take_what_they_are_for() {
        let finding = serde_json::json!({
            "source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": {"severity": 2}
        });
        let export = serde_json::json!({
            "source": "aws.s3", "detail-type": "Object Created",
            "detail": {"bucket": {"name": EXPORT_BUCKET}, "object": {"key": "AWSLogs/x.jsonl.gz"}}
        });
        for (name, taken) in [
            (FunctionName::FindingEvents, [true, false]),
            (FunctionName::AutoArchive, [true, false]),
            (FunctionName::FindingExports, [false, true]),
        ] {
            let pattern = Pattern::parse(&name.pattern()).unwrap();
            assert_eq!([pattern.matches(&finding), pattern.matches(&export)], taken, "{name}");
        }
    }
}
