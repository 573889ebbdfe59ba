//! A filter as `GetFilter` returns it, and as `CreateFilter` takes it.

use super::native::{Filter, action, conditions, member, members, rank, refuse_others};
use crate::{
    Action,
    document::Node,
    problem::{Code, Problems},
};

const KNOWN: [&str; 12] = [
    "Name",
    "Description",
    "Action",
    "Rank",
    "FindingCriteria",
    "Tags",
    "CreatedAt",
    "UpdatedAt",
    "Version",
    // Of a request, and of the answer as SDKs print it.
    "DetectorId",
    "ClientToken",
    "ResponseMetadata",
];

/// Reads one filter.
pub(super) fn filter(node: &Node, file: &str, problems: &mut Problems) -> Option<Filter> {
    let name = member(node, "Name").and_then(Node::text).map(|name| format!("filter {name}"));
    problems.of_what(name.as_deref().unwrap_or("a filter"), |own| read(node, file, own))
}

fn read(node: &Node, file: &str, problems: &mut Problems) -> Option<Filter> {
    let is_known = refuse_others(node, &KNOWN, problems);
    let name = name(node, problems);
    // CreateFilter: without an action a filter does nothing.
    let action = member(node, "Action").map_or(Some(Action::Notify), |own| action(own, problems));
    let rank = member(node, "Rank").map(|own| rank(own, problems));
    let description = member(node, "Description").map(Node::summary);
    let criteria = member(node, "FindingCriteria")?;
    let is_plain = refuse_others(criteria, &["Criterion"], problems);
    let conditions = match member(criteria, "Criterion") {
        Some(criterion) => conditions(members(criterion), criterion, problems),
        None => {
            problems
                .at(criteria, Code::MissingField, "without `criterion` it selects everything")
                .help("there is no such rule: name an attribute");
            None
        }
    };
    let mut remarks = vec![format!("A filter of GuardDuty, from {file}.")];
    if let Some(tags) = member(node, "Tags").filter(|tags| !members(tags).is_empty()) {
        remarks.push(format!("Its tags: {}", tags.to_json()));
    }
    is_known.and(is_plain)?;
    Some(Filter {
        name: name?,
        action: action?,
        rank: match rank {
            Some(rank) => Some(rank?),
            None => None,
        },
        description: description.filter(|own| !own.is_empty()),
        conditions: conditions?,
        remarks,
    })
}

fn name(node: &Node, problems: &mut Problems) -> Option<String> {
    let found = member(node, "Name").and_then(Node::text).filter(|name| !name.is_empty());
    if found.is_none() {
        problems.at(node, Code::MissingField, "it has no name").help("add `Name`");
    }
    found.map(str::to_owned)
}
