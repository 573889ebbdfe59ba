//! The HTML page of a preview: each message as people will see it, and the body it is made from.

use anyhow::Context;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;
use serde_json::Value;

use super::{To, destination::pretty, shown::Shown, slack, teams};

const TEMPLATE: &str = include_str!("preview.html");
const NAME: &str = "preview.html";

/// One message on the page.
#[derive(Debug, Serialize)]
pub(crate) struct Sheet {
    /// Where the finding was read.
    source: String,
    /// What the rules say when that is not that somebody is told.
    withheld: Option<String>,
    /// How it looks; `None` where only programs look.
    shown: Option<Shown>,
    /// The body, indented.
    json: String,
}

#[derive(Debug, Serialize)]
struct Page<'p> {
    to: &'static str,
    sheets: &'p [Sheet],
}

impl Sheet {
    pub(crate) fn new(
        to: To,
        source: &str,
        withheld: Option<String>,
        body: &Value,
    ) -> Result<Self, serde_json::Error> {
        let shown = match to {
            To::Slack => Some(slack::shown(body)),
            To::Teams => Some(teams::shown(body)),
            _ => None,
        };
        Ok(Self { source: source.to_owned(), withheld, shown, json: pretty(body)? })
    }
}

/// The page, as well-formed XHTML5 that needs no network and no script. All text on it is escaped.
///
/// # Errors
/// None that a sheet can cause: only a template that does not fit.
pub(crate) fn render(to: To, sheets: &[Sheet]) -> anyhow::Result<String> {
    environment()
        .and_then(|environment| {
            environment.get_template(NAME)?.render(Serde(Page { to: to.name(), sheets }))
        })
        .context("the preview does not fit its page; please report this with the finding")
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template(NAME, TEMPLATE)?;
    Ok(environment)
}
