//! The independent clients, where there is a Python to run them in.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{binary::root, skip::skipped};

/// The Python with the packages of `tests/requirements.txt`.
pub(crate) struct Python(PathBuf);

/// Finds it, or says what is not tested without it.
pub(crate) fn python(what: &str) -> Option<Python> {
    let python = root().join("tests/.venv/bin/python");
    if python.is_file() {
        return Some(Python(python));
    }
    skipped(&format!("{what}: tests/.venv is missing, `make test` makes it where Python 3 is"));
    None
}

/// The Python with moto, or what is not tested without it.
pub(crate) fn moto(what: &str) -> Option<PathBuf> {
    let python = root().join("tests/.venv-moto/bin/python");
    if python.is_file() {
        return Some(python);
    }
    skipped(&format!(
        "{what}: tests/.venv-moto is missing, `make emulators` makes it where Python 3 is"
    ));
    None
}

impl Python {
    /// A script, to be run in an environment that holds no AWS settings of the person's own.
    pub(crate) fn command(&self, script: &Path) -> Command {
        let mut command = Command::new(&self.0);
        command.arg(script).env_clear();
        command
    }
}
