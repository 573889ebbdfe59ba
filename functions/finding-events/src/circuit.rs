//! Destinations that refused for good are left alone for a while.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long nobody asks a destination again that refused for good.
const OPEN: Duration = Duration::from_secs(300);

/// The destinations that are left alone. Kept by one process: another one asks once for itself.
#[derive(Debug, Default)]
pub(crate) struct Circuits {
    open: Mutex<HashMap<String, (Instant, String)>>,
}

impl Circuits {
    /// Why the destination is left alone, if it is.
    pub(crate) fn why(&self, destination: &str) -> Option<String> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, why) = open.get(destination)?;
        (*until > Instant::now()).then(|| why.clone())
    }

    /// Leaves the destination alone from now on.
    pub(crate) fn open(&self, destination: &str, why: &str) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(destination.to_owned(), (Instant::now() + OPEN, why.to_owned()));
    }

    /// The destination took something.
    pub(crate) fn close(&self, destination: &str) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(destination);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_left_alone_for_five_minutes_or_until_it_takes_something() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let circuits = Circuits::default();
            assert_eq!(circuits.why("a"), None);
            circuits.open("a", "410 Gone");
            assert_eq!(circuits.why("a").as_deref(), Some("410 Gone"));
            assert_eq!(circuits.why("b"), None);
            tokio::time::advance(OPEN - Duration::from_millis(1)).await;
            assert!(circuits.why("a").is_some());
            tokio::time::advance(Duration::from_millis(2)).await;
            assert_eq!(circuits.why("a"), None);
            circuits.open("a", "410 Gone");
            circuits.close("a");
            assert_eq!(circuits.why("a"), None);
        });
    }
}
