//! What somebody at a keyboard says about AWS, ahead of the environment.

use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig,
    meta::region::ProvideRegion,
    profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider},
    provider_config::ProviderConfig,
};

use super::{http_client, retries, timeouts, trust_store};

/// Region, profile and endpoint. What is `None` comes from where the AWS CLI looks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Such as `eu-west-1`.
    pub region: Option<String>,
    /// A profile of the AWS CLI's files. Its credentials are the only ones that are tried: those of
    /// the environment may be another account's.
    pub profile: Option<String>,
    /// Answers instead of every service of AWS.
    pub endpoint_url: Option<String>,
}

impl Settings {
    /// Reads the environment and the profile. Credentials are read by the first call.
    pub(super) async fn load(&self) -> SdkConfig {
        let region = self.region.clone().or_else(|| {
            ["AWS_REGION", "AWS_DEFAULT_REGION"]
                .into_iter()
                .find_map(|name| std::env::var(name).ok())
        });
        // A Region that only the profile knows may have other authorities, and an endpoint of one's
        // own has its own.
        let is_set = |name: &str| std::env::var_os(name).is_some();
        let trust = match (&region, &self.profile, &self.endpoint_url) {
            (_, _, Some(_)) | (None, Some(_), _) => trust_store(None, |_| true),
            (region, _, _) => trust_store(region.as_deref(), is_set),
        };
        let http = http_client(trust);
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http.clone())
            .retry_config(retries())
            .timeout_config(timeouts());
        if let Some(region) = &region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        match &self.profile {
            Some(profile) => with_profile(loader, profile, region, http).await,
            None => loader,
        }
        .load()
        .await
    }
}

/// The default chain would look at the keys in the environment before the profile.
async fn with_profile(
    loader: ConfigLoader,
    profile: &str,
    region: Option<String>,
    http: aws_sdk_s3::config::SharedHttpClient,
) -> ConfigLoader {
    let region = match region {
        Some(region) => Some(Region::new(region)),
        None => ProfileFileRegionProvider::builder().profile_name(profile).build().region().await,
    };
    let provider = ProviderConfig::without_region().with_region(region).with_http_client(http);
    let credentials =
        ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(profile);
    loader.profile_name(profile).credentials_provider(credentials.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        aws::{Aws, credentials_problem},
        loopback::block_on,
        store::Store,
    };

    #[test]
    fn what_is_said_outdoes_the_environment() {
        let settings = Settings {
            region: Some("eu-south-2".into()),
            profile: None,
            endpoint_url: Some("http://127.0.0.1:1".into()),
        };
        let aws = Aws::with_settings(settings);
        let config = block_on(aws.config());
        assert_eq!(config.region(), Some(&Region::new("eu-south-2")));
        assert_eq!(config.endpoint_url(), Some("http://127.0.0.1:1"));
        assert_eq!(block_on(aws.region()), Some("eu-south-2"));
    }

    #[test]
    fn a_profile_that_nobody_has_is_a_problem_of_the_credentials_and_nothing_else_is_tried() {
        let settings = Settings {
            region: Some("eu-south-2".into()),
            profile: Some("nobody-has-this-profile".into()),
            endpoint_url: Some("http://127.0.0.1:1".into()),
        };
        let store = Store::new(Aws::with_settings(settings).into());
        let error = block_on(store.get("exports", "key", None, 1)).unwrap_err();
        assert!(credentials_problem(&error).is_some(), "{error}");
    }
}
