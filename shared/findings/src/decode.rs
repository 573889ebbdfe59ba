//! The one decoder: whatever AWS wraps around findings, in either casing, becomes records.

use serde_json::value::RawValue;

use self::members::{Members, text};
use crate::{ExtractError, Finding, Record, ServiceEvent, Timestamp, Unreadable};

mod members;

/// SNS in SQS in a Lambda batch in an envelope is four; nothing known goes beyond.
const MAX_WRAPPERS: usize = 8;
const SNS_NOTIFICATION: &str = "an SNS notification";
const FINDING_DETAIL_TYPE: &str = "GuardDuty Finding";

/// Decodes one JSON document into its records, in document order.
///
/// Understood are a bare finding, the EventBridge envelope, an answer of `GetFindings` or its
/// print by the AWS CLI (`findings`/`Findings`), arrays, SNS notifications, SQS messages and
/// batches as Lambda receives them, each of them inside the others. An empty page has no records.
pub fn decode(document: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    match std::str::from_utf8(document) {
        Ok(text) => document_records(text, 0, &mut records),
        Err(error) => records
            .push(Record::Unreadable(Unreadable::NotUtf8 { valid_up_to: error.valid_up_to() })),
    }
    records
}

fn document_records(json: &str, wrappers: usize, records: &mut Vec<Record>) {
    if let Err(reason) = unwrap(json, wrappers, records) {
        records.push(Record::Unreadable(reason));
    }
}

/// Takes one layer off, or reads what has none.
fn unwrap(json: &str, wrappers: usize, records: &mut Vec<Record>) -> Result<(), Unreadable> {
    if wrappers > MAX_WRAPPERS {
        return Err(Unreadable::TooManyWrappers { limit: MAX_WRAPPERS });
    }
    let json = json.trim_start_matches('\u{feff}').trim();
    match json.as_bytes().first() {
        Some(b'{') => object(json, wrappers, records),
        Some(b'[') => each(json, wrappers, records),
        _ => {
            let value: &RawValue = serde_json::from_str(json).map_err(ExtractError::from)?;
            Err(Unreadable::NotAnObject { found: kind(value.get()) })
        }
    }
}

fn kind(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'"') => "string",
        Some(b'n') => "null",
        Some(b't' | b'f') => "boolean",
        _ => "number",
    }
}

/// Decodes the elements of an array, each on its own.
fn each(json: &str, wrappers: usize, records: &mut Vec<Record>) -> Result<(), Unreadable> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).map_err(ExtractError::from)?;
    for element in elements {
        document_records(element.get(), wrappers + 1, records);
    }
    Ok(())
}

fn object(json: &str, wrappers: usize, records: &mut Vec<Record>) -> Result<(), Unreadable> {
    if let Some(finding) = Finding::parse_plain(json) {
        records.push(Record::Finding(Box::new(finding)));
        return Ok(());
    }
    let members = Members::read(json)?;
    if let Some(detail_type) = members.text("detail-type")? {
        return event(&members, &detail_type, wrappers, records);
    }
    for page in ["findings", "Records", "Messages"] {
        if let Some(elements) = members.json(page)? {
            return match elements.as_bytes().first() {
                Some(b'[') => each(elements, wrappers, records),
                _ => Err(Unreadable::EmptyWrapper { wrapper: "a page", member: page }),
            };
        }
    }
    if let Some(notification) = members.json("Sns")? {
        let members = Members::read(notification)?;
        return inner_text(&members, SNS_NOTIFICATION, "Message", wrappers, records);
    }
    if members.has("messageId") && members.has("body") {
        return inner_text(&members, "an SQS message", "body", wrappers, records);
    }
    let is_notification = members.text("Type")?.as_deref() == Some("Notification");
    if members.has("Message") && (is_notification || members.has("TopicArn")) {
        return inner_text(&members, SNS_NOTIFICATION, "Message", wrappers, records);
    }
    if let Some(event) = storage_event(&members)? {
        records.push(Record::Event(event));
        return Ok(());
    }
    records.push(Record::Finding(Box::new(finding(json, &members)?)));
    Ok(())
}

/// An EventBridge event. Only the detail type tells a finding from GuardDuty's other events.
fn event(
    members: &Members<'_>,
    detail_type: &str,
    wrappers: usize,
    records: &mut Vec<Record>,
) -> Result<(), Unreadable> {
    let own = |key| members.text(key).map(|text| text.map(String::from));
    if detail_type != FINDING_DETAIL_TYPE {
        records.push(Record::Event(ServiceEvent {
            source: own("source")?.unwrap_or_default(),
            detail_type: detail_type.to_owned(),
            account: own("account")?,
            region: own("region")?,
            time: own("time")?.as_deref().and_then(Timestamp::parse),
            id: own("id")?,
        }));
        return Ok(());
    }
    let detail = members.json("detail")?;
    if let (Some(detail), Some(header)) = (detail, &members.header_of_detail)
        && wrappers < MAX_WRAPPERS
    {
        records.push(Record::Finding(Box::new(Finding::with(detail, header)?)));
        return Ok(());
    }
    match detail {
        Some(detail) if detail.starts_with(['{', '[']) => unwrap(detail, wrappers + 1, records),
        Some(detail) if detail.starts_with('"') => {
            inner_text(members, "a finding event", "detail", wrappers, records)
        }
        _ => Err(Unreadable::EmptyWrapper { wrapper: "a finding event", member: "detail" }),
    }
}

/// Decodes the JSON document that a member holds as text.
fn inner_text(
    members: &Members<'_>,
    wrapper: &'static str,
    member: &'static str,
    wrappers: usize,
    records: &mut Vec<Record>,
) -> Result<(), Unreadable> {
    let inner = members.json(member)?.and_then(text);
    let inner = inner.ok_or(Unreadable::EmptyWrapper { wrapper, member })?;
    unwrap(&inner, wrappers + 1, records)
}

/// An S3 notification record, or the test event that S3 sends when notifications are set up.
fn storage_event(members: &Members<'_>) -> Result<Option<ServiceEvent>, Unreadable> {
    let name = match members.text("eventName")? {
        Some(name) if members.has("s3") => Some(name),
        _ => members.text("Event")?.filter(|event| event == "s3:TestEvent"),
    };
    let Some(name) = name else { return Ok(None) };
    let own = |key| members.text(key).map(|text| text.map(String::from));
    let time = own("eventTime")?.or(own("Time")?);
    Ok(Some(ServiceEvent {
        source: "aws:s3".to_owned(),
        detail_type: name.into_owned(),
        account: None,
        region: own("awsRegion")?,
        time: time.as_deref().and_then(Timestamp::parse),
        id: None,
    }))
}

/// Reads a bare finding, after ruling out what only looks like one.
fn finding(json: &str, members: &Members<'_>) -> Result<Finding, Unreadable> {
    if members.has("ProductArn") || members.has("AwsAccountId") {
        return Err(Unreadable::SecurityHub);
    }
    if let Some(key) = members.keys().find(|key| is_flattened(key)) {
        return Err(Unreadable::Flattened { key: key.to_owned() });
    }
    let finding = Finding::parse(json)?;
    let telling = ["type", "severity", "service", "resource", "accountId"];
    if telling.iter().any(|key| members.has(key)) {
        Ok(finding)
    } else {
        Err(Unreadable::NotAFinding)
    }
}

/// Athena lower-cases keys, joins nested ones with `_`, and Sentinel renames `type`.
fn is_flattened(key: &str) -> bool {
    matches!(key, "accountid" | "ActivityType")
        || ["resource_", "service_", "detail_"].iter().any(|prefix| key.starts_with(prefix))
}

#[cfg(test)]
mod tests;
