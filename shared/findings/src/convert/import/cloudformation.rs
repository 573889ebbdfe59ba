//! `AWS::GuardDuty::Filter` resources of a CloudFormation template, in JSON or YAML.

use super::{
    native::{Filter, action, conditions, member, members, rank, refuse_others},
    terraform::number,
};
use crate::{
    Action,
    condition::Operator,
    document::{Content, Key, Node},
    problem::{Code, Problems},
};

const TYPE: &str = "AWS::GuardDuty::Filter";
const KNOWN: [&str; 7] =
    ["Action", "Description", "DetectorId", "FindingCriteria", "Name", "Rank", "Tags"];

/// Reads every filter of a template.
pub(super) fn filters(
    resources: &Node,
    file: &str,
    filters: &mut Vec<Filter>,
    problems: &mut Problems,
) {
    for (key, resource) in members(resources) {
        if member(resource, "Type").and_then(Node::text) == Some(TYPE) {
            let read = |own: &mut Problems| filter(key, resource, file, own);
            filters.extend(problems.of_what(&key.name, read));
        } else if !matches!(resource.content, Content::Map(_))
            && resource.to_json().to_string().contains(TYPE)
        {
            problems
                .at_key(
                    key,
                    Code::BadValue,
                    format!("`{}` makes filters that only CloudFormation knows", key.name),
                )
                .help("import them from GuardDuty once they are deployed");
        }
    }
}

fn filter(key: &Key, resource: &Node, file: &str, problems: &mut Problems) -> Option<Filter> {
    let Some(properties) = member(resource, "Properties") else {
        problems.at_key(key, Code::MissingField, "it has no properties");
        return None;
    };
    refuse_others(properties, &KNOWN, problems)?;
    let mut remarks = vec![format!("CloudFormation's {}, from {file}.", key.name)];
    if let Some(condition) = member(resource, "Condition") {
        remarks.push(format!("It is only made where the condition {} holds.", condition.summary()));
    }
    let mut plain = |name: &str| {
        let node = member(properties, name)?;
        if let Content::Map(_) | Content::List(_) = node.content {
            remarks.push(format!("Its {name} is computed: {}", node.to_json()));
            return None;
        }
        Some(node)
    };
    let name = plain("Name").map_or_else(|| key.name.clone(), Node::summary);
    let description = plain("Description").map(Node::summary).filter(|own| !own.is_empty());
    let rank = match plain("Rank") {
        Some(own) => Some(rank(own, problems)?),
        None => None,
    };
    let action = match member(properties, "Action") {
        Some(own) => action(own, problems)?,
        None => Action::Notify,
    };
    let criterion = member(properties, "FindingCriteria").and_then(|own| {
        refuse_others(own, &["Criterion"], problems)?;
        member(own, "Criterion")
    });
    let Some(criterion) = criterion else {
        problems.at_key(key, Code::MissingField, "it has no criterion");
        return None;
    };
    let criteria: Vec<_> =
        members(criterion).iter().map(|(key, own)| (key.clone(), with_numbers(own))).collect();
    let conditions = conditions(&criteria, criterion, problems)?;
    if let Some(tags) = member(properties, "Tags").filter(|tags| !tags.elements().is_empty()) {
        remarks.push(format!("Its tags: {}", tags.to_json()));
    }
    Some(Filter { name, action, rank, description, conditions, remarks })
}

/// CloudFormation takes the text of a number for the number where one is due.
fn with_numbers(operators: &Node) -> Node {
    let Content::Map(members) = &operators.content else { return operators.clone() };
    let members = members.iter().map(|(key, operand)| {
        let is_order = Operator::named(&key.name).is_some_and(Operator::is_order);
        (key.clone(), if is_order { number(operand) } else { operand.clone() })
    });
    Node { position: operators.position, content: Content::Map(members.collect()) }
}
