//! An event made to fit the columns. What no column takes stays in `unmapped`.

use findings::Timestamp;
use serde_json::{Map, Value as Json};

use crate::shape::{Column, Kind, Shape};

/// The member of `unmapped` with what had no column, by its path in the event.
pub(super) const UNFIT: &str = "guardsift.unfit";

/// The event with JSON as text where the column is text.
///
/// No finding may stop the file of all others: a number beyond its column, which only an attacker or
/// a new GuardDuty sends, goes to `unmapped` with its path and leaves null behind.
pub(super) fn fitted(mut event: Json, columns: &[Column]) -> Json {
    let mut unfit = Map::new();
    let mut unmapped = event.as_object_mut().and_then(|members| members.remove("unmapped"));
    fit_members(&mut event, columns, "", &mut unfit);
    if !unfit.is_empty() {
        let rest = unmapped.get_or_insert_with(|| Json::Object(Map::new()));
        if let Json::Object(rest) = rest {
            rest.insert(UNFIT.to_owned(), Json::Object(unfit));
        }
    }
    if let (Some(unmapped), Some(members)) = (unmapped, event.as_object_mut()) {
        members.insert("unmapped".to_owned(), Json::String(unmapped.to_string()));
    }
    event
}

fn fit_members(object: &mut Json, columns: &[Column], path: &str, unfit: &mut Map<String, Json>) {
    let Some(members) = object.as_object_mut() else { return };
    members.retain(|name, value| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match columns.iter().find(|column| column.name == *name) {
            Some(column) => fit(value, &column.shape, &path, unfit),
            None => {
                unfit.insert(path, value.take());
                false
            }
        }
    });
}

/// Whether the value stays where it is.
fn fit(value: &mut Json, shape: &Shape, path: &str, unfit: &mut Map<String, Json>) -> bool {
    let is_fit = match (shape, &mut *value) {
        (Shape::Object(columns), Json::Object(_)) => {
            fit_members(value, columns, path, unfit);
            true
        }
        (Shape::List(element), Json::Array(elements)) => {
            for (place, value) in elements.iter_mut().enumerate() {
                // A place in a list is kept, since others count on it.
                if !fit(value, element, &format!("{path}[{place}]"), unfit) {
                    *value = Json::Null;
                }
            }
            true
        }
        (Shape::Value(Kind::Text), Json::String(_)) => true,
        (Shape::Value(Kind::Text), other) => {
            *other = Json::String(other.to_string());
            true
        }
        (Shape::Value(Kind::Integer32), other) => {
            other.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        (Shape::Value(Kind::Integer), other) => other.is_i64(),
        (Shape::Value(Kind::Float), other) => other.is_number(),
        (Shape::Value(Kind::Boolean), other) => other.is_boolean(),
        (Shape::Value(Kind::Moment), other) => other.as_str().and_then(Timestamp::parse).is_some(),
        (Shape::Object(_) | Shape::List(_), _) => false,
    };
    if !is_fit {
        unfit.insert(path.to_owned(), value.take());
    }
    is_fit
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ocsf::schema::columns;

    #[test]
    fn what_has_no_column_goes_to_unmapped_with_its_path_and_the_rest_stays() {
        let event = json!({
            "count": 3_000_000_000_i64, "message": "m", "unheard_of": {"a": 1}, "time_dt": "soon",
            "resources": [{"uid": "i-1", "data": {"platform": "linux", "n": 1.50}}],
            "malware": [{"classification_ids": [0, "x"]}],
        });
        let fitted = fitted(event, &columns());
        let unmapped: Json = serde_json::from_str(fitted["unmapped"].as_str().unwrap()).unwrap();
        let unfit = json!({"count": 3_000_000_000_i64, "unheard_of": {"a": 1}, "time_dt": "soon",
            "malware[0].classification_ids[1]": "x"});
        assert_eq!(unmapped, json!({UNFIT: unfit}));
        assert_eq!((&fitted["message"], fitted.get("count")), (&json!("m"), None));
        assert_eq!(fitted["resources"][0]["data"], json!(r#"{"n":1.5,"platform":"linux"}"#));
        assert_eq!(fitted["malware"][0]["classification_ids"], json!([0, null]));
    }

    #[test]
    fn unmapped_is_text_and_missing_when_there_is_none() {
        let text = fitted(json!({"unmapped": {"severity": 5.3}}), &columns());
        assert_eq!(text, json!({"unmapped": r#"{"severity":5.3}"#}));
        assert_eq!(fitted(json!({"count": 1}), &columns()), json!({"count": 1}));
    }
}
