//! Tells somebody at a keyboard which calls are made, and how long each takes. Functions tell nobody.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef},
        },
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// One call with all its attempts. It holds nothing of what was asked or answered.
#[derive(Debug, Clone, Copy)]
pub struct Called<'c> {
    /// As the service calls itself, such as `GuardDuty`.
    pub service: &'c str,
    /// Such as `ListDetectors`.
    pub operation: &'c str,
    /// Whose credentials, where that is known.
    pub account: Option<&'c str>,
    /// Such as `eu-west-1`.
    pub region: Option<&'c str>,
    /// From the first attempt to the last answer.
    pub time: Duration,
    /// Whether it was answered with a result.
    pub is_ok: bool,
}

type Listener = Box<dyn Fn(&Called<'_>) + Send + Sync>;

static LISTENER: OnceLock<Listener> = OnceLock::new();

/// From now on every client that is built tells of its calls. Only the first listener counts.
pub fn listen_to_calls(listener: impl Fn(&Called<'_>) + Send + Sync + 'static) {
    // A second one would be told by the first one's clients as well.
    let _ = LISTENER.set(Box::new(listener));
}

pub(super) fn tell(called: &Called<'_>) {
    if let Some(listener) = LISTENER.get() {
        listener(called);
    }
}

/// What clients tell with, where somebody listens.
pub(super) fn teller(account: Option<&str>, region: Option<&str>) -> Option<Teller> {
    LISTENER.get()?;
    Some(Teller { account: account.map(Arc::from), region: region.map(Arc::from) })
}

/// Of one client.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    account: Option<Arc<str>>,
    region: Option<Arc<str>>,
}

#[derive(Debug)]
struct Started(Instant);

impl Storable for Started {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Teller {
    fn name(&self) -> &'static str {
        "told calls"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(Started(Instant::now()));
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            tell(&Called {
                service: metadata.service(),
                operation: metadata.name(),
                account: self.account.as_deref(),
                region: self.region.as_deref(),
                time: config.load::<Started>().map(|own| own.0.elapsed()).unwrap_or_default(),
                is_ok: context.output_or_error().is_some_and(|answer| answer.is_ok()),
            });
        }
        Ok(())
    }
}
