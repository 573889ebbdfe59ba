//! Imported filters as the text of a rule file.

use std::fmt::{self, Write};

use super::native::Filter;
use crate::{
    Action,
    convert::yaml::{comment, operand, text},
    rules::Defaults,
};

/// The rule file, and the names of its rules; nothing when there are no filters.
pub(super) fn rules(filters: &[Filter]) -> (String, Vec<String>) {
    let mut file = String::new();
    let mut names: Vec<String> = Vec::new();
    if filters.is_empty() {
        return (file, names);
    }
    // Writing to a string can't fail.
    let _ = head(&mut file, filters);
    for filter in filters {
        let name = unique(&rule_name(&filter.name), &names);
        let _ = rule(&mut file, filter, &name);
        names.push(name);
    }
    (file, names)
}

fn head(file: &mut String, filters: &[Filter]) -> fmt::Result {
    let hours = Defaults::default().hold.as_secs() / 3600;
    writeln!(
        file,
        "# Imported from GuardDuty's filters, in the order of their ranks. What is different from now on:"
    )?;
    writeln!(
        file,
        "# - The first rule that matches decides. In GuardDuty every filter that archives does, whatever comes before it."
    )?;
    if filters.iter().any(|own| own.action == Action::Archive) {
        writeln!(
            file,
            "# - GuardDuty archives at once, and nobody ever sees the finding. `archive` waits until it has been quiet for the"
        )?;
        writeln!(
            file,
            "#   hold, {hours} hours unless the rule has a `hold:` of its own, and the guards spare attack sequences, samples and"
        )?;
        writeln!(file, "#   severities above the ceiling.")?;
    }
    if filters.iter().any(|own| own.action == Action::Notify) {
        writeln!(
            file,
            "# - NOOP is a saved view: GuardDuty still sends what it shows, so it becomes `notify`. As a rule it also decides: what"
        )?;
        writeln!(
            file,
            "#   it matches is not archived by a later rule. Drop it where it was only a view."
        )?;
    }
    writeln!(file, "# Give every rule an owner and a date on which it expires.")?;
    writeln!(file, "version: 1\n\nrules:")
}

fn rule(file: &mut String, filter: &Filter, name: &str) -> fmt::Result {
    if !file.ends_with("rules:\n") {
        writeln!(file)?;
    }
    let rank = filter.rank.map_or("no rank".to_owned(), |rank| format!("rank {rank}"));
    for (index, remark) in filter.remarks.iter().enumerate() {
        let rank =
            if index == 0 { format!(" {rank}.", rank = capital(&rank)) } else { String::new() };
        writeln!(file, "  {}", comment(&format!("{remark}{rank}")))?;
    }
    if name != filter.name {
        writeln!(file, "  {}", comment(&format!("In GuardDuty it is called: {}", filter.name)))?;
    }
    writeln!(file, "  - name: {}", text(name))?;
    writeln!(file, "    action: {}", filter.action)?;
    if let Some(description) = &filter.description {
        writeln!(file, "    reason: {}", text(description))?;
    }
    writeln!(file, "    criteria:")?;
    for (attribute, operators) in &filter.conditions {
        match operators.as_slice() {
            [(operator, value)] if !operand(value, ON_SEVERAL_LINES).contains('\n') => {
                let value = operand(value, ON_SEVERAL_LINES);
                writeln!(file, "      {attribute}: {{ {operator}: {value} }}")?;
            }
            operators => {
                writeln!(file, "      {attribute}:")?;
                for (operator, value) in operators {
                    writeln!(file, "        {operator}: {}", operand(value, ON_SEVERAL_LINES))?;
                }
            }
        }
    }
    Ok(())
}

/// How far the elements of a long list are indented.
const ON_SEVERAL_LINES: usize = 10;

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |own| own.to_uppercase().chain(characters).collect())
}

/// A name that a rule may have: at most 64 letters, digits, `.`, `_` and `-`.
fn rule_name(name: &str) -> String {
    let is_valid = |own: char| own.is_ascii_alphanumeric() || "._-".contains(own);
    let valid: String =
        name.chars().map(|own| if is_valid(own) { own } else { '-' }).take(MAX_NAME).collect();
    if valid.is_empty() { "filter".to_owned() } else { valid }
}

const MAX_NAME: usize = 64;

/// The name, or the first numbered one that is free: filters of two Regions may share theirs.
fn unique(name: &str, taken: &[String]) -> String {
    let is_free = |own: &String| !taken.contains(own);
    let numbered = (2_usize..).map(|number| {
        let suffix = format!("-{number}");
        let start: String = name.chars().take(MAX_NAME - suffix.len()).collect();
        format!("{start}{suffix}")
    });
    std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}
