//! The configuration of a function: its environment and nothing else.

use aws_config::{
    BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::{http_client, retries, timeouts, trust_store};

/// Lambda hands its function the Region and the role's credentials as variables, and they stay what they are while the
/// process lives (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>). So a function looks for
/// neither profiles nor a metadata service nor roles to assume: it can't be led to other credentials, and the SDK's code
/// for all of that is in no package.
pub(super) fn load() -> SdkConfig {
    configure(Environment(|name| std::env::var(name).ok()))
}

#[derive(Debug, Clone, Copy)]
struct Environment(fn(&str) -> Option<String>);

impl Environment {
    fn get(self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.trim().is_empty())
    }

    fn says_true(self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }
}

impl LoadServiceConfig for Environment {
    /// `AWS_ENDPOINT_URL` of Secrets Manager is `AWS_ENDPOINT_URL_SECRETS_MANAGER`.
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace([' ', '-'], "_");
        self.get(&format!("{}_{service}", key.env())).or_else(|| self.get(key.env()))
    }
}

fn configure(environment: Environment) -> SdkConfig {
    let region =
        ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| environment.get(name));
    let trust = trust_store(region.as_deref(), |name| environment.get(name).is_some());
    let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region.map(Region::new))
        .credentials_provider(credentials)
        .http_client(http_client(trust))
        .retry_config(retries())
        .timeout_config(timeouts())
        .service_config(environment)
        .use_fips(environment.says_true("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(environment.says_true("AWS_USE_DUALSTACK_ENDPOINT"));
    builder.set_endpoint_url(environment.get("AWS_ENDPOINT_URL"));
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lambda_sets_is_all_there_is() {
        let config = configure(Environment(|name| {
            let value = match name {
                "AWS_REGION" => "eu-south-2",
                "AWS_DEFAULT_REGION" => "us-east-1",
                "AWS_ENDPOINT_URL" => "http://127.0.0.1:1",
                "AWS_ENDPOINT_URL_SECRETS_MANAGER" => "http://127.0.0.1:2",
                "AWS_USE_FIPS_ENDPOINT" => "TRUE",
                "AWS_USE_DUALSTACK_ENDPOINT" => "no",
                _ => return None,
            };
            Some(value.to_owned())
        }));
        assert_eq!(config.region(), Some(&Region::new("eu-south-2")));
        assert_eq!(config.endpoint_url(), Some("http://127.0.0.1:1"));
        assert_eq!((config.use_fips(), config.use_dual_stack()), (Some(true), Some(false)));
        let key = |service| {
            let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL");
            key.profile("endpoint_url").build().unwrap()
        };
        let services = config.service_config().unwrap();
        let of = |service| services.load_config(key(service));
        assert_eq!(of("Secrets Manager").as_deref(), Some("http://127.0.0.1:2"));
        assert_eq!(of("S3").as_deref(), Some("http://127.0.0.1:1"));
    }

    #[test]
    fn what_is_empty_is_not_set() {
        let config = configure(Environment(|_| Some(" ".to_owned())));
        assert_eq!((config.region(), config.endpoint_url()), (None, None));
        assert_eq!((config.use_fips(), config.use_dual_stack()), (Some(false), Some(false)));
    }
}
