//! `guardsift completions` and `guardsift man`: what shells and `man` want to know of the command line.

use std::{fs, io, path::PathBuf};

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    arguments::Arguments as Root,
    exit::{Exit, Unusable},
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

pub(crate) fn run(arguments: &Arguments) -> Exit {
    clap_complete::generate(arguments.shell, &mut Root::command(), "guardsift", &mut io::stdout());
    Exit::Success
}

pub(crate) fn man(arguments: &ManArguments) -> anyhow::Result<Exit> {
    let folder = &arguments.folder;
    let advice =
        || Unusable(format!("can't write into {}; name a folder of yours", folder.display()));
    fs::create_dir_all(folder).with_context(advice)?;
    clap_mangen::generate_to(Root::command(), folder).with_context(advice)?;
    anstream::eprintln!("the pages are in {}", folder.display());
    Ok(Exit::Success)
}
