//! STS as far as a caller of several accounts needs it: who one is, and a role of another account.

use bytes::Bytes;
use hyper::{Response, StatusCode, header};

/// The answer to one call of the query protocol by a caller of this account.
pub(crate) fn handle(account: &str, body: &[u8]) -> Response<Bytes> {
    let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let value = |name: &str| {
        form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    };
    match value("Action") {
        "GetCallerIdentity" => answer(
            StatusCode::OK,
            "GetCallerIdentity",
            &format!(
                "<Arn>arn:aws:iam::{account}:user/engineer</Arn><UserId>AIDAEXAMPLE</UserId><Account>{account}</Account>"
            ),
        ),
        "AssumeRole" => assume_role(value("RoleArn")),
        other => {
            refused(StatusCode::BAD_REQUEST, "InvalidAction", &format!("no action {other:.40}"))
        }
    }
}

/// The credentials of a role are the account's id as access key, so that the account can be told by them.
fn assume_role(arn: &str) -> Response<Bytes> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, role]
            if account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && role.starts_with("role/")
                && !role.contains("denied") =>
        {
            let (secret, session) = (crate::SECRET_ACCESS_KEY, "session");
            answer(
                StatusCode::OK,
                "AssumeRole",
                &format!(
                    "<Credentials><AccessKeyId>{account}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{session}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
                ),
            )
        }
        _ => refused(
            StatusCode::FORBIDDEN,
            "AccessDenied",
            "the caller is not authorized to perform: sts:AssumeRole",
        ),
    }
}

fn answer(status: StatusCode, action: &str, result: &str) -> Response<Bytes> {
    let text = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>request</RequestId></ResponseMetadata></{action}Response>"
    );
    xml(status, text)
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response<Bytes> {
    let text = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>request</RequestId></ErrorResponse>"
    );
    xml(status, text)
}

fn xml(status: StatusCode, text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static("text/xml");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> (StatusCode, String) {
        let answer = handle("111122223333", body.as_bytes());
        (answer.status(), String::from_utf8(answer.body().to_vec()).unwrap())
    }

    #[test]
    fn a_role_leads_into_its_account_and_a_forbidden_one_nowhere() {
        let (status, told) = text("Action=GetCallerIdentity&Version=2011-06-15");
        assert!(status.is_success() && told.contains("<Account>111122223333</Account>"), "{told}");
        let (_, told) =
            text("Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2Fops");
        assert!(told.contains("<AccessKeyId>444455556666</AccessKeyId>"), "{told}");
        let (status, _) =
            text("Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2Fdenied");
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
}
