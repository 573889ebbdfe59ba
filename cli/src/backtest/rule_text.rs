//! A rule as it is written in its file.

use findings::Rule;

/// The lines of a rule: from the one it begins on to the next that stands no deeper.
pub(crate) fn rule_text(rule: &Rule, files: &[(String, String)]) -> String {
    let Some((_, text)) = files.iter().find(|(name, _)| name == rule.file()) else {
        return String::new();
    };
    let first = usize::try_from(rule.line()).unwrap_or(1).saturating_sub(1);
    let mut lines = text.lines().skip(first);
    let Some(start) = lines.next() else { return String::new() };
    let depth = |line: &str| line.len() - line.trim_start().len();
    let own = depth(start);
    let rest = lines.take_while(|line| line.trim().is_empty() || depth(line) > own);
    let mut text: Vec<&str> = std::iter::once(start).chain(rest).collect();
    // A comment at the end belongs to the next rule.
    while text.len() > 1
        && text.last().is_some_and(|line| line.trim().is_empty() || line.trim().starts_with('#'))
    {
        text.pop();
    }
    text.iter().map(|line| line.get(own..).unwrap_or(line.trim())).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use findings::{RuleSet, RuleSource};

    use super::*;

    #[test]
    fn a_rule_ends_where_the_next_begins() {
        let text = "version: 1
rules:
  - name: a
    action: noop

    criteria: { severity: { lessThan: 4 } }

  # About b.
  - { name: b, action: noop, criteria: { severity: { lessThan: 4 } } }
";
        let set = RuleSet::parse(&[RuleSource { name: "r.yaml", text }]).unwrap();
        let files = [("r.yaml".to_owned(), text.to_owned())];
        let texts: Vec<_> = set.rules().iter().map(|rule| rule_text(rule, &files)).collect();
        assert_eq!(
            texts[0],
            "- name: a\n  action: noop\n\n  criteria: { severity: { lessThan: 4 } }"
        );
        assert!(texts[1].starts_with("- { name: b,") || texts[1].starts_with("{ name: b,"));
        assert_eq!(rule_text(&set.rules()[0], &[]), "");
    }
}
