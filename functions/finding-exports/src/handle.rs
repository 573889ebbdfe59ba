//! One event: which objects, and each of them from the export bucket into the lake.

use std::sync::Arc;

use lake::{
    Committed, ConvertError, Converted, CustomSource, Lake, LakeError, Outputs, Partition, convert,
    object_note, source_id,
};
use platform::{
    Failure, Invocation, RecordFailure,
    aws::Aws,
    chain, each,
    lambda::Scope,
    s3_event::{ObjectRef, S3Event},
    store::{Cause, OpenObject, Store, StoreError},
};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;
use tracing::{info, warn};

use crate::{
    Settings,
    compaction::compact,
    incoming,
    place::{Place, place},
};

/// How many events of a batch are worked on at once. They wait for S3 most of the time.
const AT_ONCE: usize = 4;

/// Objects above this size are converted one at a time, so that memory does not depend on the
/// batch.
const LARGE: u64 = 256 << 10;

/// After this many deliveries an object that cannot be found counts as gone.
const TRIES: u32 = 3;

/// The `detail-type` of an event that a schedule sends.
const SCHEDULED: &str = "Scheduled Event";

/// The function, with what it keeps between invocations.
#[derive(Debug)]
pub struct FindingExports {
    settings: Settings,
    store: Store,
    lake: Lake,
    custom_source: Option<CustomSource>,
    room: Semaphore,
}

/// What came of one event. Answered to a direct invocation.
#[derive(Debug, Default, Serialize)]
struct Summary {
    objects: u32,
    rows: u64,
    quarantined: u64,
    ignored: u32,
    /// Small files that became part of large ones.
    compacted: u64,
}

/// An object that has to come back.
#[derive(Debug, thiserror::Error)]
enum ObjectError {
    #[error(
        "s3://{bucket}/{key} is an export of GuardDuty that GUARDSIFT_EXPORT_PREFIX ({expected:?}) leaves out; set it to {found:?}, or correct the publishing destination, and then send the dead letters back to the queue"
    )]
    Elsewhere { bucket: String, key: String, expected: String, found: String },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("s3://{bucket}/{key}{}", if source.is_disk_full() { ": the function's /tmp is full; give it more ephemeral storage" } else { "" })]
    Convert {
        bucket: String,
        key: String,
        #[source]
        source: ConvertError,
    },
    #[error("s3://{bucket}/{key}: the conversion panicked, which is a bug")]
    Panicked { bucket: String, key: String },
}

impl FindingExports {
    /// The function. Nothing is read or connected before the first event.
    pub fn new(settings: Settings) -> Self {
        let store = Store::new(Arc::new(Aws::of_function()));
        let lake = Lake::Bucket { store: store.clone(), name: settings.lake_bucket.clone() };
        let custom_source = settings.ocsf.as_ref().map(|ocsf| {
            let place = Lake::Bucket { store: store.clone(), name: ocsf.bucket.clone() };
            CustomSource::new(place, &ocsf.prefix)
        });
        Self { settings, store, lake, custom_source, room: Semaphore::new(AT_ONCE) }
    }

    /// Handles one invocation.
    ///
    /// # Errors
    /// When the batch as a whole has to come back.
    pub async fn handle(&self, invocation: Invocation, scope: Scope) -> Result<Value, Failure> {
        let scope = &scope;
        each(invocation, AT_ONCE, scope.deadline, |event, receives| {
            self.one(event, receives, scope)
        })
        .await
    }

    async fn one(
        &self,
        event: String,
        receives: u32,
        scope: &Scope,
    ) -> Result<Summary, RecordFailure> {
        let mut summary = Summary::default();
        match S3Event::parse(&event).map_err(RecordFailure::alone)? {
            S3Event::Test => scope.metrics.count("TestEvents", 1),
            S3Event::Other(kind) if kind == SCHEDULED => {
                let compacted = compact(&self.lake, scope).await;
                summary.compacted = compacted.map_err(|error| told(error.into()))?.sources;
            }
            S3Event::Other(kind) => {
                scope.metrics.count("OtherEvents", 1);
                info!(kind, "not about a created object");
            }
            S3Event::Created(objects) => {
                for object in objects {
                    self.object(&object, receives, scope, &mut summary).await.map_err(told)?;
                }
            }
        }
        Ok(summary)
    }

    async fn object(
        &self,
        named: &ObjectRef,
        receives: u32,
        scope: &Scope,
        summary: &mut Summary,
    ) -> Result<(), ObjectError> {
        let (bucket, key) = (named.bucket.as_str(), named.key.as_str());
        let partition = match place(&self.settings, bucket, key) {
            Place::Export(partition) => partition,
            // Acknowledged, it would be missing in the lake without a word.
            Place::Elsewhere(found) => {
                scope.metrics.count("ExportsElsewhere", 1);
                return Err(ObjectError::Elsewhere {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                    expected: self.settings.export_prefix.trim_end_matches('/').to_owned(),
                    found,
                });
            }
            Place::Foreign => {
                scope.metrics.count("ForeignObjects", 1);
                info!(bucket, "not an export object of GuardDuty");
                summary.ignored += 1;
                return Ok(());
            }
        };
        let source = format!("s3://{bucket}/{key}");
        let object = match self.open(named).await {
            Ok(object) => object,
            // What is not allowed is there all the same: it goes to the dead letters until it is allowed.
            Err(error) if error.cause() == Cause::Missing && receives >= TRIES => {
                let etag = named.etag.as_deref();
                let id = source_id(bucket, key, etag.unwrap_or_default());
                self.lake
                    .note(&partition.date, &id, object_note(&source, etag, &error.to_string()))
                    .await?;
                scope.metrics.count("ObjectsGone", 1);
                warn!(source_id = id, error = %error, "the object is not there; a note of it is in quarantine");
                summary.quarantined += 1;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let etag = object.etag.clone().or_else(|| named.etag.clone()).unwrap_or_default();
        let id = source_id(bucket, key, &etag);
        match self.converted(object, source.clone(), id.clone()).await {
            Some(Ok(file)) => self.committed(&partition, &id, &file, scope, summary).await,
            Some(Err(ConvertError::Broken(error))) => {
                self.lake
                    .note(&partition.date, &id, object_note(&source, Some(&etag), &chain(&error)))
                    .await?;
                scope.metrics.count("BrokenObjects", 1);
                warn!(
                    source_id = id,
                    error = chain(&error),
                    "the object is broken; a note of it is in quarantine, and none of its lines in the lake"
                );
                summary.quarantined += 1;
                Ok(())
            }
            Some(Err(source)) => {
                Err(ObjectError::Convert { bucket: bucket.to_owned(), key: key.to_owned(), source })
            }
            None => Err(ObjectError::Panicked { bucket: bucket.to_owned(), key: key.to_owned() }),
        }
    }

    /// The very object that the event named. When that one has been overwritten, the one that is
    /// there now, under an id of its own: its event may be this one's successor, and then both
    /// write the same file.
    async fn open(&self, named: &ObjectRef) -> Result<OpenObject, StoreError> {
        let (etag, version) = (named.etag.as_deref(), named.version_id.as_deref());
        match self.store.open(&named.bucket, &named.key, etag, version).await {
            Err(error) if error.cause() == Cause::ConditionFailed => {
                self.store.open(&named.bucket, &named.key, None, None).await
            }
            other => other,
        }
    }

    /// Converts beside the network, which goes on delivering. `None` after a panic.
    async fn converted(
        &self,
        object: OpenObject,
        source: String,
        id: String,
    ) -> Option<Result<Converted, ConvertError>> {
        let is_large = object.size.is_none_or(|size| size > LARGE);
        let permits = if is_large { u32::try_from(AT_ONCE).unwrap_or(1) } else { 1 };
        let _room = self.room.acquire_many(permits).await.ok()?;
        let (sender, incoming) = incoming::channel();
        let outputs =
            if self.custom_source.is_some() { Outputs::LakeAndEvents } else { Outputs::Lake };
        let conversion =
            tokio::task::spawn_blocking(move || convert(incoming, &source, &id, outputs));
        sender.pass_on(object).await;
        conversion.await.ok()
    }

    async fn committed(
        &self,
        partition: &Partition,
        id: &str,
        file: &Converted,
        scope: &Scope,
        summary: &mut Summary,
    ) -> Result<(), ObjectError> {
        // First the events: what is in the lake is done.
        if let Some(custom_source) = &self.custom_source {
            match custom_source.commit(partition, id, file).await? {
                Committed::Written => scope.metrics.count("OcsfEvents", file.counts.rows),
                Committed::Before => {}
                Committed::BeforeOtherwise => scope.metrics.count("OcsfFilesOfAnotherBuild", 1),
            }
        }
        let committed = self.lake.commit(partition, id, file).await?;
        let counts = file.counts;
        match committed {
            Committed::Written => {
                scope.metrics.count("Rows", counts.rows);
                scope.metrics.count("LinesQuarantined", counts.quarantined);
            }
            Committed::Before => scope.metrics.count("ObjectsAlreadyWritten", 1),
            Committed::BeforeOtherwise => scope.metrics.count("ObjectsWrittenByAnotherBuild", 1),
        }
        info!(
            source_id = id,
            account = partition.account,
            region = partition.region,
            date = partition.date,
            lines = counts.lines,
            rows = counts.rows,
            quarantined = counts.quarantined,
            blank = counts.blank,
            written = committed == Committed::Written,
            "export object in the lake"
        );
        summary.objects += 1;
        summary.rows += counts.rows;
        summary.quarantined += counts.quarantined;
        Ok(())
    }
}

fn told(error: ObjectError) -> RecordFailure {
    let systemic = match &error {
        ObjectError::Store(error) => error.systemic(),
        ObjectError::Lake(error) => error.systemic(),
        ObjectError::Convert { source, .. } if source.is_disk_full() => Some("DiskFull"),
        _ => None,
    };
    match systemic {
        Some(kind) => RecordFailure::systemic(kind, error),
        None => RecordFailure::alone(error),
    }
}
