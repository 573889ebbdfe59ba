//! The part of a history that is asked for: a span of time, accounts and Regions.

use findings::Timestamp;

use crate::{exit::Unusable, moment};

/// What is taken of a history; all of it unless something is said.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Excerpt {
    /// Only findings updated at or after this: a date, a time, or an age such as 90d
    #[arg(long, value_name = "TIME", value_parser = moment::parse_or_ago)]
    pub(crate) since: Option<Timestamp>,
    /// Only findings updated before this
    #[arg(long, value_name = "TIME", value_parser = moment::parse_or_ago)]
    pub(crate) until: Option<Timestamp>,
    /// Only findings of this account; may be repeated
    #[arg(long = "account", value_name = "ID")]
    pub(crate) accounts: Vec<String>,
    /// Only findings of this Region; may be repeated. The first is also the one to call
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<String>,
}

impl Excerpt {
    /// Refuses a span of time that nothing can lie in.
    ///
    /// # Errors
    /// When it does not begin before it ends.
    pub(crate) fn checked(&self) -> Result<(), Unusable> {
        match (self.since, self.until) {
            (Some(since), Some(until)) if since >= until => Err(Unusable(format!(
                "nothing lies between --since {since} and --until {until}; name an end after the beginning"
            ))),
            _ => Ok(()),
        }
    }

    /// Whether a finding is in it.
    pub(crate) fn holds(
        &self,
        updated_at: Option<Timestamp>,
        account: Option<&str>,
        region: Option<&str>,
    ) -> bool {
        let is_named = |names: &[String], own: Option<&str>| {
            names.is_empty() || own.is_some_and(|own| names.iter().any(|name| name == own))
        };
        // A finding without a readable time can't be shown to lie outside.
        let is_in_time = updated_at.is_none_or(|moment| {
            self.since.is_none_or(|since| moment >= since)
                && self.until.is_none_or(|until| moment < until)
        });
        is_in_time && is_named(&self.accounts, account) && is_named(&self.regions, region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_time_that_ends_before_it_begins_is_refused() {
        let excerpt = |since: &str, until: &str| Excerpt {
            since: moment::parse(since).ok(),
            until: moment::parse(until).ok(),
            accounts: Vec::new(),
            regions: Vec::new(),
        };
        assert!(excerpt("2026-01-01", "2026-01-02").checked().is_ok());
        for since in ["2026-01-02", "2026-01-03"] {
            let error = excerpt(since, "2026-01-02").checked().unwrap_err();
            assert!(error.to_string().contains("--until 2026-01-02"), "{error}");
        }
    }
}
