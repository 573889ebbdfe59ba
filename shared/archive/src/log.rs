//! What the ledger holds, read again: by rule, account, Region, type and time.

use findings::Timestamp;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    entry::part,
    error::ArchiveError,
    ledger::{AT_ONCE, Ledger},
    line::Logged,
};

/// Which lines to read. What is `None` takes all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// The rule.
    pub rule: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// The finding type; a `*` at its end stands for any rest.
    pub finding_type: Option<String>,
    /// Written at or after this.
    pub since: Option<Timestamp>,
    /// Written before this.
    pub until: Option<Timestamp>,
}

impl LogFilter {
    fn takes(&self, line: &Logged) -> bool {
        let is = |wanted: &Option<String>, own: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| own == Some(wanted))
        };
        let at = Timestamp::parse(&line.at);
        is(&self.rule, line.rule.as_deref())
            && is(&self.account, line.account.as_deref())
            && is(&self.region, line.region.as_deref())
            && self.takes_type(line.finding_type.as_deref())
            && self.since.is_none_or(|since| at.is_some_and(|at| at >= since))
            && self.until.is_none_or(|until| at.is_some_and(|at| at < until))
    }

    fn takes_type(&self, own: Option<&str>) -> bool {
        match self.finding_type.as_deref() {
            None => true,
            Some(wanted) => match wanted.strip_suffix('*') {
                Some(start) => own.is_some_and(|own| own.starts_with(start)),
                None => own == Some(wanted),
            },
        }
    }

    /// The partitions that hold what is asked for.
    fn prefix(&self) -> String {
        let mut prefix = String::from("audit/v1/");
        if let Some(region) = &self.region {
            prefix.push_str(&format!("region={}/", part(Some(region))));
            if let Some(account) = &self.account {
                prefix.push_str(&format!("account={}/", part(Some(account))));
            }
        }
        prefix
    }
}

impl Ledger<'_> {
    /// The lines that the filter takes, in the order of time.
    ///
    /// # Errors
    /// When a call fails, or an object is no line of the ledger.
    pub async fn log(&self, filter: &LogFilter) -> Result<Vec<Logged>, ArchiveError> {
        let listed = self.store.list(self.bucket, &filter.prefix()).await?;
        let read = listed.iter().filter(|object| object.key.ends_with(".json")).map(|object| {
            let key = object.key.as_str();
            async move { self.get::<Logged>(key).await }
        });
        let mut lines: Vec<Logged> = stream::iter(read)
            .buffered(AT_ONCE)
            .try_filter_map(|line| async move { Ok(line.filter(|line| filter.takes(line))) })
            .try_collect()
            .await?;
        lines.sort_by(|a, b| (&a.at, &a.finding_id).cmp(&(&b.at, &b.finding_id)));
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Event;

    fn line() -> Logged {
        Logged {
            at: "2026-10-02T08:00:00.000Z".into(),
            event: Event::Archived,
            finding_id: "f1".into(),
            version_key: "v1".into(),
            account: Some("111122223333".into()),
            region: Some("eu-west-1".into()),
            finding_type: Some("Recon:EC2/Portscan".into()),
            severity: Some(2.0),
            rule: Some("probes".into()),
            reason: None,
            owner: None,
            rule_set: None,
            archived_version: None,
        }
    }

    #[test]
    fn each_part_of_the_filter_takes_and_refuses() {
        let at = Timestamp::parse("2026-10-02T08:00:00Z");
        let all = LogFilter::default();
        let text = |own: &str| Some(own.to_owned());
        for (filter, takes) in [
            (all.clone(), true),
            (LogFilter { rule: text("probes"), ..all.clone() }, true),
            (LogFilter { rule: text("probe"), ..all.clone() }, false),
            (LogFilter { account: text("444455556666"), ..all.clone() }, false),
            (LogFilter { region: text("eu-west-1"), ..all.clone() }, true),
            (LogFilter { finding_type: text("Recon:*"), ..all.clone() }, true),
            (LogFilter { finding_type: text("Recon:EC2/Portscan"), ..all.clone() }, true),
            (LogFilter { finding_type: text("Recon:EC2"), ..all.clone() }, false),
            (LogFilter { since: at, ..all.clone() }, true),
            (LogFilter { until: at, ..all.clone() }, false),
        ] {
            assert_eq!(filter.takes(&line()), takes, "{filter:?}");
        }
    }

    #[test]
    fn region_and_account_lead_to_their_partitions() {
        let filter = LogFilter {
            region: Some("eu-west-1".into()),
            account: Some("111122223333".into()),
            ..LogFilter::default()
        };
        assert_eq!(filter.prefix(), "audit/v1/region=eu-west-1/account=111122223333/");
        let account_alone = LogFilter { region: None, ..filter };
        assert_eq!(account_alone.prefix(), "audit/v1/");
    }
}
