//! `guardsift completions` and `guardsift man`: what shells and `man` want to know of the command line.

use std::{fs, io::Write, path::PathBuf};

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    arguments::Arguments as Root,
    exit::{Exit, Unusable},
    stdout,
    talk::say,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ManArguments {
    /// Write one page per command into this folder; it is created
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift completions bash > /etc/bash_completion.d/guardsift
  guardsift completions zsh > ~/.zfunc/_guardsift
  guardsift completions fish > ~/.config/fish/completions/guardsift.fish";

pub(crate) const MAN_EXAMPLES: &str = "\
Examples:
  guardsift man ~/.local/share/man/man1 && man guardsift-status";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Root::command(), "guardsift", &mut script);
    let mut out = stdout::raw();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Exit::Success)
}

pub(crate) fn man(arguments: &ManArguments) -> anyhow::Result<Exit> {
    let folder = &arguments.folder;
    let advice =
        || Unusable(format!("can't write into {}; name a folder of yours", folder.display()));
    fs::create_dir_all(folder).with_context(advice)?;
    clap_mangen::generate_to(Root::command(), folder).with_context(advice)?;
    say!("the pages are in {}", folder.display());
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    fn without_examples(command: &Command, path: &str) -> Vec<String> {
        let path = format!("{path} {}", command.get_name());
        if command.has_subcommands() {
            return command
                .get_subcommands()
                .flat_map(|own| without_examples(own, &path))
                .collect();
        }
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let is_shown = help.contains("Examples:\n  ") && help.contains(path.trim());
        if is_shown { Vec::new() } else { vec![path] }
    }

    #[test]
    fn the_grammar_holds_together_and_every_command_shows_examples_of_itself() {
        Root::command().debug_assert();
        assert_eq!(without_examples(&Root::command(), ""), Vec::<String>::new());
    }
}
