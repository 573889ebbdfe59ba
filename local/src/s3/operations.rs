//! The operations of S3 that this machine answers; the others answer 501.

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::s3::listing::Shown;
use crate::s3::store::Store;
use crate::s3::{listing, objects};

pub(super) struct Operations {
    store: Arc<Store>,
    region: String,
}

impl Operations {
    pub(super) fn new(store: Arc<Store>, region: &str) -> Self {
        Self { store, region: region.to_owned() }
    }
}

#[async_trait::async_trait]
impl S3 for Operations {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let bucket = request.input.bucket;
        match self.store.create_bucket(&bucket) {
            Ok(true) => {
                let location = Some(format!("/{bucket}"));
                Ok(S3Response::new(CreateBucketOutput { location }))
            }
            Ok(false) => Err(s3_error!(BucketAlreadyOwnedByYou)),
            Err(error) => Err(s3_error!(error, InternalError)),
        }
    }

    async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        self.store.delete_bucket(&request.input.bucket)?;
        Ok(S3Response::new(DeleteBucketOutput::default()))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.store.require_bucket(&request.input.bucket)?;
        let bucket_region = Some(self.region.clone());
        Ok(S3Response::new(HeadBucketOutput { bucket_region, ..Default::default() }))
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.store.require_bucket(&request.input.bucket)?;
        // us-east-1 has no location constraint: it is answered as an empty one.
        let location = (self.region != "us-east-1")
            .then(|| BucketLocationConstraint::from(self.region.clone()));
        Ok(S3Response::new(GetBucketLocationOutput { location_constraint: location }))
    }

    async fn list_buckets(
        &self,
        _: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let buckets = self.store.buckets();
        let buckets =
            buckets.keys().map(|name| Bucket { name: Some(name.clone()), ..Default::default() });
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            ..Default::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let buckets = self.store.buckets();
        let objects = buckets.get(&request.input.bucket).ok_or_else(|| s3_error!(NoSuchBucket))?;
        Ok(S3Response::new(listing::list(objects, request.input)))
    }

    async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        let marker = request.input.marker.clone();
        let mut request = request.map_input(ListObjectsV2Input::from);
        request.input.start_after = marker.clone();
        let shown = Shown::with(request.input.encoding_type.as_ref());
        let page = self.list_objects_v2(request).await?;
        Ok(page.map_output(|page| ListObjectsOutput {
            contents: page.contents,
            common_prefixes: page.common_prefixes,
            delimiter: page.delimiter,
            encoding_type: page.encoding_type,
            is_truncated: page.is_truncated,
            marker,
            max_keys: page.max_keys,
            name: page.name,
            next_marker: page.next_continuation_token.map(|marker| shown.text(&marker)),
            prefix: page.prefix,
            ..Default::default()
        }))
    }

    async fn put_bucket_policy(
        &self,
        request: S3Request<PutBucketPolicyInput>,
    ) -> S3Result<S3Response<PutBucketPolicyOutput>> {
        let input = request.input;
        self.store.require_bucket(&input.bucket)?;
        self.store.set(&input.bucket, |own| own.policy = Some(input.policy));
        Ok(S3Response::new(PutBucketPolicyOutput {}))
    }

    async fn get_bucket_policy(
        &self,
        request: S3Request<GetBucketPolicyInput>,
    ) -> S3Result<S3Response<GetBucketPolicyOutput>> {
        let bucket = &request.input.bucket;
        self.store.require_bucket(bucket)?;
        let own = self.store.settings(bucket).policy;
        let own = own.ok_or_else(|| s3_error!(NoSuchBucketPolicy))?;
        Ok(S3Response::new(GetBucketPolicyOutput { policy: Some(own) }))
    }

    async fn put_bucket_encryption(
        &self,
        request: S3Request<PutBucketEncryptionInput>,
    ) -> S3Result<S3Response<PutBucketEncryptionOutput>> {
        let input = request.input;
        self.store.require_bucket(&input.bucket)?;
        self.store.set(&input.bucket, |own| {
            own.encryption = Some(input.server_side_encryption_configuration)
        });
        Ok(S3Response::new(PutBucketEncryptionOutput {}))
    }

    async fn get_bucket_encryption(
        &self,
        request: S3Request<GetBucketEncryptionInput>,
    ) -> S3Result<S3Response<GetBucketEncryptionOutput>> {
        let bucket = &request.input.bucket;
        self.store.require_bucket(bucket)?;
        let own = self.store.settings(bucket).encryption;
        let own = own.ok_or_else(|| {
            not_set(s3s::S3ErrorCode::ServerSideEncryptionConfigurationNotFoundError)
        })?;
        Ok(S3Response::new(GetBucketEncryptionOutput {
            server_side_encryption_configuration: Some(own),
        }))
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        request: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketLifecycleConfigurationOutput>> {
        let input = request.input;
        self.store.require_bucket(&input.bucket)?;
        self.store.set(&input.bucket, |own| {
            own.lifecycle = input.lifecycle_configuration.map(|own| own.rules)
        });
        Ok(S3Response::new(PutBucketLifecycleConfigurationOutput::default()))
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        request: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketLifecycleConfigurationOutput>> {
        let bucket = &request.input.bucket;
        self.store.require_bucket(bucket)?;
        let own = self.store.settings(bucket).lifecycle;
        let own = own.ok_or_else(|| s3_error!(NoSuchLifecycleConfiguration))?;
        Ok(S3Response::new(GetBucketLifecycleConfigurationOutput {
            rules: Some(own),
            ..Default::default()
        }))
    }

    async fn put_bucket_notification_configuration(
        &self,
        request: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketNotificationConfigurationOutput>> {
        let input = request.input;
        self.store.require_bucket(&input.bucket)?;
        self.store
            .set(&input.bucket, |own| own.notification = Some(input.notification_configuration));
        Ok(S3Response::new(PutBucketNotificationConfigurationOutput {}))
    }

    async fn get_bucket_notification_configuration(
        &self,
        request: S3Request<GetBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketNotificationConfigurationOutput>> {
        let bucket = &request.input.bucket;
        self.store.require_bucket(bucket)?;
        let own = self.store.settings(bucket).notification;
        let own = own.unwrap_or_default();
        Ok(S3Response::new(GetBucketNotificationConfigurationOutput {
            event_bridge_configuration: own.event_bridge_configuration,
            lambda_function_configurations: own.lambda_function_configurations,
            queue_configurations: own.queue_configurations,
            topic_configurations: own.topic_configurations,
        }))
    }

    async fn put_bucket_ownership_controls(
        &self,
        request: S3Request<PutBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<PutBucketOwnershipControlsOutput>> {
        let input = request.input;
        self.store.require_bucket(&input.bucket)?;
        self.store.set(&input.bucket, |own| own.ownership = Some(input.ownership_controls));
        Ok(S3Response::new(PutBucketOwnershipControlsOutput {}))
    }

    async fn get_bucket_ownership_controls(
        &self,
        request: S3Request<GetBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<GetBucketOwnershipControlsOutput>> {
        let bucket = &request.input.bucket;
        self.store.require_bucket(bucket)?;
        let own = self.store.settings(bucket).ownership;
        let own = own.ok_or_else(|| not_set(s3s::S3ErrorCode::OwnershipControlsNotFoundError))?;
        Ok(S3Response::new(GetBucketOwnershipControlsOutput { ownership_controls: Some(own) }))
    }

    async fn put_public_access_block(
        &self,
        request: S3Request<PutPublicAccessBlockInput>,
    ) -> S3Result<S3Response<PutPublicAccessBlockOutput>> {
        let input = request.input;
        self.store.require_bucket(&input.bucket)?;
        self.store.set(&input.bucket, |own| {
            own.public_access = Some(input.public_access_block_configuration)
        });
        Ok(S3Response::new(PutPublicAccessBlockOutput {}))
    }

    async fn get_public_access_block(
        &self,
        request: S3Request<GetPublicAccessBlockInput>,
    ) -> S3Result<S3Response<GetPublicAccessBlockOutput>> {
        let bucket = &request.input.bucket;
        self.store.require_bucket(bucket)?;
        let own = self.store.settings(bucket).public_access;
        let own = own.ok_or_else(no_public_access_block)?;
        Ok(S3Response::new(GetPublicAccessBlockOutput {
            public_access_block_configuration: Some(own),
        }))
    }

    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        objects::put(&self.store, request).await.map(S3Response::new)
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        objects::get(&self.store, request).await.map(S3Response::new)
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        objects::head(&self.store, request).map(S3Response::new)
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        objects::copy(&self.store, request).await.map(S3Response::new)
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.store.delete(&request.input.bucket, &request.input.key)?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let mut deleted = Vec::new();
        for object in request.input.delete.objects {
            self.store.delete(&request.input.bucket, &object.key)?;
            deleted.push(DeletedObject { key: Some(object.key), ..Default::default() });
        }
        Ok(S3Response::new(DeleteObjectsOutput { deleted: Some(deleted), ..Default::default() }))
    }
}

fn no_public_access_block() -> s3s::S3Error {
    not_set(s3s::S3ErrorCode::Custom("NoSuchPublicAccessBlockConfiguration".into()))
}

/// What is not set for a bucket is answered with 404.
fn not_set(code: s3s::S3ErrorCode) -> s3s::S3Error {
    let mut error = s3s::S3Error::with_message(code, "it is not set for this bucket");
    error.set_status_code(hyper::StatusCode::NOT_FOUND);
    error
}
