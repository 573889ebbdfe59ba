//! One request, taken apart: the operation, its path parameters, query and JSON body.

use bytes::Bytes;
use findings::Timestamp;
use hyper::Request;
use serde_json::{Map, Value};

use super::{error::ApiError, routes};

type Answer<T> = Result<T, ApiError>;

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    parameters: Vec<String>,
    query: Vec<(String, String)>,
    body: Map<String, Value>,
    /// When the request arrived.
    pub(crate) now: Timestamp,
}

impl Call {
    pub(crate) fn read(request: &Request<Bytes>, now: Timestamp) -> Answer<Self> {
        let (method, path) = (request.method(), request.uri().path());
        let (operation, parameters) = routes::find(method, path)
            .ok_or_else(|| ApiError::unknown_operation(method.as_str(), path))?;
        let query = request.uri().query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { operation, parameters, query, body: read_body(request.body())?, now })
    }

    /// The path parameter at this place; the detector id is the first one.
    pub(crate) fn parameter(&self, place: usize) -> &str {
        self.parameters.get(place).map_or("", String::as_str)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn queries(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A member of the body; `null` counts as missing, as it does on the wire.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.body.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn required(&self, name: &str) -> Answer<&Value> {
        self.member(name).ok_or_else(|| ApiError::missing(name))
    }

    pub(crate) fn text(&self, name: &str) -> Answer<Option<&str>> {
        self.member(name)
            .map(|value| value.as_str().ok_or_else(|| ApiError::invalid(name, "a string")))
            .transpose()
    }

    pub(crate) fn required_text(&self, name: &str) -> Answer<&str> {
        self.text(name)?.ok_or_else(|| ApiError::missing(name))
    }

    pub(crate) fn flag(&self, name: &str) -> Answer<Option<bool>> {
        self.member(name)
            .map(|value| value.as_bool().ok_or_else(|| ApiError::invalid(name, "true or false")))
            .transpose()
    }

    pub(crate) fn number(&self, name: &str, least: i64, most: i64) -> Answer<Option<i64>> {
        let within = |number: &i64| (least..=most).contains(number);
        self.member(name)
            .map(|value| value.as_i64().filter(within))
            .map(|value| {
                value.ok_or_else(|| {
                    ApiError::invalid(name, &format!("a whole number from {least} to {most}"))
                })
            })
            .transpose()
    }

    pub(crate) fn texts(&self, name: &str, most: usize) -> Answer<Option<Vec<String>>> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let items = value.as_array().ok_or_else(|| ApiError::invalid(name, "a list"))?;
        if items.len() > most {
            return Err(ApiError::invalid(name, &format!("a list of at most {most} items")));
        }
        let text = |item: &Value| item.as_str().map(str::to_owned);
        items
            .iter()
            .map(text)
            .collect::<Option<_>>()
            .map(Some)
            .ok_or_else(|| ApiError::invalid(name, "a list of strings"))
    }

    pub(crate) fn required_texts(&self, name: &str, most: usize) -> Answer<Vec<String>> {
        self.texts(name, most)?.ok_or_else(|| ApiError::missing(name))
    }

    /// `maxResults` from the body or the query; all of GuardDuty's pages end at 50 unless said otherwise.
    pub(crate) fn max_results(&self, default: usize, most: usize) -> Answer<usize> {
        let asked = match self.query("maxResults") {
            Some(text) => Some(text.parse().unwrap_or(0)),
            None => self.member("maxResults").map(|value| {
                value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0)
            }),
        };
        match asked.unwrap_or(default) {
            number if (1..=most).contains(&number) => Ok(number),
            _ => Err(ApiError::invalid("maxResults", &format!("a whole number from 1 to {most}"))),
        }
    }

    pub(crate) fn next_token(&self) -> Option<&str> {
        let token =
            self.query("nextToken").or_else(|| self.member("nextToken").and_then(Value::as_str));
        token.filter(|token| !token.is_empty())
    }
}

fn read_body(bytes: &Bytes) -> Answer<Map<String, Value>> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(bytes).map_err(|_| {
        ApiError::bad_request("The request is rejected because its body is no JSON object.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, path: &str, body: &'static str) -> Answer<Call> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap();
        Call::read(&request, Timestamp::from_epoch_millis(0))
    }

    #[test]
    fn a_page_size_comes_from_the_body_or_the_query() {
        let listed = call("GET", "/detector?maxResults=7&nextToken=abc", "").unwrap();
        assert_eq!((listed.max_results(50, 50), listed.next_token()), (Ok(7), Some("abc")));
        let posted =
            call("POST", "/detector/d/findings", r#"{"maxResults":8,"nextToken":""}"#).unwrap();
        assert_eq!((posted.max_results(50, 50), posted.next_token()), (Ok(8), None));
        for body in [r#"{"maxResults":0}"#, r#"{"maxResults":51}"#, r#"{"maxResults":"8"}"#] {
            assert!(
                call("POST", "/detector/d/findings", body).unwrap().max_results(50, 50).is_err(),
                "{body}"
            );
        }
    }

    #[test]
    fn null_is_missing() {
        let call = call("POST", "/detector/d/findings/create", r#"{"findingTypes":null}"#).unwrap();
        assert_eq!(call.texts("findingTypes", 50), Ok(None));
    }

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        for body in ["[]", "{", "\"x\""] {
            assert_eq!(call("POST", "/detector", body).unwrap_err().code, "BadRequestException");
        }
    }

    #[test]
    fn an_unknown_path_is_named_in_the_error() {
        let error = call("GET", "/nothing/here", "").unwrap_err();
        assert!(error.message.contains("GET /nothing/here"));
    }
}
