//! The kill switch: an object in the lake bucket whose being there stops all archiving, and a parameter
//! of Systems Manager that has to say `run`.

use futures::join;
use platform::{
    aws::Aws,
    parameter,
    store::{Cause, Store},
};

/// The key of the stop object in the lake bucket. Not below `state/`, where objects expire.
pub const STOP_KEY: &str = "control/archive/stop";

/// What the stop parameter says while findings may be archived.
pub const RUN: &str = "run";

/// It holds a sentence, if anything.
const LIMIT: usize = 4096;
const SHOWN_CHARACTERS: usize = 200;

/// A parameter of Systems Manager that stops all archiving unless it says [`RUN`]. Who may write it
/// needs no right to the lake bucket.
#[derive(Debug, Clone, Copy)]
pub struct StopParameter<'a> {
    /// Who is asked.
    pub aws: &'a Aws,
    /// Which one.
    pub arn: &'a str,
}

/// Why nothing may be archived: the text of the object or of the parameter. What can't be read stops as
/// well; only a bucket that says that there is no such object, and a parameter that says `run`, let a
/// run go on.
pub(crate) async fn stopped(
    store: &Store,
    bucket: &str,
    parameter: Option<StopParameter<'_>>,
) -> Option<String> {
    let (by_object, by_parameter) = join!(by_object(store, bucket), by_parameter(parameter));
    by_object.or(by_parameter)
}

async fn by_object(store: &Store, bucket: &str) -> Option<String> {
    match store.get(bucket, STOP_KEY, None, LIMIT).await {
        Ok(object) => Some(shown("object", &String::from_utf8_lossy(&object.bytes))),
        Err(error) => match error.cause() {
            Cause::Missing => None,
            Cause::TooLarge => Some("the stop object is there".to_owned()),
            _ => Some(format!("the stop object can't be looked at: {error}")),
        },
    }
}

async fn by_parameter(asked: Option<StopParameter<'_>>) -> Option<String> {
    let StopParameter { aws, arn } = asked?;
    match parameter(aws, arn).await {
        Ok(value) if value.trim() == RUN => None,
        Ok(value) => Some(shown("parameter", &value)),
        Err(error) => Some(format!("the stop parameter can't be read: {error}")),
    }
}

fn shown(what: &str, text: &str) -> String {
    let text: String = text
        .trim()
        .chars()
        .map(|own| if own.is_control() { ' ' } else { own })
        .take(SHOWN_CHARACTERS)
        .collect();
    if text.is_empty() { format!("the stop {what} is there and says nothing") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_one_short_line() {
        assert_eq!(shown("object", " incident 42\r\nask ops \n"), "incident 42  ask ops");
        assert_eq!(shown("object", "\n"), "the stop object is there and says nothing");
        assert_eq!(shown("object", &"ü".repeat(500)).chars().count(), SHOWN_CHARACTERS);
    }
}
