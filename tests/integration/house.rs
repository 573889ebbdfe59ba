//! The house itself: no test file is left out, and no source file is a drawer.

use std::{fs, path::PathBuf};

use crate::binary::root;

#[test]
fn every_file_of_this_folder_is_a_module() {
    let folder = root().join("tests/integration");
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") else {
            continue;
        };
        assert!(main.contains(&format!("mod {module};")), "{name} is compiled by nobody");
    }
}

#[test]
fn every_source_file_opens_with_its_idea_and_stays_small() {
    let sources = sources();
    assert!(sources.len() > 50, "only {} files were found", sources.len());
    for (path, text) in sources {
        let lines = text.lines().count();
        assert!(text.starts_with("//! "), "{} has no opening sentence", path.display());
        assert!(lines <= 350, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn every_row_of_the_failure_catalogue_names_tests_that_are_there() {
    let readme = fs::read_to_string(root().join("tests/README.md")).unwrap();
    let code: String = sources().into_iter().map(|(_, text)| text).collect();
    let row = |id: &str| readme.lines().find(|line| line.starts_with(&format!("| {id} |")));
    for (letters, last) in [("R", 12), ("FE", 14), ("E", 18), ("A", 14)] {
        for number in 1..=last {
            let id = format!("{letters}{number}");
            let row = row(&id).unwrap_or_else(|| panic!("{id} is missing"));
            let names: Vec<_> = row.split('`').skip(1).step_by(2).collect();
            assert!(!names.is_empty(), "{id} has no test");
            for name in names {
                let declared = format!("#[test]\nfn {name}(");
                let inside = format!("#[test]\n    fn {name}(");
                let is_there = code.contains(&declared) || code.contains(&inside);
                assert!(is_there, "{id} names {name}, which is no test");
            }
        }
    }
}

/// Every Rust file of the repository, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let (mut folders, mut sources) = (vec![root()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                sources.push((path, text));
            }
        }
    }
    sources
}
