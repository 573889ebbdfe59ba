//! Reads criteria: a map of attributes to conditions, in guardsift's YAML or GuardDuty's own JSON.

use crate::{
    attribute::{Attribute, nearest},
    condition::{Operator, Target, compile},
    document::{Content, Key, Node},
    expression::Expression,
    problem::{Code, Problems, quoted},
    scope::Scope,
    withdrawn,
};

/// Reads criteria: all attributes, and all operators on one, must hold.
///
/// Besides attributes the map may hold `any` and `all`, each a list of criteria. GuardDuty's
/// `{"Criterion": {..}}` is taken for what it holds.
pub(crate) fn criteria(
    node: &Node,
    scope: &mut Scope,
    problems: &mut Problems,
) -> Option<Expression> {
    let Content::Map(members) = &node.content else {
        problems
            .at(
                node,
                Code::BadValue,
                format!("criteria are a map of attributes, not {}", node.kind()),
            )
            .help("for example `criteria: { severity: { lessThan: 4 } }`");
        return None;
    };
    if let [(Key { name, .. }, inner)] = members.as_slice()
        && name.eq_ignore_ascii_case("criterion")
    {
        return criteria(inner, scope, problems);
    }
    if members.is_empty() {
        problems
            .at(node, Code::MissingField, "empty criteria would hold for every finding")
            .help("name an attribute");
        return None;
    }
    let mut parts = Vec::new();
    for (key, value) in members {
        let part = match key.name.as_str() {
            "any" => alternatives(value, scope, problems).map(Expression::Any),
            "all" => alternatives(value, scope, problems).map(Expression::All),
            _ => conditions(key, value, scope, problems),
        };
        parts.extend(part);
    }
    (parts.len() == members.len()).then_some(Expression::All(parts))
}

/// Reads a list of criteria.
pub(crate) fn alternatives(
    node: &Node,
    scope: &mut Scope,
    problems: &mut Problems,
) -> Option<Vec<Expression>> {
    let elements = node.elements();
    if elements.is_empty() {
        problems
            .at(node, Code::MissingField, "an empty list of criteria")
            .help("name at least one, or leave it out");
        return None;
    }
    let read: Vec<_> =
        elements.iter().filter_map(|element| criteria(element, scope, problems)).collect();
    (read.len() == elements.len()).then_some(read)
}

fn conditions(
    key: &Key,
    value: &Node,
    scope: &mut Scope,
    problems: &mut Problems,
) -> Option<Expression> {
    let target = target(key, scope, problems);
    let Content::Map(operators) = &value.content else {
        problems
            .at(
                value,
                Code::BadValue,
                format!("`{}` takes a map of operators, not {}", key.name, value.kind()),
            )
            .help(format!("for example `{}: {{ equals: [..] }}`", key.name));
        return None;
    };
    if operators.is_empty() {
        problems
            .at(value, Code::MissingField, format!("`{}` has no operator", key.name))
            .help("add one or drop it");
        return None;
    }
    let target = target?;
    let mut parts = Vec::new();
    for (name, operand) in operators {
        let Some(operator) = operator(name, problems) else { continue };
        let condition = compile::condition(target, key.span(), operator, operand, scope, problems);
        parts.extend(condition.map(|condition| Expression::Condition(Box::new(condition))));
    }
    (parts.len() == operators.len()).then_some(Expression::All(parts))
}

fn target(key: &Key, scope: &Scope, problems: &mut Problems) -> Option<Target> {
    let name = scope.full_name(&key.name);
    if let Some(attribute) = Attribute::named(&name) {
        return Some(Target::Attribute(attribute));
    }
    if let Some(path) = Attribute::path_above(&name) {
        return Some(Target::Elements(path));
    }
    if withdrawn::was_attribute(&name) {
        problems
            .at_key(key, Code::WithdrawnAttribute, withdrawn::message(&name))
            .help(withdrawn::HELP);
        return None;
    }
    let nearest = scope.nearest(&key.name);
    problems
        .at_key(
            key,
            Code::UnknownAttribute,
            format!("`{name}` is no filter attribute of GuardDuty"),
        )
        .suggest(&nearest, || {
            "attributes are named as in GuardDuty's CreateFilter, for example `service.count`"
                .into()
        });
    None
}

fn operator(key: &Key, problems: &mut Problems) -> Option<Operator> {
    let found = Operator::named(&key.name);
    if found.is_none() {
        let names = Operator::ALL.map(Operator::name);
        problems
            .at_key(key, Code::UnknownOperator, format!("`{}` is no operator", key.name))
            .suggest(&nearest(&key.name, names.into_iter()), || format!("use {}", quoted(&names)));
    }
    found
}
