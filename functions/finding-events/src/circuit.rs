//! Destinations that refused for good are left alone for a while.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::refusal::Refusal;

/// How long nobody asks a destination again that refused for good.
const OPEN: Duration = Duration::from_secs(300);

/// The destinations that are left alone. Kept by one process: another one asks once for itself.
#[derive(Debug, Default)]
pub(crate) struct Circuits {
    refusing: Mutex<HashMap<String, Refusing>>,
}

/// A destination that has refused for good and has taken nothing since.
#[derive(Debug)]
struct Refusing {
    /// The finding whose message it refused first.
    finding_id: String,
    /// Until when it is left alone, and why, once it is.
    open: Option<(Instant, String)>,
}

impl Circuits {
    /// Why the destination is left alone, if it is.
    pub(crate) fn why(&self, destination: &str) -> Option<String> {
        let refusing = self.refusing.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, why) = refusing.get(destination)?.open.as_ref()?;
        (*until > Instant::now()).then(|| why.clone())
    }

    /// Notes that the destination refused a message for good; whether it is left alone from now on.
    ///
    /// What may be about the message alone says nothing about others until a second finding meets
    /// it as well: otherwise whoever writes into one finding silences a destination for all of them.
    pub(crate) fn refused(&self, destination: &str, finding_id: &str, refusal: &Refusal) -> bool {
        let mut refusing = self.refusing.lock().unwrap_or_else(PoisonError::into_inner);
        let own = refusing.entry(destination.to_owned());
        let own = own.or_insert_with(|| Refusing { finding_id: finding_id.to_owned(), open: None });
        let is_certain = !refusal.may_be_of_message() || own.open.is_some();
        let left_alone = is_certain || own.finding_id != finding_id;
        if left_alone {
            own.open = Some((Instant::now() + OPEN, refusal.to_string()));
        }
        left_alone
    }

    /// The destination took something.
    pub(crate) fn taken(&self, destination: &str) {
        self.refusing.lock().unwrap_or_else(PoisonError::into_inner).remove(destination);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_stopped_time(test: impl Future<Output = ()>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().start_paused(true).build().unwrap().block_on(test);
    }

    fn gone() -> Refusal {
        Refusal::permanent("410 Gone")
    }

    fn bad() -> Refusal {
        Refusal::permanent("400 Bad Request").of_message()
    }

    #[test]
    fn a_destination_is_left_alone_for_five_minutes_or_until_it_takes_something() {
        in_stopped_time(async {
            let circuits = Circuits::default();
            assert_eq!(circuits.why("a"), None);
            assert!(circuits.refused("a", "f1", &gone()));
            assert_eq!(circuits.why("a").as_deref(), Some("410 Gone"));
            assert_eq!(circuits.why("b"), None);
            tokio::time::advance(OPEN - Duration::from_millis(1)).await;
            assert!(circuits.why("a").is_some());
            tokio::time::advance(Duration::from_millis(2)).await;
            assert_eq!(circuits.why("a"), None);
            assert!(circuits.refused("a", "f1", &gone()));
            circuits.taken("a");
            assert_eq!(circuits.why("a"), None);
        });
    }

    #[test]
    fn one_finding_that_is_not_taken_keeps_no_other_from_its_destination() {
        in_stopped_time(async {
            let circuits = Circuits::default();
            assert!(!circuits.refused("a", "f1", &bad()));
            assert!(!circuits.refused("a", "f1", &bad()), "a further version of it");
            assert_eq!(circuits.why("a"), None);
            circuits.taken("a");
            assert!(!circuits.refused("a", "f2", &bad()), "others were taken between");
            assert_eq!(circuits.why("a"), None);
        });
    }

    #[test]
    fn who_refuses_every_finding_is_left_alone_from_the_second_one_on() {
        in_stopped_time(async {
            let circuits = Circuits::default();
            assert!(!circuits.refused("a", "f1", &bad()));
            assert!(circuits.refused("a", "f2", &bad()));
            assert_eq!(circuits.why("a").as_deref(), Some("400 Bad Request"));
            assert_eq!(circuits.why("b"), None);
            tokio::time::advance(OPEN).await;
            assert_eq!(circuits.why("a"), None);
            assert!(circuits.refused("a", "f1", &bad()), "at once when it still refuses");
        });
    }
}
