//! `observables`: the values that people search by, gathered from the rest of the event.

use std::collections::HashSet;

use serde_json::{Value as Json, json};

/// The kinds of values, by the attribute that holds them and the one above it.
fn observed(above: &str, name: &str) -> Option<(i64, &'static str)> {
    match (above, name) {
        (_, "hostname") => Some((1, "Hostname")),
        (_, "ip") => Some((2, "IP Address")),
        ("user" | "owner", "name") => Some((4, "User Name")),
        ("file", "name") => Some((7, "File Name")),
        ("hashes[]", "value") => Some((8, "Hash")),
        ("process" | "parent_process", "name") => Some((9, "Process Name")),
        ("resources[]", "uid") => Some((10, "Resource UID")),
        _ => None,
    }
}

/// Each value once per attribute that holds it, in the order of the event.
pub(super) fn observables(resources: &[Json], evidences: &[Json]) -> Vec<Json> {
    let mut found = Vec::new();
    for (name, items) in [("evidences[]", evidences), ("resources[]", resources)] {
        for item in items {
            gather(item, name, &mut found);
        }
    }
    let mut seen = HashSet::new();
    found.retain(|(path, _, text)| seen.insert((path.clone(), *text)));
    let observable = |(path, (id, kind), text)| json!({"name": path, "type_id": id, "type": kind, "value": text});
    found.into_iter().map(observable).collect()
}

/// A path, the kind of what stands there, and the text.
type Found<'a> = (String, (i64, &'static str), &'a str);

fn gather<'a>(object: &'a Json, path: &str, found: &mut Vec<Found<'a>>) {
    let above = path.rsplit('.').next().unwrap_or(path);
    for (name, value) in object.as_object().into_iter().flatten() {
        match value {
            // What has only GuardDuty's name is no attribute of OCSF's.
            _ if name == "data" => {}
            Json::String(text) => {
                if let Some(kind) = observed(above, name) {
                    found.push((format!("{path}.{name}"), kind, text));
                }
            }
            Json::Array(elements) => {
                let path = format!("{path}.{name}[]");
                elements.iter().for_each(|element| gather(element, &path, found));
            }
            other => gather(other, &format!("{path}.{name}"), found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_once_and_never_in_data() {
        let evidence = json!({
            "actor": {"user": {"name": "ana", "uid": "u"}, "process": {"name": "sh"}},
            "data": {"ip": "198.51.100.9", "user": {"name": "nobody"}},
            "file": {"name": "m", "path": "/m", "hashes": [{"value": "00"}, {"value": "11"}]},
            "process": {"name": "m", "file": {"name": "m"}, "parent_process": {"uid": "p"}},
            "query": {"hostname": "c2.example.com"},
            "src_endpoint": {"ip": "198.51.100.7", "uid": "e"},
        });
        let resource = json!({"uid": "i-1", "name": "n", "owner": {"name": "ana"}});
        let found = observables(&[resource], &[evidence.clone(), evidence]);
        let found: Vec<_> = found
            .iter()
            .map(|own| {
                let text = |name: &str| own[name].as_str().unwrap().to_owned();
                (text("name"), own["type_id"].as_i64().unwrap(), text("value"))
            })
            .collect();
        let expected = [
            ("evidences[].actor.process.name", 9, "sh"),
            ("evidences[].actor.user.name", 4, "ana"),
            ("evidences[].file.hashes[].value", 8, "00"),
            ("evidences[].file.hashes[].value", 8, "11"),
            ("evidences[].file.name", 7, "m"),
            ("evidences[].process.file.name", 7, "m"),
            ("evidences[].process.name", 9, "m"),
            ("evidences[].query.hostname", 1, "c2.example.com"),
            ("evidences[].src_endpoint.ip", 2, "198.51.100.7"),
            ("resources[].owner.name", 4, "ana"),
            ("resources[].uid", 10, "i-1"),
        ];
        let expected = expected.map(|(path, id, text)| (path.to_owned(), id, text.to_owned()));
        assert_eq!(found, expected);
    }
}
