//! Finds and loads the rules that a command decides by.

use std::{fs, path::Path};

use anyhow::Context;
use findings::{RuleSet, RuleSource};

use crate::{diagnostic::Report, exit::Unusable, figures::so_many};

/// The rule set that guardsift ships, called as `--help` calls it: no file of that name was read.
const BUILT_IN: RuleSource<'static> =
    RuleSource { name: "guardsift's own set", text: include_str!("../../rules/rules.yaml") };

/// Loads a rule file, all rule files of a folder in the order of their names, or the built-in set.
pub(crate) fn load(path: Option<&Path>) -> anyhow::Result<RuleSet> {
    parse_texts(&texts_or_built_in(path.as_slice())?)
}

/// Loads rule files that were read.
pub(crate) fn parse_texts(texts: &[(String, String)]) -> anyhow::Result<RuleSet> {
    let sources: Vec<_> = texts.iter().map(|(name, text)| RuleSource { name, text }).collect();
    parse(&sources)
}

/// The names and texts of rule files and folders; without any, those of the built-in set.
pub(crate) fn texts_or_built_in(
    paths: &[impl AsRef<Path>],
) -> anyhow::Result<Vec<(String, String)>> {
    if paths.is_empty() {
        return Ok(vec![(BUILT_IN.name.to_owned(), BUILT_IN.text.to_owned())]);
    }
    texts(paths)
}

/// The names and texts of rule files, and of all in a folder in the order of their names.
pub(crate) fn texts(paths: &[impl AsRef<Path>]) -> anyhow::Result<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for path in paths {
        let path = path.as_ref();
        if path.is_dir() {
            texts.extend(folder(path)?);
        } else {
            texts.push(read(path)?);
        }
    }
    Ok(texts)
}

/// Loads rule files; their problems are the error, with the lines they stand in.
pub(crate) fn parse(sources: &[RuleSource<'_>]) -> anyhow::Result<RuleSet> {
    RuleSet::parse(sources).map_err(|error| {
        let report = Report::new(&error.problems, sources).render(&std::io::stderr());
        let problems = so_many(error.problems.len(), "problem");
        Unusable(format!("{report}{problems}: the rules don't load")).into()
    })
}

fn folder(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let unreadable = || Unusable(format!("can't read the rules folder {}", path.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(unreadable)? {
        let file = entry.with_context(unreadable)?.path();
        if file.extension().is_some_and(|kind| kind == "yaml" || kind == "yml") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let message = format!("no rules in {}: it holds no .yaml file", path.display());
        return Err(Unusable(message).into());
    }
    files.iter().map(|file| read(file)).collect()
}

fn read(path: &Path) -> anyhow::Result<(String, String)> {
    let text = fs::read_to_string(path)
        .with_context(|| Unusable(format!("can't read the rules {}", path.display())))?;
    Ok((path.display().to_string(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_load_and_bear_the_name_of_no_file() {
        let texts = texts_or_built_in(&[] as &[&Path]).unwrap();
        assert_eq!(texts.len(), 1);
        assert_eq!(texts[0].0, "guardsift's own set");
        assert!(!parse_texts(&texts).unwrap().rules().is_empty());
    }
}
