//! What the reader of criteria knows besides the criteria: slots, named lists, and where it stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    attribute::{Attribute, nearest},
    condition::Target,
    document::Node,
    extract::Paths,
    header::{Field, MEMBERS},
};

/// Grows while criteria are read; ends as the trie that finds all they read.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// The list whose elements the criteria are about; attributes are named from there.
    below: Option<&'static str>,
    /// Whether the header's own values stand in the first slots, so that one walk serves both.
    has_header: bool,
    /// The header's fields that criteria ask for.
    asked: BTreeSet<usize>,
    slots: Vec<Target>,
    lists: BTreeMap<String, Vec<Node>>,
    is_timeless: bool,
}

impl Scope {
    /// For the criteria of a rule set, which are found in the same walk as the header.
    pub(crate) fn with_header() -> Self {
        Self { has_header: true, ..Self::default() }
    }

    /// For criteria that are asked without a moment, so that ages have no meaning.
    pub(crate) fn without_clock() -> Self {
        Self { is_timeless: true, ..Self::default() }
    }

    /// For criteria on the elements of a list.
    pub(crate) fn below(&self, path: &'static str) -> Self {
        Self {
            below: Some(path),
            lists: self.lists.clone(),
            is_timeless: self.is_timeless,
            ..Self::default()
        }
    }

    /// Whether the criteria are asked at a moment.
    pub(crate) fn has_clock(&self) -> bool {
        !self.is_timeless
    }

    /// Turns ages off or on again.
    pub(crate) fn set_clock(&mut self, has_clock: bool) {
        self.is_timeless = !has_clock;
    }

    /// Names a list; `false` when the name is taken.
    pub(crate) fn add_list(&mut self, name: &str, elements: Vec<Node>) -> bool {
        self.lists.insert(name.to_owned(), elements).is_none()
    }

    /// The elements of a named list.
    pub(crate) fn list(&self, name: &str) -> Option<&[Node]> {
        self.lists.get(name).map(Vec::as_slice)
    }

    /// The names of all lists.
    pub(crate) fn list_names(&self) -> Vec<&str> {
        self.lists.keys().map(String::as_str).collect()
    }

    /// The attribute's whole name.
    pub(crate) fn full_name(&self, name: &str) -> String {
        self.below.map_or_else(|| name.to_owned(), |below| format!("{below}.{name}"))
    }

    /// The names that a misspelt one may have meant, as they are written here.
    pub(crate) fn nearest(&self, name: &str) -> Vec<&'static str> {
        let names = Attribute::all().iter().map(|attribute| attribute.name);
        match self.below {
            None => nearest(name, names),
            Some(below) => nearest(name, names.filter_map(|own| relative(own, below))),
        }
    }

    /// Where the target's values will stand.
    pub(crate) fn slot(&mut self, target: Target) -> usize {
        if self.has_header
            && let Some(slot) = Field::named(target.name())
        {
            self.asked.insert(slot);
            return slot;
        }
        let position = self.slots.iter().position(|own| *own == target).unwrap_or_else(|| {
            self.slots.push(target);
            self.slots.len() - 1
        });
        self.first_slot() + position
    }

    fn first_slot(&self) -> usize {
        if self.has_header { Field::ALL.len() } else { 0 }
    }

    /// The trie that finds all that was read.
    pub(crate) fn into_paths(self) -> Paths {
        let here = |name: &'static str| match self.below {
            Some(below) => relative(name, below).unwrap_or(name),
            None => name,
        };
        let header = Field::ALL.into_iter().filter(|_| self.has_header).map(Field::path);
        let own = self.slots.iter().map(|target| here(target.name()));
        let mut paths = Paths::new(header.chain(own));
        for (position, target) in self.slots.iter().enumerate() {
            if let Target::Attribute(Attribute { alternative: Some(path), .. }) = target {
                paths.also(self.first_slot() + position, here(path));
            }
        }
        if self.has_header {
            for member in MEMBERS {
                paths.know(member);
            }
            for field in Field::ALL {
                if !field.decides() && !self.asked.contains(&(field as usize)) {
                    paths.count_only(field.path());
                }
            }
        }
        paths
    }
}

/// The rest of a path below another, whatever the casing of either.
fn relative(path: &'static str, below: &str) -> Option<&'static str> {
    let (start, rest) = path.split_at_checked(below.len())?;
    start.eq_ignore_ascii_case(below).then_some(rest)?.strip_prefix('.')
}
