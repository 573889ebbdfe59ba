//! What an event asks for: a look at some findings, or at all of them.

use findings::{Finding, Record, Timestamp, decode};
use serde::Deserialize;

/// An event, read.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Findings as the event holds them: a reason to look, never a copy to act on.
    pub(crate) findings: Vec<Finding>,
    /// Schedules that went off: a look at every finding that is not archived. Holds the events' ids.
    pub(crate) sweeps: Vec<String>,
    /// The event's own time.
    pub(crate) time: Option<Timestamp>,
    /// Events about something else.
    pub(crate) others: u32,
}

#[derive(Deserialize)]
struct Envelope {
    time: Option<String>,
}

/// An event that cannot be read, and so comes back until it is on the dead-letter queue.
#[derive(Debug, thiserror::Error)]
#[error("the event is neither a finding nor a schedule")]
pub(crate) struct EventError(#[source] findings::Unreadable);

impl Asked {
    pub(crate) fn of(event: &str) -> Result<Self, EventError> {
        let mut asked = Self::default();
        for record in decode(event.as_bytes()) {
            match record {
                Record::Finding(finding) => asked.findings.push(*finding),
                Record::Event(event) if is_schedule(&event) => {
                    asked.sweeps.push(event.id.unwrap_or_default());
                    asked.time = event.time;
                }
                Record::Event(_) => asked.others += 1,
                Record::Unreadable(reason) => return Err(EventError(reason)),
            }
        }
        if let Ok(Envelope { time: Some(time) }) = serde_json::from_str(event) {
            asked.time = Timestamp::parse(&time);
        }
        Ok(asked)
    }

    /// Whether there is anything to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.sweeps.is_empty()
    }

    /// Joins what another event of the same batch asks for. Of two schedules one look is enough, but
    /// an earlier attempt at either may have left something to be ended.
    pub(crate) fn join(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.sweeps.extend(other.sweeps);
        self.time = self.time.max(other.time);
        self.others += other.others;
    }

    /// Names the runs that schedules ask for: the events' ids, which stay the same when an event is
    /// delivered again. What is done now is done in the name of the first.
    pub(crate) fn runs(&self) -> Vec<&str> {
        let is_name = |id: &&str| {
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        self.sweeps.iter().map(String::as_str).filter(is_name).collect()
    }

    /// The moment as of which holds are over: the event's own time, and never the future. Late or
    /// replayed, an event can only make a hold look longer. Whether a rule has expired is not asked of it.
    pub(crate) fn as_of(&self, now: Timestamp) -> Timestamp {
        self.time.map_or(now, |time| time.min(now))
    }
}

/// From EventBridge Scheduler with its default input, or from a rule with a schedule.
fn is_schedule(event: &findings::ServiceEvent) -> bool {
    matches!(event.source.as_str(), "aws.scheduler" | "aws.events")
        && event.detail_type == "Scheduled Event"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    const FINDING: &str = r#"{"source":"aws.guardduty","detail-type":"GuardDuty Finding","time":"2026-10-01T09:00:00Z","detail":{"id":"f1","severity":2}}"#;

    fn schedule(source: &str) -> String {
        format!(
            r#"{{"id":"e1","source":"{source}","detail-type":"Scheduled Event","time":"2026-10-01T08:00:00Z","detail":{{}}}}"#
        )
    }

    #[test]
    fn a_schedule_asks_for_a_sweep_and_a_finding_for_a_look_at_it() {
        for source in ["aws.scheduler", "aws.events"] {
            let asked = Asked::of(&schedule(source)).unwrap();
            assert_eq!((asked.runs(), asked.time), (vec!["e1"], Some(at("2026-10-01T08:00:00Z"))));
        }
        let asked = Asked::of(FINDING).unwrap();
        assert_eq!(
            (asked.findings[0].id(), asked.sweeps, asked.time),
            ("f1", vec![], Some(at("2026-10-01T09:00:00Z")))
        );
    }

    #[test]
    fn other_events_ask_for_nothing() {
        let asked =
            Asked::of(r#"{"source":"aws.ec2","detail-type":"Scheduled Event","detail":{}}"#)
                .unwrap();
        assert!(asked.is_empty());
        assert_eq!(asked.others, 1);
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        assert!(Asked::of("not json").is_err());
        assert!(Asked::of(r#"{"severity":2}"#).is_err());
    }

    #[test]
    fn nothing_is_decided_as_of_the_future() {
        let (earlier, later) = (at("2026-10-01T08:00:00Z"), at("2026-10-01T09:00:00Z"));
        let asked = |time| Asked { time, ..Asked::default() };
        assert_eq!(asked(Some(earlier)).as_of(later), earlier);
        assert_eq!(asked(Some(later)).as_of(earlier), earlier);
        assert_eq!(asked(None).as_of(later), later);
    }

    #[test]
    fn the_events_of_a_batch_are_decided_as_of_the_latest_of_them() {
        let mut all = Asked::of(FINDING).unwrap();
        all.join(Asked::of(&schedule("aws.scheduler")).unwrap());
        assert_eq!(
            (all.findings.len(), all.runs(), all.time),
            (1, vec!["e1"], Some(at("2026-10-01T09:00:00Z")))
        );
    }

    #[test]
    fn no_schedule_of_a_batch_is_forgotten() {
        let mut all = Asked::of(&schedule("aws.scheduler")).unwrap();
        all.join(Asked::of(&schedule("aws.events").replace("e1", "e2")).unwrap());
        all.join(Asked::of(&schedule("aws.events").replace("e1", "../e3")).unwrap());
        assert_eq!(all.runs(), ["e1", "e2"], "and what is no name is none");
    }
}
