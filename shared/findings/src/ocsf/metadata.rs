//! `metadata` and `cloud`: what produced the event, and where.

use serde_json::Value as Json;

use super::{
    attributes::{Attributes, Choice},
    remainder::Remainder,
};
use crate::{Finding, FindingType};

/// The version of the schema that the events follow.
pub(super) const VERSION: &str = "1.1.0";

pub(super) fn metadata(finding: &Finding, rest: &mut Json, profiles: &[&str]) -> Attributes {
    let feature = Attributes::new().with("name", rest.take_text("service.featureName"));
    let product = Attributes::new()
        .with("name", Some("GuardDuty"))
        .with("vendor_name", Some("AWS"))
        .with("feature", feature.object());
    let labels = finding.is_sample().then(|| vec!["sample"]);
    Attributes::new()
        .with("version", Some(VERSION))
        .with("product", product.object())
        .with("profiles", Some(profiles.to_vec()))
        .with("uid", Some(finding.version_key().as_str()))
        .with("event_code", finding.finding_type().map(FindingType::as_str))
        .with("log_provider", rest.take_text("service.serviceName"))
        .with("log_version", rest.take_text("schemaVersion"))
        .with("original_time", finding.updated_at_text())
        .with("labels", labels)
}

pub(super) fn cloud(finding: &Finding) -> Attributes {
    let account = finding.account_id().filter(|id| !id.is_empty()).map(account);
    Attributes::new()
        .with("provider", Some("AWS"))
        .with("region", finding.region())
        .with("account", account)
}

/// An AWS account by its id.
pub(super) fn account(id: &str) -> Attributes {
    Attributes::new().with("uid", Some(id)).choice(
        "type_id",
        "type",
        Some(Choice::new(10, "AWS Account")),
    )
}
