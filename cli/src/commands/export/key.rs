//! The KMS key of an export as it is now, and the one statement that its policy has to hold.

use anyhow::anyhow;
use platform::{KeyError, key_policy, key_state, put_key_policy};
use serde_json::{Value, json};

use super::{bucket::Asked, place::ExportPlace, policy};
use crate::{operate::Seat, printable::printable};

/// What KMS says of it; `Ok(None)` is a key that is not there.
#[derive(Debug, Clone)]
pub(super) struct KeyNow {
    /// `Enabled`, `Disabled`, `PendingDeletion` and so on.
    pub(super) state: Asked<String>,
    pub(super) policy: Asked<Value>,
}

/// The Sid of our statement.
pub(super) const OWN: &str = "AllowGuardDutyKey";

impl Seat {
    pub(super) async fn key(&self, arn: &str) -> KeyNow {
        KeyNow {
            state: self.asked(key_state(&self.aws, arn).await),
            policy: self.asked(key_policy(&self.aws, arn).await).and_then(|own| {
                let read = |text: String| serde_json::from_str(&text);
                own.map(read)
                    .transpose()
                    .map_err(|error| format!("the key's policy is no JSON: {error}"))
            }),
        }
    }

    fn asked<T>(&self, answer: Result<T, KeyError>) -> Asked<T> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(self.key_error(&error)),
        }
    }

    fn key_error(&self, error: &KeyError) -> String {
        let next = match error.status {
            _ if error.is_denied() => {
                format!(
                    "allow kms:{} on the key to whoever's credentials these are",
                    error.operation
                )
            }
            Some(429 | 500..) => "repeat the same command".to_owned(),
            Some(_) => "look at the key with `aws kms describe-key`".to_owned(),
            None => "check the network, --profile and --endpoint-url".to_owned(),
        };
        format!("kms:{error} (in {self}); {next}", error = printable(&error.to_string()))
    }

    /// Adds our statement to the policy that was seen, and nothing else.
    ///
    /// # Errors
    /// When the policy is another one by now, or KMS refuses.
    pub(super) async fn let_guardduty_use(
        &self,
        place: &ExportPlace,
        seen: &Value,
    ) -> anyhow::Result<()> {
        let arn = &place.key_arn;
        if self.key(arn).await.policy.as_ref().ok().and_then(Option::as_ref) != Some(seen) {
            return Err(anyhow!(
                "the policy of {arn} was changed by somebody else meanwhile, so it is left as it is now"
            ));
        }
        let policy = place.key_policy(seen).to_string();
        let put = put_key_policy(&self.aws, arn, &policy).await;
        put.map_err(|error| {
            anyhow!(
                "{}, or have the key's owner add what `--print policy` shows as key_statement",
                self.key_error(&error)
            )
        })
    }
}

impl ExportPlace {
    /// The key's policy with our statement in the place of an earlier one of ours, or at its end.
    pub(super) fn key_policy(&self, existing: &Value) -> Value {
        let is_ours = |own: &Value| own.get("Sid").and_then(Value::as_str) == Some(OWN);
        let kept = policy::statements(existing).into_iter().filter(|own| !is_ours(own));
        let all: Vec<Value> = kept.cloned().chain(std::iter::once(self.key_statement())).collect();
        let mut policy = existing.clone();
        match policy.as_object_mut() {
            Some(members) => {
                members.insert("Statement".to_owned(), Value::Array(all));
                policy
            }
            None => json!({ "Version": "2012-10-17", "Statement": all }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::place::example, *};

    #[test]
    fn one_statement_is_added_and_everything_else_stays() {
        let place = example("eu-west-1");
        let root = json!({ "Sid": "Root", "Effect": "Allow", "Action": "kms:*", "Resource": "*" });
        let existing = json!({ "Id": "key-default-1", "Version": "2012-10-17", "Statement": root });
        let policy = place.key_policy(&existing);
        assert_eq!(policy["Id"], "key-default-1");
        assert_eq!(policy["Statement"], json!([root, place.key_statement()]));
        assert_eq!(place.key_policy(&policy), policy, "again changes nothing");
    }
}
