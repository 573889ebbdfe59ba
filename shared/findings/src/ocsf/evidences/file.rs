//! Files: what malware scans found.

use serde_json::{Value as Json, json};

use crate::ocsf::{
    attributes::{Attributes, Choice},
    remainder::Remainder,
};

const EBS_THREATS: &str =
    "service.ebsVolumeScanDetails.scanDetections.threatDetectedByName.threatNames";
const THREATS: &str = "service.malwareScanDetails.threats";
const OBJECTS: &str = "resource.s3BucketDetails.s3ObjectDetails";

/// OCSF's limit for a hash.
const LONGEST_HASH: usize = 64;

/// The files that a scan found malware in, each with the name of the threat.
pub(super) fn evidences(finding: &mut Json) -> Vec<Attributes> {
    let mut evidences = Vec::new();
    for (threats, lists) in
        [(EBS_THREATS, &["filePaths"][..]), (THREATS, &["itemPaths", "itemDetails"])]
    {
        for threat in finding.parts(threats) {
            let name = threat.seen_text("name").map(Json::from);
            for list in lists {
                for item in threat.parts(list) {
                    let found = infected(item).data(list, item.rest());
                    if !found.is_empty() {
                        evidences.push(found.data("threatName", name.clone()));
                    }
                }
            }
        }
    }
    if finding.seen("service.malwareScanDetails").is_some() {
        evidences.extend(finding.parts(OBJECTS).into_iter().filter_map(object));
    }
    evidences
}

/// One file, of a volume or inside of an archive.
fn infected(item: &mut Json) -> Attributes {
    let path = ["filePath", "nestedItemPath", "itemPath"];
    let Some(path) = path.iter().find_map(|name| item.take_text(name)) else {
        return Attributes::new();
    };
    let name = item.take_text("fileName");
    let hash = item.take_as("hash", fingerprint);
    Attributes::new().with("file", Some(file(path, name, hash, Choice::new(1, "Regular File"))))
}

/// An object that was scanned. It stays in the finding, since it is a resource as well.
fn object(object: &mut Json) -> Option<Attributes> {
    let key = object.seen_text("key")?;
    let hash = object.seen("hash").and_then(fingerprint);
    let file = file(key, None, hash, Choice::new(1, "Regular File"));
    Some(Attributes::new().with("file", Some(file)))
}

/// A file by its path; its name is the path's last part unless it is known.
pub(super) fn file(
    path: String,
    name: Option<String>,
    hash: Option<Json>,
    kind: Choice,
) -> Attributes {
    let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or(&path).to_owned();
    Attributes::new()
        .with("name", Some(name.unwrap_or(last)))
        .with("path", Some(path))
        .with("hashes", hash.map(|hash| json!([hash])))
        .choice("type_id", "type", Some(kind))
}

/// A hash; its length tells the algorithm.
pub(super) fn fingerprint(hash: &Json) -> Option<Json> {
    let hash = hash.as_str()?;
    let is_digest = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let algorithm = match hash.len() {
        32 if is_digest => Choice::new(1, "MD5"),
        40 if is_digest => Choice::new(2, "SHA-1"),
        64 if is_digest => Choice::new(3, "SHA-256"),
        1..=LONGEST_HASH => Choice::UNKNOWN,
        _ => return None,
    };
    Attributes::new()
        .choice("algorithm_id", "algorithm", Some(algorithm))
        .with("value", Some(hash))
        .object()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_digest_tells_its_algorithm() {
        let algorithm =
            |hash: &str| fingerprint(&json!(hash)).map(|hash| hash["algorithm"].clone());
        assert_eq!(algorithm(&"a".repeat(32)), Some(json!("MD5")));
        assert_eq!(algorithm(&"b".repeat(40)), Some(json!("SHA-1")));
        assert_eq!(algorithm(&"c".repeat(64)), Some(json!("SHA-256")));
        assert_eq!(algorithm("GeneratedFindingHash"), Some(json!("Unknown")));
        assert_eq!(algorithm(&"z".repeat(64)), Some(json!("Unknown")));
        assert_eq!(algorithm(&"d".repeat(65)), None);
        assert_eq!(algorithm(""), None);
    }

    #[test]
    fn a_file_is_named_by_the_last_part_of_its_path() {
        for (path, name) in [("/tmp/.x/m", "m"), ("a/b/", "b"), ("/", "/"), ("x", "x")] {
            let file = Json::from(file(path.to_owned(), None, None, Choice::UNKNOWN));
            assert_eq!((&file["name"], &file["path"]), (&json!(name), &json!(path)));
        }
    }
}
