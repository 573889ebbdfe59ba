//! The columns of the lake, version 1. Columns may be added at the end; none is renamed or changes
//! its type below `v1/`.

use crate::shape::{
    Column,
    Kind::{self, Boolean, Float, Integer, Moment, Text},
    Shape,
};

/// Name and kind of each column, in order. All of them may be null: missing is not zero.
pub(crate) const COLUMNS: [(&str, Kind); 47] = [
    ("account_id", Text),
    ("region", Text),
    ("partition", Text),
    ("finding_id", Text),
    ("arn", Text),
    ("detector_id", Text),
    ("type", Text),
    ("type_purpose", Text),
    ("type_resource", Text),
    ("type_family", Text),
    ("type_mechanism", Text),
    ("type_artifact", Text),
    ("severity", Float),
    ("severity_level", Text),
    ("created_at", Moment),
    ("updated_at", Moment),
    ("first_seen", Moment),
    ("last_seen", Moment),
    ("count", Integer),
    ("archived", Boolean),
    ("sample", Boolean),
    ("title", Text),
    ("resource_type", Text),
    ("resource_role", Text),
    ("instance_id", Text),
    ("access_key_id", Text),
    ("principal_id", Text),
    ("user_name", Text),
    ("s3_bucket_name", Text),
    ("eks_cluster_name", Text),
    ("action_type", Text),
    ("api_name", Text),
    ("service_name", Text),
    ("domain", Text),
    ("remote_ip", Text),
    ("remote_country", Text),
    ("remote_asn", Text),
    ("remote_org", Text),
    ("remote_port", Integer),
    ("local_port", Integer),
    ("attack_sequence_arn", Text),
    ("feature_name", Text),
    ("version_key", Text),
    ("source_line", Integer),
    ("raw", Text),
    ("parse_notes", Text),
    ("source_id", Text),
];

/// Columns in which hardly a value occurs twice, so that a dictionary only costs.
pub(crate) const UNIQUE: [&str; 5] = ["finding_id", "arn", "title", "version_key", "raw"];

pub(crate) fn columns() -> Vec<Column> {
    COLUMNS.iter().map(|(name, kind)| Column::new(*name, Shape::Value(*kind))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_fit_athena() {
        let mut names: Vec<_> = COLUMNS.iter().map(|(name, _)| *name).collect();
        assert!(names.iter().all(|name| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        }));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COLUMNS.len());
    }

    #[test]
    fn the_documentation_names_every_column_in_order_with_its_type() {
        let text = include_str!("../../../docs/lake.md");
        let documented: Vec<_> = text
            .lines()
            .filter_map(|line| {
                let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
                let kind = rest.split_once(" | ")?.0;
                let known = ["text", "float", "integer", "boolean", "moment"].contains(&kind);
                known.then_some((name, kind))
            })
            .collect();
        let own = COLUMNS.map(|(name, kind)| (name, format!("{kind:?}").to_lowercase()));
        assert!(
            documented.iter().copied().eq(own.iter().map(|(name, kind)| (*name, kind.as_str())))
        );
    }

    #[test]
    fn columns_without_a_dictionary_exist() {
        assert!(UNIQUE.iter().all(|name| COLUMNS.iter().any(|(column, _)| column == name)));
    }
}
