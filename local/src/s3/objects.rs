//! Objects: written from a body or a copy, read whole or in part, each under its conditions.

use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::s3::conditions::Conditions;
use crate::s3::store::Store;
use crate::s3::stored::Stored;
use crate::s3::upload::{self, Announced};

pub(super) async fn put(
    store: &Store,
    request: S3Request<PutObjectInput>,
) -> S3Result<PutObjectOutput> {
    let trailer_names = request
        .headers
        .get("x-amz-trailer")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let trailers = request.trailing_headers;
    let input = request.input;
    store.require_bucket(&input.bucket)?;
    let announced = Announced {
        algorithm: input.checksum_algorithm,
        trailer_names,
        checksum: Checksum {
            checksum_crc32: input.checksum_crc32,
            checksum_crc32c: input.checksum_crc32c,
            checksum_crc64nvme: input.checksum_crc64nvme,
            checksum_sha1: input.checksum_sha1,
            checksum_sha256: input.checksum_sha256,
            ..Default::default()
        },
    };
    let body = input.body.unwrap_or_else(|| StreamingBlob::from(s3s::Body::empty()));
    let upload = upload::receive(store.staging(), body, &announced).await?;
    upload.verify(announced, trailers.as_ref())?;
    let stored = Stored {
        etag: upload.etag.clone(),
        size: upload.size,
        metadata: input.metadata.unwrap_or_default().into_iter().collect(),
        content_type: input.content_type,
        content_encoding: input.content_encoding,
        ..Stored::default()
    };
    let conditions = Conditions { if_match: input.if_match, if_none_match: input.if_none_match };
    let stored =
        store.commit(&input.bucket, &input.key, upload.path(), stored, &conditions, "PutObject")?;
    Ok(PutObjectOutput { e_tag: Some(stored.e_tag()), ..Default::default() })
}

pub(super) async fn get(
    store: &Store,
    request: S3Request<GetObjectInput>,
) -> S3Result<GetObjectOutput> {
    let input = request.input;
    let (stored, file) = store.open_object(&input.bucket, &input.key)?;
    Conditions { if_match: input.if_match, if_none_match: input.if_none_match }
        .check_read(&stored)?;
    let whole = 0..stored.size;
    let range = input.range.map(|range| range.check(stored.size)).transpose()?;
    let bytes = range.clone().unwrap_or(whole);
    let length = bytes.end.saturating_sub(bytes.start);
    let mut file = tokio::fs::File::from_std(file);
    file.seek(std::io::SeekFrom::Start(bytes.start))
        .await
        .map_err(|error| s3_error!(error, InternalError))?;
    let body = StreamingBlob::wrap(ReaderStream::new(file.take(length)));
    let output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(body),
        content_length: i64::try_from(length).ok(),
        content_range: range
            .map(|range| format!("bytes {}-{}/{}", range.start, range.end - 1, stored.size)),
        content_encoding: stored.content_encoding.clone(),
        content_type: stored.content_type.clone(),
        e_tag: Some(stored.e_tag()),
        last_modified: Some(stored.last_modified()),
        metadata: stored.user_metadata(),
        ..Default::default()
    };
    Ok(output)
}

pub(super) fn head(
    store: &Store,
    request: S3Request<HeadObjectInput>,
) -> S3Result<HeadObjectOutput> {
    let input = request.input;
    let (stored, _) = store.open_object(&input.bucket, &input.key)?;
    Conditions { if_match: input.if_match, if_none_match: input.if_none_match }
        .check_read(&stored)?;
    let output = HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(stored.content_length()),
        content_encoding: stored.content_encoding.clone(),
        content_type: stored.content_type.clone(),
        e_tag: Some(stored.e_tag()),
        last_modified: Some(stored.last_modified()),
        metadata: stored.user_metadata(),
        ..Default::default()
    };
    Ok(output)
}

pub(super) async fn copy(
    store: &Store,
    request: S3Request<CopyObjectInput>,
) -> S3Result<CopyObjectOutput> {
    let input = request.input;
    let CopySource::Bucket { bucket, key, .. } = &input.copy_source else {
        return Err(s3_error!(NotImplemented, "only a bucket and a key can be copied from"));
    };
    let (source, file) = store.open_object(bucket, key)?;
    let (if_match, if_none_match) = (input.copy_source_if_match, input.copy_source_if_none_match);
    Conditions { if_match, if_none_match: None }.check_read(&source)?;
    if if_none_match.is_some()
        && (Conditions { if_match: None, if_none_match }).check_read(&source).is_err()
    {
        return Err(s3_error!(PreconditionFailed));
    }
    let body = StreamingBlob::wrap(ReaderStream::new(tokio::fs::File::from_std(file)));
    let upload = upload::receive(store.staging(), body, &Announced::default()).await?;
    let replaced = input
        .metadata_directive
        .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
    let stored = if replaced {
        let metadata = input.metadata.unwrap_or_default().into_iter().collect();
        let (content_type, content_encoding) = (input.content_type, input.content_encoding);
        Stored {
            etag: source.etag,
            size: source.size,
            metadata,
            content_type,
            content_encoding,
            ..Stored::default()
        }
    } else {
        source
    };
    let conditions = Conditions::default();
    let stored = store.commit(
        &input.bucket,
        &input.key,
        upload.path(),
        stored,
        &conditions,
        "CopyObject",
    )?;
    let e_tag = Some(stored.e_tag());
    let result = CopyObjectResult {
        e_tag,
        last_modified: Some(stored.last_modified()),
        ..Default::default()
    };
    Ok(CopyObjectOutput { copy_object_result: Some(result), ..Default::default() })
}
