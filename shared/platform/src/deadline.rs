//! When to stop, so that what is unfinished can still be reported.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Longest time a function may have:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html>.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The soft deadline of one invocation.
///
/// A function that runs into Lambda's own deadline returns nothing, and then SQS hands out the
/// whole batch again, finished or not. Work therefore stops earlier by 10 % of the time given, and
/// by no less than 3 seconds; a function that has so little time that 3 seconds would be most of it
/// gives up a quarter.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    soft: Instant,
    hard: Instant,
}

impl Deadline {
    /// From the moment at which Lambda ends the invocation, in milliseconds since 1970. `cargo lambda
    /// watch` sends the time that is left in its place, which no moment of today is mistaken for.
    pub(crate) fn at_epoch_millis(millis: u64) -> Self {
        let given = Duration::from_millis(millis);
        if given <= LONGEST {
            return Self::after(given);
        }
        let end = SystemTime::UNIX_EPOCH + given;
        Self::after(end.duration_since(SystemTime::now()).unwrap_or_default())
    }

    /// For work that has this much time in all.
    pub fn after(total: Duration) -> Self {
        let total = total.min(LONGEST);
        let hard = Instant::now() + total;
        Self { soft: hard - margin(total), hard }
    }

    /// The moment by which all work has to be finished or given up.
    pub fn instant(self) -> Instant {
        self.soft
    }

    /// What is left until Lambda ends the invocation, and with it everything it could still do.
    pub fn until_end(self) -> Duration {
        self.hard.saturating_duration_since(Instant::now())
    }

    /// What is left for work.
    pub fn remaining(self) -> Duration {
        self.soft.saturating_duration_since(Instant::now())
    }
}

fn margin(total: Duration) -> Duration {
    (total / 10).max(Duration::from_secs(3).min(total / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_a_tenth_but_at_least_three_seconds_but_at_most_a_quarter_of_a_short_time() {
        for (total, expected) in [
            (300_000, 30_000),
            (60_000, 6_000),
            (30_000, 3_000),
            (12_000, 3_000),
            (5_000, 1_250),
            (2_000, 500),
            (0, 0),
        ] {
            assert_eq!(
                margin(Duration::from_millis(total)),
                Duration::from_millis(expected),
                "of {total} ms"
            );
        }
    }

    #[test]
    fn a_deadline_in_the_past_leaves_nothing() {
        for past in [900_001, 1_700_000_000_000] {
            assert_eq!(Deadline::at_epoch_millis(past).remaining(), Duration::ZERO);
        }
    }

    #[test]
    fn time_that_is_left_counts_from_now() {
        let left = Deadline::at_epoch_millis(600_000).until_end();
        assert!(left > Duration::from_secs(540) && left <= Duration::from_secs(600), "{left:?}");
    }

    #[test]
    fn an_absurd_deadline_is_held_to_what_lambda_allows() {
        assert!(Deadline::at_epoch_millis(u64::MAX / 1_000_000).remaining() <= LONGEST);
    }
}
