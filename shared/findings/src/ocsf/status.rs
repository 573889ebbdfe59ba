//! What became of a finding, in the numbers of OCSF: activity, severity, status, and what was done about it.

use super::attributes::Choice;
use crate::{Finding, SeverityLevel};

/// Whether this version is the first, a later one, or no longer current.
///
/// A finding's first version was updated when it was created. Its count says nothing about that:
/// what occurs several times within the first minutes is counted before it is reported.
pub(super) fn activity(finding: &Finding) -> Choice {
    match (finding.archived(), finding.created_at(), finding.updated_at()) {
        (Some(true), _, _) => Choice::new(3, "Close"),
        (_, Some(created), Some(updated)) if created == updated => Choice::new(1, "Create"),
        (_, Some(_), Some(_)) => Choice::new(2, "Update"),
        _ => Choice::UNKNOWN,
    }
}

/// The level, by the bands that rules decide by. A severity that is missing or unreadable is
/// unknown, never low.
pub(super) fn severity(finding: &Finding) -> Choice {
    match finding.level() {
        None => Choice::UNKNOWN,
        Some(SeverityLevel::Low) => Choice::new(2, "Low"),
        Some(SeverityLevel::Medium) => Choice::new(3, "Medium"),
        Some(SeverityLevel::High) => Choice::new(4, "High"),
        Some(SeverityLevel::Critical) => Choice::new(5, "Critical"),
    }
}

/// GuardDuty knows two states, current and archived.
pub(super) fn status(finding: &Finding) -> Option<Choice> {
    let archived = finding.archived()?;
    Some(if archived { Choice::new(3, "Suppressed") } else { Choice::new(1, "New") })
}

/// What was done about a connection, a probe or a query: action and disposition.
pub(super) fn blocked(blocked: bool) -> (Choice, Choice) {
    if blocked {
        (Choice::new(2, "Denied"), Choice::new(2, "Blocked"))
    } else {
        (Choice::new(1, "Allowed"), Choice::new(1, "Allowed"))
    }
}

/// Malware that was found: GuardDuty looks at it and leaves it where it is.
pub(super) fn detected() -> (Choice, Choice) {
    (Choice::UNKNOWN, Choice::new(15, "Detected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(members: &str) -> Finding {
        Finding::parse(&format!(r#"{{"id":"f1",{members}}}"#)).unwrap()
    }

    #[test]
    fn every_band_has_its_number_and_what_is_unreadable_has_none() {
        for (written, id, caption) in [
            ("0", 2, "Low"),
            ("3.9", 2, "Low"),
            ("4.0", 3, "Medium"),
            ("6.99", 3, "Medium"),
            ("7", 4, "High"),
            ("8.9", 4, "High"),
            ("9", 5, "Critical"),
            ("10.0", 5, "Critical"),
            (r#""8""#, 0, "Unknown"),
            ("null", 0, "Unknown"),
            ("11", 0, "Unknown"),
        ] {
            let found = severity(&finding(&format!(r#""severity":{written}"#)));
            assert_eq!((found.id, found.caption.as_ref()), (id, caption), "{written}");
        }
        assert_eq!(severity(&finding(r#""type":"T""#)), Choice::UNKNOWN);
    }

    #[test]
    fn the_times_tell_the_first_version_from_later_ones() {
        let times = |created: &str, updated: &str, service: &str| {
            activity(&finding(&format!(
                r#""createdAt":"{created}","updatedAt":"{updated}","service":{service}"#
            )))
            .id
        };
        let [early, late] = ["2026-10-01T08:00:00.000Z", "2026-10-01T09:00:00Z"];
        assert_eq!(times(early, "2026-10-01T08:00:00Z", r#"{"count":5}"#), 1);
        assert_eq!(times(early, late, r#"{"count":1}"#), 2);
        assert_eq!(times(early, "soon", r#"{"count":9}"#), 0);
        assert_eq!(times(early, early, r#"{"archived":true}"#), 3);
    }

    #[test]
    fn a_finding_that_does_not_say_whether_it_is_archived_has_no_status() {
        let id = |service: &str| status(&finding(service)).map(|choice| choice.id);
        assert_eq!(id(r#""service":{"archived":true}"#), Some(3));
        assert_eq!(id(r#""service":{"archived":"false"}"#), Some(1));
        assert_eq!(id(r#""service":{}"#), None);
    }
}
