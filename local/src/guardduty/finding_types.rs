//! The finding types that GuardDuty reports today, with what a sample of each looks like.

use std::sync::LazyLock;

/// One line of `finding_types.tsv`.
///
/// Types that the user guide calls variable in severity have the number we chose for them. A type
/// that fits several resource types has one of them, so that together the table uses them all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FindingTypeRow {
    /// `ThreatPurpose:ResourceTypeAffected/ThreatFamilyName…`, as in the user guide.
    pub name: &'static str,
    /// `resource.resourceType` of a finding of this type.
    pub resource_type: &'static str,
    /// The default severity, as a number: 2, 5, 8 or 9.
    pub severity: u8,
    /// `service.featureName`.
    pub feature: &'static str,
    /// `service.action.actionType`; `None` for types without an action.
    pub action: Option<&'static str>,
    /// What happened, as the predicate of a sentence.
    pub summary: &'static str,
}

static TABLE: LazyLock<Vec<FindingTypeRow>> =
    LazyLock::new(|| include_str!("finding_types.tsv").lines().skip(1).filter_map(row).collect());

/// Every active finding type, in the order of their names.
pub fn finding_types() -> &'static [FindingTypeRow] {
    &TABLE
}

pub(super) fn find(name: &str) -> Option<FindingTypeRow> {
    TABLE.iter().find(|row| row.name == name).copied()
}

fn row(line: &'static str) -> Option<FindingTypeRow> {
    let mut cells = line.split('\t');
    let row = FindingTypeRow {
        name: cells.next()?,
        resource_type: cells.next()?,
        severity: cells.next()?.parse().ok()?,
        feature: cells.next()?,
        action: cells.next().map(|action| (action != "-").then_some(action))?,
        summary: cells.next()?,
    };
    cells.next().is_none().then_some(row)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_row_of_its_own() {
        let lines = include_str!("finding_types.tsv").lines().count() - 1;
        let names: BTreeSet<_> = finding_types().iter().map(|row| row.name).collect();
        assert_eq!((finding_types().len(), names.len()), (lines, lines));
        assert_eq!(lines, 231);
    }

    #[test]
    fn severities_are_the_numbers_of_the_four_levels() {
        for row in finding_types() {
            assert!([2, 5, 8, 9].contains(&row.severity), "{}", row.name);
        }
    }
}
