//! What a destination was told of a finding, and whether a version of it is to be told.

use findings::{
    Finding,
    message::{Change, NotifyChanges, Remembered},
};
use serde::{Deserialize, Serialize};

/// The object of one destination and finding. Members of later releases are ignored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// Who is telling a version right now, if anybody is.
    pub(crate) claim: Option<Entry>,
    /// The newest version that was told.
    pub(crate) told: Option<Told>,
    /// `updatedAt` of the newest version that was archived, in microseconds since 1970.
    pub(crate) archived_at: Option<i64>,
}

/// A claim. Whoever holds it will have given up by its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) owner: String,
    pub(crate) until_epoch_millis: i64,
}

/// A version that was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    version_key: String,
    updated_at: Option<i64>,
    count: Option<u64>,
    /// When, for people who look.
    at: String,
    /// What it said, and what earlier ones had said.
    facts: Remembered,
    /// The first message, which others answer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) thread: Option<String>,
    /// The alert was closed.
    #[serde(default)]
    resolved: bool,
}

/// What is to be done about a version.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Tell(Telling),
    /// It has been told.
    Already,
    /// A newer version has been told.
    Older,
    /// Nothing about it is worth telling again; whether it is newly seen to be archived.
    Unchanged {
        archived: bool,
    },
}

/// How a version is told.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Telling {
    /// Since what was told before.
    pub(crate) change: Option<Change>,
    /// The first message, where there are threads.
    pub(crate) thread: Option<String>,
    /// The alert is to be closed.
    pub(crate) resolves: bool,
}

impl State {
    /// What is to be done; `has_alerts` when the destination keeps alerts that can be closed.
    pub(crate) fn judge(
        &self,
        finding: &Finding,
        wanted: &NotifyChanges,
        has_alerts: bool,
    ) -> Verdict {
        let Some(told) = &self.told else { return Verdict::Tell(Telling::default()) };
        if told.version_key == finding.version_key().as_str() {
            return Verdict::Already;
        }
        if told.is_newer_than(finding) {
            return Verdict::Older;
        }
        let is_archived = finding.archived() == Some(true);
        let updated_at = micros(finding);
        let recurs = !is_archived
            && self.archived_at.is_some_and(|then| updated_at.is_none_or(|now| then <= now));
        let earlier = if recurs { told.facts.clone().archived() } else { told.facts.clone() };
        let change = Change::since(&earlier, finding);
        // Neither rises nor falls can be told from a severity that can't be read.
        let is_unclear = finding.severity().is_some() != told.facts.has_severity();
        let is_worth_it = is_unclear
            || match &change {
                Some(change) if is_archived => wanted.severity && change.is_graver(),
                Some(change) => wanted.matter(change, recurs),
                None => wanted.every && !is_archived,
            };
        let thread = told.thread.clone();
        if is_worth_it {
            return Verdict::Tell(Telling { change, thread, resolves: false });
        }
        if is_archived && has_alerts && !told.resolved {
            return Verdict::Tell(Telling { change, thread, resolves: true });
        }
        let is_later = || self.archived_at.zip(updated_at).is_none_or(|(then, now)| now > then);
        Verdict::Unchanged { archived: is_archived && is_later() }
    }

    /// With this version told.
    pub(crate) fn with(&self, finding: &Finding, thread: Option<String>, resolved: bool) -> Self {
        let facts = Remembered::of(finding);
        let facts = match &self.told {
            Some(earlier) => facts.and(&earlier.facts),
            None => facts,
        };
        let told = Told {
            version_key: finding.version_key().to_string(),
            updated_at: micros(finding),
            count: finding.count(),
            at: platform::now().to_rfc3339(),
            facts,
            thread: thread.or_else(|| self.told.as_ref().and_then(|own| own.thread.clone())),
            resolved,
        };
        let archived_at =
            if finding.archived() == Some(true) { self.latest_archival(finding) } else { None };
        Self { claim: None, told: Some(told), archived_at }
    }

    /// With this version seen to be archived.
    pub(crate) fn with_archived(&self, finding: &Finding) -> Self {
        Self { archived_at: self.latest_archival(finding), ..self.clone() }
    }

    fn latest_archival(&self, finding: &Finding) -> Option<i64> {
        self.archived_at.max(micros(finding))
    }
}

impl Told {
    /// By `updatedAt`, then by count. What can't be compared is not newer: better told twice than
    /// never.
    fn is_newer_than(&self, finding: &Finding) -> bool {
        let (Some(own), Some(other)) = (self.updated_at, micros(finding)) else { return false };
        own > other
            || (own == other
                && self.count.zip(finding.count()).is_some_and(|(own, other)| own > other))
    }
}

fn micros(finding: &Finding) -> Option<i64> {
    finding.updated_at().map(findings::Timestamp::epoch_micros)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version(minute: u32, severity: f64, count: u64, archived: bool) -> Finding {
        let json = json!({"id": "f1", "accountId": "111122223333", "region": "eu-west-1",
            "type": "Recon:EC2/Portscan", "severity": severity,
            "updatedAt": format!("2026-10-01T08:{minute:02}:00Z"),
            "service": {"count": count, "archived": archived}});
        Finding::parse(&json.to_string()).unwrap()
    }

    fn judged(state: &State, finding: &Finding) -> Verdict {
        state.judge(finding, &NotifyChanges::default(), false)
    }

    fn described(verdict: Verdict) -> Option<String> {
        match verdict {
            Verdict::Tell(telling) => telling.change.map(|change| change.describe()),
            _ => None,
        }
    }

    fn told(finding: &Finding) -> State {
        State::default().with(finding, None, false)
    }

    #[test]
    fn the_first_version_that_comes_is_told_and_an_older_one_never_after_it() {
        let [older, newer] = [version(0, 5.0, 1, false), version(5, 5.0, 3, false)];
        assert_eq!(judged(&State::default(), &newer), Verdict::Tell(Telling::default()));
        let state = told(&newer);
        assert_eq!(judged(&state, &newer), Verdict::Already);
        assert_eq!(judged(&state, &older), Verdict::Older);
        let fewer = version(5, 8.0, 2, false);
        assert_eq!(
            judged(&state, &fewer),
            Verdict::Older,
            "of the same moment, with a lower count"
        );
    }

    #[test]
    fn a_further_version_is_told_when_it_matters_and_says_what_changed() {
        let state = told(&version(0, 5.0, 3, false));
        assert_eq!(
            judged(&state, &version(5, 5.0, 4, false)),
            Verdict::Unchanged { archived: false }
        );
        let graver = judged(&state, &version(5, 8.0, 57, false));
        assert_eq!(described(graver).as_deref(), Some("severity 5 → 8, count 3 → 57"));
    }

    #[test]
    fn an_archived_version_is_told_only_when_it_is_graver_and_closes_alerts() {
        let state = told(&version(0, 5.0, 3, false));
        let archived = version(5, 5.0, 57, true);
        assert_eq!(judged(&state, &archived), Verdict::Unchanged { archived: true });
        let closes = state.judge(&archived, &NotifyChanges::default(), true);
        assert!(matches!(&closes, Verdict::Tell(Telling { resolves: true, .. })));
        let closed = state.with(&archived, None, true);
        let again = closed.judge(&version(6, 5.0, 58, true), &NotifyChanges::default(), true);
        assert_eq!(again, Verdict::Unchanged { archived: true }, "an alert is closed once");
        let graver = state.judge(&version(5, 8.0, 57, true), &NotifyChanges::default(), true);
        assert!(matches!(graver, Verdict::Tell(Telling { resolves: false, .. })));
    }

    #[test]
    fn a_finding_that_comes_back_after_it_was_archived_is_told() {
        let state = told(&version(0, 5.0, 3, false)).with_archived(&version(5, 5.0, 3, true));
        let back = judged(&state, &version(9, 5.0, 4, false));
        assert_eq!(described(back).as_deref(), Some("count 3 → 4, no longer archived"));
        let before = judged(&state, &version(4, 5.0, 4, false));
        assert_eq!(before, Verdict::Unchanged { archived: false }, "of before it was archived");
        let told = state.with(&version(9, 5.0, 4, false), None, false);
        assert_eq!(told.archived_at, None);
    }

    #[test]
    fn what_cannot_be_compared_is_told_rather_than_lost() {
        let state = told(&version(5, 5.0, 3, false));
        let raw = r#"{"id":"f1","accountId":"111122223333","region":"eu-west-1","severity":8,
            "updatedAt":"soon","service":{"count":3,"archived":false}}"#;
        let verdict = judged(&state, &Finding::parse(raw).unwrap());
        assert!(matches!(verdict, Verdict::Tell(_)), "{verdict:?}");
    }

    #[test]
    fn a_severity_that_cannot_be_read_any_more_is_told_once_and_so_is_one_that_can_again() {
        let unreadable = |minute: u32| {
            let raw = version(minute, 5.0, 3, false).raw().replace("5.0", "\"5\"");
            Finding::parse(&raw).unwrap()
        };
        let state = told(&version(0, 5.0, 3, false));
        assert!(matches!(judged(&state, &unreadable(1)), Verdict::Tell(_)));
        let state = state.with(&unreadable(1), None, false);
        assert_eq!(judged(&state, &unreadable(2)), Verdict::Unchanged { archived: false });
        assert!(matches!(judged(&state, &version(3, 8.0, 3, false)), Verdict::Tell(_)));
    }

    #[test]
    fn a_thread_is_that_of_the_first_message() {
        let first = State::default().with(&version(0, 5.0, 1, false), Some("t1".into()), false);
        let second = first.with(&version(5, 8.0, 2, false), None, false);
        let Verdict::Tell(telling) = judged(&second, &version(9, 9.0, 3, false)) else { panic!() };
        assert_eq!(telling.thread.as_deref(), Some("t1"));
    }

    #[test]
    fn a_state_survives_as_json() {
        let state = State::default().with(&version(0, 5.0, 1, false), Some("t1".into()), false);
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
        assert_eq!(serde_json::from_str::<State>(r#"{"mood":1}"#).unwrap(), State::default());
    }
}
