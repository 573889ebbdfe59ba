//! Conditions on whole elements of a list: what must hold for the same one, or for every one.

use super::operand;
use crate::{
    Attribute,
    condition::{
        Operator, Target,
        test::{Criteria, Test},
    },
    criteria::criteria,
    document::{Content, Node},
    problem::{Code, Problems},
    scope::Scope,
};

/// The test that `operator` makes on the elements at `path`.
pub(super) fn test(
    path: &'static str,
    operator: Operator,
    operand: &Node,
    scope: &Scope,
    problems: &mut Problems,
) -> Option<Test> {
    match operator {
        Operator::Tag => pairs(path, operand, problems),
        Operator::Element | Operator::Every => {
            let mut below = scope.below(path);
            let when = criteria(operand, &mut below, problems)?;
            Some(Test::Object(Box::new(Criteria { when, paths: below.into_paths() })))
        }
        Operator::Exists => super::existence(operand, problems),
        _ => {
            problems
                .at(operand, Code::UnknownOperator, format!("`{path}` is no value, so `{operator}` says nothing about it"))
                .help("use `element` or `every` with criteria, `tag` with a key and a value, or `exists`");
            None
        }
    }
}

fn pairs(path: &'static str, operand: &Node, problems: &mut Problems) -> Option<Test> {
    let has_pairs =
        ["key", "value"].iter().all(|part| Attribute::named(&format!("{path}.{part}")).is_some());
    if !has_pairs {
        problems
            .at(operand, Code::UnknownOperator, format!("`{path}` is no list of keys and values"))
            .help("use `element` with criteria on what its elements hold");
        return None;
    }
    let Content::Map(members) = &operand.content else {
        problems
            .at(
                operand,
                Code::BadOperand,
                format!("expected a map of key to value, found {}", operand.kind()),
            )
            .help("for example `tag: { Role: edge }`");
        return None;
    };
    let mut pairs = Vec::new();
    for (key, value) in members {
        for element in value.elements() {
            match operand::scalar_text(element) {
                Some(value) => pairs.push((key.name.clone(), value)),
                None => {
                    problems.at(
                        element,
                        Code::BadOperand,
                        format!("expected text, found {}", element.kind()),
                    );
                    return None;
                }
            }
        }
    }
    Some(Test::Pair(pairs))
}

/// `true` where only an attribute can stand.
pub(super) fn is_about_elements(operator: Operator) -> bool {
    matches!(operator, Operator::Tag | Operator::Element | Operator::Every)
}

/// The operator on an attribute that is a value, not a list of objects.
pub(super) fn misplaced(
    target: Target,
    operator: Operator,
    operand: &Node,
    problems: &mut Problems,
) {
    problems
        .at(operand, Code::UnknownOperator, format!("`{}` is a value, so there is no `{operator}` of it", target.name()))
        .help("name the list without the last part, as in `resource.instanceDetails.tags: { tag: { Role: edge } }`");
}
