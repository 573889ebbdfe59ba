//! The checks of the key that exports are encrypted with.

use super::{
    super::{bucket::Asked, place::ExportPlace, policy},
    Check, Newest, Seen, fail, pass, setup, unknown,
};

pub(super) fn all(seen: &Seen<'_>) -> Vec<Check> {
    let mut checks = vec![key_region(seen), key(seen)];
    // What is not there has no policy.
    if !matches!(seen.key.state, Ok(None)) {
        checks.extend([key_policy(seen), reader_key(seen)]);
    }
    checks
}

fn key_region(seen: &Seen<'_>) -> Check {
    let own = seen.place.key_arn.split(':').nth(3).unwrap_or_default();
    if own == seen.place.region {
        pass("key_region", format!("the key is in {own}"))
    } else {
        fail(
            "key_region",
            format!("the key is in {own:?}, and the detector in {}", seen.place.region),
            "export with a key of the detector's Region",
        )
    }
}

/// Whether it is there and can be used.
fn key(seen: &Seen<'_>) -> Check {
    let arn = &seen.place.key_arn;
    match &seen.key.state {
        Ok(Some(state)) if state == "Enabled" => pass("key", format!("{arn} is enabled")),
        Ok(Some(state)) => fail(
            "key",
            format!("{arn} is {state}, and can't encrypt"),
            "enable it with `aws kms enable-key` (after `aws kms cancel-key-deletion` where it is being deleted)",
        ),
        Ok(None) => {
            fail("key", format!("there is no key {arn}"), "export with a key that is there")
        }
        Err(why) => unknown("key", why, "look with credentials of the key's account"),
    }
}

fn key_policy(seen: &Seen<'_>) -> Check {
    let name = "key_policy";
    let ExportPlace { key_arn, .. } = seen.place;
    match &seen.key.policy {
        Ok(Some(own)) => match policy::key_obstacle(own, seen.place) {
            Some(obstacle) => fail(name, obstacle, setup(seen)),
            None if policy::is_key_open_to_all(own, seen.place) => fail(
                name,
                "GuardDuty of any account may use the key: aws:SourceAccount and aws:SourceArn are not asked for",
                format!("put in the place of that statement: {}", seen.place.key_statement()),
            ),
            None => pass(name, "this detector may use the key, and nothing denies it"),
        },
        _ if seen.destination.status == "PUBLISHING" => {
            pass(name, "GuardDuty can use the key, since it is publishing; its policy is not known")
        }
        other => unknown(
            name,
            why(other, key_arn),
            format!(
                "compare `aws kms get-key-policy --key-id {key_arn} --policy-name default` with: {}",
                seen.place.key_statement()
            ),
        ),
    }
}

fn why<T>(asked: &Asked<T>, key_arn: &str) -> String {
    asked.as_ref().err().cloned().unwrap_or_else(|| format!("{key_arn} has no policy"))
}

/// Whether whoever reads exports may decrypt them, as far as the key's policy tells.
fn reader_key(seen: &Seen<'_>) -> Check {
    let name = "reader_key";
    let arn = &seen.place.key_arn;
    let fix =
        format!("allow kms:Decrypt on {arn} to whoever reads exports; the function's role too");
    if let Ok(Some(Newest { unreadable: None, .. })) = seen.newest {
        return pass(name, "these credentials have decrypted an export object");
    }
    let own = match &seen.key.policy {
        Ok(Some(own)) => own,
        other => return unknown(name, why(other, arn), fix),
    };
    let (named, is_left_to_iam) = policy::readers(own);
    match named.as_slice() {
        [] if is_left_to_iam => {
            unknown(name, "the key's policy leaves kms:Decrypt to IAM policies of its account", fix)
        }
        [] => unknown(name, "the key's policy lets nobody decrypt", fix),
        named => pass(name, format!("the key's policy lets {} decrypt", named.join(", "))),
    }
}
