//! The house itself: every source file is compiled and none is a drawer, every test is run, and what pages say of both is so.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::binary::root;

/// Rust files by their paths below the root, with their text.
type Sources = BTreeMap<PathBuf, String>;

/// The rows of the failure catalogue: their letters, and the last number of each.
const ROWS: [(&str, usize); 4] = [("R", 12), ("FE", 14), ("E", 18), ("A", 14)];

/// Conditions of compilation that hold wherever tests run.
const HOLD: [&str; 2] = ["#[cfg(test)]", "#[cfg(unix)]"];

#[test]
fn every_source_file_is_compiled() {
    let sources = sources();
    let compiled = compiled(&sources);
    assert!(compiled.len() > 50, "only {} files were reached", compiled.len());
    for path in sources.keys() {
        let is_module = path.iter().any(|part| part == "src" || part == "integration");
        assert!(!is_module || compiled.contains(path), "{} is compiled by nobody", path.display());
    }
}

#[test]
fn every_source_file_opens_with_its_idea_and_stays_small() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(text.starts_with("//! "), "{} has no opening sentence", path.display());
        assert!(lines <= 350, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn no_test_is_left_out() {
    let (run, left_out) = tests(&sources());
    assert!(run.len() > 500, "only {} tests were found", run.len());
    assert!(left_out.is_empty(), "ignored, or compiled only sometimes: {left_out:?}");
}

#[test]
fn every_row_of_the_failure_catalogue_names_tests_that_are_run() {
    let readme = fs::read_to_string(root().join("tests/README.md")).unwrap();
    let (_, catalogue) = readme.split_once("\n## The failure catalogue\n").unwrap();
    let (run, left_out) = tests(&sources());
    let mut found = Vec::new();
    for row in catalogue.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, id, _, names, _] = cells.try_into().unwrap();
        let names: Vec<_> = names.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{id} has no test");
        for name in names {
            assert!(
                run.contains(name) && !left_out.contains(name),
                "{id} names {name}, which is no test that is run"
            );
        }
        found.push(id);
    }
    // A row may take several lines.
    found.dedup();
    let expected: Vec<_> = ROWS
        .iter()
        .flat_map(|(letters, last)| (1..=*last).map(move |number| format!("{letters}{number}")))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn every_page_is_linked_from_the_readme_and_every_link_leads_somewhere() {
    let readme = Path::new("README.md");
    let (mut pages, mut linked) = (BTreeSet::new(), BTreeSet::from([readme.to_owned()]));
    for (page, text) in files("md") {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let target = page.parent().unwrap().join(target);
            assert!(root().join(&target).exists(), "{}: {link} leads nowhere", page.display());
            if page == readme {
                linked.insert(target);
            }
        }
        pages.insert(page);
    }
    let lost: Vec<_> = pages.difference(&linked).collect();
    assert!(lost.is_empty(), "the README does not lead to {lost:?}");
}

#[test]
fn the_table_of_crates_is_what_their_manifests_say() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = page.split_once("\n| Crate | Depends on |\n|---|---|\n").unwrap();
    let told: BTreeMap<_, _> = table
        .lines()
        .map_while(|line| {
            let mut names = line.strip_prefix("| ")?.split('`').skip(1).step_by(2);
            Some((names.next()?, names.collect::<BTreeSet<_>>()))
        })
        .collect();
    let manifests = files("toml");
    let is_ours = |path: &Path| {
        let mut tops = ["cli", "functions", "local", "shared"].iter();
        path.ends_with("Cargo.toml") && tops.any(|top| path.starts_with(top))
    };
    let crates: Vec<(&str, &str)> = manifests
        .iter()
        .filter(|(path, _)| is_ours(path))
        .map(|(_, text)| {
            let uses = text.split("\n[dependencies]\n").nth(1).unwrap_or_default();
            (text.split('"').nth(1).unwrap(), uses.split("\n[").next().unwrap())
        })
        .collect();
    let found: BTreeMap<_, _> = crates
        .iter()
        .map(|(name, uses)| {
            let uses = uses.lines().filter_map(|line| line.split(['.', ' ']).next());
            let ours = uses.filter(|own| crates.iter().any(|(name, _)| name == own));
            (*name, ours.collect::<BTreeSet<_>>())
        })
        .collect();
    assert_eq!(found, told);
}

#[test]
fn the_maps_of_core_and_lake_name_every_file() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (title, folder) in [("The core", "shared/findings/src"), ("The lake", "shared/lake/src")] {
        let (_, map) = page.split_once(&format!("\n## {title}, file by file\n")).unwrap();
        let (map, _) = map.split_once("\n## ").unwrap();
        let files = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap());
        let lost: Vec<_> = files
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| name != "lib.rs" && !map.contains(&format!("`{name}`")))
            .collect();
        assert!(lost.is_empty(), "{title} has no word of {lost:?}");
    }
}

/// The files that belong to a library or a program: from each crate's root, `mod` by `mod`.
fn compiled(sources: &Sources) -> BTreeSet<PathBuf> {
    let is_root = |path: &Path| {
        ["src/lib.rs", "src/main.rs", "tests/integration/main.rs"]
            .iter()
            .any(|end| path.ends_with(end))
    };
    let mut open: Vec<PathBuf> = sources.keys().filter(|path| is_root(path)).cloned().collect();
    let mut found = BTreeSet::new();
    while let Some(path) = open.pop() {
        let Some(text) = sources.get(&path) else { continue };
        let own = path.with_extension("");
        let folder = if is_root(&path) { path.parent().unwrap() } else { &own };
        let lines: Vec<_> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let module = line.strip_suffix(';').and_then(|line| line.split_once("mod "));
            if let Some((before, name)) = module
                && (before.is_empty() || before.starts_with("pub"))
                && !is_conditional(&attributes(&lines, at))
            {
                open.push(folder.join(name).with_extension("rs"));
            }
        }
        found.insert(path);
    }
    found
}

/// The names of the tests in compiled files: of those that are run, and of those that are not.
fn tests(sources: &Sources) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut run, mut left_out) = (BTreeSet::new(), BTreeSet::new());
    for path in compiled(sources) {
        let text = &sources[&path];
        let lines: Vec<_> = text.lines().collect();
        let is_whole = !lines.iter().any(|line| line.starts_with("#![cfg("));
        for (at, line) in lines.iter().enumerate() {
            let line = line.trim_start();
            let Some(rest) = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ") else {
                continue;
            };
            let own = attributes(&lines, at);
            if own.iter().any(|one| *one == "#[test]" || one.starts_with("#[tokio::test")) {
                let is_ignored = own.iter().any(|one| one.starts_with("#[ignore"));
                let is_run = is_whole && !is_ignored && !is_conditional(&own);
                let names = if is_run { &mut run } else { &mut left_out };
                names.insert(rest.split('(').next().unwrap().to_owned());
            }
        }
    }
    (run, left_out)
}

/// The attributes of what begins on this line.
fn attributes<'t>(lines: &[&'t str], at: usize) -> Vec<&'t str> {
    let above = lines[..at].iter().rev().map(|line| line.trim());
    above
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
        .filter(|line| line.starts_with("#["))
        .collect()
}

fn is_conditional(attributes: &[&str]) -> bool {
    attributes.iter().any(|own| own.starts_with("#[cfg") && !HOLD.contains(own))
}

fn sources() -> Sources {
    let sources = files("rs");
    assert!(sources.len() > 50, "only {} files were found", sources.len());
    sources
}

/// Every file of the repository with this ending.
fn files(ending: &str) -> BTreeMap<PathBuf, String> {
    let (mut folders, mut found) = (vec![root()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|kind| kind == ending) {
                let text = fs::read_to_string(&path).unwrap();
                found.insert(path.strip_prefix(root()).unwrap().to_owned(), text);
            }
        }
    }
    found
}
