//! `ListObjectsV2` over the index: prefix, delimiter, pages.

use std::collections::BTreeSet;

use s3s::dto::{CommonPrefix, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object};

use crate::s3::store::Bucket;
use crate::s3::stored::Stored;

/// S3 gives at most 1,000 keys a page (API reference, `ListObjectsV2`).
const PAGE: usize = 1000;

/// One line of a page.
enum Line<'index> {
    Object(&'index str, &'index Stored),
    Prefix(&'index str),
}

impl Line<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Object(name, _) | Self::Prefix(name) => name,
        }
    }
}

pub(super) fn list(objects: &Bucket, input: ListObjectsV2Input) -> ListObjectsV2Output {
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
    let (token, start) = (input.continuation_token.as_deref(), input.start_after.as_deref());
    let shown = Shown::with(input.encoding_type.as_ref());
    let size = input.max_keys.map_or(PAGE, |max| usize::try_from(max).unwrap_or(0).min(PAGE));
    let mut seen = BTreeSet::new();
    let mut lines = objects
        .iter()
        .filter(|(key, _)| {
            key.starts_with(prefix) && start.is_none_or(|start| key.as_str() > start)
        })
        .filter_map(|(key, stored)| {
            match delimiter.and_then(|delimiter| folder(key, prefix, delimiter)) {
                Some(folder) => seen.insert(folder).then_some(Line::Prefix(folder)),
                None => Some(Line::Object(key, stored)),
            }
        })
        .filter(|line| token.is_none_or(|token| line.name() > token));
    let page: Vec<_> = lines.by_ref().take(size).collect();
    let more = size > 0 && lines.next().is_some();
    drop(lines);
    let next_token = more.then(|| page.last().map(|line| line.name().to_owned())).flatten();
    ListObjectsV2Output {
        key_count: i32::try_from(page.len()).ok(),
        max_keys: i32::try_from(size).ok(),
        is_truncated: Some(more),
        contents: Some(page.iter().filter_map(|line| shown.object(line)).collect()),
        common_prefixes: Some(page.iter().filter_map(|line| shown.common_prefix(line)).collect()),
        continuation_token: input.continuation_token,
        next_continuation_token: next_token,
        delimiter: input.delimiter.map(|text| shown.text(&text)),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        prefix: input.prefix.map(|text| shown.text(&text)),
        start_after: input.start_after.map(|text| shown.text(&text)),
        ..Default::default()
    }
}

/// The part of `key` up to and with the first delimiter behind the prefix.
fn folder<'key>(key: &'key str, prefix: &str, delimiter: &str) -> Option<&'key str> {
    let at = key.get(prefix.len()..)?.find(delimiter)?;
    key.get(..prefix.len() + at + delimiter.len())
}

/// How keys are written: as they are, or URL-encoded because XML 1.0 cannot hold every key.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    url_encoded: bool,
}

impl Shown {
    pub(super) fn with(encoding: Option<&EncodingType>) -> Self {
        Self { url_encoded: encoding.is_some_and(|kind| kind.as_str() == EncodingType::URL) }
    }

    pub(super) fn text(self, text: &str) -> String {
        if !self.url_encoded {
            return text.to_owned();
        }
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        encoded.replace("%2F", "/")
    }

    fn object(self, line: &Line<'_>) -> Option<Object> {
        let Line::Object(key, stored) = line else { return None };
        Some(Object {
            key: Some(self.text(key)),
            e_tag: Some(stored.e_tag()),
            size: Some(stored.content_length()),
            last_modified: Some(stored.last_modified()),
            ..Default::default()
        })
    }

    fn common_prefix(self, line: &Line<'_>) -> Option<CommonPrefix> {
        let Line::Prefix(prefix) = line else { return None };
        Some(CommonPrefix { prefix: Some(self.text(prefix)) })
    }
}
