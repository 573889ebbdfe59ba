//! Compiles an operator and its operand for one attribute, or says what is wrong with them.

use super::{
    Condition, Operator, Target,
    test::{Comparison, Scale, Test},
};
use crate::{
    attribute::{AttributeKind, nearest},
    document::{Content, Key, Node, Span},
    duration::duration,
    glob::Glob,
    problem::{Code, Problems, quoted},
    scope::Scope,
};

mod elements;
mod operand;

/// The condition that `operator` makes with `operand`; problems otherwise.
pub(crate) fn condition(
    target: Target,
    named_at: Span,
    operator: Operator,
    operand: &Node,
    scope: &mut Scope,
    problems: &mut Problems,
) -> Option<Condition> {
    let mut operands_at: Vec<Span> = operand.elements().iter().map(Node::span).collect();
    let test = match target {
        Target::Elements(path) => elements::test(path, operator, operand, scope, problems),
        Target::Attribute(_) if elements::is_about_elements(operator) => {
            elements::misplaced(target, operator, operand, problems);
            None
        }
        Target::Attribute(attribute) => {
            let operand = with_lists(operand, scope, problems)?;
            operands_at = operand.elements().iter().map(Node::span).collect();
            test(target, attribute.kind, operator, &operand, scope, problems)
        }
    };
    let slot = scope.slot(target);
    Some(Condition {
        attribute: target,
        operator,
        operand: operand.summary(),
        named_at,
        operands_at,
        slot,
        test: test?,
    })
}

fn test(
    target: Target,
    kind: AttributeKind,
    operator: Operator,
    operand: &Node,
    scope: &Scope,
    problems: &mut Problems,
) -> Option<Test> {
    match operator {
        Operator::Equals | Operator::NotEquals => equality(kind, operand, problems),
        Operator::GreaterThan => order(target, kind, Comparison::Greater, operand, problems),
        Operator::GreaterThanOrEqual => {
            order(target, kind, Comparison::GreaterOrEqual, operand, problems)
        }
        Operator::LessThan => order(target, kind, Comparison::Less, operand, problems),
        Operator::LessThanOrEqual => {
            order(target, kind, Comparison::LessOrEqual, operand, problems)
        }
        Operator::Matches | Operator::NotMatches => {
            let glob = |node: &Node| node.text().map(Glob::new);
            list(operand, problems, "a pattern", glob).map(Test::Glob)
        }
        Operator::Cidr | Operator::NotCidr => {
            list(operand, problems, "a network such as 192.0.2.0/24", operand::network)
                .map(Test::Cidr)
        }
        Operator::Regex | Operator::NotRegex => expressions(operand, problems).map(Test::Regex),
        Operator::Exists => existence(operand, problems),
        Operator::OlderThan => age(target, kind, true, operand, scope, problems),
        Operator::NewerThan => age(target, kind, false, operand, scope, problems),
        Operator::Tag | Operator::Element | Operator::Every => None,
    }
}

fn existence(operand: &Node, problems: &mut Problems) -> Option<Test> {
    match operand.content {
        Content::Bool(expected) => Some(Test::Exists(expected)),
        _ => {
            problems.at(
                operand,
                Code::BadOperand,
                format!("`exists` takes true or false, not {}", operand.kind()),
            );
            None
        }
    }
}

fn age(
    target: Target,
    kind: AttributeKind,
    older: bool,
    operand: &Node,
    scope: &Scope,
    problems: &mut Problems,
) -> Option<Test> {
    if kind != AttributeKind::Time {
        problems
            .at(
                operand,
                Code::UnknownOperator,
                format!("`{}` is no time, so it has no age", target.name()),
            )
            .help("ages are those of times such as `updatedAt` and `service.eventLastSeen`");
        return None;
    }
    if !scope.has_clock() {
        problems
            .at(
                operand,
                Code::UnknownOperator,
                "ages have no meaning here: this is not asked at a moment",
            )
            .help("put it into a rule, or compare with a time");
        return None;
    }
    Some(Test::Age { older, than: duration(operand, problems)? })
}

fn expressions(operand: &Node, problems: &mut Problems) -> Option<Vec<regex::Regex>> {
    let texts = list(operand, problems, "an expression", |node| {
        node.text().map(|text| (node.clone(), text.to_owned()))
    })?;
    let mut expressions = Vec::new();
    for (node, text) in &texts {
        match operand::expression(text) {
            Ok(expression) => expressions.push(expression),
            Err(reason) => {
                problems.at(
                    node,
                    Code::BadOperand,
                    format!("`{text}` is no regular expression: {reason}"),
                );
            }
        }
    }
    (expressions.len() == texts.len()).then_some(expressions)
}

/// The operand with every `{ list: name }` replaced by what the list holds, placed where it is
/// used: the list may stand in another file.
fn with_lists(operand: &Node, scope: &Scope, problems: &mut Problems) -> Option<Node> {
    let name = |node: &Node| match &node.content {
        Content::Map(members) => match members.as_slice() {
            [(Key { name, .. }, node)] if name == "list" => Some(node.summary()),
            _ => None,
        },
        _ => None,
    };
    let mut elements = Vec::new();
    let mut is_whole = true;
    for element in operand.elements() {
        match name(element).map(|name| (scope.list(&name), name)) {
            None => elements.push(element.clone()),
            Some((Some(list), _)) => {
                let here = |own: &Node| Node { position: element.position, ..own.clone() };
                elements.extend(list.iter().map(here));
            }
            Some((None, name)) => {
                is_whole = false;
                let names = scope.list_names();
                problems
                    .at(element, Code::UnknownName, format!("there is no list `{name}`"))
                    .suggest(&nearest(&name, names.iter().copied()), || match names.as_slice() {
                        [] => "name it under `lists:`, before the rules that use it".to_owned(),
                        names => format!("there are {}", quoted(names)),
                    });
            }
        }
    }
    let is_plain = !matches!(operand.content, Content::List(_)) && name(operand).is_none();
    let content = if is_plain { operand.content.clone() } else { Content::List(elements) };
    is_whole.then_some(Node { position: operand.position, content })
}

fn equality(kind: AttributeKind, operand: &Node, problems: &mut Problems) -> Option<Test> {
    match kind {
        AttributeKind::Text => {
            let owned = |node: &Node| node.text().map(str::to_owned);
            list(operand, problems, "text; put it in quotes", owned).map(Test::Text)
        }
        AttributeKind::Numeral | AttributeKind::Any => {
            list(operand, problems, "text or a number", operand::scalar_text).map(Test::Text)
        }
        AttributeKind::Number => {
            list(operand, problems, "a number", operand::exact_number).map(Test::Number)
        }
        AttributeKind::Severity => {
            list(operand, problems, "a severity from 0 to 10", operand::severity)
                .map(Test::Severity)
        }
        AttributeKind::Boolean => {
            list(operand, problems, "true or false", operand::boolean).map(Test::Boolean)
        }
        AttributeKind::Time => list(operand, problems, TIME, operand::moment).map(Test::Time),
    }
}

const TIME: &str = "a time: epoch milliseconds, or text such as 2026-03-31T10:00:00Z";

fn order(
    target: Target,
    kind: AttributeKind,
    comparison: Comparison,
    operand: &Node,
    problems: &mut Problems,
) -> Option<Test> {
    let (scale, bound, expected) = match kind {
        AttributeKind::Text | AttributeKind::Boolean => {
            problems
                .at(
                    operand,
                    Code::UnknownOperator,
                    format!("`{}` holds no number, so it has no order", target.name()),
                )
                .help("use `equals` or `matches`");
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
        AttributeKind::Time => {
            (Scale::Time, operand::moment(operand).map(|millis| millis as f64), TIME)
        }
        AttributeKind::Severity => (Scale::Severity, operand::number(operand), "a number"),
        _ => (Scale::Number, operand::number(operand), "a number"),
    };
    match bound {
        Some(bound) => Some(Test::Order { scale, comparison, bound }),
        None => {
            problems.at(
                operand,
                Code::BadOperand,
                format!("expected {expected}, found {}", operand.kind()),
            );
            None
        }
    }
}

/// Reads every element of a list, or a lone value as a list of one. Empty lists decide nothing.
fn list<T>(
    operand: &Node,
    problems: &mut Problems,
    expected: &str,
    read: impl Fn(&Node) -> Option<T>,
) -> Option<Vec<T>> {
    if operand.elements().is_empty() {
        problems
            .at(operand, Code::BadOperand, "an empty list can never hold")
            .help(format!("give {expected}"));
        return None;
    }
    let mut values = Vec::new();
    for element in operand.elements() {
        match read(element) {
            Some(value) => values.push(value),
            None => {
                let found = match &element.content {
                    Content::Text(text) => format!("`{text}`"),
                    _ => element.kind().to_owned(),
                };
                problems.at(
                    element,
                    Code::BadOperand,
                    format!("expected {expected}, found {found}"),
                );
            }
        }
    }
    (values.len() == operand.elements().len()).then_some(values)
}
