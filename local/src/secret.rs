//! Secrets Manager's `GetSecretValue`, and Systems Manager's `GetParameter` and `PutParameter`; tests put in and take away values too.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::{
    json_call::JsonError,
    machine::config::{ACCOUNT, REGION},
};

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
        if operation == "PutParameter" {
            return self.put_parameter(input);
        }
        let (name, missing) = match operation {
            "GetSecretValue" => ("SecretId", "ResourceNotFoundException"),
            "GetParameter" => ("Name", "ParameterNotFound"),
            other => {
                let message = format!(
                    "this machine knows GetSecretValue, GetParameter and PutParameter, not {other}"
                );
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
        let asked = input.get(name).and_then(Value::as_str).unwrap_or_default();
        let arn = if name == "Name" { parameter_arn(asked) } else { asked.to_owned() };
        let value = state
            .values
            .get(&arn)
            .ok_or_else(|| JsonError::bad_request(missing, "There is none of this name."))?;
        Ok(match name {
            "Name" => {
                json!({"Parameter": {"ARN": arn, "Name": arn, "Type": "SecureString", "Value": value, "Version": 1}})
            }
            _ => json!({"ARN": arn, "Name": arn, "SecretString": value, "VersionId": "1"}),
        })
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
    fn put_parameter(&self, input: &Value) -> Result<Value, JsonError> {
        let text = |member: &str| input.get(member).and_then(Value::as_str).unwrap_or_default();
        let (name, value) = (text("Name"), text("Value"));
        if name.is_empty() || value.is_empty() {
            let message = "Name and Value are required.";
            return Err(JsonError::bad_request("ValidationException", message));
        }
        let arn = parameter_arn(name);
        let overwrites = input.get("Overwrite").and_then(Value::as_bool).unwrap_or_default();
        if !overwrites && self.state().values.contains_key(&arn) {
            let message = "The parameter already exists; Overwrite changes it.";
            return Err(JsonError::bad_request("ParameterAlreadyExists", message));
        }
        self.put(&arn, value);
        Ok(json!({"Tier": "Standard", "Version": 1}))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A parameter is called by its name or by its ARN.
fn parameter_arn(name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let name = name.trim_start_matches('/');
    format!("arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{name}")
}
