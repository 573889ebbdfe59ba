//! What a rule had archived of a finding before, for those who are told of it now.

use serde::Serialize;

use super::{TEXT, moment, text::line};
use crate::Timestamp;

/// Earlier versions of a finding that rules have archived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchivedBefore {
    /// How many versions.
    pub times: usize,
    /// The rule that archived the last of them.
    pub rule: String,
    /// When it was archived.
    #[serde(serialize_with = "rfc3339")]
    pub at: Option<Timestamp>,
    /// Why that rule leaves this version open, in words. `None` when no rule archives it as it is
    /// now. May quote the finding.
    pub stays: Option<String>,
}

impl ArchivedBefore {
    /// `3 times, last by rule port-probes on 2026-10-05 09:31:02 UTC; it stays open: new country: Finland`
    pub(super) fn describe(&self) -> Option<String> {
        let times = match self.times {
            1 => "once,".to_owned(),
            times => format!("{times} times, last"),
        };
        let mut told = format!("{times} by rule {}", self.rule);
        if let Some(at) = self.at {
            told.push_str(&format!(" on {}", moment(at)));
        }
        if let Some(why) = &self.stays {
            told.push_str(&format!("; it stays open: {why}"));
        }
        line(&told, TEXT)
    }
}

#[expect(clippy::ref_option, reason = "serde hands the field over by reference")]
fn rfc3339<S: serde::Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(Timestamp::to_rfc3339).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_often_by_whom_when_and_why_it_stays() {
        let mut before = ArchivedBefore { times: 1, rule: "probes".into(), at: None, stays: None };
        assert_eq!(before.describe().unwrap(), "once, by rule probes");
        before.times = 3;
        before.at = Timestamp::parse("2026-10-05T09:31:02Z");
        before.stays = Some("new country: \u{202e}Finland\n".into());
        assert_eq!(
            before.describe().unwrap(),
            "3 times, last by rule probes on 2026-10-05 09:31:02 UTC; it stays open: new country: Finland"
        );
        let json = serde_json::to_value(&before).unwrap();
        assert_eq!(json["at"], Timestamp::parse("2026-10-05T09:31:02Z").unwrap().to_rfc3339());
    }
}
