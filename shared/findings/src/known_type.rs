//! The finding types that GuardDuty reports, and those it no longer does.

use std::{collections::HashMap, sync::LazyLock};

/// One finding type of the table. New types appear without notice: a type that is not here may
/// still be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownType {
    /// Its whole name.
    pub name: &'static str,
    /// Whether GuardDuty no longer reports it.
    pub is_retired: bool,
    /// The type that took its place, where there is exactly one.
    pub successor: Option<&'static str>,
}

static TABLE: LazyLock<Vec<KnownType>> =
    LazyLock::new(|| include_str!("finding_types.tsv").lines().filter_map(parse).collect());

static BY_NAME: LazyLock<HashMap<&'static str, &'static KnownType>> =
    LazyLock::new(|| TABLE.iter().map(|known| (known.name, known)).collect());

fn parse(line: &'static str) -> Option<KnownType> {
    let mut columns = line.split('\t');
    let name = columns.next().filter(|name| !name.starts_with('#'))?;
    let is_retired = columns.next()? == "retired";
    let successor = columns.next().filter(|own| *own != "-");
    Some(KnownType { name, is_retired, successor })
}

impl KnownType {
    /// All types in the order of their names.
    pub fn all() -> &'static [Self] {
        &TABLE
    }

    /// The type with exactly this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        BY_NAME.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FindingType;

    #[test]
    fn every_line_is_a_type_of_its_own_that_follows_the_grammar() {
        assert_eq!(BY_NAME.len(), 255);
        assert_eq!(KnownType::all().iter().filter(|known| known.is_retired).count(), 24);
        for known in KnownType::all() {
            assert!(FindingType::new(known.name).family().is_some(), "{}", known.name);
        }
    }

    #[test]
    fn successors_are_retired_types_replaced_by_active_ones() {
        let replaced: Vec<_> = KnownType::all()
            .iter()
            .filter_map(|known| known.successor.map(|own| (known, own)))
            .collect();
        assert_eq!(replaced.len(), 3);
        for (known, successor) in replaced {
            assert!(known.is_retired, "{}", known.name);
            assert!(KnownType::named(successor).is_some_and(|own| !own.is_retired), "{successor}");
        }
    }
}
