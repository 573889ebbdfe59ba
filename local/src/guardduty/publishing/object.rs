//! Export objects: gzip JSON Lines under the documented key.

use std::io::Write;

use bytes::Bytes;
use findings::Timestamp;
use flate2::{Compression, write::GzEncoder};

use super::{ExportObject, Exported};
use crate::guardduty::{destinations::Properties, identity::uuid, state::Home};

/// How many findings share an object is documented nowhere; real objects are small.
const LINES_PER_OBJECT: usize = 50;

/// Puts findings (owner, JSON, what it waited for) into objects, never two owners into one.
pub(super) fn objects(
    mut lines: Vec<(String, String, Exported)>,
    properties: &Properties,
    home: &Home,
    now: Timestamp,
) -> Vec<ExportObject> {
    lines.sort_by(|(one, _, _), (other, _, _)| one.cmp(other));
    let mut objects: Vec<(String, Vec<String>, Vec<Exported>)> = Vec::new();
    for (owner, line, exported) in lines {
        match objects.last_mut() {
            Some((last, texts, all)) if *last == owner && texts.len() < LINES_PER_OBJECT => {
                texts.push(line);
                all.push(exported);
            }
            _ => objects.push((owner, vec![line], vec![exported])),
        }
    }
    let object = |(owner, texts, lines): (String, Vec<String>, Vec<Exported>)| ExportObject {
        bucket: properties.bucket().to_owned(),
        key: key(properties.prefix(), &owner, home, now, &texts),
        bytes: gzip(&texts),
        lines,
    };
    objects.into_iter().map(object).collect()
}

/// `[prefix/]AWSLogs/<account>/GuardDuty/<region>/<yyyy>/<mm>/<dd>/<uuid>.jsonl.gz`, the day being that of the export.
fn key(prefix: &str, owner: &str, home: &Home, now: Timestamp, texts: &[String]) -> String {
    let folder = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    let day = now.date().replace('-', "/");
    let moment = now.to_rfc3339();
    let content: String = texts.concat();
    let name = uuid(&[owner, &home.region, &moment, &content]);
    format!("{folder}AWSLogs/{owner}/GuardDuty/{}/{day}/{name}.jsonl.gz", home.region)
}

fn gzip(texts: &[String]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    for text in texts {
        // Writing into memory cannot fail.
        let _ = encoder.write_all(text.as_bytes()).and_then(|()| encoder.write_all(b"\n"));
    }
    encoder.finish().map(Bytes::from).unwrap_or_default()
}
