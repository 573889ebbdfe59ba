//! What is in a bucket, over all pages.

use findings::Timestamp;

use super::{Store, StoreError};

/// One object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The key itself, not URL-encoded.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// As S3 sent it, quotes included.
    pub etag: Option<String>,
    /// When it was written.
    pub modified: Option<Timestamp>,
}

impl Store {
    /// Every object whose key begins with `prefix`, in the order of the keys. All of them are held
    /// at once, some hundred bytes each.
    pub async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, StoreError> {
        let mut listed = Vec::new();
        self.list_each(bucket, prefix, |object| listed.push(object)).await?;
        Ok(listed)
    }

    /// Every object whose key begins with `prefix`, in the order of the keys, page by page.
    pub async fn list_each(
        &self,
        bucket: &str,
        prefix: &str,
        mut each: impl FnMut(Listed),
    ) -> Result<(), StoreError> {
        let client = self.aws.s3().await;
        let mut pages =
            client.list_objects_v2().bucket(bucket).prefix(prefix).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| StoreError::call("ListObjectsV2", bucket, prefix, error))?;
            for object in page.contents.unwrap_or_default() {
                let Some(key) = object.key else { continue };
                let size = object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
                let modified = object.last_modified.and_then(|moment| moment.to_millis().ok());
                let modified = modified.map(Timestamp::from_epoch_millis);
                each(Listed { key, size, etag: object.e_tag, modified });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::loopback::{Loopback, answer, block_on};

    #[test]
    fn a_listing_goes_on_to_the_last_page() {
        let page = |key: &str, size: u64, rest: &str| {
            format!(
                "<ListBucketResult><Contents><Key>{key}</Key><Size>{size}</Size><ETag>e1</ETag><LastModified>2026-10-01T08:00:00.000Z</LastModified></Contents>{rest}</ListBucketResult>"
            )
        };
        let more =
            "<IsTruncated>true</IsTruncated><NextContinuationToken>t1</NextContinuationToken>";
        let pages = Mutex::new(vec![
            page("p/b", 7, "<IsTruncated>false</IsTruncated>"),
            page("p/a", 5, more),
        ]);
        let server =
            Loopback::start(move |_, _| answer(200, &pages.lock().unwrap().pop().unwrap()));
        let listed = block_on(Store::new(server.aws()).list("exports", "p/")).unwrap();
        let expected = [("p/a", 5), ("p/b", 7)].map(|(key, size)| Listed {
            key: key.to_owned(),
            size,
            etag: Some("e1".to_owned()),
            modified: Timestamp::parse("2026-10-01T08:00:00Z"),
        });
        assert_eq!(listed, expected);
        let requests = server.requests();
        assert!(requests[0].line.contains("prefix=p%2F"), "{}", requests[0].line);
        assert!(requests[1].line.contains("continuation-token=t1"), "{}", requests[1].line);
    }

    #[test]
    fn a_bucket_in_another_region_is_told_apart() {
        let body =
            "<Error><Code>PermanentRedirect</Code><Message>use the other one</Message></Error>";
        let server = Loopback::start(move |_, _| answer(301, body));
        let error = block_on(Store::new(server.aws()).list("exports", "")).unwrap_err();
        assert_eq!(error.cause(), super::super::Cause::Region);
    }
}
