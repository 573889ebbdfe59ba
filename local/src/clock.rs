//! The machine's clock: it starts where it is told, may run fast, and can be moved forward.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use findings::Timestamp;
use tokio::sync::watch;

/// The time that GuardDuty and the scheduler of this machine live in.
///
/// Clones share one time. A clock that starts in the past never passes the wall clock: the functions
/// judge by the wall clock too, and a finding from the future would be a different test.
#[derive(Clone, Debug)]
pub struct Clock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    start: Timestamp,
    started: Instant,
    rate: f64,
    follows_wall: bool,
    skipped: watch::Sender<Duration>,
}

impl Clock {
    /// A clock that shows `start` now and passes `rate` seconds per real second.
    ///
    /// A rate of 0 (or one that is no positive number) stands still: only [`Clock::advance`] moves it.
    pub fn starting_at(start: Timestamp, rate: f64) -> Self {
        let rate = if rate.is_finite() { rate.max(0.0) } else { 0.0 };
        let inner = Inner {
            start,
            started: Instant::now(),
            rate,
            follows_wall: start <= wall(),
            skipped: watch::Sender::new(Duration::ZERO),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The time it shows.
    pub fn now(&self) -> Timestamp {
        let run = self.inner.started.elapsed().mul_f64(self.inner.rate);
        let shown = self.inner.start + run + *self.inner.skipped.borrow();
        if self.inner.follows_wall { shown.min(wall()) } else { shown }
    }

    /// Moves the clock forward and wakes everybody who sleeps on it.
    pub fn advance(&self, by: Duration) {
        self.inner.skipped.send_modify(|skipped| *skipped = skipped.saturating_add(by));
    }

    /// Waits until the clock shows `moment` or later.
    pub async fn sleep_until(&self, moment: Timestamp) {
        let mut jumps = self.inner.skipped.subscribe();
        loop {
            let missing = moment.epoch_millis().saturating_sub(self.now().epoch_millis());
            let Ok(missing @ 1..) = u64::try_from(missing) else {
                if self.now() >= moment {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
                continue;
            };
            tokio::select! {
                () = real_sleep(Duration::from_millis(missing), self.inner.rate) => {}
                jumped = jumps.changed() => if jumped.is_err() { return },
            }
        }
    }

    /// Waits until somebody moves the clock forward.
    pub async fn moved(&self) {
        let mut jumps = self.inner.skipped.subscribe();
        // The sender lives in `self`, so this can only end by a jump.
        let _ = jumps.changed().await;
    }
}

async fn real_sleep(shown: Duration, rate: f64) {
    if rate > 0.0 {
        let real = Duration::try_from_secs_f64(shown.as_secs_f64() / rate).unwrap_or(Duration::MAX);
        tokio::time::sleep(real.max(Duration::from_millis(1))).await;
    } else {
        std::future::pending::<()>().await;
    }
}

/// What the wall clock shows.
pub fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_epoch_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past() -> Timestamp {
        Timestamp::parse("2026-01-02T03:04:05Z").unwrap()
    }

    #[test]
    fn a_standing_clock_moves_only_when_it_is_advanced() {
        let clock = Clock::starting_at(past(), 0.0);
        assert_eq!(clock.now(), past());
        clock.clone().advance(Duration::from_secs(60));
        assert_eq!(clock.now(), past() + Duration::from_secs(60));
    }

    #[test]
    fn a_clock_from_the_past_stops_at_the_wall_clock() {
        let clock = Clock::starting_at(wall(), 0.0);
        clock.advance(Duration::from_secs(86_400));
        assert!(clock.now() <= wall());
    }

    #[tokio::test]
    async fn a_jump_wakes_a_sleeper() {
        let clock = Clock::starting_at(past(), 0.0);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(past() + Duration::from_secs(3600)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(3599));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        tokio::time::timeout(Duration::from_secs(5), sleeper).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_fast_clock_wakes_a_sleeper_early() {
        let clock = Clock::starting_at(past(), 3_600_000.0);
        let sleep = clock.sleep_until(past() + Duration::from_secs(3600));
        tokio::time::timeout(Duration::from_secs(5), sleep).await.unwrap();
    }
}
