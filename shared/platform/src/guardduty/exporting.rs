//! Whether the detector's findings are exported.

use aws_sdk_guardduty::types::PublishingStatus;

use super::{GuardDuty, GuardDutyError};

/// How the destinations of an export are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exporting {
    /// Destinations that GuardDuty publishes to.
    pub publishing: usize,
    /// Destinations in any other state: waiting, stopped, out of reach.
    pub silent: usize,
}

impl Exporting {
    /// How much of the export is missing: destinations that are silent, and one when there is none at all.
    pub fn missing(&self) -> usize {
        let is_none = self.publishing == 0 && self.silent == 0;
        if is_none { 1 } else { self.silent }
    }
}

impl GuardDuty {
    /// Whether GuardDuty publishes to the destinations of the export. S3 is the only type of
    /// destination
    /// (<https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreatePublishingDestination.html>),
    /// so they are few, and the first page holds all of them.
    pub async fn exporting(&self) -> Result<Exporting, GuardDutyError> {
        let detector = self.detector_id().await?;
        let client = self.aws.guardduty().await;
        let output = client.list_publishing_destinations().detector_id(detector).send().await;
        let output =
            output.map_err(|error| GuardDutyError::call("ListPublishingDestinations", error))?;
        let destinations = output.destinations.unwrap_or_default();
        let is_publishing = |status: &Option<_>| *status == Some(PublishingStatus::Publishing);
        let publishing =
            destinations.iter().filter(|destination| is_publishing(&destination.status)).count();
        Ok(Exporting { publishing, silent: destinations.len() - publishing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        guardduty::tests::{refusal, with},
        loopback::answer,
    };

    #[test]
    fn only_a_destination_that_is_published_to_exports() {
        let body = r#"{"destinations":[
            {"destinationId":"d1","destinationType":"S3","status":"PUBLISHING"},
            {"destinationId":"d2","destinationType":"S3","status":"PENDING_VERIFICATION"},
            {"destinationId":"d3","destinationType":"S3","status":"STOPPED"},
            {"destinationId":"d4","destinationType":"S3","status":"OF_TOMORROW"}]}"#;
        for (body, expected) in [
            (body, Exporting { publishing: 1, silent: 3 }),
            (r#"{"destinations":[]}"#, Exporting { publishing: 0, silent: 0 }),
        ] {
            let (exporting, requests) = with(
                move |_, _| answer(200, body),
                async |guardduty| guardduty.exporting().await.unwrap(),
            );
            assert_eq!(exporting, expected);
            let line = &requests[0].line;
            assert!(line.starts_with("GET") && line.contains("/publishingDestination"), "{line}");
        }
    }

    #[test]
    fn no_destination_at_all_exports_nothing() {
        for (publishing, silent, missing) in [(1, 0, 0), (1, 1, 1), (0, 2, 2), (0, 0, 1)] {
            let exporting = Exporting { publishing, silent };
            assert_eq!(exporting.missing(), missing, "{exporting:?}");
        }
    }

    #[test]
    fn a_refusal_is_no_answer() {
        let (told, _) = with(
            |_, _| refusal(403, "AccessDeniedException", "no"),
            async |guardduty| guardduty.exporting().await.unwrap_err().to_string(),
        );
        assert!(told.starts_with("ListPublishingDestinations failed: 403"), "{told}");
    }
}
