//! What is wrong with a rule file: every problem at once, each with its place and a way out.

use std::fmt;

use crate::document::{Key, Node, Position, Span};

mod code;

pub use code::{Code, Level};

/// One problem in a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem it is.
    pub code: Code,
    /// The file's name, as it was given.
    pub file: String,
    /// Where it begins.
    pub position: Position,
    /// How many characters it spans; at least 1.
    pub width: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(formatter, "{}:{line}:{column}: {}: {}", self.file, self.code, self.message)?;
        match &self.help {
            Some(help) => write!(formatter, " ({help})"),
            None => Ok(()),
        }
    }
}

/// A rule set that does not load, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RuleSetError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for RuleSetError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems: Vec<_> = self.problems.iter().map(Problem::to_string).collect();
        write!(formatter, "the rules don't load: {}", problems.join("; "))
    }
}

/// Collects the problems of one file while it is read.
#[derive(Debug)]
pub(crate) struct Problems {
    file: String,
    found: Vec<Problem>,
}

impl Problems {
    pub(crate) fn of(file: &str) -> Self {
        Self { file: file.to_owned(), found: Vec::new() }
    }

    /// Notes a problem with a value.
    pub(crate) fn at(
        &mut self,
        node: &Node,
        code: Code,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.place(code, node.position, node.width(), message.into())
    }

    /// Notes a problem with a key.
    pub(crate) fn at_key(
        &mut self,
        key: &Key,
        code: Code,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.place(code, key.position, key.name.chars().count(), message.into())
    }

    /// Notes a problem with a stretch of a line.
    pub(crate) fn on(
        &mut self,
        span: Span,
        code: Code,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.place(code, span.position, span.width, message.into())
    }

    pub(crate) fn place(
        &mut self,
        code: Code,
        position: Position,
        width: usize,
        message: String,
    ) -> &mut Problem {
        let file = self.file.clone();
        self.found.push_mut(Problem {
            code,
            file,
            position,
            width: width.max(1),
            message,
            help: None,
        })
    }

    /// Says of every problem that `read` notes whose it is.
    pub(crate) fn of_what<T>(&mut self, what: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.found.len();
        let value = read(self);
        for problem in self.found.iter_mut().skip(before) {
            problem.message = format!("{what}: {}", problem.message);
        }
        value
    }

    /// Whether nothing was wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Problem> {
        self.found
    }
}

impl Problem {
    /// How much it matters.
    pub fn level(&self) -> Level {
        self.code.level()
    }

    /// Adds the way out.
    pub(crate) fn help(&mut self, help: impl Into<String>) {
        self.help = Some(help.into());
    }

    /// Offers the nearest names, or the whole list when there is none near.
    pub(crate) fn suggest(&mut self, nearest: &[&str], otherwise: impl FnOnce() -> String) {
        self.help = Some(match nearest {
            [] => otherwise(),
            names => format!("did you mean {}?", quoted(names)),
        });
    }
}

/// `a`, `b` or `c`.
pub(crate) fn quoted(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        _ => quoted.concat(),
    }
}
