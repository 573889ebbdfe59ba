//! What criteria may hold: every attribute, and for each the operators that compile for it.

use serde_json::{Map, Value, json};

use super::{described, reference};
use crate::{
    Attribute, AttributeKind,
    condition::{Operator, Target, compile::condition},
    convert::repeated::lists_of_objects,
    document::{Content, Node, Position, Span},
    problem::Problems,
    scope::Scope,
};

const KINDS: [(AttributeKind, &str, &str); 7] = [
    (AttributeKind::Text, "text", "Text. Case counts."),
    (AttributeKind::Numeral, "numeral", "Text that holds a number."),
    (AttributeKind::Number, "number", "A number."),
    (
        AttributeKind::Severity,
        "severity",
        "A number from 1 to 10: Low is below 4, Medium below 7, High below 9, Critical from 9. \
         In quotes, \"8\" stands for 8.0 to 8.9 as in GuardDuty's filters.",
    ),
    (AttributeKind::Boolean, "boolean", "True or false."),
    (
        AttributeKind::Time,
        "time",
        "A time: 2026-03-31T10:00:00Z, 2026-03-31, or epoch milliseconds.",
    ),
    (AttributeKind::Any, "any", "Not in the service model: text, a number, or true or false."),
];

/// Everything below `$defs` that criteria are made of.
pub(super) fn definitions() -> Map<String, Value> {
    let mut definitions = Map::new();
    for (kind, name, description) in KINDS {
        let own = format!("conditions.{name}");
        let conditions = conditions(&own, kind, description);
        definitions.insert(own, conditions);
    }
    let lists = lists_of_objects();
    definitions.insert("criteria".to_owned(), criteria(None, &lists));
    for list in &lists {
        definitions.insert(format!("criteria.{list}"), criteria(Some(list), &lists));
        definitions.insert(format!("elements.{list}"), elements(list, true));
    }
    definitions.insert("elements".to_owned(), elements("", false));
    definitions.insert("alternatives".to_owned(), alternatives("criteria"));
    definitions.insert(
        "list".to_owned(),
        json!({
            "type": "object", "required": ["list"], "additionalProperties": false,
            "properties": { "list": { "type": "string", "description": "The name of a list under `lists:`." } },
        }),
    );
    definitions
}

/// Criteria on the whole finding, or on an element of a list.
fn criteria(below: Option<&str>, lists: &[&str]) -> Value {
    let mut properties = Map::new();
    for attribute in Attribute::all() {
        let Some(name) = relative(attribute.name, below) else { continue };
        let kind = KINDS.into_iter().find(|(own, ..)| *own == attribute.kind);
        let name_of_kind = kind.map_or("any", |(_, name, _)| name);
        properties.insert(name.to_owned(), reference(&format!("conditions.{name_of_kind}")));
        for (at, _) in name.match_indices('.') {
            let (Some(above), Some(path)) =
                (name.get(..at), attribute.name.get(..attribute.name.len() - name.len() + at))
            else {
                continue;
            };
            let is_list = lists.contains(&path);
            let definition =
                if is_list { format!("elements.{path}") } else { "elements".to_owned() };
            properties.insert(above.to_owned(), reference(&definition));
        }
    }
    let own = below.map_or("criteria".to_owned(), |list| format!("criteria.{list}"));
    for (group, description) in
        [("any", "At least one of these must hold."), ("all", "All of these must hold.")]
    {
        properties.insert(group.to_owned(), described(alternatives(&own), description));
    }
    json!({
        "type": "object",
        "description": "All conditions must be known to hold. A value that is missing or unreadable is neither true nor false.",
        "minProperties": 1,
        "properties": properties,
        // GuardDuty's own `FindingCriteria`, as it is.
        "patternProperties": { "^[Cc]riterion$": reference(&own) },
        "additionalProperties": false,
    })
}

fn alternatives(criteria: &str) -> Value {
    json!({
        "anyOf": [
            { "type": "array", "minItems": 1, "items": reference(criteria) },
            reference(criteria),
        ],
    })
}

/// The path below a list, or the whole path.
fn relative(path: &'static str, below: Option<&str>) -> Option<&'static str> {
    match below {
        None => Some(path),
        Some(list) => path.strip_prefix(list)?.strip_prefix('.'),
    }
}

/// What may be said about the elements of a list, or about an object.
fn elements(path: &str, is_list: bool) -> Value {
    let criteria = match is_list {
        true => reference(&format!("criteria.{path}")),
        false => json!({ "type": "object", "minProperties": 1 }),
    };
    let mut properties = Map::new();
    for operator in [Operator::Element, Operator::Every] {
        let criteria = described(criteria.clone(), describe(operator));
        properties.insert(operator.name().to_owned(), criteria);
    }
    let has_pairs =
        ["key", "value"].iter().all(|part| Attribute::named(&format!("{path}.{part}")).is_some());
    if has_pairs {
        let value = json!({ "type": ["string", "number", "boolean"] });
        properties.insert(
            Operator::Tag.name().to_owned(),
            json!({
                "type": "object", "minProperties": 1, "description": describe(Operator::Tag),
                "additionalProperties": { "anyOf": [value, { "type": "array", "items": value }] },
            }),
        );
    }
    properties.insert(
        Operator::Exists.name().to_owned(),
        json!({ "type": "boolean", "description": describe(Operator::Exists) }),
    );
    let own = if is_list { format!("elements.{path}") } else { "elements".to_owned() };
    operators(
        &own,
        properties,
        "A list or an object. `element` and `every` name attributes from here.",
    )
}

/// What may be said about an attribute of a kind: what compiles for one.
fn conditions(definition: &str, kind: AttributeKind, description: &str) -> Value {
    let attribute = Attribute::all().iter().find(|attribute| attribute.kind == kind);
    let Some(attribute) = attribute else { return json!(true) };
    let properties = Operator::ALL
        .into_iter()
        .filter(|operator| compiles(attribute, *operator))
        .map(|operator| {
            let operand = described(operand(operator, kind), describe(operator));
            (operator.name().to_owned(), operand)
        });
    operators(definition, properties.collect(), description)
}

/// Whether the operator has any operand for the attribute.
fn compiles(attribute: &'static Attribute, operator: Operator) -> bool {
    let samples = [Content::Bool(true), Content::Number(1.0)].into_iter().chain(
        ["1", "true", "1h", "192.0.2.1", "2026-03-31"].map(|text| Content::Text(text.to_owned())),
    );
    samples.into_iter().any(|content| {
        let operand = Node { position: Position::default(), content };
        let mut problems = Problems::of("");
        compile(attribute, operator, &operand, &mut problems)
    })
}

/// A map of operators: at least one, in GuardDuty's casing or guardsift's, short forms included.
fn operators(definition: &str, properties: Map<String, Value>, description: &str) -> Value {
    let others = properties.keys().filter_map(|name| {
        let operator = Operator::named(name)?;
        let pascal = format!("{}{}", name.get(..1)?.to_uppercase(), name.get(1..)?);
        let short = short(operator).map_or(String::new(), |short| format!("|{short}"));
        Some((
            format!("^({pascal}{short})$"),
            reference(&format!("{definition}/properties/{name}")),
        ))
    });
    json!({
        "type": "object",
        "description": description,
        "minProperties": 1,
        "patternProperties": others.collect::<Map<_, _>>(),
        "properties": properties,
        "additionalProperties": false,
    })
}

/// The deprecated short form of an operator, as a pattern.
fn short(operator: Operator) -> Option<&'static str> {
    Some(match operator {
        Operator::Equals => "[Ee]q",
        Operator::NotEquals => "[Nn]eq",
        Operator::GreaterThan => "[Gg]t",
        Operator::GreaterThanOrEqual => "[Gg]te",
        Operator::LessThan => "[Ll]t",
        Operator::LessThanOrEqual => "[Ll]te",
        _ => return None,
    })
}

fn operand(operator: Operator, kind: AttributeKind) -> Value {
    let text = json!({ "type": "string" });
    match operator {
        Operator::Equals | Operator::NotEquals => one_or_more(equal(kind)),
        _ if operator.is_order() && kind == AttributeKind::Time => {
            json!({ "type": ["number", "string"] })
        }
        _ if operator.is_order() => json!({ "type": "number" }),
        Operator::Exists => json!({ "type": "boolean" }),
        Operator::OlderThan | Operator::NewerThan => reference("duration"),
        _ => one_or_more(text),
    }
}

fn equal(kind: AttributeKind) -> Value {
    match kind {
        AttributeKind::Text => json!({ "type": "string" }),
        AttributeKind::Number => {
            json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": "^\\s*[-+.0-9]" }] })
        }
        AttributeKind::Severity => json!({
            "anyOf": [
                { "type": "number", "minimum": 0, "maximum": 10 },
                { "type": "string", "pattern": "^\\s*([0-9](\\.[0-9]*)?|10(\\.0*)?)\\s*$" },
            ],
        }),
        AttributeKind::Boolean => json!({ "enum": [true, false, "true", "false"] }),
        AttributeKind::Time => json!({ "type": ["number", "string"] }),
        AttributeKind::Numeral | AttributeKind::Any => {
            json!({ "type": ["string", "number", "boolean"] })
        }
    }
}

fn one_or_more(value: Value) -> Value {
    let value = json!({ "anyOf": [value, reference("list")] });
    json!({ "anyOf": [{ "type": "array", "minItems": 1, "items": value }, value] })
}

/// What an operator says, for whoever is offered it.
fn describe(operator: Operator) -> &'static str {
    match operator {
        Operator::Equals => "The value, or one of several, is one of these.",
        Operator::NotEquals => "There is a value, and none is one of these.",
        Operator::GreaterThan => "The value is more than this.",
        Operator::GreaterThanOrEqual => "The value is this or more.",
        Operator::LessThan => "The value is less than this.",
        Operator::LessThanOrEqual => "The value is this or less.",
        Operator::Matches => {
            "The value is covered by one of these patterns: `*` stands for any characters, `?` for one."
        }
        Operator::NotMatches => "There is a value, and none of these patterns covers it.",
        Operator::Cidr => "The value is an address in one of these networks.",
        Operator::NotCidr => "The value is an address, and in none of these networks.",
        Operator::Regex => "The value contains what one of these regular expressions describes.",
        Operator::NotRegex => {
            "There is a value, and none of these regular expressions finds anything in it."
        }
        Operator::Exists => "Whether there is a value. `null` is none.",
        Operator::OlderThan => "The time is at least this long ago.",
        Operator::NewerThan => "The time is less than this long ago.",
        Operator::Tag => "One element has this key and this value, or one of these.",
        Operator::Element => "One element fulfils all of these.",
        Operator::Every => "There are elements, and all fulfil these.",
    }
}

fn compile(
    attribute: &'static Attribute,
    operator: Operator,
    operand: &Node,
    problems: &mut Problems,
) -> bool {
    let target = Target::Attribute(attribute);
    condition(target, Span::default(), operator, operand, &mut Scope::default(), problems).is_some()
}
