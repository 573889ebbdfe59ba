//! The kill switch: an object in the lake bucket whose being there stops all archiving.

use platform::store::{Cause, Store};

/// The key of the stop object in the lake bucket. Not below `state/`, where objects expire.
pub const STOP_KEY: &str = "control/archive/stop";

/// It holds a sentence, if anything.
const LIMIT: usize = 4096;
const SHOWN_CHARACTERS: usize = 200;

/// Why nothing may be archived: the object's text. What can't be read stops as well; only a bucket
/// that says that there is no such object lets a run go on.
pub async fn stopped(store: &Store, bucket: &str) -> Option<String> {
    match store.get(bucket, STOP_KEY, None, LIMIT).await {
        Ok(object) => Some(shown(&String::from_utf8_lossy(&object.bytes))),
        Err(error) => match error.cause() {
            Cause::Missing => None,
            Cause::TooLarge => Some("the stop object is there".to_owned()),
            _ => Some(format!("the stop object can't be looked at: {error}")),
        },
    }
}

fn shown(text: &str) -> String {
    let text: String = text
        .trim()
        .chars()
        .map(|own| if own.is_control() { ' ' } else { own })
        .take(SHOWN_CHARACTERS)
        .collect();
    if text.is_empty() { "the stop object is there and says nothing".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_one_short_line() {
        assert_eq!(shown(" incident 42\r\nask ops \n"), "incident 42  ask ops");
        assert_eq!(shown("\n"), "the stop object is there and says nothing");
        assert_eq!(shown(&"ü".repeat(500)).chars().count(), SHOWN_CHARACTERS);
    }
}
