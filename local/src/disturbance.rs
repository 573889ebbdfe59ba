//! A bad day for the network: some calls are refused, some come late, some are carried out and nobody hears of it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// It is answered 503 and not made.
    Refused,
    /// It is made after this time.
    Late(Duration),
    /// It is made and answered 500.
    AnswerLost,
}

/// Mishaps to a share of all calls. The order of concurrent calls is chance; what is chosen for the first, the second
/// and the hundredth follows from the seed.
#[derive(Debug, Default)]
pub struct Disturbance {
    state: Mutex<Option<State>>,
}

#[derive(Debug)]
struct State {
    random: u64,
    per_mille: u64,
}

impl Disturbance {
    /// From now on `per_mille` of a thousand calls meet a mishap.
    pub fn begin(&self, seed: u64, per_mille: u16) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(State { random: seed, per_mille: per_mille.into() });
    }

    /// From now on none does.
    pub fn end(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn next(&self) -> Option<Mishap> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = state.as_mut()?;
        let mut below = |most: u64| {
            state.random = next(state.random);
            (state.random >> 33) % most
        };
        if below(1000) >= state.per_mille {
            return None;
        }
        Some(match below(3) {
            0 => Mishap::Refused,
            1 => Mishap::AnswerLost,
            _ => Mishap::Late(Duration::from_millis(below(300))),
        })
    }
}

/// Knuth's linear congruential generator (MMIX); the upper bits are the good ones.
fn next(state: u64) -> u64 {
    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_kept_and_the_seed_decides() {
        let disturbance = Disturbance::default();
        assert_eq!(disturbance.next(), None);
        let draw = |seed| {
            disturbance.begin(seed, 100);
            (0..10_000).map(|_| disturbance.next()).collect::<Vec<_>>()
        };
        let first = draw(7);
        assert_eq!(first, draw(7));
        assert_ne!(first, draw(8));
        let hit = first.iter().flatten().count();
        assert!((800..1200).contains(&hit), "{hit}");
        disturbance.end();
        assert_eq!(disturbance.next(), None);
    }
}
