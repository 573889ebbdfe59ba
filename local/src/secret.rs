//! Secrets Manager's `GetSecretValue` and Systems Manager's `GetParameter`, with values that tests put in and take away.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::json_call::JsonError;

/// The secrets of this machine.
#[derive(Debug, Default)]
pub struct Secrets {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    values: BTreeMap<String, String>,
    is_down: bool,
    reads: usize,
}

impl Secrets {
    /// Gives a secret or a parameter a value.
    pub fn put(&self, arn: &str, value: &str) {
        self.state().values.insert(arn.to_owned(), value.to_owned());
    }

    /// From now on every call answers 500, or no longer.
    pub fn set_down(&self, is_down: bool) {
        self.state().is_down = is_down;
    }

    /// How often a value was asked for.
    pub fn reads(&self) -> usize {
        self.state().reads
    }

    pub(crate) fn handle(&self, operation: &str, input: &Value) -> Result<Value, JsonError> {
        let (name, missing) = match operation {
            "GetSecretValue" => ("SecretId", "ResourceNotFoundException"),
            "GetParameter" => ("Name", "ParameterNotFound"),
            other => {
                let message =
                    format!("this machine knows GetSecretValue and GetParameter, not {other}");
                return Err(JsonError::bad_request("InvalidRequestException", message));
            }
        };
        let mut state = self.state();
        state.reads += 1;
        if state.is_down {
            return Err(JsonError {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                code: "InternalServiceError",
                message: "down".into(),
            });
        }
        let arn = input.get(name).and_then(Value::as_str).unwrap_or_default();
        let value = state
            .values
            .get(arn)
            .ok_or_else(|| JsonError::bad_request(missing, "There is none of this name."))?;
        Ok(match name {
            "Name" => {
                json!({"Parameter": {"ARN": arn, "Name": arn, "Type": "SecureString", "Value": value, "Version": 1}})
            }
            _ => json!({"ARN": arn, "Name": arn, "SecretString": value, "VersionId": "1"}),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
