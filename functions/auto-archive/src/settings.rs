//! What the function is told by its environment.

use platform::{
    PARAMETER_ALLOWED,
    config::{ConfigError, Environment},
    parameter_arn,
    s3_uri::{BUCKET_ALLOWED, S3Uri, bucket_name},
};

/// The settings of `auto-archive`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `GUARDSIFT_RULES_URI`: where the rules are.
    pub rules: S3Uri,
    /// `GUARDSIFT_LAKE_BUCKET`: holds the ledger.
    pub lake_bucket: String,
    /// `GUARDSIFT_MODE`: whether findings are archived or only named.
    pub mode: Mode,
    /// `GUARDSIFT_DETECTOR_ID`: of this account. Without it the account's only detector is used.
    pub detector_id: Option<String>,
    /// `GUARDSIFT_SHADOW_RULES_URI`: rules that decide beside the others, of which only the
    /// differences are written down.
    pub shadow_rules: Option<S3Uri>,
    /// `GUARDSIFT_STOP_PARAMETER`: the ARN of the parameter that has to say `run`.
    pub stop_parameter: Option<String>,
}

/// Whether the function acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Findings are archived.
    Apply,
    /// Nothing is archived. What would be is logged.
    Plan {
        /// What the variable says when it is neither `apply` nor `plan`. A typo must not archive,
        /// and must be seen.
        unknown: Option<String>,
    },
}

const DETECTOR_ALLOWED: &str = "the id of a GuardDuty detector: 32 hexadecimal digits";

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
        let detector_id =
            environment.optional("GUARDSIFT_DETECTOR_ID", DETECTOR_ALLOWED, detector_id);
        let mode = Mode::of(environment.free("GUARDSIFT_MODE"));
        let shadow_rules =
            environment.optional("GUARDSIFT_SHADOW_RULES_URI", S3Uri::ALLOWED, S3Uri::parse);
        let stop_parameter =
            environment.optional("GUARDSIFT_STOP_PARAMETER", PARAMETER_ALLOWED, parameter_arn);
        environment.finish(names, || {
            Some(Self {
                rules: rules?,
                lake_bucket: lake_bucket?,
                mode,
                detector_id: detector_id?,
                shadow_rules: shadow_rules?,
                stop_parameter: stop_parameter?,
            })
        })
    }
}

impl Mode {
    /// The word for logs.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Plan { .. } => "plan",
        }
    }

    /// Only the exact word acts.
    fn of(value: Option<String>) -> Self {
        match value.as_deref() {
            Some("apply") => Self::Apply,
            Some("plan") | None => Self::Plan { unknown: None },
            Some(other) => Self::Plan { unknown: Some(other.to_owned()) },
        }
    }
}

fn detector_id(text: &str) -> Option<String> {
    (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let all: Vec<_> = [
            ("GUARDSIFT_RULES_URI", "s3://lake/rules/rules.yaml"),
            ("GUARDSIFT_LAKE_BUCKET", "lake"),
        ]
        .iter()
        .chain(variables)
        .copied()
        .collect();
        let lookup = |name: &str| {
            all.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::read(lookup, all.iter().map(|(name, _)| (*name).to_owned()))
    }

    #[test]
    fn only_the_exact_word_acts_and_anything_else_is_a_plan_that_says_so() {
        assert_eq!(read(&[("GUARDSIFT_MODE", "apply")]).unwrap().mode, Mode::Apply);
        assert_eq!(read(&[]).unwrap().mode, Mode::Plan { unknown: None });
        assert_eq!(read(&[("GUARDSIFT_MODE", "")]).unwrap().mode, Mode::Plan { unknown: None });
        for value in ["aply", "APPLY", "true", "1"] {
            assert_eq!(
                read(&[("GUARDSIFT_MODE", value)]).unwrap().mode,
                Mode::Plan { unknown: Some(value.into()) }
            );
        }
    }

    #[test]
    fn shadow_rules_are_an_object_in_s3_or_none() {
        let read = |uri| read(&[("GUARDSIFT_SHADOW_RULES_URI", uri)]);
        let uri = read("s3://lake/rules/shadow.yaml").unwrap().shadow_rules.unwrap();
        assert_eq!((uri.bucket.as_str(), uri.key.as_str()), ("lake", "rules/shadow.yaml"));
        assert_eq!(read("").unwrap().shadow_rules, None);
        assert!(read("rules/shadow.yaml").is_err());
    }

    #[test]
    fn a_stop_parameter_is_an_arn_or_none() {
        let read = |arn| read(&[("GUARDSIFT_STOP_PARAMETER", arn)]);
        let arn = "arn:aws:ssm:eu-west-1:111122223333:parameter/guardsift/archive";
        assert_eq!(read(arn).unwrap().stop_parameter.as_deref(), Some(arn));
        assert_eq!(read("").unwrap().stop_parameter, None);
        assert!(read("/guardsift/archive").is_err());
    }

    #[test]
    fn a_detector_id_is_whole_or_an_error() {
        let id = "12abc34d567e8fa901bc2d34e56789f0";
        assert_eq!(
            read(&[("GUARDSIFT_DETECTOR_ID", id)]).unwrap().detector_id.as_deref(),
            Some(id)
        );
        assert!(read(&[("GUARDSIFT_DETECTOR_ID", "arn:aws:guardduty")]).is_err());
        assert_eq!(read(&[]).unwrap().detector_id, None);
    }
}
