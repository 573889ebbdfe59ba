//! Reads the policies of buckets and keys for what GuardDuty may and may not do.

use serde_json::Value;

use super::place::ExportPlace;
use crate::operate::regions;

/// The statements of a policy.
pub(super) fn statements(policy: &Value) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// Why GuardDuty can't write, or `None` when nothing here keeps it from that.
pub(super) fn obstacle(policy: &Value, place: &ExportPlace) -> Option<String> {
    let principal = regions::principal(&place.region);
    let object = format!("{}/AWSLogs/x", place.destination_arn());
    let needed = [("s3:GetBucketLocation", place.bucket_arn()), ("s3:PutObject", object.clone())];
    let lacks =
        needed.iter().find_map(|(action, resource)| not_allowed(policy, place, action, resource));
    if lacks.is_some() {
        return lacks;
    }
    statements(policy)
        .into_iter()
        .filter(|own| effect(own) == "Deny" && names(own, &principal))
        .find_map(|own| {
            let sid = own.get("Sid").and_then(Value::as_str).unwrap_or("without a Sid");
            if acts(own, "s3:PutObjectAcl")
                && own.get("Condition").is_none()
                && covers(own, &object)
            {
                return Some(format!(
                    "the statement {sid} denies s3:PutObjectAcl, which GuardDuty uses"
                ));
            }
            if !(acts(own, "s3:PutObject") && covers(own, &object)) {
                return None;
            }
            let Some(condition) = own.get("Condition") else {
                return Some(format!("the statement {sid} denies s3:PutObject"));
            };
            let key = condition
                .pointer("/StringNotEquals/s3:x-amz-server-side-encryption-aws-kms-key-id")?;
            let is_ours = texts(Some(key)).contains(&place.key_arn.as_str());
            (!is_ours).then(|| {
                format!(
                    "the statement {sid} wants another key than the destination's {}",
                    place.key_arn
                )
            })
        })
}

/// Why GuardDuty can't use the key, or `None` when nothing here keeps it from that.
pub(super) fn key_obstacle(policy: &Value, place: &ExportPlace) -> Option<String> {
    let principal = regions::principal(&place.region);
    let lacks = not_allowed(policy, place, USE_KEY, &place.key_arn);
    lacks.or_else(|| {
        let denies = |own: &&Value| {
            effect(own) == "Deny"
                && names(own, &principal)
                && acts(own, USE_KEY)
                && covers(own, &place.key_arn)
                && own.get("Condition").is_none()
        };
        let denial = statements(policy).into_iter().find(denies)?;
        let sid = denial.get("Sid").and_then(Value::as_str).unwrap_or("without a Sid");
        Some(format!("the statement {sid} denies {USE_KEY}"))
    })
}

/// Whether anybody's GuardDuty may use the key.
pub(super) fn is_key_open_to_all(policy: &Value, place: &ExportPlace) -> bool {
    is_open(policy, place, USE_KEY)
}

/// Who may decrypt: principals of AWS that the policy names, and whether it leaves the question to IAM.
pub(super) fn readers(policy: &Value) -> (Vec<&str>, bool) {
    let may = |own: &&Value| effect(own) == "Allow" && acts(own, "kms:Decrypt");
    let named = statements(policy).into_iter().filter(may);
    let named = named.flat_map(|own| texts(own.pointer("/Principal/AWS")));
    let (roots, named): (Vec<_>, Vec<_>) =
        named.partition(|own| own.ends_with(":root") || own.len() == 12);
    (named, !roots.is_empty())
}

/// What GuardDuty does with the key of an export.
const USE_KEY: &str = "kms:GenerateDataKey";

/// Why no statement allows this to GuardDuty of this detector.
fn not_allowed(
    policy: &Value,
    place: &ExportPlace,
    action: &str,
    resource: &str,
) -> Option<String> {
    let principal = regions::principal(&place.region);
    let allowed: Vec<_> = statements(policy)
        .into_iter()
        .filter(|own| effect(own) == "Allow" && acts(own, action) && covers(own, resource))
        .collect();
    let named: Vec<_> = allowed.iter().filter(|own| names(own, &principal)).collect();
    if named.is_empty() {
        let other =
            allowed.iter().flat_map(|own| services(own)).find(|own| own.starts_with("guardduty."));
        return Some(match other {
            Some(other) => format!(
                "{action} is allowed to {other}, and in {} GuardDuty is {principal}",
                place.region
            ),
            None => format!("no statement allows {action} on {resource} to {principal}"),
        });
    }
    (!named.iter().any(|own| is_for(own, place))).then(|| {
        format!(
            "{action} is allowed for another detector or account than {}: look at aws:SourceArn and aws:SourceAccount",
            place.detector_arn()
        )
    })
}

/// Whether anybody's GuardDuty may write: a statement for it without a condition on whose.
pub(super) fn is_open_to_all(policy: &Value, place: &ExportPlace) -> bool {
    is_open(policy, place, "s3:PutObject")
}

fn is_open(policy: &Value, place: &ExportPlace, action: &str) -> bool {
    let principal = regions::principal(&place.region);
    statements(policy).into_iter().any(|own| {
        effect(own) == "Allow"
            && names(own, &principal)
            && acts(own, action)
            && !conditions(own).any(|(_, key, _)| key.starts_with("aws:source"))
    })
}

fn effect(statement: &Value) -> &str {
    statement.get("Effect").and_then(Value::as_str).unwrap_or_default()
}

fn acts(statement: &Value, action: &str) -> bool {
    texts(statement.get("Action")).iter().any(|own| covers_text(own, action))
}

fn covers(statement: &Value, resource: &str) -> bool {
    texts(statement.get("Resource")).iter().any(|own| covers_text(own, resource))
}

fn services(statement: &Value) -> Vec<&str> {
    texts(statement.pointer("/Principal/Service"))
}

fn names(statement: &Value, principal: &str) -> bool {
    let everybody = statement.get("Principal").and_then(Value::as_str) == Some("*")
        || texts(statement.pointer("/Principal/AWS")).contains(&"*");
    everybody || services(statement).contains(&principal)
}

/// Operator, key in lower case, and values.
fn conditions(statement: &Value) -> impl Iterator<Item = (&str, String, Vec<&str>)> {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| {
            (operator.as_str(), key.to_ascii_lowercase(), texts(Some(values)))
        })
    })
}

fn is_for(statement: &Value, place: &ExportPlace) -> bool {
    let arn = place.detector_arn();
    conditions(statement).all(|(_, key, values)| {
        let own = match key.as_str() {
            "aws:sourcearn" => arn.as_str(),
            "aws:sourceaccount" => &place.account,
            _ => return true,
        };
        values.iter().any(|value| covers_text(value, own))
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
fn covers_text(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.eq_ignore_ascii_case(text),
        Some((head, "")) => text.starts_with(head),
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).filter_map(|from| rest.get(from..)).any(|rest| covers_text(tail, rest))
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::place::example, *};

    #[test]
    fn our_own_policy_is_well_and_each_thing_that_is_wrong_is_named() {
        let place = example("eu-west-1");
        let policy = place.policy(None);
        assert_eq!(obstacle(&policy, &place), None);
        assert!(!is_open_to_all(&policy, &place));
        let with = |path: &str, value: Value| {
            let mut own = policy.clone();
            *own.pointer_mut(path).unwrap() = value;
            obstacle(&own, &place).unwrap()
        };
        let arn = "/Statement/1/Condition/StringEquals/aws:SourceArn";
        assert!(
            with(arn, json!("arn:aws:guardduty:eu-west-1:111122223333:detector/d2"))
                .contains("another detector")
        );
        assert!(
            with("/Statement/1/Resource", json!("arn:aws:s3:::exports/other/*"))
                .contains("no statement allows s3:PutObject")
        );
        assert!(
            with("/Statement/0/Principal/Service", json!("guardduty.us-east-1.amazonaws.com"))
                .contains("in eu-west-1 GuardDuty is")
        );
        let key =
            "/Statement/3/Condition/StringNotEquals/s3:x-amz-server-side-encryption-aws-kms-key-id";
        assert!(
            with(key, json!("arn:aws:kms:eu-west-1:111122223333:key/k2")).contains("another key")
        );
        assert!(with("/Statement/4", json!({"Sid": "Acl", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObjectAcl", "Resource": "*"})).contains("PutObjectAcl"));
    }

    #[test]
    fn a_statement_without_a_condition_on_whose_guardduty_is_open() {
        let place = example("eu-west-1");
        let mut policy = place.policy(None);
        policy
            .pointer_mut("/Statement/1")
            .and_then(Value::as_object_mut)
            .unwrap()
            .remove("Condition");
        assert!(is_open_to_all(&policy, &place));
    }

    #[test]
    fn a_key_is_for_this_detector_or_it_is_said_why_not() {
        let place = example("eu-west-1");
        let root = json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": "kms:*", "Resource": "*" });
        let policy = place.key_policy(&json!({ "Statement": [root] }));
        assert_eq!(key_obstacle(&policy, &place), None);
        assert!(!is_key_open_to_all(&policy, &place));
        assert_eq!(readers(&policy), (Vec::new(), true));
        let bare = json!({ "Statement": [root] });
        assert!(key_obstacle(&bare, &place).unwrap().contains("kms:GenerateDataKey"));
        let mut foreign = policy.clone();
        *foreign.pointer_mut("/Statement/1/Condition/StringEquals/aws:SourceArn").unwrap() =
            json!("arn:aws:guardduty:eu-west-1:111122223333:detector/d2");
        assert!(key_obstacle(&foreign, &place).unwrap().contains("another detector"));
        let mut denied = policy.clone();
        denied["Statement"].as_array_mut().unwrap().push(
            json!({ "Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "kms:Generate*", "Resource": "*" }),
        );
        assert!(key_obstacle(&denied, &place).unwrap().contains("the statement No denies"));
        let mut open = policy;
        open.pointer_mut("/Statement/1")
            .and_then(Value::as_object_mut)
            .unwrap()
            .remove("Condition");
        assert!(is_key_open_to_all(&open, &place));
        open["Statement"].as_array_mut().unwrap().push(
            json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/reader" }, "Action": ["kms:Decrypt"], "Resource": "*" }),
        );
        assert_eq!(readers(&open), (vec!["arn:aws:iam::111122223333:role/reader"], true));
    }
}
