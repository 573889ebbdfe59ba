//! Loading rule files: what they add up to, and everything that can be wrong with them.

use super::*;

#[test]
fn named_lists_stand_for_what_they_hold() {
    let set = rules(
        "  - { name: a, action: noop, criteria: { region: { equals: [ap-south-1, { list: quiet }] } } }
lists: { quiet: [eu-west-1, eu-west-2] }",
    );
    for (region, action) in
        [("eu-west-2", Action::Noop), ("ap-south-1", Action::Noop), ("x", Action::Notify)]
    {
        assert_eq!(
            set.decide(&finding(json!({"region": region})), now()).action,
            action,
            "{region}"
        );
    }
    let error = load(
        "version: 1
lists: { quiet: [a], odd: 7 }
rules: [ { name: a, action: noop, criteria: { region: { equals: { list: quite } } } } ]",
    );
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("did you mean `quiet`") && error.contains("`odd` is no list"),
        "{error}"
    );
}

#[test]
fn a_strict_file_wants_to_know_who_and_why_and_until_when() {
    let error = load(
        "version: 1
strict: true
rules:
  - { name: a, action: archive, criteria: { severity: { lt: 4 } }, owner: me }
  - { name: b, action: notify, criteria: { severity: { gt: 7 } }, owner: me, reason: loud }
",
    )
    .unwrap_err();
    let messages: Vec<_> = error.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("`a` has no `reason`"), "{messages:?}");
    assert!(messages[1].contains("`a` has no `expires`"), "{messages:?}");
    let blank = "version: 1
strict: true
rules: [ { name: a, action: noop, criteria: { id: { exists: true } }, owner: ' ', reason: '' } ]";
    assert_eq!(load(blank).unwrap_err().problems.len(), 2, "blank text says nothing");
}

#[test]
fn files_add_up_in_order_and_the_hash_is_that_of_the_text() {
    let first =
        "version: 1\nrules: [ { name: a, action: noop, criteria: { id: { exists: true } } } ]";
    let second = first.replace("name: a", "name: b");
    let one = load(first).unwrap();
    assert_eq!(one.hash(), hex::encode(Sha256::digest(first.as_bytes())));
    let sources =
        [RuleSource { name: "1.yaml", text: first }, RuleSource { name: "2.yaml", text: &second }];
    let both = RuleSet::parse(&sources).unwrap();
    assert_eq!(both.rules().iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_ne!(both.hash(), one.hash());
}

#[test]
fn every_problem_of_a_file_is_reported_with_its_place() {
    let problems = load(
        "version: 1
defaults: { hold: 1 day, archive_ceiling: 8 }
rules:
  - name: bad name
    action: archve
    owner: 7
    criteria: { severty: { lessThan: 4 }, type: { match: ['x'] } }
    colour: red
  - { name: a, action: noop, criteria: { id: { exists: true } }, expires: soon }
  - { name: b, action: noop, criteria: { id: { exists: true } } }
  - { name: b, action: noop, criteria: { id: { exists: true } } }
routes:
  - { to: [nobody] }
",
    )
    .unwrap_err()
    .problems;
    let found: Vec<(u64, &str)> = problems
        .iter()
        .map(|Problem { position, message, .. }| (position.line, message.as_str()))
        .collect();
    let has = |line: u64, part: &str| {
        let hit = found.iter().any(|(own, message)| *own == line && message.contains(part));
        assert!(hit, "{line} {part} in {found:#?}");
    };
    has(2, "`1 day` is no duration");
    has(2, "`8` is no archive ceiling");
    has(4, "is no name for a rule");
    has(5, "`archve` is no action");
    has(6, "`owner` is text");
    has(7, "`severty` is no filter attribute");
    has(7, "`match` is no operator");
    has(8, "a rule has no `colour`");
    has(9, "`soon` is no date");
    has(11, "a second rule `b`");
    has(13, "there is no destination `nobody`");
    assert_eq!(found.len(), 11, "{found:#?}");
}

#[test]
fn one_mistake_in_a_rule_or_a_route_does_not_hide_the_next() {
    let problems = load(
        "version: 1
rules:
  - name: a
    action: archive
    criteria: { id: { exists: true } }
    unless: [ { severty: { lessThan: 4 } } ]
    expires: soon
    hold: 1 day
    max_recurrences: 0
    owner: 7
    tests: [ { finding: 7, expect: noop } ]
routes:
  - { criteria: { severty: { lessThan: 4 } } }
",
    )
    .unwrap_err()
    .problems;
    let lines: Vec<_> = problems.iter().map(|problem| problem.position.line).collect();
    assert_eq!(lines, [6, 7, 8, 9, 11, 10, 13, 13], "{problems:#?}");
}

#[test]
fn a_file_that_is_no_rule_file_is_refused_as_a_whole() {
    for (text, part) in [
        ("", "a rule file is a map"),
        ("rules: []", "has no `version`"),
        ("version: 2", "version `2` is not supported"),
        ("version: 1\nrules: {}", "`rules` is a list"),
        ("version: 1\nrules: [", "rules.yaml:"),
        ("version: 1\nversion: 1", "duplicate"),
    ] {
        let error = load(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn a_name_that_yaml_takes_for_a_boolean_or_a_number_is_to_be_quoted() {
    for (name, kind) in [("y", "a boolean"), ("true", "a boolean"), ("7", "a number")] {
        let text = format!(
            "version: 1\nrules:\n  - name: {name}\n    action: noop\n    criteria: {{ severity: {{ lessThan: 4 }} }}\n"
        );
        let error = RuleSet::parse(&[RuleSource { name: "r.yaml", text: &text }]).unwrap_err();
        let help = error.problems[0].help.as_deref().unwrap_or_default();
        assert!(help.contains(kind) && help.contains("quotes"), "{name}: {:?}", error.problems);
    }
}
