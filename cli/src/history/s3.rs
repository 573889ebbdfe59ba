//! Buckets: what is in them, and objects as they come in.

use std::io::{self, Read};

use anyhow::{anyhow, bail};
use platform::store::{Cause, Listed, Store, StoreError};
use tokio_util::io::SyncIoBridge;

use super::{Connection, KINDS, LAKE, Source};
use crate::{exit::Unusable, figures::so_many, printable::printable, talk::say};

/// The objects below `bucket/prefix` that can be read, in the order of their keys.
pub(super) fn list(place: &str, connection: &Connection) -> anyhow::Result<Vec<Source>> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    if bucket.is_empty() {
        bail!(Unusable("s3:// names no bucket; write s3://BUCKET/PREFIX".to_owned()));
    }
    let store = Store::new(connection.aws().clone());
    let listed = connection.runtime()?.block_on(store.list(bucket, prefix)).map_err(|error| {
        explained(&error, connection, &format!("s3:ListBucket on arn:aws:s3:::{bucket}"))
    })?;
    let total = so_many(listed.len(), "object");
    let listed = without_books(listed, place, prefix);
    let found: Vec<_> = usable(listed)
        .map(|Listed { key, size, etag, .. }| Source::Object {
            bucket: bucket.to_owned(),
            key,
            size,
            etag,
        })
        .collect();
    if found.is_empty() {
        let (name, kinds) = (printable(place), KINDS.join(", ."));
        bail!(Unusable(format!("s3://{name} has {total}, none of which ends in .{kinds}")));
    }
    Ok(found)
}

/// Of a lake what is below its `findings/v1/`; of anything else all of it.
fn without_books(mut listed: Vec<Listed>, place: &str, prefix: &str) -> Vec<Listed> {
    let folder = prefix.strip_suffix('/').unwrap_or(prefix);
    let lake = if folder.is_empty() { LAKE.to_owned() } else { format!("{folder}/{LAKE}") };
    if listed.iter().any(|object| object.key.starts_with(&lake)) {
        say!("s3://{} is a lake: what is below its {LAKE} is read", printable(place));
        listed.retain(|object| object.key.starts_with(&lake));
    }
    listed
}

/// A key that ends in a slash is a folder to the console, and no name follows it.
fn usable(listed: Vec<Listed>) -> impl Iterator<Item = Listed> {
    listed.into_iter().filter(|object| {
        let name = object.key.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').is_some_and(|(stem, kind)| !stem.is_empty() && KINDS.contains(&kind))
    })
}

/// An object's bytes while they come in. Whatever was read before a connection breaks is followed
/// by an error.
pub(super) fn open(
    bucket: &str,
    key: &str,
    etag: Option<&str>,
    connection: &Connection,
) -> anyhow::Result<impl Read + Send + 'static> {
    let store = Store::new(connection.aws().clone());
    let runtime = connection.runtime()?;
    let object = runtime.block_on(store.open(bucket, key, etag, None)).map_err(|error| {
        explained(&error, connection, &format!("s3:GetObject on arn:aws:s3:::{bucket}/*"))
    })?;
    let body = Box::pin(object.body.into_async_read());
    Ok(Body {
        bytes: SyncIoBridge::new_with_handle(body, runtime.handle().clone()),
        name: printable(&format!("s3://{bucket}/{key}")).into_owned(),
        _connection: connection.clone(),
    })
}

/// The runtime must not end before the bytes do.
struct Body<R> {
    bytes: R,
    name: String,
    _connection: Connection,
}

impl<R: Read> Read for Body<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buffer).map_err(|error| {
            let told = format!(
                "GetObject {} broke off: {}; try again",
                self.name,
                platform::chain(&error)
            );
            io::Error::new(error.kind(), told)
        })
    }
}

/// The error with the Region that was asked and what to do. `permission` is what the call takes.
pub(crate) fn explained(
    error: &StoreError,
    connection: &Connection,
    permission: &str,
) -> anyhow::Error {
    let place = connection.place();
    if let Some(missing) = connection.missing(error) {
        return anyhow!("{}{place} failed: {missing}", printable(&error.call_name()));
    }
    let advice = match error.cause() {
        Cause::Denied => format!("allow {permission} to whoever's credentials these are"),
        Cause::Region => "name the bucket's Region with --region".to_owned(),
        Cause::Key => "allow kms:Decrypt on the key of the bucket".to_owned(),
        Cause::Credentials => "renew the credentials, or name others with --profile".to_owned(),
        Cause::ConditionFailed => "the object was replaced meanwhile; try again".to_owned(),
        Cause::Missing => "check bucket, key and --profile".to_owned(),
        _ => "check the network and --endpoint-url".to_owned(),
    };
    anyhow!("{}{}; {advice}", printable(&error.to_string()), place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn folder_markers_and_other_objects_are_no_findings() {
        let keys = ["a/", "a/b.json/", "a/.gz", "a/c.jsonl.gz", "a/d.parquet", "a/e.csv", "f.gz/g"];
        let listed =
            keys.map(|key| Listed { key: key.to_owned(), size: 1, etag: None, modified: None });
        let found: Vec<_> = usable(listed.to_vec()).map(|object| object.key).collect();
        assert_eq!(found, ["a/c.jsonl.gz", "a/d.parquet"]);
    }

    #[test]
    fn of_a_lake_its_findings_are_read_and_not_its_books() {
        let keys = ["findings/v1/region=r/a.parquet", "audit/v1/b.json", "x/findings/v1/c.parquet"];
        let listed = |prefix: &str| {
            let own = keys.iter().filter(|key| key.starts_with(prefix));
            let listed = own.map(|key| Listed {
                key: (*key).to_owned(),
                size: 1,
                etag: None,
                modified: None,
            });
            let left = without_books(listed.collect(), "lake", prefix).into_iter();
            left.map(|object| object.key).collect::<Vec<_>>()
        };
        assert_eq!(listed(""), [keys[0]]);
        assert_eq!(listed("x"), [keys[2]]);
        assert_eq!(listed("audit/"), [keys[1]]);
    }

    #[test]
    fn a_bucket_has_to_be_named() {
        let connection = Connection::new(platform::aws::Settings::default());
        for place in ["", "/prefix"] {
            assert_eq!(Exit::of(&list(place, &connection).unwrap_err()), Exit::BadUsage);
        }
    }

    #[test]
    fn a_connection_that_breaks_is_told_with_the_object() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::new(io::ErrorKind::ConnectionReset, "reset by peer"))
            }
        }
        let mut body = Body {
            bytes: Broken,
            name: "s3://exports/a.json".to_owned(),
            _connection: Connection::new(platform::aws::Settings::default()),
        };
        let error = body.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(
            error.to_string(),
            "GetObject s3://exports/a.json broke off: reset by peer; try again"
        );
    }
}
