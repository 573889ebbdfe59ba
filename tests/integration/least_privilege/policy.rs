//! The roles that Terraform makes, as far as IAM would ask about our calls.

use std::{collections::BTreeSet, process::Command};

use local::calls::Call;
use serde_json::Value;

use crate::{binary::root, skip::skipped};

/// One statement of a role's policy.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sid: String,
    pub(crate) actions: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) condition: Value,
}

impl Statement {
    /// Would IAM allow this call by this statement?
    pub(crate) fn allows(&self, call: &Call) -> bool {
        let prefixes = self.prefixes();
        self.actions.contains(&call.action)
            && self.resources.iter().any(|own| is_like(own, &call.resource))
            && (prefixes.is_empty()
                || call.prefix.iter().any(|asked| prefixes.iter().any(|own| is_like(own, asked))))
    }

    pub(crate) fn prefixes(&self) -> Vec<String> {
        texts(&self.condition["StringLike"]["s3:prefix"])
    }

    /// Action, resource or prefix of which none of the calls makes use.
    pub(crate) fn idle(&self, calls: &BTreeSet<Call>) -> Vec<String> {
        let used: Vec<&Call> = calls.iter().filter(|call| self.allows(call)).collect();
        let actions =
            self.actions.iter().filter(|own| !used.iter().any(|call| call.action == **own));
        let resources = self
            .resources
            .iter()
            .filter(|own| !used.iter().any(|call| is_like(own, &call.resource)));
        let prefixes = self.prefixes();
        let prefixes = prefixes.iter().filter(|own| {
            !used.iter().any(|call| call.prefix.iter().any(|asked| is_like(own, asked)))
        });
        let idle = actions.chain(resources).chain(prefixes);
        idle.map(|what| format!("{}: {what}", self.sid)).collect()
    }
}

/// A role with what it may do and what its function is told.
pub(crate) struct Role {
    pub(crate) statements: Vec<Statement>,
    pub(crate) environment: Value,
}

/// The state of a stack with everything on, or why there is none.
pub(crate) fn stack() -> Option<Value> {
    let output = Command::new(root().join("infra/policies.sh")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    if output.status.code() == Some(77) {
        skipped(&format!("least privilege ({})", text.trim()));
        return None;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    Some(line["test_state"]["root_module"].clone())
}

/// The role of `module.<name>`.
pub(crate) fn role(stack: &Value, name: &str) -> Role {
    let address = format!("module.{name}");
    let modules = stack["child_modules"].as_array().unwrap();
    let module = modules.iter().find(|own| own["address"] == address.as_str()).unwrap();
    let resources = module["resources"].as_array().unwrap();
    let of = |kind: &'static str| {
        resources.iter().filter(move |own| own["type"] == kind).map(|own| &own["values"])
    };
    let policies = of("aws_iam_role_policy").map(|own| own["policy"].as_str().unwrap());
    let statements = policies.flat_map(|text| {
        let policy: Value = serde_json::from_str(text).unwrap();
        policy["Statement"].as_array().unwrap().iter().map(statement).collect::<Vec<_>>()
    });
    let function = of("aws_lambda_function").next().unwrap();
    Role {
        statements: statements.collect(),
        environment: function["environment"][0]["variables"].clone(),
    }
}

fn statement(value: &Value) -> Statement {
    assert_eq!(value["Effect"], "Allow", "{value}");
    for shortcut in ["NotAction", "NotResource"] {
        assert!(value.get(shortcut).is_none(), "{value}");
    }
    Statement {
        sid: value["Sid"].as_str().unwrap().to_owned(),
        actions: texts(&value["Action"]),
        resources: texts(&value["Resource"]),
        condition: value["Condition"].clone(),
    }
}

/// IAM takes one text for a list of one.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// IAM's `*` takes any number of characters, slashes and colons included; `?` takes one.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            text.char_indices().any(|(at, _)| is_like(rest, &text[at..])) || is_like(rest, "")
        }
        Some(first) => {
            let mut letters = text.chars();
            let met = letters.next().is_some_and(|letter| first == '?' || first == letter);
            met && is_like(&pattern[first.len_utf8()..], letters.as_str())
        }
    }
}

#[test]
fn patterns_of_arns_match_as_in_iam() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("arn:aws:s3:::lake/audit/v1/*", "arn:aws:s3:::lake/audit/v1/a/b", true),
        ("arn:aws:s3:::lake/audit/v1/*", "arn:aws:s3:::lake/audit/v2/a", false),
        ("arn:aws:s3:::lake/*/x", "arn:aws:s3:::lake/a/b/y", false),
        ("secret:slack-??????", "secret:slack-AbCdEf", true),
        ("secret:slack-??????", "secret:slack-AbCdE", false),
        ("a*", "b", false),
    ] {
        assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
    }
}
