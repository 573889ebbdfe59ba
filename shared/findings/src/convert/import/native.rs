//! A GuardDuty filter on its way to a rule: what all its spellings have in common.

use crate::{
    Action, Attribute,
    attribute::nearest,
    condition::Operator,
    criteria::criteria,
    document::{Content, Key, Node},
    problem::{Code, Problems, quoted},
    scope::Scope,
    withdrawn,
};

/// What a document turned out to be.
pub(super) enum Wrapped<'n> {
    Filter,
    Filters(&'n Node),
    Terraform(&'n Node),
    CloudFormation(&'n Node),
    Names,
    Criteria,
    State,
    Unknown,
}

impl<'n> Wrapped<'n> {
    pub(super) fn of(node: &'n Node) -> Self {
        let module = |values: &'n Node| member(values, "root_module");
        if member(node, "FindingCriteria").is_some() {
            Self::Filter
        } else if let Some(module) = member(node, "planned_values").and_then(module) {
            Self::Terraform(module)
        } else if let Some(module) = member(node, "values").and_then(module) {
            Self::Terraform(module)
        } else if member(node, "terraform_version").is_some() {
            Self::State
        } else if let Some(resources) = member(node, "Resources") {
            Self::CloudFormation(resources)
        } else if let Some(filters) = member(node, "Filters") {
            Self::Filters(filters)
        } else if member(node, "FilterNames").is_some() {
            Self::Names
        } else if member(node, "Criterion").is_some() {
            Self::Criteria
        } else {
            Self::Unknown
        }
    }
}

/// A member of a map, in the casing of the API or of the AWS CLI.
pub(super) fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let found = members(node).iter().find(|(key, _)| key.name.eq_ignore_ascii_case(name));
    found.map(|(_, own)| own).filter(|own| !matches!(own.content, Content::Null))
}

/// The members of a map; none of anything else.
pub(super) fn members(node: &Node) -> &[(Key, Node)] {
    match &node.content {
        Content::Map(members) => members,
        _ => &[],
    }
}

/// Reports the members that are not known: they could change what the filter does.
pub(super) fn refuse_others(node: &Node, known: &[&str], problems: &mut Problems) -> Option<()> {
    let others: Vec<_> = members(node)
        .iter()
        .filter(|(key, _)| !known.iter().any(|own| own.eq_ignore_ascii_case(&key.name)))
        .collect();
    for (key, _) in &others {
        problems
            .at_key(
                key,
                Code::UnknownField,
                format!("`{}` of a filter is not known here", key.name),
            )
            .help("it may change what the filter does: remove it if it does not");
    }
    others.is_empty().then_some(())
}

/// Attributes with their operators and operands.
pub(super) type Conditions = Vec<(String, Vec<(Operator, Node)>)>;

/// A filter that was understood.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) name: String,
    pub(super) action: Action,
    pub(super) rank: Option<u64>,
    pub(super) description: Option<String>,
    pub(super) conditions: Conditions,
    /// Where it comes from, and what a rule has no field for.
    pub(super) remarks: Vec<String>,
}

impl Filter {
    /// Whether it is the other in all but its place: a filter that is kept in several Regions.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.action == other.action
            && self.description == other.description
            && self.said() == other.said()
    }

    /// Its conditions without where they stand.
    fn said(&self) -> Vec<(&str, Vec<(&'static str, serde_json::Value)>)> {
        let said = |(operator, operand): &(Operator, Node)| (operator.name(), operand.to_json());
        let conditions = self.conditions.iter();
        conditions
            .map(|(own, operators)| (own.as_str(), operators.iter().map(said).collect()))
            .collect()
    }
}

/// GuardDuty's actions and what a rule says for them.
pub(super) fn action(node: &Node, problems: &mut Problems) -> Option<Action> {
    match node.text() {
        Some("ARCHIVE") => Some(Action::Archive),
        Some("NOOP") => Some(Action::Notify),
        _ => {
            problems
                .at(node, Code::BadValue, format!("`{}` is no action of a filter", node.summary()))
                .help("filters have `ARCHIVE` and `NOOP`");
            None
        }
    }
}

/// A rank from 1 to 100, as a number or as the text of one.
pub(super) fn rank(node: &Node, problems: &mut Problems) -> Option<u64> {
    let found = node.summary().parse().ok().filter(|rank| (1..=100).contains(rank));
    if found.is_none() {
        problems
            .at(node, Code::BadValue, format!("`{}` is no rank", node.summary()))
            .help("ranks are whole numbers from 1 to 100");
    }
    found
}

/// The conditions of a criterion, checked the way a rule's are; problems otherwise.
pub(super) fn conditions(
    criterion: &[(Key, Node)],
    at: &Node,
    problems: &mut Problems,
) -> Option<Conditions> {
    let mut read = Vec::new();
    let mut is_whole = true;
    for (key, operators) in criterion {
        is_whole &= is_attribute(key, problems);
        match native_operators(key, operators, problems) {
            Some(operators) => read.push((key, operators)),
            None => is_whole = false,
        }
    }
    is_whole.then_some(())?;
    let written = read.iter().map(|(key, operators)| ((*key).clone(), map(key, operators)));
    let node = Node { position: at.position, content: Content::Map(written.collect()) };
    criteria(&node, &mut Scope::without_clock(), problems)?;
    Some(read.into_iter().map(|(key, operators)| (key.name.clone(), operators)).collect())
}

fn map(at: &Key, operators: &[(Operator, Node)]) -> Node {
    let members = operators.iter().map(|(operator, operand)| {
        (Key { position: operand.position, name: operator.name().to_owned() }, operand.clone())
    });
    Node { position: at.position, content: Content::Map(members.collect()) }
}

/// Only attributes: what else a rule's criteria may hold, such as `any`, is no filter's.
fn is_attribute(key: &Key, problems: &mut Problems) -> bool {
    let is_known = Attribute::named(&key.name).is_some();
    if withdrawn::was_attribute(&key.name) {
        problems
            .at_key(key, Code::WithdrawnAttribute, withdrawn::message(&key.name))
            .help(withdrawn::HELP);
    } else if !is_known {
        let names = Attribute::all().iter().map(|attribute| attribute.name);
        problems
            .at_key(
                key,
                Code::UnknownAttribute,
                format!("`{}` is no filter attribute of GuardDuty", key.name),
            )
            .suggest(&nearest(&key.name, names), || {
                format!("the names are those of {}", crate::ATTRIBUTE_MODEL)
            });
    }
    is_known
}

fn native_operators(
    attribute: &Key,
    node: &Node,
    problems: &mut Problems,
) -> Option<Vec<(Operator, Node)>> {
    let Content::Map(members) = &node.content else {
        problems.at(
            node,
            Code::BadValue,
            format!("`{}` takes a map of operators, not {}", attribute.name, node.kind()),
        );
        return None;
    };
    let mut read: Vec<(Operator, Node)> = Vec::new();
    let mut is_whole = true;
    for (key, operand) in members {
        let Some(operator) = Operator::named(&key.name).filter(|own| own.is_native()) else {
            is_whole = false;
            let names = Operator::ALL.into_iter().filter(|own| own.is_native());
            let names: Vec<_> = names.map(Operator::name).collect();
            problems
                .at_key(
                    key,
                    Code::UnknownOperator,
                    format!("filters have no operator `{}`", key.name),
                )
                .help(format!("they have {}", quoted(&names)));
            continue;
        };
        // The API answers with a deprecated form and its successor side by side.
        match read.iter().find(|(own, _)| *own == operator) {
            None => read.push((operator, operand.clone())),
            Some((_, first)) if first.to_json() == operand.to_json() => {}
            Some(_) => {
                is_whole = false;
                problems
                    .at_key(key, Code::DuplicateName, format!("a second, different `{operator}`"))
                    .help("`eq`, `gt` and the like are older names of `equals`, `greaterThan` and so on");
            }
        }
    }
    is_whole.then_some(read)
}
