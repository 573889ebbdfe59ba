//! A call that failed, told with the account, the Region and what to do next.

use std::error::Error;

use anyhow::anyhow;
use aws_sdk_guardduty::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use platform::{aws::credentials_problem, call_failure, guardduty::GuardDutyError};

use super::{Seat, regions};
use crate::printable::printable;

/// The account has not opted in to the Region.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct RegionOff(String);

/// What to tell of a call that failed. `operation` is named as IAM does, such as `ListDetectors`.
pub(crate) fn refused<E>(
    operation: &str,
    error: SdkError<E, HttpResponse>,
    seat: &Seat,
) -> anyhow::Error
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.code().unwrap_or_default().to_owned();
    let message = error.message().unwrap_or_default().to_owned();
    if let Some(problem) = credentials_problem(&error) {
        let advice = if problem.contains("AssumeRole") || problem.contains("assume") {
            "check that --role-name is a role of that account whose trust policy names you, and that you may call sts:AssumeRole"
        } else {
            "set AWS_PROFILE or --profile"
        };
        return anyhow!(
            "{operation} in {seat} failed: no usable credentials: {}; {advice}",
            printable(&problem)
        );
    }
    let told = call_failure(&error);
    let next = advice(operation, status, &code, &message, seat);
    let text = format!("{operation} in {seat} failed: {}; {next}", printable(&told));
    let is_foreign =
        ["InvalidClientToken", "UnrecognizedClient"].iter().any(|own| code.contains(own));
    if is_foreign && regions::is_opt_in(&seat.region) {
        return RegionOff(text).into();
    }
    anyhow!(text)
}

/// What to tell of a call about findings that failed.
pub(crate) fn told(error: &GuardDutyError, seat: &Seat) -> anyhow::Error {
    match error {
        GuardDutyError::Call { operation, told, status, .. } => {
            let next = advice(operation, *status, told, told, seat);
            anyhow!("{operation} in {seat} failed: {}; {next}", printable(told))
        }
        GuardDutyError::Detector { .. } => super::detector::none(seat),
        other => anyhow!("GuardDuty in {seat}: {other}"),
    }
}

fn advice(operation: &str, status: Option<u16>, code: &str, message: &str, seat: &Seat) -> String {
    let is_stale = ["ExpiredToken", "InvalidSignature", "InvalidClientToken", "UnrecognizedClient"];
    let told = message.to_ascii_lowercase();
    match status {
        Some(400..=403) if is_stale.iter().any(|word| code.contains(word)) => {
            if regions::is_opt_in(&seat.region) {
                format!("enable {} for the account (it is an opt-in Region), or renew the credentials", seat.region)
            } else {
                "renew the credentials, or name others with --profile".to_owned()
            }
        }
        Some(403) => {
            let action = if operation.contains(':') { operation.to_owned() } else { format!("guardduty:{operation}") };
            format!("allow {action} to whoever's credentials these are")
        }
        Some(429) => "GuardDuty was asked too often, by others as well; wait a minute and repeat the same command".to_owned(),
        Some(500..) => "GuardDuty had a failure of its own; repeat the same command".to_owned(),
        Some(_) if told.contains("management account") => "use the credentials of the organization's management account".to_owned(),
        Some(_) if told.contains("delegated administrator") => "use the credentials of the delegated administrator; `guardsift org status` names it".to_owned(),
        Some(_) if told.contains("member") || told.contains("administrator") => "use the credentials of the administrator account; `guardsift status` names it".to_owned(),
        Some(_) if told.contains("not owned by the current account") => "the detector belongs to another account or Region; name the Region with --region".to_owned(),
        Some(_) if operation.contains(':') => "look at what is named there, and at --profile and --region".to_owned(),
        Some(_) => "`guardsift status` shows what is there now".to_owned(),
        None => "check the network, --region and --endpoint-url".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use platform::aws::{Aws, Settings};

    use super::*;

    #[test]
    fn what_to_do_depends_on_what_was_said() {
        let seat = |region: &str| Seat {
            account: Some("111122223333".to_owned()),
            region: region.to_owned(),
            aws: Arc::new(Aws::with_settings(Settings::default())),
        };
        let home = seat("eu-west-1");
        let said =
            |status, code, message| advice("UpdateDetector", Some(status), code, message, &home);
        assert!(said(403, "AccessDeniedException", "").contains("allow guardduty:UpdateDetector"));
        assert!(said(429, "", "Rate exceeded").contains("wait a minute"));
        assert!(
            said(400, "BadRequestException", "is a member: only").contains("administrator account")
        );
        let stale = advice(
            "ListDetectors",
            Some(403),
            "UnrecognizedClientException",
            "",
            &seat("eu-south-2"),
        );
        assert!(stale.contains("opt-in Region"), "{stale}");
        assert!(said(403, "UnrecognizedClientException", "").contains("--profile"));
    }
}
