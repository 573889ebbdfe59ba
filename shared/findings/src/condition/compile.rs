//! Compiles an operator and its operand for one attribute, or says what is wrong with them.

use ipnet::IpNet;

use super::{
    Condition, Operator, Target,
    test::{Comparison, NumberOperand, Scale, Test},
};
use crate::{
    Timestamp,
    attribute::AttributeKind,
    document::{Content, Node},
    glob::Glob,
    problem::Problems,
};

/// The condition on the values in `slot`; problems otherwise.
pub(crate) fn condition(
    target: Target,
    operator: Operator,
    operand: &Node,
    slot: usize,
    problems: &mut Problems,
) -> Option<Condition> {
    let test = test(target, operator, operand, problems)?;
    Some(Condition { attribute: target, operator, operand: operand.summary(), slot, test })
}

fn test(
    target: Target,
    operator: Operator,
    operand: &Node,
    problems: &mut Problems,
) -> Option<Test> {
    let kind = match target {
        Target::Attribute(attribute) => attribute.kind,
        Target::Pairs(_) => return pairs(operator, operand, problems),
    };
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
            let glob = |text: &str| Some(Glob::new(text));
            list(operand, problems, "a pattern", |node| text(node).and_then(glob)).map(Test::Glob)
        }
        Operator::Cidr | Operator::NotCidr => {
            list(operand, problems, "a network such as 192.0.2.0/24", network).map(Test::Cidr)
        }
        Operator::Exists => match operand.content {
            Content::Bool(expected) => Some(Test::Exists(expected)),
            _ => {
                problems
                    .at(operand, format!("`exists` takes true or false, not {}", operand.kind()));
                None
            }
        },
        Operator::Tag => {
            problems
                .at(operand, format!("`{}` is no list of key and value pairs", target.name()))
                .help("write the attribute without its last part, as in `resource.instanceDetails.tags: { tag: { Role: edge } }`");
            None
        }
    }
}

fn equality(kind: AttributeKind, operand: &Node, problems: &mut Problems) -> Option<Test> {
    match kind {
        AttributeKind::Text => {
            list(operand, problems, "text; put it in quotes", text_owned).map(Test::Text)
        }
        AttributeKind::Numeral | AttributeKind::Any => {
            list(operand, problems, "text or a number", scalar_text).map(Test::Text)
        }
        AttributeKind::Number => {
            list(operand, problems, "a number", exact_number).map(Test::Number)
        }
        AttributeKind::Severity => {
            list(operand, problems, "a severity from 0 to 10", severity).map(Test::Severity)
        }
        AttributeKind::Boolean => {
            list(operand, problems, "true or false", boolean).map(Test::Boolean)
        }
        AttributeKind::Time => list(operand, problems, TIME, moment).map(Test::Time),
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
                .at(operand, format!("`{}` holds no number, so it has no order", target.name()))
                .help("use `equals` or `matches`");
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
        AttributeKind::Time => (Scale::Time, moment(operand).map(|millis| millis as f64), TIME),
        AttributeKind::Severity => (Scale::Severity, number(operand), "a number"),
        _ => (Scale::Number, number(operand), "a number"),
    };
    match bound {
        Some(bound) => Some(Test::Order { scale, comparison, bound }),
        None => {
            problems.at(operand, format!("expected {expected}, found {}", operand.kind()));
            None
        }
    }
}

fn pairs(operator: Operator, operand: &Node, problems: &mut Problems) -> Option<Test> {
    let Content::Map(members) = &operand.content else {
        problems
            .at(operand, format!("expected a map of key to value, found {}", operand.kind()))
            .help("for example `tag: { Role: edge }`");
        return None;
    };
    if operator != Operator::Tag {
        problems.at(operand, format!("a list of pairs has no `{operator}`")).help("use `tag`");
        return None;
    }
    let mut pairs = Vec::new();
    for (key, value) in members {
        for element in value.elements() {
            match scalar_text(element) {
                Some(value) => pairs.push((key.name.clone(), value)),
                None => {
                    problems.at(element, format!("expected text, found {}", element.kind()));
                    return None;
                }
            }
        }
    }
    Some(Test::Pair(pairs))
}

/// Reads every element of a list, or a lone value as a list of one. Empty lists decide nothing.
fn list<T>(
    operand: &Node,
    problems: &mut Problems,
    expected: &str,
    read: impl Fn(&Node) -> Option<T>,
) -> Option<Vec<T>> {
    if operand.elements().is_empty() {
        problems.at(operand, "an empty list can never hold").help(format!("give {expected}"));
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
                problems.at(element, format!("expected {expected}, found {found}"));
            }
        }
    }
    (values.len() == operand.elements().len()).then_some(values)
}

fn text(node: &Node) -> Option<&str> {
    match &node.content {
        Content::Text(text) => Some(text),
        _ => None,
    }
}

fn text_owned(node: &Node) -> Option<String> {
    text(node).map(str::to_owned)
}

fn scalar_text(node: &Node) -> Option<String> {
    match &node.content {
        Content::Text(text) => Some(text.clone()),
        Content::Number(_) | Content::Bool(_) => Some(node.to_json().to_string()),
        _ => None,
    }
}

fn number(node: &Node) -> Option<f64> {
    match &node.content {
        Content::Number(number) if number.is_finite() => Some(*number),
        _ => None,
    }
}

/// GuardDuty's own criteria give numbers as text in `equals`.
fn exact_number(node: &Node) -> Option<NumberOperand> {
    let written = || text(node)?.trim().parse().ok().filter(|number: &f64| number.is_finite());
    number(node).or_else(written).map(NumberOperand::Exact)
}

/// A number is that severity; an integer in quotes is GuardDuty's name for all that begin with it.
fn severity(node: &Node) -> Option<NumberOperand> {
    let operand = match (exact_number(node)?, &node.content) {
        (NumberOperand::Exact(part), Content::Text(_)) if part.fract() == 0.0 => {
            NumberOperand::IntegerPart(part)
        }
        (operand, _) => operand,
    };
    let (NumberOperand::Exact(value) | NumberOperand::IntegerPart(value)) = operand;
    crate::Severity::new(value).map(|_| operand)
}

fn boolean(node: &Node) -> Option<bool> {
    match &node.content {
        Content::Bool(flag) => Some(*flag),
        Content::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn moment(node: &Node) -> Option<i64> {
    match &node.content {
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        Content::Number(millis) if millis.is_finite() => Some(*millis as i64),
        Content::Text(text) => {
            let moment = Timestamp::parse(text).or_else(|| Timestamp::parse_date(text));
            moment.map(Timestamp::epoch_millis).or_else(|| text.parse().ok())
        }
        _ => None,
    }
}

/// A network, or a lone address as the network that holds only it.
fn network(node: &Node) -> Option<IpNet> {
    let text = text(node)?.trim();
    let lone = || text.parse::<std::net::IpAddr>().ok().map(IpNet::from);
    let network: IpNet = text.parse().ok().or_else(lone)?;
    Some(network.trunc())
}
