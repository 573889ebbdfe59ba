//! Rules from GuardDuty's filters: as its API returns them, as Terraform plans them, as
//! CloudFormation declares them.

mod api;
mod cloudformation;
mod documents;
mod native;
mod terraform;
mod written;

use self::native::{Filter, Wrapped};
use crate::{
    RuleSource,
    document::{Content, Node, Position},
    problem::{Code, Problem, Problems},
};

/// What was made of the files.
#[derive(Debug)]
pub struct Import {
    /// A rule file with all filters that could be imported, by rank; empty when none could.
    pub text: String,
    /// The names of its rules in order.
    pub rules: Vec<String>,
    /// What could not be imported and why, each with its place in the files.
    pub problems: Vec<Problem>,
}

/// Turns the filters in these files into rules.
///
/// A file is JSON, several JSON documents on end, or YAML. It may hold filters as `GetFilter`
/// returns them, alone or in a list, in the casing of the API or of the AWS CLI; a plan or state
/// as `terraform show -json` prints it; or a CloudFormation template. Nothing that a file says
/// about a filter is left out silently: it is in the rule, in a comment, or a problem.
pub fn import(sources: &[RuleSource<'_>]) -> Import {
    let mut filters = Vec::new();
    let mut found = Vec::new();
    for source in sources {
        let mut problems = Problems::of(source.name);
        let before = filters.len();
        for document in documents::documents(source.text) {
            match document {
                Ok(node) => read(&node, source.name, &mut filters, &mut problems),
                Err((position, message)) => {
                    problems.place(Code::Syntax, position, 1, message);
                }
            }
        }
        if problems.is_empty() && filters.len() == before {
            let top = Position { line: 1, column: 1 };
            problems
                .place(Code::MissingField, top, 1, "there is no filter in it".to_owned())
                .help(SHAPES);
        }
        found.extend(problems.into_vec());
    }
    filters.sort_by_key(|filter| filter.rank.unwrap_or(u64::MAX));
    let mut different: Vec<Filter> = Vec::new();
    for filter in filters {
        match different.iter_mut().find(|own| own.is_same(&filter)) {
            Some(first) => first.remarks.extend(filter.remarks),
            None => different.push(filter),
        }
    }
    let (text, rules) = written::rules(&different);
    Import { text, rules, problems: found }
}

const SHAPES: &str = "give what `aws guardduty get-filter` or `terraform show -json` prints, or a \
                      CloudFormation template";

/// Reads the filters of one document, whatever it is.
fn read(node: &Node, file: &str, filters: &mut Vec<Filter>, problems: &mut Problems) {
    if let Content::List(elements) = &node.content {
        elements.iter().for_each(|own| read(own, file, filters, problems));
        return;
    }
    match Wrapped::of(node) {
        Wrapped::Filter => filters.extend(api::filter(node, file, problems)),
        Wrapped::Filters(list) => read(list, file, filters, problems),
        Wrapped::Terraform(module) => terraform::filters(node, module, file, filters, problems),
        Wrapped::CloudFormation(resources) => {
            cloudformation::filters(resources, file, filters, problems);
        }
        Wrapped::Names => {
            problems
                .at(node, Code::MissingField, "these are the filters' names and nothing else")
                .help("fetch each of them with `aws guardduty get-filter --filter-name NAME`");
        }
        Wrapped::Criteria => {
            problems
                .at(node, Code::MissingField, "criteria without a filter: no name and no action")
                .help("a rule takes them as they are: put them under its `criteria:`");
        }
        Wrapped::State => {
            problems
                .at(node, Code::BadValue, "this is a state file, whose format is Terraform's own")
                .help("give what `terraform show -json` prints");
        }
        Wrapped::Unknown => {
            problems
                .at(node, Code::BadValue, format!("this is {} and no filter", node.kind()))
                .help(SHAPES);
        }
    }
}

#[cfg(test)]
mod tests;
