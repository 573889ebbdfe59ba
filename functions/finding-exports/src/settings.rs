//! What the function is told by its environment.

use platform::{
    config::{ConfigError, Environment},
    s3_uri::{BUCKET_ALLOWED, S3Uri, bucket_name},
};

/// What this function, its siblings and those who ask the lake write below, in the lake bucket.
const OUTPUTS: [&str; 9] = [
    "findings/",
    "compaction/",
    "quarantine/",
    "audit/",
    "state/",
    "shadow/",
    "control/",
    "rules/",
    "athena/",
];

const OCSF_ALLOWED: &str = "the location of a custom source of Security Lake, like s3://bucket/ext/guardduty/1.0/: a bucket and a prefix";

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
    /// `GUARDSIFT_OCSF_URI`: where OCSF events go as well, if anywhere.
    pub ocsf: Option<OcsfLocation>,
}

/// The location of a custom source of Security Lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcsfLocation {
    /// The bucket.
    pub bucket: String,
    /// What comes before `region=` there; it ends in a slash.
    pub prefix: String,
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
                format!(
                    "makes the function's output part of its input, since both buckets are the same: use two buckets, or a prefix that is none of {}",
                    OUTPUTS.join(", ")
                ),
            );
        }
        let ocsf = environment.optional("GUARDSIFT_OCSF_URI", OCSF_ALLOWED, OcsfLocation::parse);
        if let Some(Some(ocsf)) = &ocsf {
            let below = prefix.iter().flatten().next().map_or("", String::as_str);
            if export.as_ref() == Some(&ocsf.bucket) && overlap(&ocsf.prefix, below) {
                environment.problem(
                    "GUARDSIFT_OCSF_URI",
                    "makes the function's output part of its input: use another bucket, or a prefix that does not overlap with \
                     GUARDSIFT_EXPORT_PREFIX",
                );
            }
            if lake.as_ref() == Some(&ocsf.bucket)
                && OUTPUTS.iter().any(|output| overlap(&ocsf.prefix, output))
            {
                environment.problem(
                    "GUARDSIFT_OCSF_URI",
                    format!(
                        "is inside of a folder of the lake: use another bucket, or a prefix that is none of {}",
                        OUTPUTS.join(", ")
                    ),
                );
            }
        }
        environment.finish(names, || {
            Some(Self {
                export_bucket: export?,
                export_prefix: prefix?.unwrap_or_default(),
                lake_bucket: lake?,
                ocsf: ocsf?,
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
    OUTPUTS.iter().any(|output| overlap(output, prefix))
}

/// Whether something can be below both prefixes.
fn overlap(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

impl OcsfLocation {
    fn parse(text: &str) -> Option<Self> {
        let S3Uri { bucket, key } = S3Uri::parse(text)?;
        let prefix = prefix(&key)?;
        // What an engine takes for a partition of its own, or S3 for another key than people do.
        let is_plain = prefix.split('/').rev().skip(1).all(|part| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        });
        is_plain.then_some(Self { bucket, prefix })
    }
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

    #[test]
    fn the_place_of_ocsf_events_is_optional_and_outside_of_input_and_lake() {
        let buckets = [("GUARDSIFT_EXPORT_BUCKET", "exports"), ("GUARDSIFT_LAKE_BUCKET", "lake")];
        assert_eq!(read(&buckets).unwrap().ocsf, None);
        let ocsf = |uri: &str, prefix: &str| {
            let own = [("GUARDSIFT_OCSF_URI", uri), ("GUARDSIFT_EXPORT_PREFIX", prefix)];
            read(&[buckets[0], buckets[1], own[0], own[1]]).map(|settings| settings.ocsf.unwrap())
        };
        let expected = OcsfLocation { bucket: "sec".to_owned(), prefix: "ext/gd/1.0/".to_owned() };
        for uri in ["s3://sec/ext/gd/1.0", "s3://sec/ext/gd/1.0/"] {
            assert_eq!(ocsf(uri, "g").unwrap(), expected);
        }
        for uri in [
            "sec/ext",
            "s3://sec",
            "s3://sec/",
            "s3://SEC/x",
            "s3://sec//x",
            "s3://sec/../x",
            "s3://sec/region=a/",
        ] {
            assert!(
                ocsf(uri, "g").unwrap_err().to_string().contains("GUARDSIFT_OCSF_URI"),
                "{uri}"
            );
        }
        for (uri, prefix, problem) in [
            ("s3://exports/ext/gd", "ext", Some("part of its input")),
            ("s3://exports/ext/gd", "ext/gd/x", Some("part of its input")),
            ("s3://exports/ext/gd", "guardduty", None),
            ("s3://lake/findings/v1", "g", Some("folder of the lake")),
            ("s3://lake/ocsf", "g", None),
        ] {
            let said = ocsf(uri, prefix).err().map(|error| error.to_string());
            let is_said = |problem| said.as_ref().is_some_and(|said| said.contains(problem));
            assert!(problem.map_or(said.is_none(), is_said), "{uri} {prefix}: {said:?}");
        }
        let whole = read(&[buckets[0], buckets[1], ("GUARDSIFT_OCSF_URI", "s3://exports/ext/gd")]);
        assert!(whole.unwrap_err().to_string().contains("part of its input"));
    }
}
