//! Pages of a list, and the opaque token that says where the next one begins.

use serde::Serialize;
use serde_json::{Value, json};

use super::{body::insert, call::Call, error::ApiError};

/// One page, and the token of the next one.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_token: Option<String>,
    /// The token that gives this page once more.
    pub(crate) same_token: String,
}

impl<T: Serialize> Page<T> {
    /// The answer of a list operation; without `nextToken` on the last page.
    pub(crate) fn answer(self, member: &str) -> Value {
        let mut answer = json!({ member: self.items });
        if let Some(token) = self.next_token {
            insert(&mut answer, "nextToken", json!(token));
        }
        answer
    }
}

/// The page that a call asks for.
///
/// A token names a place in the list, not its content: what leaves or joins the list between two calls
/// shifts it, so a reader that archives while it pages would miss findings.
pub(crate) fn page<T>(items: Vec<T>, call: &Call) -> Result<Page<T>, ApiError> {
    let size = call.max_results(50, 50)?;
    let start = match call.next_token() {
        None => 0,
        Some(token) => place(token)
            .ok_or_else(|| ApiError::invalid("nextToken", "a token of an earlier answer"))?,
    };
    let end = start.saturating_add(size);
    let next_token = (end < items.len()).then(|| token(end));
    let items = items.into_iter().skip(start).take(size).collect();
    Ok(Page { items, next_token, same_token: token(start) })
}

fn token(place: usize) -> String {
    hex::encode(format!("from:{place}"))
}

fn place(token: &str) -> Option<usize> {
    let text = String::from_utf8(hex::decode(token).ok()?).ok()?;
    text.strip_prefix("from:")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_place() {
        for number in [0, 1, 50, usize::MAX] {
            assert_eq!(place(&token(number)), Some(number));
        }
    }

    #[test]
    fn a_foreign_token_is_no_place() {
        for token in ["", "zz", "66", "66726f6d3a2d31"] {
            assert_eq!(place(token), None, "{token}");
        }
    }
}
