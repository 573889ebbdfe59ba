//! The house itself: no test file is left out, and no file of the core is a drawer.

use std::fs;

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
    let mut folders = vec![root()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" {
                    folders.push(path);
                }
                continue;
            }
            if path.extension().is_none_or(|kind| kind != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().count();
            assert!(text.starts_with("//! "), "{} has no opening sentence", path.display());
            assert!(lines <= 350, "{} has {lines} lines: split it", path.display());
            seen += 1;
        }
    }
    assert!(seen > 50, "only {seen} files were found");
}
