//! Reads what a rule set says on telling: names of accounts, and which further versions matter.

use crate::{
    attribute::nearest,
    document::{Content, Key, Node},
    message::{Fact, NotifyChanges},
    problem::{Code, Problems, quoted},
    rules::fields::Fields,
};

/// Longest name of an account; AWS Organizations allows 50 characters.
const NAME: usize = 128;

/// Reads the map of account ids to names.
pub(super) fn accounts(node: &Node, problems: &mut Problems) -> Vec<(Key, String)> {
    let Content::Map(members) = &node.content else {
        problems
            .at(node, Code::BadValue, format!("`accounts` is a map, not {}", node.kind()))
            .help("for example `accounts: { \"111122223333\": production }`");
        return Vec::new();
    };
    members.iter().filter_map(|(key, node)| account(key, node, problems)).collect()
}

fn account(key: &Key, node: &Node, problems: &mut Problems) -> Option<(Key, String)> {
    if key.name.len() != 12 || !key.name.bytes().all(|byte| byte.is_ascii_digit()) {
        problems
            .at_key(key, Code::BadValue, format!("`{}` is no account id", key.name))
            .help("write its 12 digits in quotes: \"111122223333\"");
        return None;
    }
    match &node.content {
        Content::Text(name) if (1..=NAME).contains(&name.trim().chars().count()) => {
            Some((key.clone(), name.trim().to_owned()))
        }
        _ => {
            problems
                .at(node, Code::BadValue, format!("`{}` is no name", node.summary()))
                .help(format!("write text of 1 to {NAME} characters"));
            None
        }
    }
}

/// Reads which changes of a finding are told.
pub(super) fn notify_changes(node: &Node, problems: &mut Problems) -> Option<NotifyChanges> {
    let known = ["every", "severity", "new", "count", "recurrence"];
    let fields = Fields::of(node, "`notify_changes`", &known, problems)?;
    let mut wanted = NotifyChanges::default();
    for (name, flag) in [
        ("every", &mut wanted.every),
        ("severity", &mut wanted.severity),
        ("recurrence", &mut wanted.recurrence),
    ] {
        if let Some(node) = fields.get(name) {
            *flag = super::flag(node, name, problems);
        }
    }
    if let Some(node) = fields.get("new") {
        wanted.new = facts(node, problems);
    }
    if let Some(node) = fields.get("count") {
        wanted.counts = node.elements().iter().filter_map(|own| count(own, problems)).collect();
        wanted.counts.sort_unstable();
    }
    Some(wanted)
}

/// Reads what can be new, by its names.
pub(super) fn facts(node: &Node, problems: &mut Problems) -> Vec<Fact> {
    node.elements().iter().filter_map(|own| fact(own, problems)).collect()
}

fn fact(node: &Node, problems: &mut Problems) -> Option<Fact> {
    let written = node.summary();
    let found = Fact::ALL.into_iter().find(|fact| fact.as_str() == written);
    if found.is_none() {
        let names = Fact::ALL.map(Fact::as_str);
        problems
            .at(node, Code::BadValue, format!("nothing that can be new is called `{written}`"))
            .suggest(&nearest(&written, names.into_iter()), || format!("use {}", quoted(&names)));
    }
    found
}

fn count(node: &Node, problems: &mut Problems) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a whole number from 2 to a billion"
    )]
    match node.content {
        Content::Number(number) if number.fract() == 0.0 && (2.0..=1e9).contains(&number) => {
            Some(number as u64)
        }
        _ => {
            problems
                .at(node, Code::BadValue, format!("`{}` is no count to be reached", node.summary()))
                .help("write whole numbers from 2 to 1000000000: `count: [10, 100, 1000]`");
            None
        }
    }
}
