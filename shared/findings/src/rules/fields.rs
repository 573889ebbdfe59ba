//! The fields of one map of a rule file, unknown ones reported with the nearest known name.

use crate::{
    attribute::nearest,
    document::{Content, Node},
    problem::{Code, Problems, quoted},
};

/// The members of a map whose keys are known.
pub(super) struct Fields<'n> {
    node: &'n Node,
    members: Vec<(&'n str, &'n Node)>,
}

impl<'n> Fields<'n> {
    /// Takes a map apart; `what` names it in messages.
    pub(super) fn of(
        node: &'n Node,
        what: &str,
        known: &[&'static str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let Content::Map(map) = &node.content else {
            problems
                .at(node, Code::BadValue, format!("{what} is a map, not {}", node.kind()))
                .help(format!("it may hold {}", quoted(known)));
            return None;
        };
        let mut members = Vec::new();
        for (key, value) in map {
            if known.contains(&key.name.as_str()) {
                members.push((key.name.as_str(), value));
            } else {
                problems
                    .at_key(key, Code::UnknownField, format!("{what} has no `{}`", key.name))
                    .suggest(&nearest(&key.name, known.iter().copied()), || {
                        format!("it may hold {}", quoted(known))
                    });
            }
        }
        Some(Self { node, members })
    }

    /// The value of a field that is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.members
            .iter()
            .find_map(|(own, node)| (*own == name).then_some(*node))
            .filter(|node| !matches!(node.content, Content::Null))
    }

    /// The value of a field that must be there.
    pub(super) fn require(
        &self,
        name: &str,
        what: &str,
        problems: &mut Problems,
    ) -> Option<&'n Node> {
        let found = self.get(name);
        if found.is_none() {
            problems
                .at(self.node, Code::MissingField, format!("{what} has no `{name}`"))
                .help(format!("add `{name}:`"));
        }
        found
    }

    /// A field that is text.
    pub(super) fn text(&self, name: &str, problems: &mut Problems) -> Option<String> {
        let node = self.get(name)?;
        match &node.content {
            Content::Text(text) => Some(text.clone()),
            _ => {
                problems
                    .at(node, Code::BadValue, format!("`{name}` is text, not {}", node.kind()))
                    .help("put it in quotes");
                None
            }
        }
    }
}
