//! A rule as an EventBridge event pattern, where one matches the events of exactly its findings.
//!
//! Two things differ from rules. Fields below one list have to hold for the same element of it,
//! and `null` is a value.
//! Grammar: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>.

mod bands;
mod matchers;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    filter::opposite,
    normal::{Formula, Literal, Quantity},
    reason::{Note, Reason},
    repeated::{is_repeated, lists_on},
};
use crate::{
    Rule,
    condition::{Target, test::Test},
    shape::is_always_there,
};

/// The default quota for the characters of one pattern (EventBridge quotas, "Event pattern size").
const MAX_CHARACTERS: usize = 2048;

/// The event pattern, and what it loses.
pub(super) fn event_pattern(rule: &Rule) -> Result<(Value, Vec<Note>), Vec<Reason>> {
    let mut building = Building::default();
    let detail = building.object(Formula::of(&rule.when), "");
    if !building.reasons.is_empty() {
        return Err(building.reasons);
    }
    let pattern = json!({
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": detail.members,
    });
    let mut notes: Vec<Note> = building.nullable.into_iter().map(Note::Null).collect();
    let length = pattern.to_string().chars().count();
    if length > MAX_CHARACTERS {
        notes.push(Note::Long(length));
    }
    Ok((pattern, notes))
}

#[derive(Default)]
struct Building {
    reasons: Vec<Reason>,
    nullable: BTreeSet<String>,
}

/// One level of a pattern, and the lists its fields lie below.
#[derive(Default)]
struct Object {
    members: Map<String, Value>,
    lists: BTreeSet<&'static str>,
}

impl Building {
    /// The object that says what the formula says about the finding, or about an element at `base`.
    fn object(&mut self, formula: Formula<'_>, base: &str) -> Object {
        let mut object = Object::default();
        for part in formula.into_parts() {
            match part {
                Formula::Literal(literal) => self.literal(literal, base, &mut object),
                Formula::Any(branches) => {
                    let branches =
                        branches.into_iter().map(|branch| self.object(branch, base)).collect();
                    self.any(branches, &mut object);
                }
                // Groups are flat: there is none inside.
                Formula::All(_) => {}
            }
        }
        object
    }

    fn literal(&mut self, literal: Literal<'_>, base: &str, object: &mut Object) {
        let condition = literal.condition;
        let name = condition.attribute.name();
        let Some(path) = wire_name(name).and_then(|own| below(own, base)) else {
            self.reasons.push(Reason::Name(name.to_owned()));
            return;
        };
        match (condition.test(), literal.quantity()) {
            (Test::Pair(pairs), Quantity::Some) => self.pairs(pairs, name, path, base, object),
            (Test::Object(criteria), Quantity::Some) => {
                let inner = self.object(Formula::of(&criteria.when), name);
                self.insert(name, path, base, inner.members.into(), object);
            }
            (Test::Pair(_) | Test::Object(_), Quantity::None) => {
                self.reasons.push(opposite(literal));
            }
            _ => match self.matchers(literal, base) {
                Ok(list) => self.insert(name, path, base, list.into(), object),
                Err(reason) => self.reasons.push(reason),
            },
        }
    }

    fn matchers(&mut self, literal: Literal<'_>, base: &str) -> Result<Vec<Value>, Reason> {
        let condition = literal.condition;
        let name = condition.attribute.name();
        let Target::Attribute(attribute) = condition.attribute else {
            return Err(Reason::Operator {
                attribute: name.to_owned(),
                operator: condition.operator.name(),
            });
        };
        let asks_for_one = match condition.test() {
            Test::Exists(expected) => *expected == literal.holds,
            _ => literal.quantity() == Quantity::Some,
        };
        if !asks_for_one && is_repeated(name, base) {
            return Err(Reason::NegatedList(name.to_owned()));
        }
        let found = matchers::matchers(literal, attribute.kind)?;
        if found.take_null && !is_always_there(name) {
            self.nullable.insert(name.to_owned());
        }
        Ok(found.list)
    }

    /// One element's `key` and `value` are one of the pairs.
    fn pairs(
        &mut self,
        pairs: &[(String, String)],
        name: &'static str,
        path: &str,
        base: &str,
        object: &mut Object,
    ) {
        let mut by_key: Vec<(&str, Vec<&str>)> = Vec::new();
        for (key, value) in pairs {
            match by_key.iter_mut().find(|(own, _)| own == key) {
                Some((_, values)) => values.push(value),
                None => by_key.push((key, vec![value])),
            }
        }
        let mut branches: Vec<Object> = Vec::new();
        for (key, values) in by_key {
            let mut branch = Object::default();
            let element = json!({"key": [key], "value": values});
            self.insert(name, path, base, element, &mut branch);
            branches.push(branch);
        }
        match branches.pop() {
            Some(only) if branches.is_empty() => self.join(only, object),
            last => {
                branches.extend(last);
                self.any(branches, object);
            }
        }
    }

    fn any(&mut self, branches: Vec<Object>, object: &mut Object) {
        if object.members.contains_key("$or") {
            self.reasons.push(Reason::Alternatives("a pattern takes one group of them"));
            return;
        }
        let lists: BTreeSet<_> =
            branches.iter().flat_map(|branch| branch.lists.iter().copied()).collect();
        let members: Vec<_> = branches.into_iter().map(|branch| branch.members).collect();
        let group = Object { members: Map::from_iter([("$or".to_owned(), json!(members))]), lists };
        self.join(group, object);
    }

    /// Adds what stands at `path` below `base`, where `name` is the whole path.
    fn insert(
        &mut self,
        name: &'static str,
        path: &str,
        base: &str,
        value: Value,
        object: &mut Object,
    ) {
        let lists = lists_on(name).filter(|list| list.len() > base.len()).collect();
        let nested = path.rsplit('.').fold(value, |value, segment| json!({segment: value}));
        if let Value::Object(members) = nested {
            self.join(Object { members, lists }, object);
        }
    }

    fn join(&mut self, part: Object, object: &mut Object) {
        if let Some(list) = part.lists.intersection(&object.lists).next() {
            self.reasons.push(Reason::SameElement((*list).to_owned()));
            return;
        }
        object.lists.extend(part.lists);
        for (key, value) in part.members {
            if let Err(path) = merge(&mut object.members, key, value) {
                self.reasons.push(Reason::SameOperator(path));
            }
        }
    }
}

/// Adds a member, objects into objects; the path of what would have to be joined otherwise.
fn merge(into: &mut Map<String, Value>, key: String, value: Value) -> Result<(), String> {
    match (into.get_mut(&key), value) {
        (None, value) => {
            into.insert(key, value);
            Ok(())
        }
        (Some(Value::Object(own)), Value::Object(more)) => more
            .into_iter()
            .try_for_each(|(inner, value)| merge(own, inner, value))
            .map_err(|path| format!("{key}.{path}")),
        (Some(own), value) => match bands::range(own, &value) {
            Some(range) => {
                *own = range;
                Ok(())
            }
            None => Err(key),
        },
    }
}

/// How an event writes the name of an attribute. EventBridge minds the case and rules don't.
fn wire_name(name: &'static str) -> Option<&'static str> {
    match name {
        "resource.kubernetesDetails.kubernetesWorkloadDetails.hostIpc" => {
            Some("resource.kubernetesDetails.kubernetesWorkloadDetails.hostIPC")
        }
        "resource.kubernetesDetails.kubernetesWorkloadDetails.hostPid" => {
            Some("resource.kubernetesDetails.kubernetesWorkloadDetails.hostPID")
        }
        // The service model gives these no name on the wire.
        name if name.contains(".rdsLoginAttemptAction.loginAttributes")
            || name.contains(".ec2Instance.iamInstanceProfile") =>
        {
            None
        }
        name => Some(name),
    }
}

/// The rest of a path below another.
fn below<'p>(path: &'p str, base: &str) -> Option<&'p str> {
    if base.is_empty() { Some(path) } else { path.strip_prefix(base)?.strip_prefix('.') }
}
