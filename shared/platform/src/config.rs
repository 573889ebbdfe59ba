//! Settings out of environment variables, with every problem told at once.

use std::{collections::BTreeSet, fmt};

/// Our own variables start with this; one that does and that nobody reads is a typo.
const PREFIX: &str = "GUARDSIFT_";

/// Reads settings and collects what is wrong with them.
///
/// The lookup is a closure, so that tests never touch the environment of the process.
pub struct Environment<L> {
    lookup: L,
    known: BTreeSet<&'static str>,
    problems: Vec<Problem>,
}

/// Everything that is wrong with the environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

#[derive(Debug, PartialEq, Eq)]
struct Problem {
    variable: String,
    what: String,
}

/// The part of a name that tells our variables apart.
fn own(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}

impl<L: Fn(&str) -> Option<String>> Environment<L> {
    /// Reads through `lookup`, usually `|name| std::env::var(name).ok()`.
    pub fn new(lookup: L) -> Self {
        Self { lookup, known: BTreeSet::new(), problems: Vec::new() }
    }

    /// A variable that must be there. `allowed` says in words what its value may be.
    pub fn required<T>(
        &mut self,
        variable: &'static str,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(variable);
        if value.is_none() {
            self.problem(variable, format!("is not set; it must be {allowed}"));
        }
        self.parsed(variable, value?, allowed, parse)
    }

    /// A variable that may be missing; the outer `None` means that its value is wrong.
    pub fn optional<T>(
        &mut self,
        variable: &'static str,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.value(variable) {
            None => Some(None),
            Some(value) => self.parsed(variable, value, allowed, parse).map(Some),
        }
    }

    /// A variable whose every value means something. It is named so that it does not count as a
    /// typo.
    pub fn free(&mut self, variable: &'static str) -> Option<String> {
        self.value(variable)
    }

    /// A rule between variables that does not hold.
    pub fn problem(&mut self, variable: &str, what: impl Into<String>) {
        self.problems.push(Problem { variable: variable.to_owned(), what: what.into() });
    }

    /// Ends the reading: the settings if nothing was wrong, else all that was. `names` are the
    /// names of all variables that are set.
    pub fn finish<T>(
        mut self,
        names: impl IntoIterator<Item = String>,
        settings: impl FnOnce() -> Option<T>,
    ) -> Result<T, ConfigError> {
        for name in names {
            if name.starts_with(PREFIX) && !self.known.contains(name.as_str()) {
                let what = self.unknown(&name);
                self.problem(&name, what);
            }
        }
        let problems = self.problems;
        if problems.is_empty() {
            return settings().ok_or(ConfigError { problems });
        }
        Err(ConfigError { problems })
    }

    /// An empty variable counts as one that is not set: templates leave such behind.
    fn value(&mut self, variable: &'static str) -> Option<String> {
        self.known.insert(variable);
        (self.lookup)(variable)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn parsed<T>(
        &mut self,
        variable: &str,
        value: String,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let parsed = parse(&value);
        if parsed.is_none() {
            self.problem(variable, format!("is {value:?}; it must be {allowed}"));
        }
        parsed
    }

    fn unknown(&self, name: &str) -> String {
        let nearest = self
            .known
            .iter()
            .map(|known| (strsim::normalized_damerau_levenshtein(own(known), own(name)), known))
            .filter(|(similarity, _)| *similarity > 0.6)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match nearest {
            Some((_, known)) => format!("is not a setting of this function; did you mean {known}?"),
            None => {
                let known: Vec<_> = self.known.iter().copied().collect();
                format!("is not a setting of this function, which reads {}", known.join(", "))
            }
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the environment of the function is not right (see \"Settings\" in its README)")?;
        for Problem { variable, what } in &self.problems {
            write!(f, "; {variable} {what}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
