//! The HTML report of a backtest: one page that needs no network and no script.

use std::collections::BTreeMap;

use anyhow::Context;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;
use serde_json::Value;

use self::{
    bars::{Bar, Span},
    timeline::Timeline,
};
use crate::figures::{counted, grouped, percent};

mod bars;
mod text;
mod timeline;

#[cfg(test)]
mod tests;

const TEMPLATE: &str = include_str!("report.html");
const NAME: &str = "report.html";

/// What the template sees: the result itself, and the charts measured from it.
#[derive(Debug, Serialize)]
struct Page<'r> {
    result: &'r Value,
    timeline: Option<Timeline>,
    severities: Vec<Bar>,
    types: Vec<Bar>,
    accounts: Vec<Bar>,
    /// In the order of `result.rules`.
    rules: Vec<Vec<Span>>,
}

/// The page of a result in the shape `guardsift.backtest/v1`, as well-formed XHTML5. Its strings
/// come from findings and so from attackers: each is capped, rid of control characters and of marks
/// that turn the reading direction, and escaped.
///
/// # Errors
///
/// A member that the page needs and the result lacks.
pub(crate) fn render(result: &Value) -> anyhow::Result<String> {
    let result = &text::fit(result);
    let page = Page {
        result,
        timeline: timeline::of(&result["days"]),
        severities: bars::bands(&result["totals"]),
        types: bars::ranked(&result["types"]),
        accounts: bars::ranked(&result["accounts"]),
        rules: bars::rules(&result["rules"]),
    };
    environment(anchors(result))
        .and_then(|environment| environment.get_template(NAME)?.render(Serde(page)))
        .context(
            "the result of the backtest does not fit the HTML report; it has to be of the schema \
             guardsift.backtest/v1",
        )
}

/// Where on the page each rule is told about, by its name.
fn anchors(result: &Value) -> BTreeMap<String, usize> {
    let rules = result["rules"].as_array().into_iter().flatten();
    let names = rules.zip(1..).filter_map(|(rule, at)| Some((rule["name"].as_str()?, at)));
    names.map(|(name, at)| (name.to_owned(), at)).collect()
}

fn environment(anchors: BTreeMap<String, usize>) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_formatter(|out, state, value| {
        let nothing = minijinja::Value::from("–");
        minijinja::escape_formatter(out, state, if value.is_none() { &nothing } else { value })
    });
    environment.add_filter("figure", grouped);
    environment.add_filter("counted", counted);
    environment.add_filter("percent", percent);
    environment.add_filter("share_of", text::share_of);
    environment.add_filter("moment", text::moment);
    environment.add_filter("day", text::day);
    environment.add_filter("tenths", text::tenths);
    environment.add_filter("anchor", move |rule: Option<String>| {
        rule.and_then(|rule| anchors.get(&rule).copied())
    });
    environment.add_template(NAME, TEMPLATE)?;
    Ok(environment)
}
