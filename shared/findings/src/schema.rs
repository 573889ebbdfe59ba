//! The JSON Schema of rule files, for editors: made from the tables that rules are loaded by.

mod conditions;
mod layout;
mod telling;

use serde_json::{Map, Value, json};

use crate::{ATTRIBUTE_MODEL, Action, message::Fact};

/// The schema of a rule file (draft 2020-12).
///
/// It knows every field, attribute and operator, with what they are for. What only loading can
/// tell is left to loading: whether lists and destinations that are named exist, whether an
/// expression compiles, whether names are unique.
pub fn schema() -> String {
    layout::layout(&value(), 0)
}

fn value() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "guardsift rule file",
        "description": format!("What happens with GuardDuty findings. Attributes are those of {ATTRIBUTE_MODEL}."),
        "$defs": definitions(),
    });
    if let (Value::Object(schema), Value::Object(file)) = (&mut schema, file()) {
        schema.extend(file);
    }
    schema
}

fn file() -> Value {
    object(
        &["version"],
        json!({
            "version": { "const": 1, "description": "The version of this format." },
            "strict": {
                "type": "boolean",
                "description": "Every rule needs a reason and an owner, and one that archives a date on which it expires.",
            },
            "defaults": reference("defaults"),
            "lists": {
                "type": "object",
                "description": "Values that several conditions have in common. Use one with `{ list: name }`.",
                "additionalProperties": { "type": "array", "items": { "type": ["string", "number", "boolean"] } },
            },
            "rules": {
                "type": "array",
                "description": "The first rule that is known to match decides. A finding that no rule matches is notified.",
                "items": reference("rule"),
            },
            "destinations": {
                "type": "object",
                "description": "Where notifications can go, by name.",
                "additionalProperties": reference("destination"),
            },
            "routes": {
                "type": "array",
                "description": "Which notifications go where. A finding goes to the destinations of every route that takes it.",
                "items": reference("route"),
            },
            "accounts": telling::accounts(),
            "notify_changes": telling::notify_changes(),
            "samples": telling::samples(),
            "fallback": telling::fallback(),
        }),
    )
}

fn definitions() -> Map<String, Value> {
    let mut definitions = conditions::definitions();
    let own = [
        ("rule", rule()),
        ("case", case()),
        ("action", action()),
        ("defaults", defaults()),
        ("destination", telling::destination()),
        ("route", route()),
        ("duration", duration()),
    ];
    definitions.extend(own.map(|(name, definition)| (name.to_owned(), definition)));
    definitions
}

fn rule() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    object(
        &["name", "action", "criteria"],
        json!({
            "name": {
                "type": "string",
                "pattern": "^[A-Za-z0-9._-]{1,64}$",
                "description": "Unique in the set: the ledger and the metrics tell rules apart by it.",
            },
            "action": reference("action"),
            "reason": text("Why: for whoever asks in a year."),
            "owner": text("Who answers for it."),
            "ticket": text("Where it was agreed."),
            "runbook": text("What to do when it notifies."),
            "expires": {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}",
                "description": "The day, in UTC, from whose first moment on it no longer decides: 2027-03-31.",
            },
            "hold": {
                "$ref": "#/$defs/duration",
                "description": "How long a finding must have been quiet before it is archived.",
            },
            "max_archive_per_day": per_day("It archives at most this many findings on one day, in UTC."),
            "max_recurrences": recurrences("A finding that it archived this often and that came back each time stays for a person to see."),
            "keep_new": keep_new("A finding that it archived and that comes back with one of these new stays for a person to see."),
            "criteria": reference("criteria"),
            "unless": {
                "$ref": "#/$defs/alternatives",
                "description": "The rule does not match when one of these is known to hold, nor while one can't be told.",
            },
            "tests": {
                "type": "array",
                "description": "Findings that show what the rule is for. `guardsift rules test` runs them.",
                "items": reference("case"),
            },
        }),
    )
}

fn case() -> Value {
    object(
        &["finding", "expect"],
        json!({
            "name": { "type": "string", "description": "What it shows." },
            "finding": {
                "type": ["string", "object"],
                "description": "The finding, or a file with it, relative to this file.",
            },
            "expect": {
                "$ref": "#/$defs/action",
                "description": "What the whole rule set does with it, after the guards.",
            },
        }),
    )
}

fn action() -> Value {
    let choices: Vec<_> = Action::ALL
        .into_iter()
        .map(|action| {
            let description = match action {
                Action::Notify => "Somebody is told.",
                Action::Archive => "It is archived in GuardDuty once it has been quiet for the hold, and nobody is told.",
                Action::Noop => "Nothing: nobody is told, and it stays where it is.",
            };
            json!({ "const": action.as_str(), "description": description })
        })
        .collect();
    json!({ "description": "What happens with a finding that the rule matches.", "oneOf": choices })
}

fn defaults() -> Value {
    let defaults = object(
        &[],
        json!({
            "hold": {
                "$ref": "#/$defs/duration",
                "description": "How long a finding must have been quiet before it is archived [24h].",
            },
            "archive_ceiling": {
                "type": "number", "minimum": 0, "exclusiveMaximum": 7,
                "description": "No finding with a severity above this is archived [3.9].",
            },
            "max_archive_per_run": {
                "type": "integer", "minimum": 1, "maximum": 1_000_000,
                "description": "A run that would archive more than this archives nothing [500].",
            },
            "max_archive_per_day": per_day("A rule that would archive more than this on one day, in UTC, archives nothing more that day [1000]."),
            "max_archive_share": {
                "type": "number", "exclusiveMinimum": 0, "maximum": 1,
                "description": "A sweep that looked at 100 findings or more and would archive more than this share of them archives nothing [0.5].",
            },
            "max_recurrences": recurrences("A finding that was archived this often and came back each time stays for a person to see [20]."),
            "keep_new": keep_new("A finding that was archived and comes back with one of these new stays for a person to see [country, identity]."),
        }),
    );
    described(defaults, "What holds for every rule that says nothing else.")
}

fn per_day(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": 20_000, "description": description })
}

fn keep_new(description: &str) -> Value {
    let names = Fact::ALL.map(Fact::as_str);
    json!({ "type": "array", "items": { "enum": names }, "uniqueItems": true, "description": description })
}

fn recurrences(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": 1_000_000, "description": description })
}

fn route() -> Value {
    object(
        &["to"],
        json!({
            "criteria": {
                "$ref": "#/$defs/criteria",
                "description": "Which findings; all of them without it. Ages have no meaning here.",
            },
            "to": {
                "type": ["string", "array"], "items": { "type": "string" },
                "description": "The names of destinations.",
            },
        }),
    )
}

fn duration() -> Value {
    json!({
        "description": "A whole number and a unit: 90s, 30m, 24h, 7d; or 0.",
        "anyOf": [{ "const": 0 }, { "type": "string", "pattern": "^(0|[0-9]+[smhd])$" }],
    })
}

/// A map with these members and no others.
fn object(required: &[&str], properties: Value) -> Value {
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn described(mut schema: Value, description: &str) -> Value {
    if let Value::Object(members) = &mut schema {
        members.insert("description".to_owned(), description.into());
    }
    schema
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

#[cfg(test)]
mod tests;
