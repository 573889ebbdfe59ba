//! Any JSON, its members in the order in which they came.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

pub(super) enum Ordered {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Self>),
    Members(Vec<(String, Self)>),
}

impl Serialize for Ordered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(own) => serializer.serialize_bool(*own),
            Self::Signed(own) => serializer.serialize_i64(*own),
            Self::Unsigned(own) => serializer.serialize_u64(*own),
            Self::Float(own) => serializer.serialize_f64(*own),
            Self::Text(own) => serializer.serialize_str(own),
            Self::List(own) => serializer.collect_seq(own),
            Self::Members(own) => {
                let mut map = serializer.serialize_map(Some(own.len()))?;
                for (name, value) in own {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Ordered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered::Null)
    }

    fn visit_bool<E>(self, own: bool) -> Result<Ordered, E> {
        Ok(Ordered::Bool(own))
    }

    fn visit_i64<E>(self, own: i64) -> Result<Ordered, E> {
        Ok(Ordered::Signed(own))
    }

    fn visit_u64<E>(self, own: u64) -> Result<Ordered, E> {
        Ok(Ordered::Unsigned(own))
    }

    fn visit_f64<E>(self, own: f64) -> Result<Ordered, E> {
        Ok(Ordered::Float(own))
    }

    fn visit_str<E>(self, own: &str) -> Result<Ordered, E> {
        Ok(Ordered::Text(own.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Ordered, A::Error> {
        let mut list = Vec::new();
        while let Some(own) = all.next_element()? {
            list.push(own);
        }
        Ok(Ordered::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Ordered, A::Error> {
        let mut members = Vec::new();
        while let Some(own) = all.next_entry()? {
            members.push(own);
        }
        Ok(Ordered::Members(members))
    }
}
