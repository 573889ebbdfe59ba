//! The same caller in another Region or, through a role, in another account.

use aws_config::{Region, sts::AssumeRoleProvider};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::{
    config::http::HttpResponse, error::SdkError,
    operation::get_caller_identity::GetCallerIdentityError,
};

use super::Aws;

impl Aws {
    /// Clients of the same caller for another Region.
    pub async fn in_region(&self, region: &str) -> Self {
        let config = self.config().await.clone().into_builder();
        Self::with_config(config.region(Region::new(region.to_owned())).build())
    }

    /// Clients with the credentials of a role that this caller assumes on the first call.
    pub async fn as_role(&self, role_arn: &str) -> Self {
        let config = self.config().await;
        let provider =
            AssumeRoleProvider::builder(role_arn).session_name("guardsift").configure(config);
        let provider = SharedCredentialsProvider::new(provider.build().await);
        Self::with_config(config.clone().into_builder().credentials_provider(provider).build())
    }

    /// The account whose credentials these are. Everybody may ask that.
    ///
    /// # Errors
    /// When there are no credentials, or STS can't be reached.
    pub async fn caller_account(
        &self,
    ) -> Result<Option<String>, SdkError<GetCallerIdentityError, HttpResponse>> {
        let config = self.config().await;
        let mut builder = aws_sdk_sts::config::Builder::from(config);
        if let Some(teller) = self.teller(config) {
            builder.push_interceptor(teller);
        }
        let sts = aws_sdk_sts::Client::from_conf(builder.build());
        Ok(sts.get_caller_identity().send().await?.account)
    }
}
