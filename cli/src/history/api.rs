//! GuardDuty itself: every finding that it still keeps.

use std::{collections::VecDeque, vec::IntoIter};

use anyhow::{Context, anyhow};
use platform::guardduty::{CHUNK, GuardDuty, GuardDutyError};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Connection, Texts};

/// The findings of the account's detector in this Region, archived or not, as GuardDuty writes
/// them. Their ids are all listed first; the findings are fetched 50 at a time as they are asked
/// for. After an error nothing follows.
pub(super) fn texts(connection: &Connection) -> anyhow::Result<Texts> {
    let guardduty = GuardDuty::new(connection.aws().clone(), None);
    let ids = connection
        .runtime()?
        .block_on(guardduty.ids())
        .map_err(|error| explained(&error, connection))?;
    Ok(Box::new(Findings {
        connection: connection.clone(),
        guardduty,
        ids: ids.into_iter(),
        fetched: VecDeque::new(),
        number: 0,
    }))
}

struct Findings {
    connection: Connection,
    guardduty: GuardDuty,
    ids: IntoIter<String>,
    fetched: VecDeque<String>,
    /// How many have been handed out.
    number: u64,
}

impl Iterator for Findings {
    type Item = anyhow::Result<(u64, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(text) = self.fetched.pop_front() {
                self.number += 1;
                return Some(Ok((self.number, text)));
            }
            let ids: Vec<_> = self.ids.by_ref().take(CHUNK).collect();
            if ids.is_empty() {
                return None;
            }
            match self.fetch(&ids) {
                Ok(texts) => self.fetched = texts,
                Err(error) => {
                    self.ids = Vec::new().into_iter();
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Findings {
    fn fetch(&self, ids: &[String]) -> anyhow::Result<VecDeque<String>> {
        let answers = self.connection.runtime()?.block_on(self.guardduty.findings(ids));
        let answers = answers.map_err(|error| explained(&error, &self.connection))?;
        let mut texts = VecDeque::new();
        for answer in answers {
            texts.extend(split(&answer)?);
        }
        Ok(texts)
    }
}

/// The findings of one answer, each untouched.
fn split(answer: &[u8]) -> anyhow::Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        findings: Vec<&'a RawValue>,
    }
    let answer: Answer<'_> = serde_json::from_slice(answer).context(
        "GetFindings answered with something else than findings; is --endpoint-url GuardDuty's?",
    )?;
    Ok(answer.findings.into_iter().map(|finding| finding.get().to_owned()).collect())
}

/// The error with the Region that was asked and what to do.
pub(crate) fn explained(error: &GuardDutyError, connection: &Connection) -> anyhow::Error {
    let place = connection.place();
    match error {
        GuardDutyError::Call { operation, told, status, .. } => {
            if let Some(missing) = connection.missing(error) {
                return anyhow!("{operation}{place} failed: {missing}");
            }
            let stale = ["Token", "Signature", "UnrecognizedClient"];
            let advice = match status {
                Some(400..=403) if stale.iter().any(|word| told.contains(word)) => {
                    "renew the credentials, or name others with --profile".to_owned()
                }
                Some(400) if told.contains("administrator") => "only the administrator account may do that: use its credentials, and the Region of its detector".to_owned(),
                Some(400) => "check that --detector-id is a detector of this account and Region".to_owned(),
                Some(403) => format!("allow guardduty:{operation} to whoever's credentials these are"),
                _ => "check the network, --region and --endpoint-url".to_owned(),
            };
            anyhow!("{operation}{place} failed: {told}; {advice}")
        }
        GuardDutyError::Detector { count } => anyhow!(
            "GuardDuty has {count} detectors{place} and one is needed; enable it there, or name another Region with --region"
        ),
        other => anyhow!("GuardDuty{place}: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_cut_out_as_they_are() {
        let answer = br#"{"findings": [ {"id":"a", "severity": 2.0}, {"id":"b","new":[1e2]} ]}"#;
        let expected = [r#"{"id":"a", "severity": 2.0}"#, r#"{"id":"b","new":[1e2]}"#];
        assert_eq!(split(answer).unwrap(), expected);
        assert!(split(b"<html>").unwrap_err().to_string().contains("--endpoint-url"));
    }

    #[test]
    fn a_refusal_names_the_region_and_the_permission() {
        let connection = Connection::new(platform::aws::Settings {
            region: Some("eu-south-2".to_owned()),
            ..platform::aws::Settings::default()
        });
        let call = |told: &str, status| GuardDutyError::Call {
            operation: "ListFindings",
            status,
            told: told.to_owned(),
            hint: "",
            retryable: false,
            source: "refused".into(),
        };
        let denied = explained(&call("403 AccessDeniedException", Some(403)), &connection);
        let denied = denied.to_string();
        assert!(denied.starts_with("ListFindings in eu-south-2 failed: 403"), "{denied}");
        assert!(denied.contains("allow guardduty:ListFindings"), "{denied}");
        let expired = explained(&call("403 ExpiredTokenException", Some(403)), &connection);
        assert!(expired.to_string().ends_with("--profile"), "{expired}");
        let none = explained(&GuardDutyError::Detector { count: 0 }, &connection).to_string();
        assert!(none.contains("0 detectors in eu-south-2") && none.contains("--region"), "{none}");
    }
}
