//! The attributes that GuardDuty can filter by, and what kind of value each has.

use std::{collections::HashMap, sync::LazyLock};

/// The service model that the attribute table was made from.
pub const ATTRIBUTE_MODEL: &str = "GuardDuty API 2017-11-28, botocore 1.44.5";

/// A filter attribute: a dotted path into a finding, arrays transparent.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// GuardDuty's name for it, as in `CreateFilter`.
    pub name: &'static str,
    /// What its value is.
    pub kind: AttributeKind,
    /// Whether `ListFindings` documents it, too.
    pub is_listable: bool,
    /// Its path in the output of the AWS CLI, where that differs in more than casing.
    pub alternative: Option<&'static str>,
}

/// The kind of an attribute's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// Text.
    Text,
    /// Text that holds a number, such as an autonomous system number.
    Numeral,
    /// A number.
    Number,
    /// The finding's severity, a number that filters also name by its integer part.
    Severity,
    /// `true` or `false`.
    Boolean,
    /// A time; criteria give epoch milliseconds.
    Time,
    /// Not in the service model: any of them.
    Any,
}

static TABLE: LazyLock<Vec<Attribute>> =
    LazyLock::new(|| include_str!("attributes.tsv").lines().filter_map(parse).collect());

static BY_NAME: LazyLock<HashMap<&'static str, &'static Attribute>> =
    LazyLock::new(|| TABLE.iter().map(|attribute| (attribute.name, attribute)).collect());

fn parse(line: &'static str) -> Option<Attribute> {
    let mut columns = line.split('\t');
    let name = columns.next().filter(|name| !name.starts_with('#'))?;
    let kind = match columns.next()? {
        _ if name == "severity" => AttributeKind::Severity,
        "text" => AttributeKind::Text,
        "numeral" => AttributeKind::Numeral,
        "number" => AttributeKind::Number,
        "boolean" => AttributeKind::Boolean,
        "time" => AttributeKind::Time,
        _ => AttributeKind::Any,
    };
    let is_listable = columns.next() == Some("listable");
    Some(Attribute { name, kind, is_listable, alternative: columns.next() })
}

impl Attribute {
    /// All attributes in the order of their names.
    pub fn all() -> &'static [Self] {
        &TABLE
    }

    /// The attribute with exactly this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        BY_NAME.get(name).copied()
    }

    /// A path that is no attribute itself but has attributes below it: an object or a list of them.
    pub(crate) fn path_above(path: &str) -> Option<&'static str> {
        TABLE.iter().find_map(|attribute| {
            let (start, rest) = attribute.name.split_at_checked(path.len())?;
            (start == path && rest.starts_with('.')).then_some(start)
        })
    }
}

/// What a name loses when only its last part is similar; also how far behind the best one may be.
const TAIL_HANDICAP: f64 = 0.05;

/// At most three of the names that a misspelt one may have meant, best first.
pub(crate) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let wanted = name.to_ascii_lowercase();
    let mut ranked: Vec<(f64, &str)> = names
        .filter_map(|candidate| {
            let lower = candidate.to_ascii_lowercase();
            let tail = lower.rsplit_once('.').map_or(lower.as_str(), |(_, tail)| tail);
            let score = strsim::jaro_winkler(&wanted, &lower)
                .max(strsim::jaro_winkler(&wanted, tail) - TAIL_HANDICAP);
            (score >= 0.8).then_some((score, candidate))
        })
        .collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.len().cmp(&right.1.len())));
    let best = ranked.first().map_or(0.0, |(score, _)| *score);
    ranked.retain(|(score, _)| *score > best - TAIL_HANDICAP);
    ranked.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_every_attribute_of_the_model_once() {
        assert_eq!(Attribute::all().len(), 622);
        assert_eq!(BY_NAME.len(), 622);
        assert_eq!(Attribute::all().iter().filter(|attribute| attribute.is_listable).count(), 49);
    }

    #[test]
    fn kinds_follow_the_model() {
        for (name, kind) in [
            ("severity", AttributeKind::Severity),
            ("type", AttributeKind::Text),
            ("service.count", AttributeKind::Number),
            ("service.archived", AttributeKind::Boolean),
            ("updatedAt", AttributeKind::Time),
            ("service.additionalInfo.sample", AttributeKind::Any),
            (
                "service.action.networkConnectionAction.remoteIpDetails.organization.asn",
                AttributeKind::Numeral,
            ),
        ] {
            assert_eq!(Attribute::named(name).map(|found| found.kind), Some(kind), "{name}");
        }
        assert_eq!(Attribute::named("Severity"), None);
    }

    #[test]
    fn a_misspelt_name_finds_its_neighbours() {
        let near = |name| nearest(name, TABLE.iter().map(|attribute| attribute.name));
        assert_eq!(near("severty"), ["severity"]);
        assert_eq!(near("service.cuont").first(), Some(&"service.count"));
        assert_eq!(near("Type").first(), Some(&"type"));
        assert!(near("qqqq").is_empty());
    }
}
