//! The visitor that walks one JSON value along the trie.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Paths, Value, Values};

/// The JSON value at one node of the trie.
pub(super) struct Walk<'w, 'a> {
    pub(super) paths: &'w Paths,
    pub(super) node: usize,
    pub(super) values: &'w mut Values<'a>,
}

impl<'a> Walk<'_, 'a> {
    /// Takes a value that some path ends at, then looks inside for longer paths.
    fn take(&mut self, json: &'a str) -> Result<(), serde_json::Error> {
        let Some(node) = self.paths.nodes.get(self.node) else { return Ok(()) };
        let Some(found) = value(json) else {
            for element in serde_json::from_str::<Vec<&RawValue>>(json)? {
                self.take(element.get())?;
            }
            return Ok(());
        };
        self.values.push(&node.slots, &found);
        match (&found, node.embedded) {
            (Value::Object(object), _) if !node.children.is_empty() => {
                self.paths.walk(self.node, object, self.values)
            }
            // What is found in the embedded text is copied out of it: its escapes were resolved
            // into a buffer of this call. Prose that is no JSON holds no values.
            (Value::Text(text), Some(holder)) => {
                if let Ok(inner) = self.paths.extract_below(holder, text) {
                    self.values.absorb(inner);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl<'a> DeserializeSeed<'a> for Walk<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let Walk { paths, node, values } = self;
        while let Some(child) = map.next_key_seed(Key { paths, node })? {
            let Some(child) = child else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let ends_here = paths
                .nodes
                .get(child)
                .is_none_or(|node| !node.slots.is_empty() || node.embedded.is_some());
            let mut inner = Walk { paths, node: child, values: &mut *values };
            if ends_here {
                let json: &'a RawValue = map.next_value()?;
                inner.take(json.get()).map_err(serde::de::Error::custom)?;
            } else {
                map.next_value_seed(inner)?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<(), A::Error> {
        let Walk { paths, node, values } = self;
        while elements.next_element_seed(Walk { paths, node, values: &mut *values })?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// An object's key, resolved to the child it names.
struct Key<'w> {
    paths: &'w Paths,
    node: usize,
}

impl<'a> DeserializeSeed<'a> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.paths.find(self.node, key))
    }
}

/// Reads one JSON text as a scalar or an object; `None` for an array or for what is no JSON.
fn value(json: &str) -> Option<Value<'_>> {
    match json.as_bytes().first()? {
        b'n' => Some(Value::Null),
        b't' => Some(Value::Bool(true)),
        b'f' => Some(Value::Bool(false)),
        b'"' => {
            let inner = json.get(1..json.len().checked_sub(1)?)?;
            let text = if inner.contains('\\') {
                Cow::Owned(serde_json::from_str(json).ok()?)
            } else {
                Cow::Borrowed(inner)
            };
            Some(Value::Text(text))
        }
        b'{' => Some(Value::Object(json)),
        b'[' => None,
        _ => Some(Value::Number(json)),
    }
}
