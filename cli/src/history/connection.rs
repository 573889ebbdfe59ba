//! AWS for one command, built when the first path that needs it is named.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context;
use platform::aws::{Aws, Settings, credentials_problem};
use tokio::runtime::{Builder, Runtime};

/// Clients and the runtime that drives them, shared by all clones. Neither is built before the
/// first call.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    aws: Arc<Aws>,
    runtime: Arc<Mutex<Option<Arc<Runtime>>>>,
    profile: Option<String>,
}

impl Connection {
    /// Region, profile and endpoint; what is not given comes from the environment.
    pub(crate) fn new(settings: Settings) -> Self {
        let profile = settings.profile.clone();
        Self { profile, ..Self::through(Aws::with_settings(settings)) }
    }

    pub(crate) fn through(aws: Aws) -> Self {
        Self::shared(Arc::new(aws))
    }

    /// Clients that others use as well.
    pub(crate) fn shared(aws: Arc<Aws>) -> Self {
        Self { aws, runtime: Arc::default(), profile: None }
    }

    pub(crate) fn aws(&self) -> &Arc<Aws> {
        &self.aws
    }

    /// Two threads, because the threads that ask do the work on the answers.
    pub(crate) fn runtime(&self) -> anyhow::Result<Arc<Runtime>> {
        let mut slot = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*slot {
            return Ok(Arc::clone(runtime));
        }
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = Arc::new(runtime.context("can't start the threads for calls to AWS")?);
        Ok(Arc::clone(slot.insert(runtime)))
    }

    /// ` in eu-west-1`, as far as the Region is known.
    pub(crate) fn place(&self) -> String {
        self.region().map(|region| format!(" in {region}")).unwrap_or_default()
    }

    /// What kept a call from being made at all, and what to do: there is no Region, or there are no
    /// credentials.
    pub(crate) fn missing(&self, error: &(dyn Error + 'static)) -> Option<String> {
        if self.region().is_none() {
            return Some("no Region is known; set AWS_REGION or --region".to_owned());
        }
        let problem = credentials_problem(error)?;
        let whose = self.profile.as_ref().map(|profile| format!(" of the profile {profile:?}"));
        let whose = whose.unwrap_or_default();
        Some(format!(
            "there are no usable credentials{whose}: {problem}; set AWS_PROFILE or --profile. Those of IAM Identity Center have to be in the environment: eval \"$(aws configure export-credentials --format env)\""
        ))
    }

    fn region(&self) -> Option<String> {
        self.runtime().ok()?.block_on(self.aws.region()).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_started_before_the_first_call() {
        let connection = Connection::new(Settings::default());
        let clone = connection.clone();
        assert!(connection.runtime.lock().unwrap().is_none());
        let first = clone.runtime().unwrap();
        assert!(Arc::ptr_eq(&first, &connection.runtime().unwrap()));
    }

    #[test]
    fn a_profile_that_nobody_has_is_told_with_what_to_do() {
        let connection = Connection::new(Settings {
            region: Some("eu-south-2".into()),
            profile: Some("nobody-has-this-profile".into()),
            endpoint_url: Some("http://127.0.0.1:1".into()),
        });
        for path in ["s3://exports/AWSLogs/", "api"] {
            let error = super::super::sources(&[path.to_owned()], &connection)
                .and_then(|sources| super::super::open(&sources[0], &connection).map(drop));
            let error = format!("{:#}", error.unwrap_err());
            for part in [" in eu-south-2", "nobody-has-this-profile", "AWS_PROFILE or --profile"] {
                assert!(error.contains(part), "{part} in {error}");
            }
        }
    }
}
