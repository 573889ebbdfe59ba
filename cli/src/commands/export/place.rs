//! Where findings are exported to and by whom, and the policies that belong to it.

use serde_json::{Value, json};

use crate::operate::{Seat, regions};

/// Everything that the policies name.
#[derive(Debug, Clone)]
pub(super) struct ExportPlace {
    pub(super) partition: &'static str,
    pub(super) region: String,
    pub(super) account: String,
    pub(super) detector_id: String,
    pub(super) bucket: String,
    /// Without slashes around it; empty for the whole bucket.
    pub(super) prefix: String,
    pub(super) key_arn: String,
}

/// The statements that are ours in a bucket's policy.
pub(super) const OWN: [&str; 5] = [
    "AllowGuardDutyLocation",
    "AllowGuardDutyPut",
    "DenyUnencrypted",
    "DenyOtherKey",
    "DenyPlainHttp",
];

impl ExportPlace {
    pub(super) fn new(seat: &Seat, account: &str, detector_id: &str, key_arn: &str) -> Self {
        Self {
            partition: regions::partition(&seat.region),
            region: seat.region.clone(),
            account: account.to_owned(),
            detector_id: detector_id.to_owned(),
            bucket: String::new(),
            prefix: String::new(),
            key_arn: key_arn.to_owned(),
        }
    }

    pub(super) fn detector_arn(&self) -> String {
        let Self { partition, region, account, detector_id, .. } = self;
        format!("arn:{partition}:guardduty:{region}:{account}:detector/{detector_id}")
    }

    pub(super) fn bucket_arn(&self) -> String {
        format!("arn:{}:s3:::{}", self.partition, self.bucket)
    }

    /// What GuardDuty calls the destination.
    pub(super) fn destination_arn(&self) -> String {
        if self.prefix.is_empty() {
            self.bucket_arn()
        } else {
            format!("{}/{}", self.bucket_arn(), self.prefix)
        }
    }

    /// The object that has to stand for the folder, when there is a prefix.
    pub(super) fn marker(&self) -> Option<String> {
        (!self.prefix.is_empty()).then(|| format!("{}/", self.prefix))
    }

    fn our_detector(&self) -> Value {
        json!({ "StringEquals": { "aws:SourceAccount": self.account, "aws:SourceArn": self.detector_arn() } })
    }

    /// What the key's policy has to hold, beside what it holds already.
    pub(super) fn key_statement(&self) -> Value {
        json!({
            "Sid": super::key::OWN,
            "Effect": "Allow",
            "Principal": { "Service": regions::principal(&self.region) },
            "Action": "kms:GenerateDataKey",
            "Resource": "*",
            "Condition": self.our_detector(),
        })
    }

    /// Our statements of the bucket's policy. `PutObjectAcl` is denied to nobody: GuardDuty sets one.
    pub(super) fn statements(&self) -> Vec<Value> {
        let principal = json!({ "Service": regions::principal(&self.region) });
        let (bucket, objects) = (self.bucket_arn(), format!("{}/*", self.bucket_arn()));
        let deny = |sid: &str, key: &str, value: &str| {
            json!({
                "Sid": sid,
                "Effect": "Deny",
                "Principal": principal,
                "Action": "s3:PutObject",
                "Resource": objects,
                "Condition": { "StringNotEquals": { key: value } },
            })
        };
        vec![
            json!({
                "Sid": "AllowGuardDutyLocation",
                "Effect": "Allow",
                "Principal": principal,
                "Action": "s3:GetBucketLocation",
                "Resource": bucket,
                "Condition": self.our_detector(),
            }),
            json!({
                "Sid": "AllowGuardDutyPut",
                "Effect": "Allow",
                "Principal": principal,
                "Action": "s3:PutObject",
                "Resource": format!("{}/*", self.destination_arn()),
                "Condition": self.our_detector(),
            }),
            deny("DenyUnencrypted", "s3:x-amz-server-side-encryption", "aws:kms"),
            deny("DenyOtherKey", "s3:x-amz-server-side-encryption-aws-kms-key-id", &self.key_arn),
            json!({
                "Sid": "DenyPlainHttp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket, objects],
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            }),
        ]
    }

    /// The bucket's policy with our statements in the place of earlier ones of ours; what others
    /// have put there stays.
    pub(super) fn policy(&self, existing: Option<&Value>) -> Value {
        let kept =
            existing.map(super::policy::statements).unwrap_or_default().into_iter().filter(|own| {
                let sid = own.get("Sid").and_then(Value::as_str);
                sid.is_none_or(|sid| !OWN.contains(&sid))
            });
        let all: Vec<Value> = kept.cloned().chain(self.statements()).collect();
        json!({ "Version": "2012-10-17", "Statement": all })
    }
}

#[cfg(test)]
pub(super) fn example(region: &str) -> ExportPlace {
    ExportPlace {
        partition: "aws",
        region: region.to_owned(),
        account: "111122223333".to_owned(),
        detector_id: "d1".to_owned(),
        bucket: "exports".to_owned(),
        prefix: "findings".to_owned(),
        key_arn: format!("arn:aws:kms:{region}:111122223333:key/k1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_ones_statements_stay_and_ours_are_replaced() {
        let place = example("eu-west-1");
        let existing = json!({ "Statement": [{ "Sid": "Theirs", "Effect": "Deny" }, { "Sid": "AllowGuardDutyPut", "Resource": "old" }] });
        let policy = place.policy(Some(&existing));
        let all = policy["Statement"].as_array().unwrap();
        assert_eq!(all.len(), 6);
        assert_eq!(all[0]["Sid"], "Theirs");
        assert_eq!(place.policy(Some(&policy)), policy, "again changes nothing");
        assert_eq!(all[2]["Resource"], "arn:aws:s3:::exports/findings/*");
    }

    #[test]
    fn an_opt_in_region_has_a_principal_of_its_own() {
        let statement = example("eu-south-2").key_statement();
        assert_eq!(statement["Principal"]["Service"], "guardduty.eu-south-2.amazonaws.com");
        assert_eq!(
            statement["Condition"]["StringEquals"]["aws:SourceArn"],
            "arn:aws:guardduty:eu-south-2:111122223333:detector/d1"
        );
    }
}
