//! A lake as it is named on the command line, and its errors as they are told there.

use std::path::PathBuf;

use anyhow::anyhow;
use lake::{CustomSource, Lake, LakeError};
use platform::{
    chain,
    config::{self, S3Uri},
    store::Store,
};

use crate::{
    exit::Unusable,
    history::{self, Connection},
    printable::printable,
};

/// `s3://BUCKET`, or a folder.
pub(crate) fn open(place: &str, connection: &Connection) -> anyhow::Result<Lake> {
    let Some(bucket) = place.strip_prefix("s3://") else {
        return Ok(Lake::Folder(PathBuf::from(place)));
    };
    let name =
        config::bucket_name(bucket.strip_suffix('/').unwrap_or(bucket)).ok_or_else(|| {
            let place = printable(place);
            Unusable(format!("{place} is no lake: a lake is a whole bucket, so write s3://BUCKET"))
        })?;
    Ok(Lake::Bucket { store: Store::new(connection.aws().clone()), name })
}

/// `s3://BUCKET/PREFIX`, or a folder.
pub(crate) fn custom_source(place: &str, connection: &Connection) -> anyhow::Result<CustomSource> {
    if !place.starts_with("s3://") {
        return Ok(CustomSource::new(Lake::Folder(PathBuf::from(place)), ""));
    }
    let uri = S3Uri::parse(place).filter(|uri| !uri.key.starts_with('/')).ok_or_else(|| {
        let place = printable(place);
        Unusable(format!(
            "{place} is no place for OCSF events: write s3://BUCKET/PREFIX, the location of the custom source"
        ))
    })?;
    let prefix = format!("{}/", uri.key.trim_end_matches('/'));
    let store = Store::new(connection.aws().clone());
    Ok(CustomSource::new(Lake::Bucket { store, name: uri.bucket }, &prefix))
}

/// The error with what to do.
pub(crate) fn explained(error: &LakeError, connection: &Connection) -> anyhow::Error {
    match error {
        LakeError::Store(error) => {
            let needed = "s3:ListBucket on the lake's bucket and s3:GetObject, s3:PutObject and for compaction s3:DeleteObject on what is in it";
            history::store_explained(error, connection, needed)
        }
        other => anyhow!("{}", printable(&chain(other))),
    }
}
