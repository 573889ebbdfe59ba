//! What the function is told by its environment.

use platform::{
    config::{ConfigError, Environment},
    s3_uri::{BUCKET_ALLOWED, S3Uri, bucket_name},
};

/// The settings of `finding-events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `GUARDSIFT_RULES_URI`: where the rules are.
    pub rules: S3Uri,
    /// `GUARDSIFT_LAKE_BUCKET`: holds delivery markers and what could not be read.
    pub lake_bucket: String,
    /// `GUARDSIFT_DEFAULT_TOPIC_ARN`: who is told when no route says so, or when there are no
    /// rules.
    pub default_topic_arn: String,
    /// `GUARDSIFT_WEBHOOK_PRIVATE_HOSTS`: the only hosts that may be reached in private networks or
    /// without TLS.
    pub private_hosts: Vec<String>,
    /// `GUARDSIFT_SLACK_API_URL`: where `chat.postMessage` is, such as that of Slack's government
    /// cloud.
    pub slack_api_url: String,
    /// `GUARDSIFT_PAGERDUTY_EVENTS_URL`: where events are taken, such as in PagerDuty's EU region.
    pub pagerduty_events_url: String,
}

const TOPIC_ALLOWED: &str =
    "the ARN of an SNS topic, like arn:aws:sns:eu-west-1:111122223333:findings";
const URL_ALLOWED: &str = "a URL like https://events.eu.pagerduty.com/v2/enqueue";
const HOSTS_ALLOWED: &str =
    "a list of host:port, separated by commas, like hooks.internal:8443,127.0.0.1:9000";

impl Settings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// When anything about it is wrong; all of it is told at once.
    pub fn from_process() -> Result<Self, ConfigError> {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        Self::read(|name| std::env::var(name).ok(), names)
    }

    fn read(
        lookup: impl Fn(&str) -> Option<String>,
        names: impl Iterator<Item = String>,
    ) -> Result<Self, ConfigError> {
        let mut environment = Environment::new(lookup);
        let rules = environment.required("GUARDSIFT_RULES_URI", S3Uri::ALLOWED, S3Uri::parse);
        let lake_bucket =
            environment.required("GUARDSIFT_LAKE_BUCKET", BUCKET_ALLOWED, bucket_name);
        let topic = environment.required("GUARDSIFT_DEFAULT_TOPIC_ARN", TOPIC_ALLOWED, topic_arn);
        let hosts = environment.optional("GUARDSIFT_WEBHOOK_PRIVATE_HOSTS", HOSTS_ALLOWED, hosts);
        let slack = environment.optional("GUARDSIFT_SLACK_API_URL", URL_ALLOWED, url);
        let pagerduty = environment.optional("GUARDSIFT_PAGERDUTY_EVENTS_URL", URL_ALLOWED, url);
        environment.finish(names, || {
            Some(Self {
                rules: rules?,
                lake_bucket: lake_bucket?,
                default_topic_arn: topic?,
                private_hosts: hosts?.unwrap_or_default(),
                slack_api_url: slack?.unwrap_or_else(|| "https://slack.com/api".to_owned()),
                pagerduty_events_url: pagerduty?
                    .unwrap_or_else(|| "https://events.pagerduty.com/v2/enqueue".to_owned()),
            })
        })
    }
}

fn topic_arn(text: &str) -> Option<String> {
    let parts: Vec<_> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "sns", region, account, name] => {
            let whole = !partition.is_empty() && !region.is_empty() && !name.is_empty();
            (whole && account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| text.to_owned())
        }
        _ => None,
    }
}

/// Whether the host is public is looked at when it is connected to.
fn url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let is_plain = !rest.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    (["http", "https"].contains(&scheme) && is_plain).then(|| text.trim_end_matches('/').to_owned())
}

fn hosts(text: &str) -> Option<Vec<String>> {
    let host = |text: &str| {
        let (host, port) = text.trim().rsplit_once(':')?;
        (!host.is_empty() && port.parse::<u16>().is_ok()).then(|| text.trim().to_ascii_lowercase())
    };
    text.split(',').map(host).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let lookup = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::read(lookup, variables.iter().map(|(name, _)| (*name).to_owned()))
    }

    const RULES: (&str, &str) = ("GUARDSIFT_RULES_URI", "s3://lake/rules/rules.yaml");
    const LAKE: (&str, &str) = ("GUARDSIFT_LAKE_BUCKET", "lake");
    const TOPIC: (&str, &str) =
        ("GUARDSIFT_DEFAULT_TOPIC_ARN", "arn:aws:sns:eu-west-1:111122223333:findings");

    #[test]
    fn three_variables_are_enough() {
        let settings = read(&[RULES, LAKE, TOPIC]).unwrap();
        assert_eq!(settings.default_topic_arn, TOPIC.1);
        assert!(settings.private_hosts.is_empty());
        assert_eq!(settings.slack_api_url, "https://slack.com/api");
        assert_eq!(settings.pagerduty_events_url, "https://events.pagerduty.com/v2/enqueue");
    }

    #[test]
    fn private_hosts_are_listed_with_their_ports() {
        let settings = read(&[
            RULES,
            LAKE,
            TOPIC,
            ("GUARDSIFT_WEBHOOK_PRIVATE_HOSTS", "Hooks.internal:8443, 127.0.0.1:9000"),
        ])
        .unwrap();
        assert_eq!(settings.private_hosts, ["hooks.internal:8443", "127.0.0.1:9000"]);
    }

    #[test]
    fn whatever_is_wrong_is_named_with_what_would_be_right() {
        let error = read(&[
            RULES,
            ("GUARDSIFT_DEFAULT_TOPIC_ARN", "findings"),
            ("GUARDSIFT_WEBHOOK_PRIVATE_HOSTS", "hooks"),
            ("GUARDSIFT_PAGERDUTY_EVENTS_URL", "events.eu.pagerduty.com"),
        ])
        .unwrap_err();
        let text = error.to_string();
        for part in [
            "GUARDSIFT_LAKE_BUCKET is not set",
            "GUARDSIFT_DEFAULT_TOPIC_ARN is \"findings\"; it must be the ARN",
            "a list of host:port",
            "GUARDSIFT_PAGERDUTY_EVENTS_URL is \"events.eu.pagerduty.com\"",
        ] {
            assert!(text.contains(part), "{part:?} is not in {text:?}");
        }
    }

    #[test]
    fn a_topic_is_a_whole_arn() {
        for text in [
            "arn:aws:sqs:eu-west-1:111122223333:q",
            "arn:aws:sns:eu-west-1:1111:t",
            "arn:aws:sns:eu-west-1:111122223333:",
        ] {
            assert_eq!(topic_arn(text), None, "{text}");
        }
        assert!(topic_arn("arn:aws-us-gov:sns:us-gov-west-1:111122223333:t.fifo").is_some());
    }
}
