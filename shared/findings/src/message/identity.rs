//! Whose credentials or session a finding names.

use super::{
    part::{Part, distinct},
    text::line,
};
use crate::Finding;

/// Longest name.
const NAME: usize = 120;

/// The identities that a finding names, each once: `IAM user reporting (AKIA…)`.
pub(super) fn all(finding: &Finding) -> Vec<String> {
    read(finding, |text| line(&text, NAME))
}

/// The same with what `fit` leaves of each name and key.
pub(super) fn read(finding: &Finding, fit: fn(String) -> Option<String>) -> Vec<String> {
    let identity = |kind, name, key| identity(kind, name, key, fit);
    let whole = Part::of(finding);
    let keys = whole.parts("resource.accessKeyDetails").into_iter().filter_map(|part| {
        identity(
            kind(&part.text("userType").unwrap_or_default()),
            part.text("userName").or_else(|| part.text("principalId")),
            part.text("accessKeyId"),
        )
    });
    let kubernetes = whole
        .parts("resource.kubernetesDetails.kubernetesUserDetails")
        .into_iter()
        .filter_map(|part| identity("Kubernetes user", part.text("username"), None));
    let database = whole
        .parts("resource.rdsDbUserDetails")
        .into_iter()
        .filter_map(|part| identity("database user", part.text("user"), None));
    let actors = whole.parts("service.detection.sequence.actors").into_iter().filter_map(|part| {
        identity(
            kind(&part.text("user.type").unwrap_or_default()),
            part.text("user.name"),
            part.text("user.credentialUid"),
        )
    });
    distinct(keys.chain(kubernetes).chain(database).chain(actors).collect())
}

fn identity(
    kind: &str,
    name: Option<String>,
    key: Option<String>,
    fit: fn(String) -> Option<String>,
) -> Option<String> {
    let [name, key] = [name, key].map(|text| text.and_then(fit));
    match (name, key) {
        (Some(name), Some(key)) => Some(format!("{kind} {name} ({key})")),
        (Some(name), None) => Some(format!("{kind} {name}")),
        (None, Some(key)) => Some(format!("{kind} with {key}")),
        (None, None) => None,
    }
}

/// The user types of CloudTrail in words (CloudTrail User Guide, "userIdentity element").
fn kind(user_type: &str) -> &'static str {
    match user_type {
        "IAMUser" => "IAM user",
        "AssumedRole" | "Role" => "role",
        "Root" => "root user",
        "FederatedUser" => "federated user",
        "AWSAccount" => "AWS account",
        "AWSService" => "AWS service",
        "Directory" | "IdentityCenterUser" => "directory user",
        _ => "user",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_identity_is_told_with_its_kind() {
        for (json, told) in [
            (
                include_str!("../../../../events/findings/credential-exfiltration.json"),
                "role batch-worker (ASIAEXAMPLE7QK2H5T3B)",
            ),
            (
                include_str!("../../../../events/findings/eks-privileged.json"),
                "Kubernetes user deploy-bot",
            ),
            (include_str!("../../../../events/findings/rds-login.json"), "database user reporting"),
            (
                include_str!("../../../../events/findings/attack-sequence.json"),
                "IAM user reporting (AKIAEXAMPLE4M2W7Z9QX)",
            ),
        ] {
            assert_eq!(all(&Finding::parse(json).unwrap()), [told]);
        }
        let none = include_str!("../../../../events/findings/null-heavy.json");
        assert!(all(&Finding::parse(none).unwrap()).is_empty());
    }
}
