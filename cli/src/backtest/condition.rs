//! `--fail-on`: conditions on the result of a backtest, such as `archived.high>0`.

use std::{fmt, str::FromStr};

use super::outcome::{ConditionLine, Outcome};

/// One condition: a figure of the result, a comparison and a bound.
///
/// ```text
/// condition  = figure comparison number ["%"]
/// comparison = ">" | ">=" | "<" | "<=" | "=" | "!="
/// figure     = ("archived" | "notified" | "noop" | "unmatched" | "rule:" NAME) ["." level]
///            | "newly-archived" ["." level] | "changed"
///            | "regret" ["." ("rose" | "recurred" | "joined")]
///            | "never-matched" | "broad" | "expired" | "unreadable"
/// level      = "low" | "medium" | "high" | "critical" | "unknown"
/// ```
/// A bound in percent is one of all findings that count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    figure: String,
    detail: Option<String>,
    comparison: &'static str,
    bound: f64,
    is_share: bool,
}

const COMPARISONS: [&str; 6] = [">=", "<=", "!=", ">", "<", "="];
const LEVELS: [&str; 5] = ["low", "medium", "high", "critical", "unknown"];
const REGRETS: [&str; 3] = ["rose", "recurred", "joined"];
const WITH_LEVEL: [&str; 5] = ["archived", "notified", "noop", "unmatched", "newly-archived"];
const PLAIN: [&str; 5] = ["changed", "never-matched", "broad", "expired", "unreadable"];

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (comparison, at) = COMPARISONS
            .iter()
            .filter_map(|own| Some((*own, text.find(own)?)))
            .min_by_key(|(own, at)| (*at, std::cmp::Reverse(own.len())))
            .ok_or("no comparison in it; write one as `archived.high>0`")?;
        let left = text.get(..at).unwrap_or_default().trim();
        let right = text.get(at + comparison.len()..).unwrap_or_default().trim();
        let (number, is_share) = match right.strip_suffix('%') {
            Some(number) => (number.trim_end(), true),
            None => (right, false),
        };
        let bound = number
            .parse()
            .ok()
            .filter(|bound: &f64| bound.is_finite())
            .ok_or_else(|| format!("`{right}` is no number"))?;
        let (figure, detail) = figure(left)?;
        Ok(Self { figure, detail, comparison, bound, is_share })
    }
}

fn figure(text: &str) -> Result<(String, Option<String>), String> {
    let named = |detail: &str, known: &[&str], what: &str| {
        if known.contains(&detail) {
            Ok(Some(detail.to_owned()))
        } else {
            Err(format!("`{detail}` is no {what}; it is one of {}", known.join(", ")))
        }
    };
    if let Some(rule) = text.strip_prefix("rule:") {
        // Names of rules may hold dots themselves.
        let level = rule.rsplit_once('.').filter(|(_, level)| LEVELS.contains(level));
        return Ok(match level {
            Some((name, level)) => (format!("rule:{name}"), Some(level.to_owned())),
            None => (text.to_owned(), None),
        });
    }
    let (name, detail) = match text.split_once('.') {
        Some((name, detail)) => (name, Some(detail)),
        None => (text, None),
    };
    let detail = match (name, detail) {
        ("regret", Some(detail)) => named(detail, &REGRETS, "regret")?,
        (name, Some(detail)) if WITH_LEVEL.contains(&name) => named(detail, &LEVELS, "level")?,
        (name, None) if name == "regret" || WITH_LEVEL.contains(&name) => None,
        (name, None) if PLAIN.contains(&name) => None,
        (name, Some(_)) if PLAIN.contains(&name) => {
            return Err(format!("`{name}` is one number; leave out what follows the dot"));
        }
        _ => {
            let all: Vec<_> = WITH_LEVEL.iter().chain(&PLAIN).copied().collect();
            return Err(format!(
                "`{text}` is no figure; there are {}, regret and rule:NAME",
                all.join(", ")
            ));
        }
    };
    Ok((name.to_owned(), detail))
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.figure)?;
        if let Some(detail) = &self.detail {
            write!(formatter, ".{detail}")?;
        }
        write!(formatter, "{}{}", self.comparison, self.bound)?;
        formatter.write_str(if self.is_share { "%" } else { "" })
    }
}

impl Condition {
    /// Looks the figure up and compares it.
    ///
    /// # Errors
    /// When the result has no such figure: the rule does not exist, or nothing was compared.
    pub(crate) fn ask(&self, outcome: &Outcome) -> Result<ConditionLine, String> {
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let (count, all) = (self.count(outcome)? as f64, outcome.totals.findings() as f64);
        let value = match self.is_share {
            true if all > 0.0 => 100.0 * count / all,
            true => 0.0,
            false => count,
        };
        let failed = match self.comparison {
            ">" => value > self.bound,
            ">=" => value >= self.bound,
            "<" => value < self.bound,
            "<=" => value <= self.bound,
            "=" => (value - self.bound).abs() < f64::EPSILON,
            _ => (value - self.bound).abs() >= f64::EPSILON,
        };
        // A share is shown with one decimal; it was compared with all of them.
        let value = (value * 10.0).round() / 10.0;
        Ok(ConditionLine { condition: self.to_string(), value, failed })
    }

    fn count(&self, outcome: &Outcome) -> Result<u64, String> {
        let level = self.detail.as_deref();
        let compared = || {
            let what = format!("`{}` compares with another rule set: add --against", self.figure);
            outcome.difference.as_ref().ok_or(what)
        };
        let found = match self.figure.as_str() {
            "archived" => outcome.totals.archive.named(level),
            "notified" => outcome.totals.notify.named(level),
            "noop" => outcome.totals.noop.named(level),
            "unmatched" => outcome.unmatched.decided.named(level),
            "changed" => Some(compared()?.changed),
            "newly-archived" => {
                let changes = compared()?.changes.iter();
                let archived = changes.filter(|change| change.to == findings::Action::Archive);
                archived.map(|change| change.findings.named(level)).sum()
            }
            "regret" => {
                let regrets = outcome.rules.iter().map(|rule| rule.regret);
                Some(match level {
                    None => outcome.regret_count,
                    Some("rose") => regrets.map(|own| own.rose).sum(),
                    Some("recurred") => regrets.map(|own| own.recurred).sum(),
                    Some(_) => regrets.map(|own| own.joined).sum(),
                })
            }
            "never-matched" => Some(outcome.never_matched.len() as u64),
            "broad" => Some(outcome.broad.len() as u64),
            "expired" => Some(outcome.expired.len() as u64),
            "unreadable" => Some(outcome.history.problem_count),
            rule => {
                let name = rule.trim_start_matches("rule:");
                let found = outcome.rules.iter().find(|own| own.name == name);
                found
                    .ok_or_else(|| format!("there is no rule `{name}`"))?
                    .share
                    .decided
                    .named(level)
            }
        };
        found.ok_or_else(|| format!("`{self}` names no figure of the result"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_print_back_as_they_are_read() {
        for text in [
            "archived.high>0",
            "notified<10",
            "rule:a.b.low>=3",
            "rule:a.b!=0",
            "regret.rose>0",
            "regret>1.5%",
            "newly-archived.critical=0",
            "changed<=5",
            "unreadable>0",
        ] {
            assert_eq!(text.parse::<Condition>().unwrap().to_string(), text);
        }
        assert_eq!(" archived . high".parse::<Condition>().ok(), None);
        let spaced: Condition = "archived.high > 0".parse().unwrap();
        assert_eq!(spaced.to_string(), "archived.high>0");
    }

    #[test]
    fn what_is_no_condition_says_what_it_should_be() {
        for (text, message) in [
            ("archived", "no comparison"),
            ("archived>many", "`many` is no number"),
            ("archived>NaN", "is no number"),
            ("archived.severe>0", "is no level; it is one of low, medium"),
            ("hidden>0", "`hidden` is no figure; there are archived"),
            ("changed.high>0", "one number"),
            ("regret.high>0", "is no regret"),
        ] {
            let error = text.parse::<Condition>().unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
