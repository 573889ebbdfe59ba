//! Problems as SARIF 2.1.0, the format that code scanning reads.

use findings::{Code, Problem};
use serde_json::{Value, json};

/// Where the codes are described, relative to the repository.
const DOCS: &str = "docs/rules/codes.md";
/// Empty while the package names none.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// One run with every code as a rule and every problem as a result.
pub(super) fn log(problems: &[Problem]) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "guardsift",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": problems.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn rule(code: Code) -> Value {
    let section = format!("{DOCS}#{}", code.as_str().to_ascii_lowercase());
    let mut rule = json!({
        "id": code.as_str(),
        "name": format!("{code:?}"),
        "shortDescription": { "text": code.summary() },
        "help": { "text": format!("{} See {section}.", code.summary()) },
        "defaultConfiguration": { "level": code.level().as_str() },
    });
    if let (Some(uri), Some(members)) = (help_uri(REPOSITORY, &section), rule.as_object_mut()) {
        members.insert("helpUri".to_owned(), uri.into());
    }
    rule
}

/// SARIF wants an absolute URI here, so there is none without a repository.
fn help_uri(repository: &str, section: &str) -> Option<String> {
    (!repository.is_empty()).then(|| format!("{repository}/blob/main/{section}"))
}

fn result(problem: &Problem) -> Value {
    let text = match &problem.help {
        Some(help) => format!("{}\n{help}", problem.message),
        None => problem.message.clone(),
    };
    let (line, column) = (problem.position.line.max(1), problem.position.column.max(1));
    let end = column.saturating_add(u64::try_from(problem.width).unwrap_or(1));
    json!({
        "ruleId": problem.code.as_str(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == problem.code),
        "level": problem.level().as_str(),
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&problem.file) },
            "region": { "startLine": line, "startColumn": column, "endLine": line, "endColumn": end },
        }}],
    })
}

/// The path as a URI reference: what has a meaning of its own in one is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("rules/rules.yaml"), "rules/rules.yaml");
        assert_eq!(uri("my rules/50%#ö.yaml"), "my%20rules/50%25%23%C3%B6.yaml");
    }

    #[test]
    fn every_code_is_a_rule_with_its_section_of_the_docs() {
        let log = log(&[]);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), Code::ALL.len());
        assert!(rules.iter().all(|rule| rule["help"]["text"].as_str().unwrap().contains(DOCS)));
        let uri = help_uri("https://example.com/guardsift", "docs/rules/codes.md#gs0002");
        let whole = "https://example.com/guardsift/blob/main/docs/rules/codes.md#gs0002";
        assert_eq!((uri.as_deref(), help_uri("", "x")), (Some(whole), None));
    }
}
