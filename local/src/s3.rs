//! S3 on a folder: the protocol from the `s3s` crate, storage and conditional requests of our own.

mod conditions;
mod listing;
mod objects;
mod operations;
mod path;
mod settings;
mod store;
mod stored;
mod upload;

use std::sync::Arc;

use s3s::auth::{S3Auth, SecretKey};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3Result, s3_error};

use self::operations::Operations;
pub(crate) use self::store::{Created, Store};

/// The S3 API in front of `store`.
pub(crate) fn service(store: Arc<Store>, region: &str) -> S3Service {
    let mut builder = S3ServiceBuilder::new(Operations::new(store, region));
    builder.set_auth(OneSecret);
    builder.build()
}

/// Any access key id will do, signed with the one secret of this machine.
struct OneSecret;

#[async_trait::async_trait]
impl S3Auth for OneSecret {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key.is_empty() {
            return Err(s3_error!(InvalidAccessKeyId));
        }
        Ok(SecretKey::from(crate::SECRET_ACCESS_KEY))
    }
}

#[cfg(test)]
mod tests;
