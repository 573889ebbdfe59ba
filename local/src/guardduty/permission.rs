//! Whether the policy of a bucket or of a key lets GuardDuty do something. One without any policy is taken for one that does.

use serde_json::Value;

/// Who wants to do what.
pub(crate) struct Wish<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) detector_arn: &'a str,
    /// `s3:PutObject`.
    pub(crate) action: &'a str,
    /// `arn:aws:s3:::BUCKET/KEY`, or a key's ARN.
    pub(crate) resource: &'a str,
}

pub(crate) fn allows(policy: &str, wish: &Wish<'_>) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return false };
    let statements: Vec<&Value> = match policy.get("Statement") {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let applies = |statement: &&&Value| {
        concerns(statement, wish)
            && texts(statement.get("Action")).iter().any(|own| matches(own, wish.action))
            && texts(statement.get("Resource")).iter().any(|own| matches(own, wish.resource))
            && holds(statement.get("Condition"), wish)
    };
    let effect = |wanted: &'static str| {
        let is_it = move |own: &&&Value| own.get("Effect").and_then(Value::as_str) == Some(wanted);
        statements.iter().filter(is_it).any(|own| applies(&own))
    };
    effect("Allow") && !effect("Deny")
}

fn concerns(statement: &Value, wish: &Wish<'_>) -> bool {
    let Some(principal) = statement.get("Principal") else { return false };
    if principal.as_str() == Some("*") || texts(principal.get("AWS")).contains(&"*") {
        return true;
    }
    let regional = format!("guardduty.{}.amazonaws.com", wish.region);
    let is_ours = |own: &&str| *own == "guardduty.amazonaws.com" || *own == regional;
    texts(principal.get("Service")).iter().any(is_ours)
}

/// Conditions on who GuardDuty acts for. Others depend on the request; a service that encrypts as it was told and
/// speaks TLS does not meet those that deny.
fn holds(condition: Option<&Value>, wish: &Wish<'_>) -> bool {
    let Some(Value::Object(operators)) = condition else { return true };
    operators.iter().all(|(operator, keys)| {
        let equal =
            matches!(operator.as_str(), "StringEquals" | "ArnEquals" | "StringLike" | "ArnLike");
        keys.as_object().into_iter().flatten().all(|(key, values)| {
            let own = match key.to_ascii_lowercase().as_str() {
                "aws:sourceaccount" => wish.account,
                "aws:sourcearn" => wish.detector_arn,
                _ => return false,
            };
            equal && texts(Some(values)).iter().any(|value| matches(value, own))
        })
    })
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, "")) => text.starts_with(head),
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).filter_map(|from| rest.get(from..)).any(|rest| matches(tail, rest))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(statements: &str) -> bool {
        let detector_arn = "arn:aws:guardduty:eu-west-1:111122223333:detector/d1";
        let wish = Wish {
            account: "111122223333",
            region: "eu-west-1",
            detector_arn,
            action: "s3:PutObject",
            resource: "arn:aws:s3:::exports/f/AWSLogs/x",
        };
        allows(&format!(r#"{{"Statement":[{statements}]}}"#), &wish)
    }

    #[test]
    fn a_policy_has_to_name_the_service_the_place_and_the_detector() {
        let allow = |principal: &str, resource: &str, arn: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":{{"Service":"{principal}"}},"Action":["s3:PutObject"],"Resource":"{resource}","Condition":{{"StringEquals":{{"aws:SourceAccount":"111122223333","aws:SourceArn":"{arn}"}}}}}}"#
            )
        };
        let arn = "arn:aws:guardduty:eu-west-1:111122223333:detector/d1";
        let good = allow("guardduty.amazonaws.com", "arn:aws:s3:::exports/f/*", arn);
        assert!(allowed(&good));
        assert!(!allowed(&allow("guardduty.amazonaws.com", "arn:aws:s3:::exports/other/*", arn)));
        assert!(!allowed(&allow(
            "guardduty.us-east-1.amazonaws.com",
            "arn:aws:s3:::exports/*",
            arn
        )));
        assert!(!allowed(&allow(
            "guardduty.amazonaws.com",
            "arn:aws:s3:::exports/*",
            &format!("{arn}2")
        )));
        let deny = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::exports/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
        assert!(allowed(&format!("{good},{deny}")));
        assert!(!allowed(&format!(
            "{good},{}",
            deny.replace(r#","Condition":{"Bool":{"aws:SecureTransport":"false"}}"#, "")
        )));
        let everybody =
            r#"{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:PutObject","Resource":"*"}"#;
        assert!(!allowed(&format!("{good},{everybody}")));
    }
}
