//! A lake as it is named on the command line, and its errors as they are told there.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use lake::{CustomSource, Lake, LakeError};
use platform::{
    chain,
    s3_uri::{S3Uri, bucket_name},
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
    let name = bucket_name(bucket.strip_suffix('/').unwrap_or(bucket)).ok_or_else(|| {
        let place = printable(place);
        Unusable(format!("{place} is no lake: a lake is a whole bucket, so write s3://BUCKET"))
    })?;
    Ok(Lake::Bucket { store: Store::new(connection.aws().clone()), name })
}

/// As [`open`], for who only looks at what is there: a folder has to exist, since a mistyped one
/// would pass for an empty lake.
pub(crate) fn open_existing(place: &str, connection: &Connection) -> anyhow::Result<Lake> {
    let lake = open(place, connection)?;
    if let Lake::Folder(folder) = &lake
        && !folder.is_dir()
    {
        let place = printable(place);
        bail!(Unusable(format!(
            "the lake {place} is no folder that exists; check the path, or write s3://BUCKET when it is a bucket"
        )));
    }
    Ok(lake)
}

/// The lake in words: which folder it is, and whether it is made only now.
pub(crate) fn described(lake: &Lake) -> String {
    match lake {
        Lake::Bucket { name, .. } => format!("s3://{}", printable(name)),
        Lake::Folder(folder) => {
            let path = folder.display().to_string();
            let is_relative = folder.is_relative() && !path.starts_with('.');
            let here = if is_relative { "./" } else { "" };
            let new = if folder.exists() { "" } else { " (new)" };
            format!("the folder {here}{}{new}", printable(&path))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_folder_that_is_not_there_is_no_empty_lake() {
        let connection = Connection::new(platform::aws::Settings::default());
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("my-lake");
        let place = place.to_str().unwrap();
        let error = open_existing(place, &connection).map(|_| ()).unwrap_err();
        assert_eq!(Exit::of(&error), Exit::BadUsage);
        assert!(error.to_string().contains("write s3://BUCKET"), "{error}");
        let lake = open(place, &connection).unwrap();
        assert_eq!(described(&lake), format!("the folder {place} (new)"));
        std::fs::create_dir(place).unwrap();
        assert!(open_existing(place, &connection).is_ok());
        assert_eq!(described(&lake), format!("the folder {place}"));
        assert_eq!(described(&Lake::Folder("my-lake".into())), "the folder ./my-lake (new)");
    }
}
