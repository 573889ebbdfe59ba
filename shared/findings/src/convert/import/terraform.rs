//! `aws_guardduty_filter` resources in a plan or state, as `terraform show -json` prints it.

use super::native::{Filter, action, conditions, member, members, rank, refuse_others};
use crate::{
    document::{Content, Key, Node},
    problem::{Code, Problems},
};

const KNOWN: [&str; 12] = [
    "action",
    "arn",
    "description",
    "detector_id",
    "finding_criteria",
    "id",
    "name",
    "rank",
    "region",
    "tags",
    "tags_all",
    "timeouts",
];

/// Terraform's names of the operators, and GuardDuty's.
const OPERATORS: [(&str, &str); 8] = [
    ("equals", "equals"),
    ("not_equals", "notEquals"),
    ("greater_than", "greaterThan"),
    ("greater_than_or_equal", "greaterThanOrEqual"),
    ("less_than", "lessThan"),
    ("less_than_or_equal", "lessThanOrEqual"),
    ("matches", "matches"),
    ("not_matches", "notMatches"),
];

/// Reads every filter of a module and of the modules below it.
pub(super) fn filters(
    document: &Node,
    module: &Node,
    file: &str,
    filters: &mut Vec<Filter>,
    problems: &mut Problems,
) {
    for resource in member(module, "resources").map_or(&[][..], Node::elements) {
        let of = |name| member(resource, name).and_then(Node::text);
        if of("type") == Some("aws_guardduty_filter") && of("mode") != Some("data") {
            let address = of("address").unwrap_or("aws_guardduty_filter");
            let read = |own: &mut Problems| filter(document, resource, address, file, own);
            filters.extend(problems.of_what(address, read));
        }
    }
    for child in member(module, "child_modules").map_or(&[][..], Node::elements) {
        self::filters(document, child, file, filters, problems);
    }
}

fn filter(
    document: &Node,
    resource: &Node,
    address: &str,
    file: &str,
    problems: &mut Problems,
) -> Option<Filter> {
    let values = require(resource, "values", resource, problems)?;
    if is_unknown(document, address) {
        problems.at(values, Code::BadValue, "parts of it are only known after apply").help(
            "import what `terraform show -json` prints after apply, or the filter from GuardDuty",
        );
        return None;
    }
    refuse_others(values, &KNOWN, problems)?;
    let name = require(values, "name", resource, problems)?.summary();
    let action = action(require(values, "action", resource, problems)?, problems)?;
    let rank = match member(values, "rank") {
        Some(own) => Some(rank(own, problems)?),
        None => None,
    };
    let criteria = require(values, "finding_criteria", resource, problems)?;
    let mut criterion: Vec<(Key, Node)> = Vec::new();
    for block in criteria.elements().iter().filter_map(|own| member(own, "criterion")) {
        for own in block.elements() {
            let (key, operators) = condition(own, problems)?;
            if criterion.iter().any(|(first, _)| first.name == key.name) {
                problems
                    .at_key(
                        &key,
                        Code::DuplicateName,
                        format!("a second criterion for `{}`", key.name),
                    )
                    .help("the provider keeps only one of them: join them into one");
                return None;
            }
            criterion.push((key, operators));
        }
    }
    let mut remarks = vec![format!("Terraform's {address}, from {file}.")];
    if let Some(tags) = member(values, "tags").filter(|tags| !members(tags).is_empty()) {
        remarks.push(format!("Its tags: {}", tags.to_json()));
    }
    Some(Filter {
        name,
        action,
        rank,
        description: member(values, "description").map(Node::summary).filter(|own| !own.is_empty()),
        conditions: conditions(&criterion, criteria, problems)?,
        remarks,
    })
}

fn require<'n>(node: &'n Node, name: &str, at: &Node, problems: &mut Problems) -> Option<&'n Node> {
    let found = member(node, name);
    if found.is_none() {
        problems
            .at(at, Code::MissingField, format!("it has no `{name}` here"))
            .help("it may be sensitive or only known after apply");
    }
    found
}

/// One `criterion` block: a field, and operators of which the unused ones are empty.
fn condition(block: &Node, problems: &mut Problems) -> Option<(Key, Node)> {
    let known: Vec<&str> = OPERATORS.iter().map(|(own, _)| *own).chain(["field"]).collect();
    refuse_others(block, &known, problems)?;
    let Some(field) = member(block, "field") else {
        problems.at(block, Code::MissingField, "a criterion without `field`");
        return None;
    };
    let mut operators = Vec::new();
    for (own, name) in OPERATORS {
        let Some(operand) = member(block, own).filter(|operand| !is_empty(operand)) else {
            continue;
        };
        let key = Key { position: operand.position, name: name.to_owned() };
        operators.push((key, number(operand)));
    }
    let key = Key { position: field.position, name: field.summary() };
    Some((key, Node { position: block.position, content: Content::Map(operators) }))
}

fn is_empty(operand: &Node) -> bool {
    match &operand.content {
        Content::Text(text) => text.is_empty(),
        Content::List(elements) => elements.is_empty(),
        _ => false,
    }
}

/// Bounds are text here; what is a whole number becomes one.
pub(super) fn number(operand: &Node) -> Node {
    #[expect(clippy::cast_precision_loss, reason = "no operand needs more than 53 bits")]
    let whole = operand.text().and_then(|own| own.parse::<i64>().ok()).map(|own| own as f64);
    match whole {
        Some(whole) => Node { position: operand.position, content: Content::Number(whole) },
        None => operand.clone(),
    }
}

/// Whether the plan says of anything in the filter that it is only known after apply.
fn is_unknown(document: &Node, address: &str) -> bool {
    let changes = member(document, "resource_changes").map_or(&[][..], Node::elements);
    changes
        .iter()
        .filter(|own| member(own, "address").and_then(Node::text) == Some(address))
        .filter_map(|own| member(own, "change").and_then(|change| member(change, "after_unknown")))
        .any(|unknown| {
            ["name", "action", "rank", "description", "finding_criteria"]
                .into_iter()
                .filter_map(|name| member(unknown, name))
                .any(says_true)
        })
}

fn says_true(node: &Node) -> bool {
    match &node.content {
        Content::Bool(flag) => *flag,
        Content::List(elements) => elements.iter().any(says_true),
        Content::Map(members) => members.iter().any(|(_, own)| says_true(own)),
        _ => false,
    }
}
