//! `guardsift rules schema`: the JSON Schema of rule files.

use crate::{exit::Exit, stdout};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) const EXAMPLES: &str = "\
An editor with the YAML language server completes and checks a rule file whose first line is
  # yaml-language-server: $schema=schema.json

Examples:
  guardsift rules schema > rules/schema.json";

pub(crate) fn run(_arguments: &Arguments) -> anyhow::Result<Exit> {
    stdout::println!("{}", findings::schema())?;
    Ok(Exit::Success)
}
