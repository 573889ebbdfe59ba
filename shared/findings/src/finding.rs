//! One GuardDuty finding: a typed header over its untouched JSON.

use std::collections::BTreeSet;

use crate::{
    FindingType, Severity, SeverityLevel, Timestamp, Unreadable, VersionKey,
    extract::{Paths, Values, members},
    header::{Field, Header, MEMBERS},
};

/// One GuardDuty finding.
///
/// The header holds what guardsift itself reads; everything else stays in [`Finding::raw`]
/// untouched, unknown fields included. Only the id is required: copies of findings lack any of
/// the others now and then. A header field that is missing, `null` or of the wrong kind is
/// absent, never a default.
#[derive(Debug, Clone)]
pub struct Finding {
    raw: Box<str>,
    id: Box<str>,
    account_id: Option<Box<str>>,
    region: Option<Box<str>>,
    partition: Option<Box<str>>,
    arn: Option<Box<str>>,
    finding_type: Option<FindingType>,
    severity: Option<Severity>,
    title: Option<Box<str>>,
    description: Option<Box<str>>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    updated_at_text: Option<Box<str>>,
    attack_sequence_arn: Option<Box<str>>,
    names_a_sequence: bool,
    resource_type: Option<Box<str>>,
    detector_id: Option<Box<str>>,
    feature_name: Option<Box<str>>,
    first_seen: Option<Timestamp>,
    last_seen: Option<Timestamp>,
    count: Option<u64>,
    archived: Option<bool>,
    is_sample: bool,
}

impl Finding {
    /// Reads one bare finding, in the camelCase of the wire or the PascalCase of the AWS CLI.
    ///
    /// # Errors
    /// When the text is no JSON object with an id, or a field that decides stands there twice.
    pub fn parse(raw: &str) -> Result<Self, Unreadable> {
        Self::with(raw, &Header::read(raw)?)
    }

    /// Reads what plainly is one bare finding. `None` does not mean that it is none.
    pub(crate) fn parse_plain(raw: &str) -> Option<Self> {
        Self::with(raw, &Header::read_plain(raw)?).ok()
    }

    /// The finding with this JSON and the header that was found in it.
    ///
    /// # Errors
    /// When there is no id.
    pub(crate) fn with(raw: &str, header: &Header<'_>) -> Result<Self, Unreadable> {
        let text = |field| header.text(field).map(Box::<str>::from);
        let id = text(Field::Id).filter(|id| !id.is_empty()).ok_or(Unreadable::MissingId)?;
        Ok(Self {
            raw: raw.into(),
            id,
            account_id: text(Field::AccountId),
            region: text(Field::Region),
            partition: text(Field::Partition),
            arn: text(Field::Arn),
            finding_type: text(Field::Type).map(FindingType::new),
            severity: header.severity(),
            title: text(Field::Title),
            description: text(Field::Description),
            created_at: header.time(Field::CreatedAt),
            updated_at: header.time(Field::UpdatedAt),
            updated_at_text: text(Field::UpdatedAt),
            attack_sequence_arn: text(Field::AttackSequenceArn),
            names_a_sequence: header.names_a_sequence(),
            resource_type: text(Field::ResourceType),
            detector_id: text(Field::DetectorId),
            feature_name: text(Field::FeatureName),
            first_seen: header.time(Field::FirstSeen),
            last_seen: header.time(Field::LastSeen),
            count: header.count(),
            archived: header.archived(),
            is_sample: header.is_sample(),
        })
    }

    /// The finding's own JSON, byte for byte as it came.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// `id`: unique within a Region of an account, and the same for all versions.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `accountId`: the account that owns the finding, also when a member's finding reaches the
    /// administrator.
    pub fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    /// `region`: may differ from where a finding about a global service was detected.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// `partition`: `aws`, `aws-cn`, `aws-us-gov`.
    pub fn partition(&self) -> Option<&str> {
        self.partition.as_deref()
    }

    /// `arn`.
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// `type`.
    pub fn finding_type(&self) -> Option<&FindingType> {
        self.finding_type.as_ref()
    }

    /// `severity`, when it is a number from 0 to 10.
    pub fn severity(&self) -> Option<Severity> {
        self.severity
    }

    /// The level of the severity.
    pub fn level(&self) -> Option<SeverityLevel> {
        self.severity.map(Severity::level)
    }

    /// `title`: an attacker can choose parts of it.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// `description`: an attacker can choose parts of it.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// `createdAt`.
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    /// `updatedAt`.
    pub fn updated_at(&self) -> Option<Timestamp> {
        self.updated_at
    }

    /// `updatedAt` as it is written.
    pub fn updated_at_text(&self) -> Option<&str> {
        self.updated_at_text.as_deref()
    }

    /// `associatedAttackSequenceArn`: the attack sequence that this finding is a signal of.
    pub fn attack_sequence_arn(&self) -> Option<&str> {
        self.attack_sequence_arn.as_deref().filter(|arn| !arn.is_empty())
    }

    /// `resource.resourceType`.
    pub fn resource_type(&self) -> Option<&str> {
        self.resource_type.as_deref()
    }

    /// `service.detectorId`.
    pub fn detector_id(&self) -> Option<&str> {
        self.detector_id.as_deref()
    }

    /// `service.featureName`: the data source.
    pub fn feature_name(&self) -> Option<&str> {
        self.feature_name.as_deref()
    }

    /// `service.eventFirstSeen`.
    pub fn first_seen(&self) -> Option<Timestamp> {
        self.first_seen
    }

    /// `service.eventLastSeen`.
    pub fn last_seen(&self) -> Option<Timestamp> {
        self.last_seen
    }

    /// `service.count`: how often it occurred.
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// `service.archived`.
    pub fn archived(&self) -> Option<bool> {
        self.archived
    }

    /// Whether GuardDuty made it up: `service.additionalInfo.sample`, wherever it stands. The
    /// `[SAMPLE]` of the console is not part of a finding.
    pub fn is_sample(&self) -> bool {
        self.is_sample
    }

    /// Whether it is an attack sequence, or a signal of one.
    pub fn concerns_attack_sequence(&self) -> bool {
        self.names_a_sequence
            || self.resource_type() == Some("AttackSequence")
            || self.finding_type().is_some_and(FindingType::is_attack_sequence)
    }

    /// How many members it has, on its outside, that no finding was known to have when this was built.
    pub fn unknown_members(&self) -> usize {
        let is_known = |name: &str| MEMBERS.iter().any(|known| known.eq_ignore_ascii_case(name));
        let members = members(&self.raw).unwrap_or_default().into_iter();
        let unknown: BTreeSet<_> =
            members.map(|(name, _)| name).filter(|name| !is_known(name)).collect();
        unknown.len()
    }

    /// The identity of this version.
    pub fn version_key(&self) -> VersionKey {
        VersionKey::of(self)
    }

    /// The values at `paths`. The JSON was checked when the finding was parsed, so that there is
    /// always an answer.
    pub fn values(&self, paths: &Paths) -> Values<'_> {
        paths.extract(&self.raw).unwrap_or_else(|_| paths.nothing())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_casings_give_the_same_finding() {
        let wire = r#"{"id":"f1","accountId":"111122223333","type":"Recon:EC2/Portscan",
            "severity":2.0,"updatedAt":"2026-03-31T10:00:00Z","service":{"count":3,
            "archived":false,"additionalInfo":{"sample":true}}}"#;
        let command_line = r#"{"Id":"f1","AccountId":"111122223333","Type":"Recon:EC2/Portscan",
            "Severity":2,"UpdatedAt":"2026-03-31T10:00:00Z","Service":{"Count":3,
            "Archived":false,"AdditionalInfo":{"Value":"{\"sample\":true}","Type":"default"}}}"#;
        let [wire, command_line] = [wire, command_line].map(|raw| Finding::parse(raw).unwrap());
        assert_eq!(wire.version_key(), command_line.version_key());
        for finding in [&wire, &command_line] {
            assert_eq!(finding.id(), "f1");
            assert_eq!(finding.level(), Some(SeverityLevel::Low));
            assert_eq!(finding.count(), Some(3));
            assert_eq!(finding.archived(), Some(false));
            assert!(finding.is_sample());
        }
    }

    #[test]
    fn a_field_of_the_wrong_kind_is_absent() {
        let raw = r#"{"id":"f1","accountId":111122223333,"type":null,"severity":"5.0",
            "region":{},"updatedAt":[],"service":{"count":-1,"archived":"false"}}"#;
        let finding = Finding::parse(raw).unwrap();
        assert_eq!(finding.account_id(), Some("111122223333"));
        assert_eq!(finding.finding_type(), None);
        assert_eq!(finding.severity(), None);
        assert_eq!(finding.region(), None);
        assert_eq!(finding.updated_at(), None);
        assert_eq!(finding.count(), None);
        assert_eq!(finding.archived(), Some(false));
        assert!(!finding.is_sample());
    }

    #[test]
    fn numbers_stand_for_times_and_for_ids_of_digits_alone() {
        let raw = r#"{"id":"f1","accountId":1111222233.5,"region":7,"updatedAt":1774951200,
            "service":{"archived":true}}"#;
        let finding = Finding::parse(raw).unwrap();
        assert_eq!(finding.account_id(), None);
        assert_eq!(finding.region(), Some("7"));
        assert_eq!(finding.updated_at(), Timestamp::parse("2026-03-31T10:00:00Z"));
        assert_eq!(finding.archived(), Some(true));
    }

    #[test]
    fn an_unreadable_severity_is_unknown_and_never_zero() {
        for severity in [r#""5""#, "null", "1e999", "-1", "10.5", "[]", "{}", "true"] {
            let raw = format!(r#"{{"id":"f1","severity":{severity}}}"#);
            assert_eq!(Finding::parse(&raw).unwrap().severity(), None, "{severity}");
        }
        assert_eq!(Finding::parse(r#"{"id":"f1"}"#).unwrap().severity(), None);
    }

    #[test]
    fn a_deciding_field_that_stands_there_twice_is_ambiguous() {
        for (raw, field) in [
            (r#"{"id":"f1","id":"f2"}"#, "id"),
            (r#"{"id":"f1","severity":2,"Severity":9}"#, "severity"),
            (r#"{"id":"f1","service":{"count":1},"service":{"count":2}}"#, "service.count"),
        ] {
            let error = Finding::parse(raw).unwrap_err();
            assert!(matches!(error, Unreadable::Ambiguous { field: found } if found == field));
        }
    }

    #[test]
    fn members_that_nobody_knows_are_counted_in_either_casing() {
        let raw = r#"{"id":"f1","AccountId":"1","newThing":{"x":[1]},"New":null,"New":2,"service":{"inner":1}}"#;
        assert_eq!(Finding::parse(raw).unwrap().unknown_members(), 2);
        let half = r#"{"id":"f1","title":"\ud83d","other":1}"#;
        assert_eq!(Finding::parse(half).unwrap().unknown_members(), 1);
    }

    #[test]
    fn without_an_id_there_is_no_finding() {
        for raw in [r#"{"type":"T"}"#, r#"{"id":""}"#, r#"{"id":null}"#, r#"{"id":{}}"#] {
            assert!(matches!(Finding::parse(raw), Err(Unreadable::MissingId)), "{raw}");
        }
    }
}
