//! The AWS clients, built on the first call and not before.

use std::{error::Error, pin::Pin, sync::OnceLock, time::Duration};

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::SharedInterceptor;
use tokio::sync::OnceCell;

mod elsewhere;
mod environment;
mod http;
mod settings;
mod throttled;
mod told;
mod trust;

pub use http::http_client;
pub use settings::Settings;
pub use told::{Called, listen_to_calls};
pub use trust::{TrustStore, trust_store};

/// Where the configuration comes from: a function pointer, so that a program which never names the chain of profiles,
/// roles and metadata services does not carry it.
type Load = fn(Settings) -> Pin<Box<dyn Future<Output = SdkConfig> + Send>>;

/// The clients of one process.
///
/// Lambda bills the time from start to the first poll, and an event that needs no call should not
/// pay for clients. So nothing is read or built before the first call: no profile, no trust roots,
/// no credentials.
#[derive(Debug)]
pub struct Aws {
    settings: Settings,
    load: Load,
    /// Whose credentials these are, where somebody found out.
    account: OnceLock<String>,
    config: OnceCell<SdkConfig>,
    s3: OnceCell<aws_sdk_s3::Client>,
    guardduty: OnceCell<aws_sdk_guardduty::Client>,
    sns: OnceCell<aws_sdk_sns::Client>,
    sqs: OnceCell<aws_sdk_sqs::Client>,
    eventbridge: OnceCell<aws_sdk_eventbridge::Client>,
    secrets: OnceCell<aws_sdk_secretsmanager::Client>,
}

impl Aws {
    /// Clients of a function, configured by what Lambda puts into its environment: `AWS_REGION`,
    /// credentials, `AWS_ENDPOINT_URL` and its forms for one service.
    pub fn of_function() -> Self {
        Self::loaded_by(Settings::default(), |_| Box::pin(async { environment::load() }))
    }

    /// Clients configured by these settings and, where they say nothing, as the AWS CLI is: by the
    /// environment, profiles, the machine's or the container's role.
    pub fn with_settings(settings: Settings) -> Self {
        Self::loaded_by(settings, |settings| Box::pin(async move { settings.load().await }))
    }

    /// Clients with a configuration of the caller's own.
    pub fn with_config(config: SdkConfig) -> Self {
        Self { config: OnceCell::new_with(Some(config)), ..Self::of_function() }
    }

    fn loaded_by(settings: Settings, load: Load) -> Self {
        Self {
            settings,
            load,
            account: OnceLock::new(),
            config: OnceCell::new(),
            s3: OnceCell::new(),
            guardduty: OnceCell::new(),
            sns: OnceCell::new(),
            sqs: OnceCell::new(),
            eventbridge: OnceCell::new(),
            secrets: OnceCell::new(),
        }
    }

    /// S3. A failed attempt costs little and the writes are conditional, so it is tried four times.
    pub async fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3
            .get_or_init(|| async {
                let config = self.config().await;
                let builder = aws_sdk_s3::config::Builder::from(config);
                // Emulators serve every bucket under one host name.
                let emulated = config.endpoint_url().is_some()
                    || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
                let mut builder = builder.force_path_style(emulated);
                if let Some(teller) = self.teller(config) {
                    builder.push_interceptor(teller);
                }
                aws_sdk_s3::Client::from_conf(builder.build())
            })
            .await
    }

    /// GuardDuty. Its limits are not published. Six tries with growing pauses get through a burst
    /// of throttling; the SDK's adaptive mode would hold everything to one call in two seconds
    /// after the first refusal.
    pub async fn guardduty(&self) -> &aws_sdk_guardduty::Client {
        self.guardduty
            .get_or_init(|| async {
                let config = self.config().await;
                let mut builder = aws_sdk_guardduty::config::Builder::from(config)
                    .retry_config(self.retries().await.with_max_attempts(6))
                    .retry_classifier(throttled::TooManyRequests);
                if let Some(teller) = self.teller(config) {
                    builder.push_interceptor(teller);
                }
                aws_sdk_guardduty::Client::from_conf(builder.build())
            })
            .await
    }

    /// SNS.
    pub async fn sns(&self) -> &aws_sdk_sns::Client {
        self.sns.get_or_init(|| async { aws_sdk_sns::Client::new(self.config().await) }).await
    }

    /// SQS.
    pub async fn sqs(&self) -> &aws_sdk_sqs::Client {
        self.sqs
            .get_or_init(|| async {
                let config = self.config().await;
                let mut builder = aws_sdk_sqs::config::Builder::from(config);
                if let Some(teller) = self.teller(config) {
                    builder.push_interceptor(teller);
                }
                aws_sdk_sqs::Client::from_conf(builder.build())
            })
            .await
    }

    /// EventBridge.
    pub async fn eventbridge(&self) -> &aws_sdk_eventbridge::Client {
        self.eventbridge
            .get_or_init(|| async { aws_sdk_eventbridge::Client::new(self.config().await) })
            .await
    }

    /// Secrets Manager.
    pub async fn secrets(&self) -> &aws_sdk_secretsmanager::Client {
        self.secrets
            .get_or_init(|| async { aws_sdk_secretsmanager::Client::new(self.config().await) })
            .await
    }

    /// The retries of the configuration, with their pauses.
    async fn retries(&self) -> RetryConfig {
        self.config().await.retry_config().cloned().unwrap_or_else(RetryConfig::standard)
    }

    /// The Region that the calls go to, once it is known.
    pub async fn region(&self) -> Option<&str> {
        self.config().await.region().map(AsRef::as_ref)
    }

    /// These are the credentials of this account: those who are told of calls are told that, too.
    #[must_use]
    pub fn of_account(self, account: &str) -> Self {
        // Nobody else has it yet, so that nothing was set.
        let _ = self.account.set(account.to_owned());
        self
    }

    fn teller(&self, config: &SdkConfig) -> Option<SharedInterceptor> {
        let region = config.region().map(AsRef::as_ref);
        told::teller(self.account.get().map(String::as_str), region).map(SharedInterceptor::new)
    }

    /// Tells of a call that was made without a client.
    pub(crate) fn told_call(
        &self,
        service: &str,
        operation: &str,
        region: Option<&str>,
        time: Duration,
        is_ok: bool,
    ) {
        let account = self.account.get().map(String::as_str);
        told::tell(&Called { service, operation, account, region, time, is_ok });
    }

    pub(crate) async fn config(&self) -> &SdkConfig {
        self.config.get_or_init(|| (self.load)(self.settings.clone())).await
    }
}

/// What is wrong with the credentials, when a call failed because there are none: said by who
/// looked for them, in one line.
pub fn credentials_problem(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<CredentialsError>() {
            return Some(crate::chain(error));
        }
        cause = error.source();
    }
    None
}

/// A failed attempt of most calls costs little.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(4)
}

/// The SDK has no limit on a whole operation by itself. These are upper bounds; the deadline of the
/// invocation cuts every call shorter.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .read_timeout(Duration::from_secs(20))
        .operation_attempt_timeout(Duration::from_secs(60))
        .operation_timeout(Duration::from_secs(150))
        .build()
}

/// What the host names of a partition's endpoints end in: the SDKs' own table
/// (<https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>).
pub(crate) fn dns_suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-eusc" => "amazonaws.eu",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        _ => "amazonaws.com",
    }
}
