//! Amazon GuardDuty on one machine: its API, and what it hands over to EventBridge and S3 by the clock.
//!
//! Shapes, limits and errors follow the service model (2017-11-28) and the user guide. Where these
//! are silent, this GuardDuty does one of the things that the real one may do:
//!
//! - The event of a new finding is sent at once (the guide says: within five minutes). Its export
//!   object appears at the next mark of five minutes, updates at the next mark of the publishing
//!   frequency; marks are whole multiples on the clock.
//! - A finding that is archived when its mark comes is not exported. Archiving and unarchiving send no
//!   event and leave `updatedAt` alone; what was unarchived is exported at the next interval, again
//!   if need be.
//! - A suppression filter is asked at every occurrence, and needs to know every attribute it names.
//!   `rank` orders the list of filters and nothing else.
//! - An export object holds up to 50 findings of one account, under the day of the export. Findings
//!   that become due without a destination are not exported later.
//! - `ListFindings` without sort criteria lists in the order of arrival. Its tokens name a place, so
//!   archiving between two pages shifts the pages that follow.
//! - `GetFindings` leaves unknown ids out, and of `additionalInfo` it shows only `value` and `type`.
//! - `service.detectorId` is that of this detector, for members' findings too.
//! - A detector has one publishing destination. The policies of its bucket and of its key are looked at when
//!   the destination is made or changed and when an object is written, where somebody has put one.
//!   Signatures are not checked.

mod body;
mod call;
mod coverage;
mod criteria;
mod destinations;
mod detectors;
mod dispatch;
mod error;
mod event;
mod faults;
mod features;
mod filters;
mod finding_actions;
mod finding_store;
mod finding_types;
pub(crate) mod homes;
mod identity;
mod lookup;
mod members;
mod occurrence;
mod organization;
mod pages;
mod permission;
mod publishing;
mod resource_id;
mod routes;
mod sort;
mod state;
mod statistics;
mod tags;
#[cfg(test)]
mod tests;
mod truth;
mod usage;
mod wide;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use hyper::{Request, Response, StatusCode};
use serde_json::Value;

pub(crate) use self::routes::operation;
pub use self::{
    body::example_finding,
    faults::Faults,
    finding_types::{FindingTypeRow, finding_types},
    occurrence::NotObserved,
    truth::{Event, Export, Version},
};
use self::{
    call::Call,
    error::{ApiError, json_response},
    state::{Home, State},
    wide::Wide,
};
use crate::clock::Clock;

/// The account and Region that this GuardDuty serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Twelve digits.
    pub account_id: String,
    /// Such as `eu-central-1`.
    pub region: String,
}

/// What GuardDuty answers where an account has not opted in to the Region.
pub(crate) fn unknown_client() -> Response<Bytes> {
    ApiError::unknown_client().response()
}

/// Takes each EventBridge envelope as it is sent.
pub type EventSink = Arc<dyn Fn(Value) + Send + Sync>;

/// The bucket side of a publishing destination.
#[async_trait]
pub trait ExportSink: Send + Sync {
    /// Writes an object; an error makes the destination unable to publish.
    async fn put(&self, bucket: &str, key: &str, bytes: Bytes) -> anyhow::Result<()>;

    /// Whether an object exists; `false` also when its bucket does not.
    async fn head(&self, bucket: &str, key: &str) -> anyhow::Result<bool>;

    /// The policy of a bucket that has one.
    fn policy(&self, _bucket: &str) -> Option<String> {
        None
    }

    /// The policy of a key that was given one.
    fn key_policy(&self, _key_arn: &str) -> Option<String> {
        None
    }
}

/// GuardDuty of one account in one Region. Clones share one state.
///
/// Nothing happens by itself: requests come in by [`GuardDuty::handle`], detections by
/// [`GuardDuty::observe`], and whoever runs it calls [`GuardDuty::tick`] as the clock moves.
#[derive(Clone)]
pub struct GuardDuty {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Held while objects are written, so that two ticks cannot take each other's turn.
    publishing: tokio::sync::Mutex<()>,
    clock: Clock,
    events: EventSink,
    exports: Arc<dyn ExportSink>,
    faults: Faults,
}

impl GuardDuty {
    /// A GuardDuty that nobody has set up yet: it has no detector.
    pub fn new(
        config: Config,
        clock: Clock,
        events: EventSink,
        exports: Arc<dyn ExportSink>,
    ) -> Self {
        let wide = Wide::managed_by(&config.account_id);
        let home = Home { account_id: config.account_id, region: config.region };
        let shared = Shared {
            state: Mutex::new(State::new(home, wide)),
            publishing: tokio::sync::Mutex::new(()),
            clock,
            events,
            exports,
            faults: Faults::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// GuardDuty in another account or Region: of the same organization, with the same clock, sinks and faults.
    pub(crate) fn elsewhere(&self, config: Config) -> Self {
        let home = Home { account_id: config.account_id, region: config.region };
        let wide = self.state().wide.clone();
        let shared = Shared {
            state: Mutex::new(State::new(home, wide)),
            publishing: tokio::sync::Mutex::new(()),
            clock: self.shared.clock.clone(),
            events: Arc::clone(&self.shared.events),
            exports: Arc::clone(&self.shared.exports),
            faults: self.shared.faults.clone(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Answers one request of the API.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let answer = self.answer(&request).await;
        self.send_events();
        match answer {
            Ok(body) => json_response(StatusCode::OK, &body),
            Err(error) => error.response(),
        }
    }

    async fn answer(&self, request: &Request<Bytes>) -> Result<Value, ApiError> {
        let call = Call::read(request, self.shared.clock.now())?;
        self.shared.faults.before(call.operation)?;
        detectors::enroll(&mut self.state(), call.now);
        let marker = destinations::marker_to_check(&self.state(), &call);
        if let Some((bucket, key)) = marker {
            let exists = self.shared.exports.head(&bucket, &key).await.unwrap_or(false);
            if !exists {
                return Err(destinations::missing_marker());
            }
        }
        let asked = destinations::permission_to_check(&self.state(), &call);
        if asked.is_some_and(|asked| !self.is_permitted(&asked)) {
            return Err(destinations::not_permitted());
        }
        let answer = dispatch::answer(&mut self.state(), &call, &self.shared.faults)?;
        self.shared.faults.after(call.operation)?;
        Ok(answer)
    }

    /// A detection, as a camelCase finding: a new finding, or one more occurrence when its id is known.
    ///
    /// The event of a new finding is sent before this returns. Gives the finding's id.
    ///
    /// # Errors
    /// When there is no enabled detector, or the detection is no finding.
    pub fn observe(&self, detection: Value) -> Result<String, NotObserved> {
        detectors::enroll(&mut self.state(), self.shared.clock.now());
        let id = occurrence::occur(&mut self.state(), detection, self.shared.clock.now());
        self.send_events();
        id
    }

    /// The organization has one account more.
    pub(crate) fn join_organization(&self, account: &str) {
        self.state().wide.add_account(account);
    }

    /// The account joined, and becomes a member where this GuardDuty is the administrator's and says so.
    pub(crate) fn account_joined(&self, account: &str) {
        organization::joined(&mut self.state(), account, self.shared.clock.now());
    }

    /// Hands over what is due: events of new occurrences at the publishing frequency, exports of new
    /// findings at five minutes' marks and of the rest at the frequency.
    pub async fn tick(&self) {
        let _turn = self.shared.publishing.lock().await;
        let now = self.shared.clock.now();
        let publication = publishing::due(&mut self.state(), now);
        for event in publication.events {
            (self.shared.events)(event);
        }
        for object in publication.objects {
            let written = self.write(&object.bucket, &object.key, object.bytes.clone()).await;
            if let Err(error) = &written {
                tracing::warn!(bucket = object.bucket, key = object.key, %error, "export object not written");
            }
            publishing::settle(&mut self.state(), object, written.is_ok(), now);
        }
    }

    async fn write(&self, bucket: &str, key: &str, bytes: Bytes) -> anyhow::Result<()> {
        let asked = destinations::permission_to_write(&self.state(), bucket, key);
        anyhow::ensure!(
            asked.is_some_and(|asked| self.is_permitted(&asked)),
            "the policy of {bucket} or of its key does not allow it"
        );
        self.shared.exports.put(bucket, key, bytes).await
    }

    fn is_permitted(&self, asked: &destinations::Asked) -> bool {
        let exports = &self.shared.exports;
        exports.policy(&asked.bucket).is_none_or(|own| asked.is_given_by(&own))
            && exports.key_policy(&asked.key_arn).is_none_or(|own| asked.is_key_given_by(&own))
    }

    /// Every version of every finding so far, with what was handed over of it.
    pub fn versions(&self) -> Vec<Version> {
        self.state().versions.clone()
    }

    /// The finding with this id as events and exports would hold it now.
    pub fn finding(&self, id: &str) -> Option<Value> {
        let state = self.state();
        Some(state.detector.as_ref()?.findings.get(id)?.body().clone())
    }

    /// The script of things that go wrong on purpose.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    fn send_events(&self) {
        // The sink may call back into this GuardDuty, so the state must be free again.
        let events = std::mem::take(&mut self.state().outbox);
        for event in events {
            (self.shared.events)(event);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No invariant spans two locks, so a panic elsewhere leaves a usable state.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
