//! Aligned columns with colour; where there is no terminal, `anstream` takes the colour out again.

use clap::builder::styling::{AnsiColor, Style};
use findings::{Severity, SeverityLevel};

use crate::printable::printable;

/// A text of one line, and how it looks.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// What could move the cursor is taken out.
    pub(crate) fn new(text: impl ToString) -> Self {
        Self { text: printable(&text.to_string()).into_owned(), style: Style::new() }
    }

    pub(crate) fn colour(self, colour: AnsiColor) -> Self {
        Self { style: colour.on_default(), ..self }
    }

    pub(crate) fn dim(self) -> Self {
        Self { style: self.style.dimmed(), ..self }
    }

    pub(crate) fn bold(self) -> Self {
        Self { style: self.style.bold(), ..self }
    }
}

/// A severity in the colour of its level.
pub(crate) fn of_severity(severity: Option<Severity>) -> Cell {
    let Some(severity) = severity else { return Cell::new("–") };
    Cell::new(severity).colour(match severity.level() {
        SeverityLevel::Critical => AnsiColor::BrightRed,
        SeverityLevel::High => AnsiColor::Red,
        SeverityLevel::Medium => AnsiColor::Yellow,
        SeverityLevel::Low => AnsiColor::Blue,
    })
}

/// `archived`, `open`, or a dash where that is not said.
pub(crate) fn state(archived: Option<bool>) -> &'static str {
    match archived {
        Some(true) => "archived",
        Some(false) => "open",
        None => "–",
    }
}

/// The rows under each other, each line ended.
pub(crate) fn aligned(rows: &[Vec<Cell>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |cell: &Cell| cell.text.chars().count();
    let widths: Vec<usize> = (0..count)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(width).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        let mut owed = 0;
        for (cell, wide) in row.iter().zip(&widths) {
            line.push_str(&" ".repeat(owed));
            let Cell { text, style } = cell;
            line.push_str(&format!("{style}{text}{style:#}"));
            owed = wide.saturating_sub(width(cell)) + 2;
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_and_colour_takes_no_width() {
        let rows = [
            vec![Cell::new("a"), Cell::new("x\u{1b}[2J"), Cell::new("end")],
            vec![Cell::new("long").colour(AnsiColor::Red), Cell::new(1), Cell::new("end")],
        ];
        let plain = anstream::adapter::strip_str(&aligned(&rows)).to_string();
        let lines: Vec<_> =
            plain.lines().map(|line| line.chars().position(|own| own == 'e')).collect();
        assert_eq!(lines[0], lines[1], "{plain}");
        assert!(!plain.contains('\u{1b}'));
    }
}
