//! The page about large organizations says what its model prints, and names variables that exist.

use std::{fs, process::Command};

use crate::{binary::root, skip::skipped};

#[test]
fn the_table_of_a_storm_is_what_the_model_prints() {
    let mut check = Command::new("python3");
    check.args(["-B", "bench/scale.py", "--check"]).current_dir(root());
    let Ok(output) = check.output() else {
        return skipped("the table of docs/scale.md (python3 is not installed)");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_it_says_to_set_can_be_set() {
    let page = fs::read_to_string(root().join("docs/scale.md")).unwrap();
    let inputs = fs::read_to_string(root().join("infra/variables.tf")).unwrap();
    let language = fs::read_to_string(root().join("docs/rules/language.md")).unwrap();
    let mut known = 0;
    for code in page.split('`').skip(1).step_by(2) {
        let name = code.split(' ').next().unwrap();
        if !name.contains('_') {
            continue;
        }
        let is_input = inputs.contains(&format!("variable \"{name}\""));
        assert!(is_input || language.contains(&format!("`{name}`")), "{name} is nowhere");
        known += 1;
    }
    assert!(known >= 8, "only {known} names were found");
}
