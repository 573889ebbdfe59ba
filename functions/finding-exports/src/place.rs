//! What a new object is, by its bucket and key.

use lake::Partition;

use crate::Settings;

/// What a new object is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An export for the lake.
    Export(Partition),
    /// An export of GuardDuty below this prefix, which is not the one that is set.
    Elsewhere(String),
    /// Nothing of GuardDuty's.
    Foreign,
}

/// Where the object belongs.
pub(crate) fn place(settings: &Settings, bucket: &str, key: &str) -> Place {
    if bucket != settings.export_bucket {
        return Place::Foreign;
    }
    if let Some(partition) = Partition::of_export(&settings.export_prefix, key) {
        return Place::Export(partition);
    }
    let prefix = Partition::of_export_below(key).and_then(|(_, own)| key.strip_suffix(own));
    prefix
        .map_or(Place::Foreign, |prefix| Place::Elsewhere(prefix.trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/0b5e6e1c.jsonl.gz";

    fn settings(prefix: &str) -> Settings {
        Settings {
            export_bucket: "exports".to_owned(),
            export_prefix: prefix.to_owned(),
            lake_bucket: "lake".to_owned(),
            ocsf: None,
        }
    }

    #[test]
    fn an_export_below_another_prefix_is_neither_one_for_the_lake_nor_foreign() {
        let below = |prefix: &str| format!("{prefix}{KEY}");
        for (set, key, found) in [
            ("", below("team/"), "team"),
            ("team/", below(""), ""),
            ("team/", below("other/team/"), "other/team"),
        ] {
            let place = place(&settings(set), "exports", &key);
            assert_eq!(place, Place::Elsewhere(found.to_owned()), "{set:?} {key}");
        }
        for (set, key) in [("", below("")), ("team/", below("team/"))] {
            assert!(matches!(place(&settings(set), "exports", &key), Place::Export(_)), "{key}");
        }
    }

    #[test]
    fn what_is_not_guardduty_s_is_foreign() {
        let own = settings("team/");
        for key in ["notes.txt", "team/notes.txt", "AWSLogs/111122223333/CloudTrail/x.json.gz", ""]
        {
            assert_eq!(place(&own, "exports", key), Place::Foreign, "{key}");
        }
        assert_eq!(place(&own, "another-bucket", &format!("team/{KEY}")), Place::Foreign);
    }
}
