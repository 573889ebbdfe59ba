//! Publishing destinations: where findings are exported to.

use findings::Timestamp;
use serde_json::{Value, json};

use super::{
    body::insert,
    call::Call,
    error::ApiError,
    identity::hex_id,
    pages::page,
    permission,
    state::{Detector, State},
    tags,
};

#[derive(Debug, Clone)]
pub(crate) struct PublishingDestination {
    pub(crate) id: String,
    pub(crate) properties: Properties,
    pub(crate) status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    PendingVerification,
    Publishing,
    UnableToPublish { since: Timestamp },
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::PendingVerification => "PENDING_VERIFICATION",
            Self::Publishing => "PUBLISHING",
            Self::UnableToPublish { .. } => "UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Properties {
    arn: String,
    key: String,
    pub(crate) expected_owner: Option<String>,
}

impl Properties {
    pub(crate) fn bucket(&self) -> &str {
        self.parts().0
    }

    /// Without slashes around it; empty when there is none.
    pub(crate) fn prefix(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (&str, &str) {
        let path = self.arn.splitn(6, ':').nth(5).unwrap_or_default();
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        (bucket, prefix.trim_matches('/'))
    }

    /// The object that must stand for the folder, when there is a prefix.
    fn folder_marker(&self) -> Option<String> {
        Some(self.prefix()).filter(|prefix| !prefix.is_empty()).map(|prefix| format!("{prefix}/"))
    }

    /// Reads a call's properties; on an update, what is left out stays.
    fn read(call: &Call, region: &str, stored: Option<&Self>) -> Result<Self, ApiError> {
        let given = call.member("destinationProperties");
        let text = |name: &str| {
            given.and_then(|given| given.get(name)).and_then(Value::as_str).map(str::to_owned)
        };
        let arn = text("destinationArn").or_else(|| stored.map(|stored| stored.arn.clone()));
        let key = text("kmsKeyArn").or_else(|| stored.map(|stored| stored.key.clone()));
        let expected_owner = text("expectedBucketOwner")
            .or_else(|| stored.and_then(|stored| stored.expected_owner.clone()));
        let arn = arn.ok_or_else(|| ApiError::missing("destinationProperties.destinationArn"))?;
        let key = key.ok_or_else(|| ApiError::missing("destinationProperties.kmsKeyArn"))?;
        let properties = Self { arn, key, expected_owner };
        properties.check(region)?;
        Ok(properties)
    }

    fn check(&self, region: &str) -> Result<(), ApiError> {
        let bucket: Vec<&str> = self.arn.splitn(6, ':').collect();
        if !matches!(bucket.as_slice(), ["arn", _, "s3", "", "", _]) || self.bucket().is_empty() {
            return Err(ApiError::invalid(
                "destinationProperties.destinationArn",
                "arn:aws:s3:::BUCKET or arn:aws:s3:::BUCKET/FOLDER/",
            ));
        }
        let key: Vec<&str> = self.key.splitn(6, ':').collect();
        if !matches!(key.as_slice(), ["arn", _, "kms", key_region, _, name] if *key_region == region && name.starts_with("key/"))
        {
            return Err(ApiError::invalid(
                "destinationProperties.kmsKeyArn",
                "the ARN of a KMS key in the detector's Region",
            ));
        }
        match &self.expected_owner {
            Some(owner)
                if owner.len() != 12 || !owner.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                Err(ApiError::invalid(
                    "destinationProperties.expectedBucketOwner",
                    "an account id of 12 digits",
                ))
            }
            _ => Ok(()),
        }
    }

    fn written(&self) -> Value {
        let mut written = json!({ "destinationArn": self.arn, "kmsKeyArn": self.key });
        if let Some(owner) = &self.expected_owner {
            insert(&mut written, "expectedBucketOwner", json!(owner));
        }
        written
    }
}

/// A permission that must be given before a call may be carried out.
pub(crate) struct Asked {
    pub(crate) bucket: String,
    pub(crate) key_arn: String,
    object_arn: String,
    account: String,
    region: String,
    detector_arn: String,
}

impl Asked {
    pub(crate) fn is_given_by(&self, policy: &str) -> bool {
        self.is_given(policy, "s3:PutObject", &self.object_arn)
    }

    pub(crate) fn is_key_given_by(&self, policy: &str) -> bool {
        self.is_given(policy, "kms:GenerateDataKey", &self.key_arn)
    }

    fn is_given(&self, policy: &str, action: &str, resource: &str) -> bool {
        let Self { account, region, detector_arn, .. } = self;
        let wish = permission::Wish { account, region, detector_arn, action, resource };
        permission::allows(policy, &wish)
    }
}

/// What GuardDuty must be allowed before this call may be carried out.
pub(crate) fn permission_to_check(state: &State, call: &Call) -> Option<Asked> {
    let properties = asked_properties(state, call)?;
    let home = &state.home;
    let folder = match properties.prefix() {
        "" => String::new(),
        prefix => format!("{prefix}/"),
    };
    let bucket = properties.bucket().to_owned();
    let object = format!("{folder}AWSLogs/{}/GuardDuty/{}/x", home.account_id, home.region);
    Some(Asked {
        object_arn: format!("arn:{}:s3:::{bucket}/{object}", home.partition()),
        bucket,
        key_arn: properties.key.clone(),
        account: home.account_id.clone(),
        region: home.region.clone(),
        detector_arn: home.arn(&format!("detector/{}", call.parameter(0))),
    })
}

/// What GuardDuty must be allowed before this object may be written.
pub(crate) fn permission_to_write(state: &State, bucket: &str, key: &str) -> Option<Asked> {
    let home = &state.home;
    let detector = state.detector.as_ref()?;
    Some(Asked {
        key_arn: detector.destination.as_ref()?.properties.key.clone(),
        bucket: bucket.to_owned(),
        object_arn: format!("arn:{}:s3:::{bucket}/{key}", home.partition()),
        account: home.account_id.clone(),
        region: home.region.clone(),
        detector_arn: home.arn(&format!("detector/{}", detector.id)),
    })
}

pub(crate) fn not_permitted() -> ApiError {
    ApiError::bad_request(
        "The request failed because the GuardDuty service principal does not have permission to the KMS key or the resource specified by the destinationProperties parameter.",
    )
}

/// Bucket and key that must exist before this call may be carried out.
pub(crate) fn marker_to_check(state: &State, call: &Call) -> Option<(String, String)> {
    let properties = asked_properties(state, call)?;
    Some((properties.bucket().to_owned(), properties.folder_marker()?))
}

/// The properties that a destination will have after this call.
fn asked_properties(state: &State, call: &Call) -> Option<Properties> {
    let detector = state.detector(call).ok()?;
    let stored = match call.operation {
        "CreatePublishingDestination" => None,
        "UpdatePublishingDestination" => Some(&named(detector, call).ok()?.properties),
        _ => return None,
    };
    Properties::read(call, &state.home.region, stored).ok()
}

pub(crate) fn missing_marker() -> ApiError {
    ApiError::bad_request(
        "The request failed because the specified destination resource folder does not exist.",
    )
}

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector(call)?;
    if call.required_text("destinationType")? != "S3" {
        return Err(ApiError::invalid("destinationType", "S3"));
    }
    if detector.destination.is_some() {
        return Err(ApiError::bad_request(
            "The request is rejected because the detector already has a publishing destination.",
        ));
    }
    call.required("destinationProperties")?;
    let properties = Properties::read(call, &state.home.region, None)?;
    let tags = tags::read(call)?;
    let serial = state.serial();
    let id = hex_id(&[&state.home.account_id, &state.home.region, "destination", &serial]);
    let arn = state.home.arn(&format!("detector/{}/publishingDestination/{id}", call.parameter(0)));
    state.tags.insert(arn, tags);
    let destination =
        PublishingDestination { id: id.clone(), properties, status: Status::PendingVerification };
    state.detector_mut(call)?.destination = Some(destination);
    Ok(json!({ "destinationId": id }))
}

pub(crate) fn list(state: &State, call: &Call) -> Result<Value, ApiError> {
    let one = |destination: &PublishingDestination| json!({ "destinationId": destination.id, "destinationType": "S3", "status": destination.status.as_str() });
    let listed = state.detector(call)?.destination.iter().map(one).collect();
    Ok(page(listed, call)?.answer("destinations"))
}

pub(crate) fn describe(state: &State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector(call)?;
    let destination = named(detector, call)?;
    let failing_since = match destination.status {
        Status::UnableToPublish { since } => since.epoch_millis(),
        _ => 0,
    };
    Ok(json!({
        "destinationId": destination.id,
        "destinationType": "S3",
        "status": destination.status.as_str(),
        "publishingFailureStartTimestamp": failing_since,
        "destinationProperties": destination.properties.written(),
        "tags": tags::of(state, &format!("detector/{}/publishingDestination/{}", detector.id, destination.id)),
    }))
}

pub(crate) fn update(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let region = state.home.region.clone();
    let detector = state.detector_mut(call)?;
    let properties = Properties::read(call, &region, Some(&named(detector, call)?.properties))?;
    if let Some(destination) = &mut detector.destination {
        destination.properties = properties;
        destination.status = Status::PendingVerification;
    }
    Ok(json!({}))
}

pub(crate) fn delete(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector_mut(call)?;
    let resource =
        format!("detector/{}/publishingDestination/{}", detector.id, named(detector, call)?.id);
    detector.destination = None;
    state.tags.remove(&state.home.arn(&resource));
    Ok(json!({}))
}

fn named<'d>(detector: &'d Detector, call: &Call) -> Result<&'d PublishingDestination, ApiError> {
    let destination =
        detector.destination.as_ref().filter(|destination| destination.id == call.parameter(1));
    destination.ok_or_else(|| ApiError::not_found("publishing destination"))
}
