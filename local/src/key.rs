//! KMS as far as keys have policies: `DescribeKey`, `GetKeyPolicy` and `PutKeyPolicy`. Nothing is encrypted.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>. Every key is there until a test takes it
//! away, with the policy that KMS gives a new key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::json_call::JsonError;

/// Longest policy in bytes.
const POLICY_LIMIT: usize = 32 * 1024;

/// The keys of all accounts and Regions.
#[derive(Debug, Default)]
pub struct Keys {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    policies: BTreeMap<String, String>,
    missing: BTreeSet<String>,
    disabled: BTreeSet<String>,
    denied: BTreeSet<String>,
}

impl Keys {
    /// From now on there is no such key.
    pub fn remove(&self, arn: &str) {
        self.state().missing.insert(arn.to_owned());
    }

    /// Switches a key off, or on again.
    pub fn set_enabled(&self, arn: &str, is_enabled: bool) {
        let mut state = self.state();
        if is_enabled {
            state.disabled.remove(arn);
        } else {
            state.disabled.insert(arn.to_owned());
        }
    }

    /// Gives a key a policy, whatever it says; `None` takes it back to that of a new key.
    pub fn set_policy(&self, arn: &str, policy: Option<String>) {
        let mut state = self.state();
        match policy {
            Some(policy) => state.policies.insert(arn.to_owned(), policy),
            None => state.policies.remove(arn),
        };
    }

    /// The policy that somebody has put.
    pub fn policy(&self, arn: &str) -> Option<String> {
        self.state().policies.get(arn).cloned()
    }

    /// What a service is held against: a key that is gone or switched off allows nothing.
    pub(crate) fn policy_for_a_service(&self, arn: &str) -> Option<String> {
        let state = self.state();
        if state.missing.contains(arn) || state.disabled.contains(arn) {
            return Some(json!({ "Statement": [] }).to_string());
        }
        state.policies.get(arn).cloned()
    }

    /// From now on `operation` is refused to everybody, or to nobody any more.
    pub fn set_denied(&self, operation: &str, is_denied: bool) {
        let mut state = self.state();
        if is_denied {
            state.denied.insert(operation.to_owned());
        } else {
            state.denied.remove(operation);
        }
    }

    /// A call of somebody who signed for this Region.
    pub(crate) fn handle(
        &self,
        operation: &str,
        region: &str,
        input: &Value,
    ) -> Result<Value, JsonError> {
        let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
        let arn = text("KeyId");
        let mut state = self.state();
        if state.denied.contains(operation) {
            let message = format!(
                "User: arn:aws:iam::111122223333:user/engineer is not authorized to perform: kms:{operation} on resource: {arn}"
            );
            return Err(JsonError::bad_request("AccessDeniedException", message));
        }
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let account = match parts.as_slice() {
            ["arn", _, "kms", own, account, name]
                if *own == region && name.starts_with("key/") && !state.missing.contains(arn) =>
            {
                *account
            }
            _ => {
                let message = format!("Key '{arn}' does not exist");
                return Err(JsonError::bad_request("NotFoundException", message));
            }
        };
        match operation {
            "DescribeKey" => {
                let is_enabled = !state.disabled.contains(arn);
                Ok(json!({ "KeyMetadata": {
                    "AWSAccountId": account,
                    "Arn": arn,
                    "KeyId": arn.rsplit('/').next(),
                    "Enabled": is_enabled,
                    "KeyState": if is_enabled { "Enabled" } else { "Disabled" },
                    "KeyManager": "CUSTOMER",
                    "KeySpec": "SYMMETRIC_DEFAULT",
                    "KeyUsage": "ENCRYPT_DECRYPT",
                    "MultiRegion": false,
                    "Origin": "AWS_KMS",
                }}))
            }
            "GetKeyPolicy" => {
                let policy =
                    state.policies.get(arn).cloned().unwrap_or_else(|| of_a_new_key(account));
                Ok(json!({ "Policy": policy, "PolicyName": "default" }))
            }
            "PutKeyPolicy" => {
                let policy = text("Policy");
                let malformed = |message: &str| {
                    JsonError::bad_request("MalformedPolicyDocumentException", message)
                };
                if policy.len() > POLICY_LIMIT {
                    return Err(JsonError::bad_request("LimitExceededException", "too long"));
                }
                let read: Value =
                    serde_json::from_str(policy).map_err(|error| malformed(&error.to_string()))?;
                if !lets_somebody_change_it(&read) {
                    return Err(malformed(
                        "The new key policy will not allow you to update the key policy in the future.",
                    ));
                }
                state.policies.insert(arn.to_owned(), policy.to_owned());
                Ok(json!({}))
            }
            other => Err(JsonError::bad_request(
                "UnsupportedOperationException",
                format!(
                    "this machine knows DescribeKey, GetKeyPolicy and PutKeyPolicy, not {other}"
                ),
            )),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_a_new_key(account: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
    .to_string()
}

/// KMS's own check against locking a key's owner out.
fn lets_somebody_change_it(policy: &Value) -> bool {
    let statements = policy.get("Statement").and_then(Value::as_array);
    statements.into_iter().flatten().any(|own| {
        let actions = own.get("Action").map(Value::to_string).unwrap_or_default();
        own.get("Effect").and_then(Value::as_str) == Some("Allow")
            && own.pointer("/Principal/AWS").is_some()
            && (actions.contains("kms:*") || actions.contains("kms:PutKeyPolicy"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";

    #[test]
    fn a_policy_is_what_was_put_and_may_lock_nobody_out() {
        let keys = Keys::default();
        let ask = |operation: &str, region: &str, policy: &str| {
            let input = json!({ "KeyId": KEY, "PolicyName": "default", "Policy": policy });
            keys.handle(operation, region, &input)
        };
        let first = ask("GetKeyPolicy", "eu-west-1", "").unwrap();
        let first = first["Policy"].as_str().unwrap().to_owned();
        assert!(first.contains(":root") && keys.policy(KEY).is_none());
        let locked = ask("PutKeyPolicy", "eu-west-1", r#"{"Statement":[]}"#).unwrap_err();
        assert_eq!(locked.code, "MalformedPolicyDocumentException");
        ask("PutKeyPolicy", "eu-west-1", &first).unwrap();
        assert_eq!(keys.policy(KEY), Some(first));
        assert_eq!(ask("DescribeKey", "us-east-1", "").unwrap_err().code, "NotFoundException");
        keys.set_enabled(KEY, false);
        let told = ask("DescribeKey", "eu-west-1", "").unwrap();
        assert_eq!(told["KeyMetadata"]["KeyState"], "Disabled");
        keys.set_denied("GetKeyPolicy", true);
        assert_eq!(ask("GetKeyPolicy", "eu-west-1", "").unwrap_err().code, "AccessDeniedException");
        keys.remove(KEY);
        assert_eq!(ask("DescribeKey", "eu-west-1", "").unwrap_err().code, "NotFoundException");
    }
}
