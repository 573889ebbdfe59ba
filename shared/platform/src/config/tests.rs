//! Reading settings, right and wrong ones.

use super::*;
use crate::s3_uri::{BUCKET_ALLOWED, S3Uri, bucket_name};

#[derive(Debug, PartialEq)]
struct Settings {
    bucket: String,
    rules: S3Uri,
    prefix: Option<String>,
}

fn read(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let lookup = |name: &str| {
        variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
    };
    let mut environment = Environment::new(lookup);
    let bucket = environment.required("GUARDSIFT_LAKE_BUCKET", BUCKET_ALLOWED, bucket_name);
    let rules = environment.required("GUARDSIFT_RULES_URI", S3Uri::ALLOWED, S3Uri::parse);
    let prefix = environment
        .optional("GUARDSIFT_EXPORT_PREFIX", "a key prefix", |text| Some(text.to_owned()));
    environment.finish(variables.iter().map(|(name, _)| (*name).to_owned()), || {
        Some(Settings { bucket: bucket?, rules: rules?, prefix: prefix? })
    })
}

#[test]
fn a_full_environment_is_read() {
    let settings = read(&[
        ("GUARDSIFT_LAKE_BUCKET", " lake "),
        ("GUARDSIFT_RULES_URI", "s3://lake/rules/rules.yaml"),
        ("HOME", "/"),
    ]);
    assert_eq!(
        settings.unwrap(),
        Settings {
            bucket: "lake".into(),
            rules: S3Uri { bucket: "lake".into(), key: "rules/rules.yaml".into() },
            prefix: None
        }
    );
}

#[test]
fn every_problem_is_told_at_once_with_its_value_and_what_is_allowed() {
    let error = read(&[
        ("GUARDSIFT_LAKE_BUCKET", "Lake!"),
        ("GUARDSIFT_RULES_URI", ""),
        ("GUARDSIFT_EXPORT_PREFX", "a"),
    ])
    .unwrap_err()
    .to_string();
    for part in [
        "GUARDSIFT_LAKE_BUCKET is \"Lake!\"; it must be the name of an S3 bucket",
        "GUARDSIFT_RULES_URI is not set; it must be the URI of an S3 object",
        "GUARDSIFT_EXPORT_PREFX is not a setting of this function; did you mean GUARDSIFT_EXPORT_PREFIX?",
    ] {
        assert!(error.contains(part), "{part:?} is not in {error:?}");
    }
}

#[test]
fn a_name_that_resembles_none_is_answered_with_all_of_them() {
    let error = read(&[
        ("GUARDSIFT_LAKE_BUCKET", "lake"),
        ("GUARDSIFT_RULES_URI", "s3://lake/k"),
        ("GUARDSIFT_X", "1"),
    ])
    .unwrap_err()
    .to_string();
    assert!(
        error.contains("GUARDSIFT_EXPORT_PREFIX, GUARDSIFT_LAKE_BUCKET, GUARDSIFT_RULES_URI"),
        "{error}"
    );
}
