//! The fields of a finding that guardsift itself reads, and how each is read.

use std::sync::LazyLock;

use crate::{
    ExtractError, Severity, Timestamp, Unreadable,
    extract::{Member, Paths, Value, Values, members_with},
};

/// A field of the header. Each has one place in the finding and at most one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Id,
    AccountId,
    Region,
    Partition,
    Arn,
    Type,
    Severity,
    Title,
    Description,
    CreatedAt,
    UpdatedAt,
    AttackSequenceArn,
    ResourceType,
    DetectorId,
    FeatureName,
    FirstSeen,
    LastSeen,
    Count,
    Archived,
    Sample,
}

impl Field {
    pub(crate) const ALL: [Self; 20] = [
        Self::Id,
        Self::AccountId,
        Self::Region,
        Self::Partition,
        Self::Arn,
        Self::Type,
        Self::Severity,
        Self::Title,
        Self::Description,
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::AttackSequenceArn,
        Self::ResourceType,
        Self::DetectorId,
        Self::FeatureName,
        Self::FirstSeen,
        Self::LastSeen,
        Self::Count,
        Self::Archived,
        Self::Sample,
    ];

    /// Whether a decision is made on it even if no rule asks for it, or names the version decided.
    pub(crate) fn decides(self) -> bool {
        matches!(
            self,
            Self::Id
                | Self::AccountId
                | Self::Region
                | Self::Type
                | Self::Severity
                | Self::UpdatedAt
                | Self::AttackSequenceArn
                | Self::ResourceType
                | Self::Count
                | Self::Sample
        )
    }

    /// Its place in a finding.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::AccountId => "accountId",
            Self::Region => "region",
            Self::Partition => "partition",
            Self::Arn => "arn",
            Self::Type => "type",
            Self::Severity => "severity",
            Self::Title => "title",
            Self::Description => "description",
            Self::CreatedAt => "createdAt",
            Self::UpdatedAt => "updatedAt",
            Self::AttackSequenceArn => "associatedAttackSequenceArn",
            Self::ResourceType => "resource.resourceType",
            Self::DetectorId => "service.detectorId",
            Self::FeatureName => "service.featureName",
            Self::FirstSeen => "service.eventFirstSeen",
            Self::LastSeen => "service.eventLastSeen",
            Self::Count => "service.count",
            Self::Archived => "service.archived",
            Self::Sample => "service.additionalInfo.sample",
        }
    }
}

impl Field {
    /// The slot of the field that stands at this path.
    pub(crate) fn named(path: &str) -> Option<usize> {
        Self::ALL.iter().position(|field| field.path() == path)
    }
}

/// The members of a finding (API reference, `Finding`). What has others may be anything else.
pub(crate) const MEMBERS: [&str; 16] = [
    "accountId",
    "arn",
    "associatedAttackSequenceArn",
    "confidence",
    "createdAt",
    "description",
    "id",
    "partition",
    "region",
    "resource",
    "schemaVersion",
    "service",
    "severity",
    "title",
    "type",
    "updatedAt",
];

static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    let mut paths = Paths::new(Field::ALL.map(Field::path));
    MEMBERS.into_iter().for_each(|member| paths.know(member));
    paths
});

/// The header's values as found in one finding.
#[derive(Debug, Clone)]
pub(crate) struct Header<'a>(Values<'a>);

impl<'a> Header<'a> {
    /// Finds the header's fields in the JSON of one finding.
    ///
    /// # Errors
    /// When the text is no JSON, or a field stands there twice: readers disagree which of two
    /// equal keys counts, so either choice could hide a finding.
    pub(crate) fn read(raw: &'a str) -> Result<Self, Unreadable> {
        let header = Self(PATHS.extract(raw)?);
        match header.repeated() {
            Some(field) => Err(Unreadable::Ambiguous { field: field.path() }),
            None => Ok(header),
        }
    }

    /// Finds the header's fields in what plainly is one bare finding. `None` does not mean that it
    /// is none.
    pub(crate) fn read_plain(raw: &'a str) -> Option<Self> {
        Self(PATHS.extract_plain(raw)?).plain()
    }

    /// The members of an object, and the header of the one with this name if that plainly is one
    /// bare finding.
    ///
    /// # Errors
    /// When the text is no JSON object or nested too deeply.
    pub(crate) fn read_member(
        json: &'a str,
        name: &str,
    ) -> Result<(Vec<Member<'a>>, Option<Self>), ExtractError> {
        let (members, values) = members_with(json, name, &PATHS)?;
        Ok((members, values.map(Self).and_then(Self::plain)))
    }

    fn plain(self) -> Option<Self> {
        self.plainly_is_a_finding().then_some(self)
    }

    /// Whether there is an id, something that only a finding has, and no field twice.
    pub(crate) fn plainly_is_a_finding(&self) -> bool {
        let tells = [Field::Type, Field::Severity, Field::AccountId];
        self.text(Field::Id).is_some_and(|id| !id.is_empty())
            && tells.into_iter().any(|field| !self.0.at(field as usize).is_empty())
            && self.repeated().is_none()
    }

    /// The header in values whose first slots are its fields.
    pub(crate) fn within(values: Values<'a>) -> Self {
        Self(values)
    }

    /// All values, the header's own first.
    pub(crate) fn values(&self) -> &Values<'a> {
        &self.0
    }

    /// A field that stands there twice.
    pub(crate) fn repeated(&self) -> Option<Field> {
        Field::ALL
            .into_iter()
            .filter(|field| *field != Field::Sample)
            .find(|field| self.0.at(*field as usize).len() > 1)
    }

    /// Text, or an integer where text belongs, which scrubbed copies contain.
    pub(crate) fn text(&self, field: Field) -> Option<&str> {
        match self.0.at(field as usize).first()? {
            Value::Text(text) => Some(text),
            Value::Number(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits)
            }
            _ => None,
        }
    }

    pub(crate) fn time(&self, field: Field) -> Option<Timestamp> {
        time(self.0.at(field as usize).first()?)
    }

    pub(crate) fn severity(&self) -> Option<Severity> {
        severity(self.0.at(Field::Severity as usize).first()?)
    }

    pub(crate) fn count(&self) -> Option<u64> {
        self.text(Field::Count)?.parse().ok()
    }

    pub(crate) fn archived(&self) -> Option<bool> {
        boolean(self.0.at(Field::Archived as usize).first()?)
    }

    /// Whether it names an attack sequence. What is neither missing nor empty does, in whatever form:
    /// only a finding that is known to belong to none may be archived.
    pub(crate) fn names_a_sequence(&self) -> bool {
        self.0.at(Field::AttackSequenceArn as usize).iter().any(|value| match value {
            Value::Null => false,
            Value::Text(arn) => !arn.is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
        })
    }

    /// Whether any of the places of the sample flag says so.
    pub(crate) fn is_sample(&self) -> bool {
        self.0.at(Field::Sample as usize).iter().any(|value| boolean(value) == Some(true))
    }
}

/// A JSON number on the scale; a severity written as text is unreadable, not a number.
pub(crate) fn severity(value: &Value<'_>) -> Option<Severity> {
    match value {
        Value::Number(digits) => Severity::new(digits.parse().ok()?),
        _ => None,
    }
}

/// A boolean, or its name as text, which copies of findings contain.
pub(crate) fn boolean(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Text(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// ISO 8601 text, or an epoch number.
pub(crate) fn time(value: &Value<'_>) -> Option<Timestamp> {
    match value {
        Value::Text(text) => Timestamp::parse(text),
        Value::Number(digits) => Timestamp::from_epoch_number(digits.parse().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_at_its_own_slot() {
        for (slot, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!(field as usize, slot, "{field:?}");
        }
    }
}
