//! `severity < 4 and type ~ "Recon:*"`: a condition on findings in one line, into criteria as rules have them.

use serde_json::{Value, json};

use crate::SeverityLevel;

/// Reads a condition: attributes, `= != < <= > >= ~ !~ in`, `and`, `or`, parentheses.
///
/// # Errors
/// What was expected, and where.
pub(crate) fn criteria(text: &str) -> Result<Value, String> {
    let mut reader = Reader { tokens: tokens(text)?, next: 0, depth: 0 };
    let read = reader.any()?;
    match reader.peek() {
        None => Ok(read),
        Some(token) => Err(format!("{token} stands where `and`, `or` or the end was expected")),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(&'static str),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(own) => write!(f, "`{own}`"),
            Self::Text(own) => write!(f, "{own:?}"),
            Self::Sign(own) => write!(f, "`{own}`"),
        }
    }
}

/// Longer ones first.
const SIGNS: [&str; 14] =
    ["==", "!=", "<=", ">=", "!~", "=", "<", ">", "~", "(", ")", "[", "]", ","];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = rest.strip_prefix(sign).unwrap_or_default();
        } else if first == '"' || first == '\'' {
            let inner = rest.strip_prefix(first).unwrap_or_default();
            let (value, after) = inner
                .split_once(first)
                .ok_or_else(|| format!("the text that begins at {rest:.30} has no end"))?;
            tokens.push(Token::Text(value.to_owned()));
            rest = after;
        } else {
            let ends = |own: char| own.is_whitespace() || "=!<>~()[],\"'".contains(own);
            let (word, after) =
                rest.split_at_checked(rest.find(ends).unwrap_or(rest.len())).unwrap_or_default();
            if word.is_empty() {
                return Err(format!("`{first}` is no operator; there are = != < <= > >= ~ !~ in"));
            }
            tokens.push(Token::Word(word.to_owned()));
            rest = after;
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

/// Nobody nests deeper, and the stack ends somewhere.
const DEPTH: usize = 64;

struct Reader {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, expected: &str) -> Result<Token, String> {
        let token =
            self.peek().cloned().ok_or_else(|| format!("{expected} is missing at the end"))?;
        self.next += 1;
        Ok(token)
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Word(own)) if own.eq_ignore_ascii_case(word));
        self.next += usize::from(is_it);
        is_it
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Sign(own)) if *own == sign);
        self.next += usize::from(is_it);
        is_it
    }

    fn any(&mut self) -> Result<Value, String> {
        let mut parts = vec![self.all()?];
        while self.takes_word("or") {
            parts.push(self.all()?);
        }
        Ok(joined("any", parts))
    }

    fn all(&mut self) -> Result<Value, String> {
        let mut parts = vec![self.one()?];
        while self.takes_word("and") {
            parts.push(self.one()?);
        }
        Ok(joined("all", parts))
    }

    fn one(&mut self) -> Result<Value, String> {
        if self.takes_sign("(") {
            self.depth += 1;
            if self.depth > DEPTH {
                return Err(format!("more than {DEPTH} parentheses within each other"));
            }
            let inner = self.any()?;
            self.depth -= 1;
            return if self.takes_sign(")") {
                Ok(inner)
            } else {
                Err("a `)` is missing".to_owned())
            };
        }
        let attribute = match self.take("an attribute")? {
            Token::Word(word) => word,
            other => {
                return Err(format!(
                    "{other} stands where an attribute such as severity was expected"
                ));
            }
        };
        let (operator, is_list) = self.operator(&attribute)?;
        if attribute == "severity"
            && let Some(level) = self.takes_level()
        {
            return band(operator, level);
        }
        let operand = match (is_list, is_list && self.takes_sign("[")) {
            (true, true) => json!(self.list()?),
            (true, false) => json!([self.value()?]),
            (false, _) => self.value()?,
        };
        Ok(json!({ attribute: { operator: operand } }))
    }

    fn takes_level(&mut self) -> Option<SeverityLevel> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        let level = word.parse().ok()?;
        self.next += 1;
        Some(level)
    }

    /// The operator as criteria name it, and whether it takes a list.
    fn operator(&mut self, attribute: &str) -> Result<(&'static str, bool), String> {
        if self.takes_word("in") {
            return Ok(("equals", true));
        }
        if self.takes_word("not") {
            return if self.takes_word("in") {
                Ok(("notEquals", true))
            } else {
                Err("after `not` comes `in`".to_owned())
            };
        }
        match self.take("an operator")? {
            Token::Sign("=" | "==") => Ok(("equals", true)),
            Token::Sign("!=") => Ok(("notEquals", true)),
            Token::Sign("~") => Ok(("matches", true)),
            Token::Sign("!~") => Ok(("notMatches", true)),
            Token::Sign("<") => Ok(("lessThan", false)),
            Token::Sign("<=") => Ok(("lessThanOrEqual", false)),
            Token::Sign(">") => Ok(("greaterThan", false)),
            Token::Sign(">=") => Ok(("greaterThanOrEqual", false)),
            other => {
                Err(format!("after {attribute} stands {other}; write = != < <= > >= ~ !~ or in"))
            }
        }
    }

    fn list(&mut self) -> Result<Vec<Value>, String> {
        let mut values = vec![self.value()?];
        while self.takes_sign(",") {
            values.push(self.value()?);
        }
        if self.takes_sign("]") { Ok(values) } else { Err("a `]` is missing".to_owned()) }
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.take("a value")? {
            Token::Text(text) => Ok(json!(text)),
            Token::Word(word) => Ok(plain(&word)),
            Token::Sign(sign) => Err(format!("`{sign}` stands where a value was expected")),
        }
    }
}

/// What an operator says about a level: about all of its severities, not the least of them alone.
fn band(operator: &str, level: SeverityLevel) -> Result<Value, String> {
    let (from, end) = match level {
        SeverityLevel::Low => (0, 4),
        SeverityLevel::Medium => (4, 7),
        SeverityLevel::High => (7, 9),
        SeverityLevel::Critical => (9, 11),
    };
    Ok(match operator {
        "equals" => json!({ "severity": { "greaterThanOrEqual": from, "lessThan": end } }),
        "notEquals" => json!({ "any": [
            { "severity": { "lessThan": from } },
            { "severity": { "greaterThanOrEqual": end } },
        ] }),
        "lessThan" | "greaterThanOrEqual" => json!({ "severity": { operator: from } }),
        "lessThanOrEqual" => json!({ "severity": { "lessThan": end } }),
        "greaterThan" => json!({ "severity": { "greaterThanOrEqual": end } }),
        _ => return Err(format!("{level} is no pattern; write = != < <= > >= or in before it")),
    })
}

/// Without quotes: a number, or text.
fn plain(word: &str) -> Value {
    match (word.parse::<i64>(), word.parse::<f64>()) {
        (Ok(number), _) => json!(number),
        (_, Ok(number)) if number.is_finite() => json!(number),
        _ => json!(word),
    }
}

fn joined(name: &str, mut parts: Vec<Value>) -> Value {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            parts.push(last);
            json!({ name: parts })
        }
        (None, _) => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Filter, Finding};

    const FINDING: &str = r#"{"id":"f1","accountId":"111122223333","severity":2,"type":"Recon:EC2/Portscan","service":{"archived":false,"count":3}}"#;

    fn holds(text: &str) -> bool {
        Filter::from_line(text).unwrap().matches(&Finding::parse(FINDING).unwrap()).is_true()
    }

    #[test]
    fn conditions_hold_as_they_are_written() {
        for text in [
            "severity < 4",
            r#"severity < 4 and type ~ "Recon:*""#,
            "severity >= high or service.count > 2",
            "(severity = 2 or severity = 8) and accountId in ['111122223333', '444455556666']",
            "type = Recon:EC2/Portscan",
            "type not in ['Trojan:EC2/DNSDataExfiltration']",
            "service.archived = false",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "severity >= 4",
            "type !~ 'Recon:*'",
            "severity < 4 and service.count > 3",
            "service.archived = true",
        ] {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert!(holds("severity = 2 or severity = 8 and service.count > 100"));
        assert!(!holds("(severity = 2 or severity = 8) and service.count > 100"));
    }

    #[test]
    fn a_level_stands_for_all_of_its_severities() {
        let among = |text: &str| -> Vec<f64> {
            let filter = Filter::from_line(text).unwrap();
            let selects = |severity: &f64| {
                let json = json!({"id": "f1", "severity": severity}).to_string();
                filter.matches(&Finding::parse(&json).unwrap()).is_true()
            };
            [0.5, 2.0, 3.9, 4.0, 6.9, 7.0, 8.9, 9.0, 10.0].into_iter().filter(selects).collect()
        };
        for (text, expected) in [
            ("severity = high", vec![7.0, 8.9]),
            ("severity == Low", vec![0.5, 2.0, 3.9]),
            ("severity in critical", vec![9.0, 10.0]),
            ("severity != medium", vec![0.5, 2.0, 3.9, 7.0, 8.9, 9.0, 10.0]),
            ("severity not in low", vec![4.0, 6.9, 7.0, 8.9, 9.0, 10.0]),
            ("severity < medium", vec![0.5, 2.0, 3.9]),
            ("severity <= medium", vec![0.5, 2.0, 3.9, 4.0, 6.9]),
            ("severity > low", vec![4.0, 6.9, 7.0, 8.9, 9.0, 10.0]),
            ("severity >= high", vec![7.0, 8.9, 9.0, 10.0]),
            ("severity > critical", vec![]),
            ("severity >= medium and severity < high", vec![4.0, 6.9]),
        ] {
            assert_eq!(among(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, part) in [
            ("severity", "an operator is missing"),
            ("severity <", "a value is missing"),
            ("severity < 4 type = x", "`and`"),
            ("(severity < 4", "`)`"),
            ("type = 'open", "has no end"),
            ("severity ! 4", "no operator"),
            ("severity ~ high", "high is no pattern"),
            (&"(".repeat(100_000), "within each other"),
        ] {
            let error = criteria(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
