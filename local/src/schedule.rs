//! Schedules at a fixed rate on the machine's clock, delivered as "Scheduled Event".

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use findings::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::clock::Clock;
use crate::queue::Queue;

/// `rate(…)` with a queue as its target.
///
/// When the clock jumps over several periods the schedule fires once: what it starts looks at the state of that moment.
#[derive(Debug)]
pub(crate) struct Schedule {
    settings: ScheduleSettings,
    clock: Clock,
    due: Mutex<Timestamp>,
}

/// What a schedule is told when it is created.
#[derive(Clone, Debug)]
pub(crate) struct ScheduleSettings {
    /// `arn:aws:scheduler:<region>:<account>:schedule/default/<name>`.
    pub arn: String,
    /// The account and region of the envelope.
    pub account_id: String,
    /// The region of the envelope.
    pub region: String,
    /// The period.
    pub every: Duration,
    /// Where the event goes.
    pub target: Arc<Queue>,
}

impl Schedule {
    /// A schedule that fires first when one period has passed.
    pub(crate) fn new(settings: ScheduleSettings, clock: Clock) -> Self {
        let due = Mutex::new(clock.now() + settings.every);
        Self { settings, clock, due }
    }

    /// Whether the clock has reached the next firing.
    pub(crate) fn is_due(&self) -> bool {
        self.next() <= self.clock.now()
    }

    /// Fires as the clock says, for ever.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            self.clock.sleep_until(self.next()).await;
            self.fire_if_due();
        }
    }

    /// Fires if the time has come; of several callers one does.
    pub(crate) fn fire_if_due(&self) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        if *due > now {
            return;
        }
        *due = now + self.settings.every;
        self.settings.target.send(self.event(now).to_string());
    }

    fn next(&self) -> Timestamp {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn event(&self, now: Timestamp) -> serde_json::Value {
        let settings = &self.settings;
        json!({
            "version": "0",
            "id": Uuid::new_v4().to_string(),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": settings.account_id,
            "time": now.to_rfc3339(),
            "region": settings.region,
            "resources": [settings.arn],
            "detail": {},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::QueueSettings;

    #[tokio::test]
    async fn a_jump_over_many_periods_fires_once_with_the_time_of_the_clock() {
        let clock = Clock::starting_at(Timestamp::parse("2026-01-02T00:00:00Z").unwrap(), 0.0);
        let arn = "arn:aws:sqs:us-east-1:111122223333:q".to_owned();
        let target = Arc::new(Queue::new(QueueSettings {
            arn,
            visibility: Duration::from_secs(30),
            redrive: None,
        }));
        let settings = ScheduleSettings {
            arn: "arn:aws:scheduler:us-east-1:111122223333:schedule/default/sweep".into(),
            account_id: "111122223333".into(),
            region: "us-east-1".into(),
            every: Duration::from_secs(900),
            target: Arc::clone(&target),
        };
        let schedule = Arc::new(Schedule::new(settings, clock.clone()));
        let running = tokio::spawn(Arc::clone(&schedule).run());
        assert!(!schedule.is_due());
        clock.advance(Duration::from_secs(86_400));
        let event = tokio::time::timeout(Duration::from_secs(5), target.receive(10)).await.unwrap();
        assert_eq!(event.len(), 1);
        let event: serde_json::Value = serde_json::from_str(&event[0].body).unwrap();
        assert_eq!(event["detail-type"], "Scheduled Event");
        assert_eq!(Timestamp::parse(event["time"].as_str().unwrap()), Some(clock.now()));
        assert!(!schedule.is_due());
        running.abort();
    }
}
