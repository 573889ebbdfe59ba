//! One finding as a row: the value of every column.

use findings::{Finding, FindingType, Paths, Severity, SeverityLevel, Timestamp, Value, Values};

use self::details::DETAILS;
use crate::schema::COLUMNS;

mod details;

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Text(String),
    Float(f64),
    Integer(i64),
    Boolean(bool),
    /// Microseconds since 1970.
    Moment(i64),
}

/// A row, in the order of [`COLUMNS`].
pub(crate) type Row = [Cell; COLUMNS.len()];

/// Header fields that can be there and unreadable, which is worth a note.
const NOTED: [&str; 9] = [
    "severity",
    "createdAt",
    "updatedAt",
    "service.eventFirstSeen",
    "service.eventLastSeen",
    "service.count",
    "service.archived",
    "accountId",
    "type",
];

/// Turns findings into rows. The paths are compiled once.
#[derive(Debug)]
pub(crate) struct Columns {
    paths: Paths,
    source_id: String,
}

impl Columns {
    pub(crate) fn new(source_id: &str) -> Self {
        let details = DETAILS.iter().flat_map(|(_, paths)| paths.iter().copied());
        let paths = Paths::new(NOTED.into_iter().chain(details));
        Self { paths, source_id: source_id.to_owned() }
    }

    /// The row of a finding on this line of its object.
    pub(crate) fn row(&self, finding: &Finding, line: u64) -> Row {
        let values = finding.values(&self.paths);
        let kind = finding.finding_type();
        let text =
            |value: Option<&str>| value.map_or(Cell::Null, |value| Cell::Text(value.to_owned()));
        let moment = |value: Option<Timestamp>| {
            value.map_or(Cell::Null, |value| Cell::Moment(value.epoch_micros()))
        };
        let integer = |value: u64| i64::try_from(value).map_or(Cell::Null, Cell::Integer);
        let notes = notes(finding, &values);
        COLUMNS.map(|(name, _)| match name {
            "account_id" => text(finding.account_id()),
            "region" => text(finding.region()),
            "partition" => text(finding.partition()),
            "finding_id" => text(Some(finding.id())),
            "arn" => text(finding.arn()),
            "detector_id" => text(finding.detector_id()),
            "type" => text(kind.map(FindingType::as_str)),
            "type_purpose" => text(kind.and_then(FindingType::purpose)),
            "type_resource" => text(kind.and_then(FindingType::resource)),
            "type_family" => text(kind.and_then(FindingType::family)),
            "type_mechanism" => text(kind.and_then(FindingType::mechanism)),
            "type_artifact" => text(kind.and_then(FindingType::artifact)),
            "severity" => finding.severity().map(Severity::value).map_or(Cell::Null, Cell::Float),
            "severity_level" => text(finding.level().map(SeverityLevel::as_str)),
            "created_at" => moment(finding.created_at()),
            "updated_at" => moment(finding.updated_at()),
            "first_seen" => moment(finding.first_seen()),
            "last_seen" => moment(finding.last_seen()),
            "count" => finding.count().map_or(Cell::Null, integer),
            "archived" => finding.archived().map_or(Cell::Null, Cell::Boolean),
            "sample" => Cell::Boolean(finding.is_sample()),
            "title" => text(finding.title()),
            "resource_type" => text(finding.resource_type()),
            "attack_sequence_arn" => text(finding.attack_sequence_arn()),
            "feature_name" => text(finding.feature_name()),
            "version_key" => text(Some(finding.version_key().as_str())),
            "source_line" => integer(line),
            "raw" => text(Some(finding.raw())),
            "parse_notes" => text(notes.as_deref()),
            "source_id" => text(Some(&self.source_id)),
            detail => self.detail(detail, &values),
        })
    }

    fn detail(&self, column: &str, values: &Values<'_>) -> Cell {
        let mut slot = NOTED.len();
        for (name, paths) in DETAILS {
            if name == column {
                let mut found = (slot..slot + paths.len()).flat_map(|slot| values.at(slot));
                return found
                    .find_map(
                        |value| if name.ends_with("_port") { integer(value) } else { text(value) },
                    )
                    .unwrap_or(Cell::Null);
            }
            slot += paths.len();
        }
        Cell::Null
    }
}

fn text(value: &Value<'_>) -> Option<Cell> {
    match value {
        Value::Text(text) if !text.is_empty() => Some(Cell::Text(text.clone().into_owned())),
        Value::Number(number) => Some(Cell::Text((*number).to_owned())),
        Value::Bool(_) | Value::Null | Value::Object(_) | Value::Text(_) => None,
    }
}

fn integer(value: &Value<'_>) -> Option<Cell> {
    let text = match value {
        Value::Number(number) => *number,
        Value::Text(text) => text.as_ref(),
        Value::Bool(_) | Value::Null | Value::Object(_) => return None,
    };
    text.parse().ok().map(Cell::Integer)
}

/// Which header fields are there and say nothing readable. Their text is in `raw`.
fn notes(finding: &Finding, values: &Values<'_>) -> Option<String> {
    let unreadable: Vec<&str> = NOTED
        .into_iter()
        .enumerate()
        .filter(|(slot, _)| values.at(*slot).iter().any(|value| *value != Value::Null))
        .filter(|(_, name)| match *name {
            "severity" => finding.severity().is_none(),
            "createdAt" => finding.created_at().is_none(),
            "updatedAt" => finding.updated_at().is_none(),
            "service.eventFirstSeen" => finding.first_seen().is_none(),
            "service.eventLastSeen" => finding.last_seen().is_none(),
            "service.count" => finding.count().is_none(),
            "service.archived" => finding.archived().is_none(),
            "accountId" => finding.account_id().is_none(),
            "type" => finding.finding_type().is_none(),
            _ => false,
        })
        .map(|(_, name)| name)
        .collect();
    (!unreadable.is_empty()).then(|| format!("unreadable: {}", unreadable.join(", ")))
}

#[cfg(test)]
mod tests;
