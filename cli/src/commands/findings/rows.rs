//! Findings as rows of a spreadsheet, in which no text becomes a formula.

use std::io::{self, Write};

use csv::WriterBuilder;
use findings::{Finding, FindingType, Severity, SeverityLevel, Timestamp};

const COLUMNS: [&str; 16] = [
    "account_id",
    "region",
    "id",
    "type",
    "severity",
    "severity_level",
    "title",
    "resource_type",
    "count",
    "archived",
    "sample",
    "first_seen",
    "last_seen",
    "created_at",
    "updated_at",
    "console_url",
];

/// A table that is written row by row, with the names of its columns on top.
pub(super) struct Rows<W: Write>(csv::Writer<W>);

impl<W: Write> Rows<W> {
    pub(super) fn new(out: W) -> io::Result<Self> {
        let mut writer = WriterBuilder::new().from_writer(out);
        writer.write_record(COLUMNS)?;
        Ok(Self(writer))
    }

    pub(super) fn write(&mut self, finding: &Finding) -> io::Result<()> {
        let text = |text: Option<&str>| text.map(inert).unwrap_or_default();
        let time =
            |moment: Option<Timestamp>| moment.map(Timestamp::to_rfc3339).unwrap_or_default();
        let cells: [String; COLUMNS.len()] = [
            text(finding.account_id()),
            text(finding.region()),
            inert(finding.id()),
            text(finding.finding_type().map(FindingType::as_str)),
            finding.severity().map(|own: Severity| own.to_string()).unwrap_or_default(),
            text(finding.level().map(SeverityLevel::as_str)),
            text(finding.title()),
            text(finding.resource_type()),
            finding.count().map(|own| own.to_string()).unwrap_or_default(),
            finding.archived().map(|own| own.to_string()).unwrap_or_default(),
            finding.is_sample().to_string(),
            time(finding.first_seen()),
            time(finding.last_seen()),
            time(finding.created_at()),
            time(finding.updated_at()),
            finding.console_url().unwrap_or_default(),
        ];
        Ok(self.0.write_record(cells)?)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A spreadsheet takes a cell that begins in one of these ways for a formula, some the wide forms too
/// (<https://owasp.org/www-community/attacks/CSV_Injection>); an apostrophe before it says that it
/// is text.
fn inert(text: &str) -> String {
    let kept = text.replace(|own: char| own.is_control(), " ");
    if kept.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        format!("'{kept}")
    } else {
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_never_a_formula_and_never_a_second_row() {
        let mut out = Vec::new();
        let mut rows = Rows::new(&mut out).unwrap();
        for title in [
            "=HYPERLINK(\\\"https://198.51.100.1\\\")",
            "-1+1",
            "a \\\"b\\\", c",
            "a\\nb",
            " @x",
            "\\u0000=1",
            "\\t+1",
            "＝1",
        ] {
            let json = format!(r#"{{"id":"f1","severity":8,"title":"{title}"}}"#);
            rows.write(&Finding::parse(&json).unwrap()).unwrap();
        }
        rows.finish().unwrap();
        let mut read = csv::Reader::from_reader(out.as_slice());
        let titles: Vec<String> =
            read.records().map(|record| record.unwrap().get(6).unwrap().to_owned()).collect();
        let expected = [
            "'=HYPERLINK(\"https://198.51.100.1\")",
            "'-1+1",
            "a \"b\", c",
            "a b",
            "' @x",
            "' =1",
            "' +1",
            "'＝1",
        ];
        assert_eq!(titles, expected);
    }
}
