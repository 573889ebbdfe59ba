//! Shows the problems of rule files the way a compiler does: the line, a caret, a way out.

use std::{fmt, sync::Arc};

use anstream::stream::RawStream;
use findings::{Level, Problem, RuleSource};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity,
    SourceCode, SourceSpan,
};

use crate::printable::printable;

/// Problems of a rule set with the texts they stand in.
pub(crate) struct Report<'e> {
    problems: &'e [Problem],
    texts: Vec<(&'e str, Arc<str>)>,
}

#[derive(Debug)]
struct Located<'e> {
    problem: &'e Problem,
    text: NamedSource<Arc<str>>,
    span: SourceSpan,
}

impl<'e> Report<'e> {
    pub(crate) fn new(problems: &'e [Problem], sources: &[RuleSource<'e>]) -> Self {
        let texts = sources.iter().map(|source| (source.name, source.text.into())).collect();
        Self { problems, texts }
    }

    /// The report as text, in colour when the stream it is for shows colours.
    pub(crate) fn render(&self, stream: &impl RawStream) -> String {
        let is_coloured = anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never;
        let theme =
            if is_coloured { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme);
        let mut report = String::new();
        for problem in self.problems {
            if handler.render_report(&mut report, &self.locate(problem)).is_err() {
                report.push_str(&problem.to_string());
            }
            report.push('\n');
        }
        report
    }

    fn locate(&self, problem: &'e Problem) -> Located<'e> {
        let own = self.texts.iter().find(|(name, _)| *name == problem.file);
        let text = own.map_or_else(|| "".into(), |(_, text)| Arc::clone(text));
        let span = span(problem, &text);
        Located { problem, text: NamedSource::new(&problem.file, text), span }
    }
}

/// Where a problem stands, in bytes: its place is counted in characters.
fn span(problem: &Problem, text: &str) -> SourceSpan {
    let line = usize::try_from(problem.position.line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(problem.position.column).unwrap_or(1).saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let bytes = |count: usize, text: &str| text.chars().take(count).map(char::len_utf8).sum();
    let offset: usize = bytes(column, rest);
    let marked = rest.get(offset..).unwrap_or_default();
    // A problem's width does not count the quotes that it begins at.
    let quotes = if marked.starts_with(['"', '\'']) { 2 } else { 0 };
    let width: usize = bytes(problem.width + quotes, marked);
    SourceSpan::new((before + offset).into(), width)
}

impl fmt::Display for Located<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&printable(&self.problem.message))
    }
}

impl std::error::Error for Located<'_> {}

impl Diagnostic for Located<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.problem.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.problem.level() {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.problem.help.as_deref()?;
        Some(Box::new(printable(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::underline(self.span))))
    }
}
