//! What the function is told by its environment.

use platform::config::{BUCKET_ALLOWED, ConfigError, Environment, bucket_name};

/// What this function and its siblings write below, in the lake bucket.
const OUTPUTS: [&str; 6] =
    ["findings/", "audit/", "quarantine/", "state/", "rules/", "compaction/"];

const PREFIX_ALLOWED: &str =
    "the prefix of GuardDuty's publishing destination, without a slash at its beginning";

/// The settings of `finding-exports`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `GUARDSIFT_EXPORT_BUCKET`: where GuardDuty writes.
    pub export_bucket: String,
    /// `GUARDSIFT_EXPORT_PREFIX`: what comes before `AWSLogs/` there; empty, or ending in a slash.
    pub export_prefix: String,
    /// `GUARDSIFT_LAKE_BUCKET`: where this function writes.
    pub lake_bucket: String,
}

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
        let export = environment.required("GUARDSIFT_EXPORT_BUCKET", BUCKET_ALLOWED, bucket_name);
        let prefix = environment.optional("GUARDSIFT_EXPORT_PREFIX", PREFIX_ALLOWED, prefix);
        let lake = environment.required("GUARDSIFT_LAKE_BUCKET", BUCKET_ALLOWED, bucket_name);
        if export.is_some()
            && export == lake
            && loops(prefix.iter().flatten().next().map_or("", String::as_str))
        {
            environment.problem(
                "GUARDSIFT_EXPORT_PREFIX",
                "makes the function's output part of its input, since both buckets are the same: use two buckets, or a prefix that is none of \
                 findings/, audit/, quarantine/, state/, rules/ and compaction/",
            );
        }
        environment.finish(names, || {
            Some(Self {
                export_bucket: export?,
                export_prefix: prefix?.unwrap_or_default(),
                lake_bucket: lake?,
            })
        })
    }
}

fn prefix(text: &str) -> Option<String> {
    match text {
        text if text.starts_with('/') => None,
        text if text.ends_with('/') => Some(text.to_owned()),
        text => Some(format!("{text}/")),
    }
}

/// An event for every object that is written, an object for every event: it would never end, and
/// cost until Lambda's own guard stops it.
fn loops(prefix: &str) -> bool {
    prefix.is_empty()
        || OUTPUTS.iter().any(|output| output.starts_with(prefix) || prefix.starts_with(output))
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

    #[test]
    fn a_prefix_is_optional_and_ends_in_a_slash() {
        let buckets = [("GUARDSIFT_EXPORT_BUCKET", "exports"), ("GUARDSIFT_LAKE_BUCKET", "lake")];
        assert_eq!(read(&buckets).unwrap().export_prefix, "");
        for (text, expected) in [("guardduty", "guardduty/"), ("a/b/", "a/b/")] {
            let settings =
                read(&[buckets[0], buckets[1], ("GUARDSIFT_EXPORT_PREFIX", text)]).unwrap();
            assert_eq!(settings.export_prefix, expected);
        }
        assert!(read(&[buckets[0], buckets[1], ("GUARDSIFT_EXPORT_PREFIX", "/a")]).is_err());
    }

    #[test]
    fn output_inside_the_input_is_refused() {
        let same = [("GUARDSIFT_EXPORT_BUCKET", "lake"), ("GUARDSIFT_LAKE_BUCKET", "lake")];
        assert!(read(&same).unwrap_err().to_string().contains("part of its input"));
        for (prefix, refused) in
            [("findings", true), ("findings/v1", true), ("quarantine/", true), ("guardduty", false)]
        {
            let result = read(&[same[0], same[1], ("GUARDSIFT_EXPORT_PREFIX", prefix)]);
            assert_eq!(result.is_err(), refused, "{prefix}");
        }
    }
}
