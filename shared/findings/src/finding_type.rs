//! The type of a finding and the parts of its name.

use std::fmt;

use serde::{Serialize, Serializer};

/// A finding type such as `Recon:EC2/PortProbeUnprotectedPort`.
///
/// The grammar is `Purpose:Resource/Family[.Mechanism][!Artifact]` (User Guide, "GuardDuty
/// finding format"). New types appear without notice, so any text is a type: what the grammar
/// does not explain has no parts, and the text prints back byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingType(Box<str>);

/// The parts of a type's name that follow the purpose and the resource.
struct Detail<'a> {
    family: &'a str,
    mechanism: Option<&'a str>,
    artifact: Option<&'a str>,
}

impl FindingType {
    /// Takes any text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the attacker is after: `Recon`.
    pub fn purpose(&self) -> Option<&str> {
        self.split().map(|(purpose, _, _)| purpose)
    }

    /// The kind of resource in the type's name: `EC2`. Not the finding's `resourceType`.
    pub fn resource(&self) -> Option<&str> {
        self.split().map(|(_, resource, _)| resource)
    }

    /// The threat: `PortProbeUnprotectedPort`, or `C&CActivity` of `C&CActivity.B!DNS`.
    pub fn family(&self) -> Option<&str> {
        self.detail().map(|detail| detail.family)
    }

    /// How it was noticed: `B` of `C&CActivity.B!DNS`.
    pub fn mechanism(&self) -> Option<&str> {
        self.detail().and_then(|detail| detail.mechanism)
    }

    /// What was used: `DNS` of `C&CActivity.B!DNS`.
    pub fn artifact(&self) -> Option<&str> {
        self.detail().and_then(|detail| detail.artifact)
    }

    /// Whether this is an Extended Threat Detection finding, which correlates others.
    pub fn is_attack_sequence(&self) -> bool {
        self.purpose() == Some("AttackSequence")
    }

    /// Whether a text is the type of one.
    pub(crate) fn names_attack_sequence(text: &str) -> bool {
        text.starts_with("AttackSequence:") && Self::new(text).is_attack_sequence()
    }

    fn split(&self) -> Option<(&str, &str, &str)> {
        let (purpose, rest) = self.0.split_once(':')?;
        let (resource, detail) = rest.split_once('/')?;
        let whole = [purpose, resource, detail].iter().all(|part| !part.is_empty());
        whole.then_some((purpose, resource, detail))
    }

    fn detail(&self) -> Option<Detail<'_>> {
        let (_, _, detail) = self.split()?;
        let (name, artifact) = match detail.split_once('!') {
            Some((name, artifact)) => (name, Some(artifact)),
            None => (detail, None),
        };
        let (family, mechanism) = match name.split_once('.') {
            Some((family, mechanism)) => (family, Some(mechanism)),
            None => (name, None),
        };
        Some(Detail { family, mechanism, artifact })
    }
}

impl fmt::Display for FindingType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl Serialize for FindingType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> [Option<String>; 5] {
        let kind = FindingType::new(text);
        assert_eq!(kind.to_string(), text);
        [kind.purpose(), kind.resource(), kind.family(), kind.mechanism(), kind.artifact()]
            .map(|part| part.map(str::to_owned))
    }

    #[test]
    fn a_full_name_has_all_five_parts() {
        assert_eq!(
            parts("Backdoor:EC2/C&CActivity.B!DNS"),
            ["Backdoor", "EC2", "C&CActivity", "B", "DNS"].map(|part| Some(part.to_owned()))
        );
    }

    #[test]
    fn optional_parts_are_absent_rather_than_empty() {
        let [.., family, mechanism, artifact] = parts("Recon:EC2/PortProbeUnprotectedPort");
        assert_eq!(family.as_deref(), Some("PortProbeUnprotectedPort"));
        assert_eq!((mechanism, artifact), (None, None));
    }

    #[test]
    fn a_name_outside_the_grammar_is_kept_whole_and_has_no_parts() {
        for text in ["", "Recon", "Recon:EC2 PortProbe", ":EC2/X", "Recon:/X", "Recon:EC2/", "測試"]
        {
            assert_eq!(parts(text), [const { None }; 5], "{text}");
        }
    }

    #[test]
    fn only_the_purpose_makes_an_attack_sequence() {
        assert!(FindingType::new("AttackSequence:S3/CompromisedData").is_attack_sequence());
        assert!(!FindingType::new("Recon:EC2/AttackSequence").is_attack_sequence());
        assert!(!FindingType::new("AttackSequenceX:S3/Y").is_attack_sequence());
    }
}
