//! One walk over a finding's JSON that picks up the values at the paths somebody asked for.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use smallvec::SmallVec;

use self::{
    keys::{Found, Keys},
    scan::{Broken, Scan},
    walk::{Sink, Walk},
};
pub(crate) use self::{
    members::{Member, members, members_with},
    tree::tree,
};

mod keys;
mod members;
mod plain;
mod scan;
mod tree;
mod walk;

/// One JSON value found at a path, borrowed from the text it was found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`, which is known to be there and known to say nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number's own text, so that no digit is lost and `1e999` is no error.
    Number(&'a str),
    /// Text with its escapes resolved.
    Text(Cow<'a, str>),
    /// The untouched JSON of an object.
    Object(&'a str),
}

/// The paths to look for, as a trie that is built once and walked per finding.
///
/// A path is dotted, as in GuardDuty's filter attributes. Arrays on the way are transparent: a
/// path's values are those of all elements. Keys match without regard to ASCII case, which
/// covers the camelCase of the wire, the PascalCase of the AWS CLI and GuardDuty's own
/// irregular names (`hostIPC`, `sourceIPs`, `LoginAttributes`). Below `service.additionalInfo`
/// a path also looks inside the JSON that GuardDuty puts into the string `value`.
#[derive(Debug, Clone)]
pub struct Paths {
    nodes: Vec<Node>,
    count: usize,
}

#[derive(Debug, Clone, Default)]
struct Node {
    keys: Keys,
    slots: Vec<usize>,
    /// Whether the values are only counted: then `null` stands for each scalar.
    is_counted: bool,
    /// The node whose members the string at this node holds as JSON.
    embedded: Option<usize>,
}

/// What an extraction found: for each path, in the order of the paths, its values in document order.
#[derive(Debug, Clone)]
pub struct Values<'a> {
    slots: Vec<Slot<'a>>,
}

/// Most paths have one value or none, which takes no memory of its own.
type Slot<'a> = SmallVec<[Value<'a>; 1]>;

/// Why no values could be extracted from a text.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The text is no JSON.
    #[error("no valid JSON: {0}")]
    Syntax(#[from] serde_json::Error),
    /// Objects and arrays are nested deeper than any reader downstream accepts.
    #[error("JSON nested deeper than {} levels", scan::MAX_DEPTH)]
    TooDeep,
}

const ROOT: usize = 0;
const ADDITIONAL_INFO: [&str; 2] = ["service", "additionalInfo"];

impl Paths {
    /// Compiles dotted paths; the position of a path is its slot in [`Values`].
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut trie = Self { nodes: vec![Node::default()], count: 0 };
        for path in paths {
            trie.also(trie.count, path);
            trie.count += 1;
        }
        trie
    }

    /// Lets a path be known without asking for its values.
    pub(crate) fn know(&mut self, path: &str) {
        self.insert(&path.split('.').collect::<Vec<_>>());
    }

    /// Lets the values at a path be counted and not read: a text may hold anything.
    pub(crate) fn count_only(&mut self, path: &str) {
        let end = self.insert(&path.split('.').collect::<Vec<_>>());
        if let Some(node) = self.nodes.get_mut(end) {
            node.is_counted = true;
        }
    }

    /// Lets the values at another path count for a slot, too.
    pub(crate) fn also(&mut self, slot: usize, path: &str) {
        let segments: Vec<&str> = path.split('.').collect();
        let end = self.insert(&segments);
        if let Some(node) = self.nodes.get_mut(end) {
            node.slots.push(slot);
        }
        if segments.len() > 2 && segments.starts_with(&ADDITIONAL_INFO) {
            let holder = self.insert(&ADDITIONAL_INFO);
            let value = self.child(holder, "value");
            if let Some(node) = self.nodes.get_mut(value) {
                node.embedded = Some(holder);
            }
        }
    }

    /// Walks `json`, which must be one JSON value.
    ///
    /// # Errors
    /// When the text is no JSON or nested too deeply.
    pub(crate) fn extract<'a>(&self, json: &'a str) -> Result<Values<'a>, ExtractError> {
        self.walk(json).map_err(|broken| refused(broken, json))
    }

    /// Walks `json` if it is an object, unless it has a member that no path begins with, or in another
    /// casing than that of the wire or the AWS CLI. `None` for such, and for what is no JSON.
    pub(crate) fn extract_plain<'a>(&self, json: &'a str) -> Option<Values<'a>> {
        let mut scan = Scan::new(json);
        let values = self.extract_plain_on(&mut scan, 0)?;
        scan.is_at_end().then_some(values)
    }

    /// The same for the value that the scan stands at, inside `depth` objects. `None` leaves the scan
    /// where it is.
    fn extract_plain_on<'a>(&self, scan: &mut Scan<'a>, depth: usize) -> Option<Values<'a>> {
        let mut ahead = scan.clone();
        let values = match ahead.peek() {
            Ok(b'{') => self.walk_on(&mut ahead, depth, true).ok()?,
            _ => return None,
        };
        *scan = ahead;
        Some(values)
    }

    fn walk<'a>(&self, json: &'a str) -> Result<Values<'a>, Broken> {
        let mut scan = Scan::new(json);
        let values = self.walk_on(&mut scan, 0, false)?;
        if scan.is_at_end() { Ok(values) } else { Err(Broken::Syntax) }
    }

    /// Walks the value that the scan stands at, inside `depth` objects and arrays.
    fn walk_on<'a>(
        &self,
        scan: &mut Scan<'a>,
        depth: usize,
        plain_only: bool,
    ) -> Result<Values<'a>, Broken> {
        let mut values = self.nothing();
        Walk { paths: self, scan, sink: &mut values, plain_only }.value(ROOT, depth)?;
        Ok(values)
    }

    /// An extraction that found nothing.
    pub(crate) fn nothing<'a>(&self) -> Values<'a> {
        Values { slots: std::iter::repeat_with(Slot::new).take(self.count).collect() }
    }

    fn insert(&mut self, segments: &[&str]) -> usize {
        segments.iter().fold(ROOT, |node, segment| self.child(node, segment))
    }

    fn child(&mut self, parent: usize, key: &str) -> usize {
        if let Some(found) = self.find(parent, key.as_bytes()) {
            return found.node;
        }
        let child = self.nodes.len();
        self.nodes.push(Node::default());
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.keys.add(key.as_bytes(), child);
        }
        child
    }

    #[inline]
    fn find(&self, node: usize, key: &[u8]) -> Option<Found> {
        self.nodes.get(node)?.keys.find(key)
    }
}

impl<'a> Values<'a> {
    /// The values at the path with this slot; empty when the finding has none.
    pub fn at(&self, slot: usize) -> &[Value<'a>] {
        self.slots.get(slot).map_or(&[], SmallVec::as_slice)
    }
}

impl<'a> Sink<'a> for Values<'a> {
    fn take(&mut self, slots: &[usize], value: Value<'a>) {
        let Some((last, others)) = slots.split_last() else { return };
        for slot in others {
            if let Some(values) = self.slots.get_mut(*slot) {
                values.push(value.clone());
            }
        }
        if let Some(values) = self.slots.get_mut(*last) {
            values.push(value);
        }
    }
}

/// What is wrong with a text that the scan refused, in the words of `serde_json`.
fn refused(broken: Broken, json: &str) -> ExtractError {
    if broken == Broken::TooDeep {
        return ExtractError::TooDeep;
    }
    ExtractError::Syntax(match serde_json::from_str::<IgnoredAny>(json) {
        Err(error) => error,
        // It is JSON, and not what was asked for: the scan refuses nothing else, as its own tests show.
        Ok(IgnoredAny) => serde::de::Error::custom("no JSON object"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, json: &str) -> Vec<String> {
        let values = Paths::new([path]).extract(json).unwrap();
        values
            .at(0)
            .iter()
            .map(|value| match value {
                Value::Null => "null".to_owned(),
                Value::Bool(flag) => flag.to_string(),
                Value::Number(text) | Value::Object(text) => (*text).to_owned(),
                Value::Text(text) => format!("'{text}'"),
            })
            .collect()
    }

    #[test]
    fn arrays_on_the_way_and_at_the_end_are_transparent() {
        let json = r#"{"a":[{"b":["x",{"c":1},null]},{"b":"y"},{"d":"z"},7]}"#;
        assert_eq!(found("a.b", json), ["'x'", r#"{"c":1}"#, "null", "'y'"]);
        assert_eq!(found("a.b.c", json), ["1"]);
    }

    #[test]
    fn a_path_and_a_longer_one_are_found_in_the_same_walk() {
        let paths = Paths::new(["a", "a.b", "A.B"]);
        let values = paths.extract(r#"{"a":{"b":2.50}}"#).unwrap();
        assert_eq!(values.at(0), [Value::Object(r#"{"b":2.50}"#)]);
        assert_eq!(values.at(1), [Value::Number("2.50")]);
        assert_eq!(values.at(2), [Value::Number("2.50")]);
        assert_eq!(values.at(3), []);
    }

    #[test]
    fn keys_match_in_either_casing_and_with_escapes() {
        assert_eq!(found("service.count", r#"{"Service":{"Count":3}}"#), ["3"]);
        assert_eq!(found("a", r#"{"\u0061":"\u0062\n"}"#), ["'b\n'"]);
    }

    #[test]
    fn additional_info_is_read_inside_its_embedded_json_too() {
        let path = "service.additionalInfo.sample";
        let plain = r#"{"service":{"additionalInfo":{"value":"{}","sample":true}}}"#;
        assert_eq!(found(path, plain), ["true"]);
        let embedded = r#"{"Service":{"AdditionalInfo":{"Value":"{\"sample\": true}"}}}"#;
        assert_eq!(found(path, embedded), ["true"]);
        for prose in [r#""hello""#, r#""{broken""#, "null", "7"] {
            let json = format!(r#"{{"service":{{"additionalInfo":{{"value":{prose}}}}}}}"#);
            assert!(found(path, &json).is_empty(), "{prose}");
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_hides_nothing_else() {
        let json = r#"{"a":"x\ud83dy","b":7,"\udc00":1,"c":"\ud83d\ude00"}"#;
        for (path, expected) in [("a", "'x\u{fffd}y'"), ("b", "7"), ("c", "'\u{1f600}'")] {
            assert_eq!(found(path, json), [expected]);
        }
        let embedded = r#"{"service":{"additionalInfo":{"value":"{\"x\":\"\\ud83d\"}"}}}"#;
        assert_eq!(found("service.additionalInfo.x", embedded), ["'\u{fffd}'"]);
    }

    #[test]
    fn a_number_out_of_range_is_its_text_and_broken_json_is_an_error() {
        assert_eq!(found("a", r#"{"a":1e999}"#), ["1e999"]);
        assert!(Paths::new(["a"]).extract(r#"{"a":1"#).is_err());
        assert!(Paths::new(["a"]).extract(r#"{"a":1} x"#).is_err());
        let deep = format!("{}{}", "[".repeat(4000), "]".repeat(4000));
        for key in ["a", "b"] {
            let json = format!(r#"{{"{key}":{deep}}}"#);
            let nested = Paths::new(["a"]).extract(&json);
            assert!(matches!(nested, Err(ExtractError::TooDeep)), "{key}");
        }
        let flat = format!(r#"{{"b":[{}"[[["]}}"#, "[],".repeat(4000));
        assert!(Paths::new(["a"]).extract(&flat).is_ok());
    }
}
