//! `severity < 4 and type ~ "Recon:*"`: a condition on findings in one line, into criteria as rules have them.

use serde_json::{Value, json};

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
        let operand = if is_list {
            if self.takes_sign("[") {
                json!(self.list()?)
            } else {
                json!([self.value(&attribute)?])
            }
        } else {
            self.value(&attribute)?
        };
        Ok(json!({ attribute: { operator: operand } }))
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
        let mut values = vec![self.value("")?];
        while self.takes_sign(",") {
            values.push(self.value("")?);
        }
        if self.takes_sign("]") { Ok(values) } else { Err("a `]` is missing".to_owned()) }
    }

    fn value(&mut self, attribute: &str) -> Result<Value, String> {
        match self.take("a value")? {
            Token::Text(text) => Ok(json!(text)),
            Token::Word(word) => Ok(plain(&word, attribute)),
            Token::Sign(sign) => Err(format!("`{sign}` stands where a value was expected")),
        }
    }
}

/// Without quotes: a number, a level of severity, or text.
fn plain(word: &str, attribute: &str) -> Value {
    let level = match word.to_ascii_lowercase().as_str() {
        "low" => 1,
        "medium" => 4,
        "high" => 7,
        "critical" => 9,
        _ => 0,
    };
    if attribute == "severity" && level > 0 {
        return json!(level);
    }
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
    fn what_is_wrong_is_said() {
        for (text, part) in [
            ("severity", "an operator is missing"),
            ("severity <", "a value is missing"),
            ("severity < 4 type = x", "`and`"),
            ("(severity < 4", "`)`"),
            ("type = 'open", "has no end"),
            ("severity ! 4", "no operator"),
            (&"(".repeat(100_000), "within each other"),
        ] {
            let error = criteria(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
