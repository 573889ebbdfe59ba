//! Every known cause of an export that does not work, each looked at on its own.

use aws_sdk_s3::types::LifecycleRule;
use findings::Timestamp;
use serde::Serialize;

use super::{
    bucket::{Asked, BucketNow},
    key::KeyNow,
    place::ExportPlace,
    policy,
};
use crate::operate::{detector::DetectorNow, health::Destination};

mod of_key;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Pass,
    Fail,
    Unknown,
}

/// One check. Its members are a contract.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Check {
    /// A name that stays the same.
    pub(super) name: &'static str,
    pub(super) verdict: Verdict,
    /// What was found.
    pub(super) why: String,
    /// What to do, when it did not pass.
    pub(super) fix: Option<String>,
}

/// What was found out before anything is judged.
pub(super) struct Seen<'s> {
    pub(super) place: &'s ExportPlace,
    pub(super) detector: &'s DetectorNow,
    pub(super) destination: &'s Destination,
    pub(super) bucket: &'s BucketNow,
    pub(super) key: &'s KeyNow,
    /// The newest export object, and whether these credentials can read it.
    pub(super) newest: &'s Asked<Newest>,
}

/// An export object.
#[derive(Debug, Clone)]
pub(super) struct Newest {
    pub(super) key: String,
    pub(super) modified: Option<Timestamp>,
    /// Why it can't be read.
    pub(super) unreadable: Option<String>,
}

pub(super) fn pass(name: &'static str, why: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Pass, why: why.into(), fix: None }
}

pub(super) fn fail(name: &'static str, why: impl Into<String>, fix: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Fail, why: why.into(), fix: Some(fix.into()) }
}

fn unknown(name: &'static str, why: impl Into<String>, fix: impl Into<String>) -> Check {
    Check { verdict: Verdict::Unknown, ..fail(name, why, fix) }
}

/// All checks of an export that has a destination, in the order in which they are mended.
pub(super) fn all(seen: &Seen<'_>) -> Vec<Check> {
    let mut checks = vec![detector(seen), status(seen), bucket(seen)];
    if matches!(&seen.bucket.region, Ok(Some(_))) {
        checks.extend([
            bucket_policy(seen),
            source(seen),
            marker(seen),
            lifecycle(seen),
            ownership(seen),
            events(seen),
        ]);
    }
    checks.extend(of_key::all(seen));
    checks.push(reader(seen));
    checks
}

fn setup(seen: &Seen<'_>) -> String {
    let ExportPlace { bucket, prefix, key_arn, region, .. } = seen.place;
    let prefix = if prefix.is_empty() { String::new() } else { format!(" --prefix {prefix}") };
    format!(
        "guardsift export setup --region {region} --bucket {bucket}{prefix} --key-arn {key_arn}"
    )
}

fn detector(seen: &Seen<'_>) -> Check {
    if seen.detector.enabled {
        pass("detector", "it is enabled")
    } else {
        fail(
            "detector",
            "it is suspended, and nothing new is found",
            format!("guardsift resume --region {}", seen.place.region),
        )
    }
}

fn status(seen: &Seen<'_>) -> Check {
    let own = seen.destination;
    match own.status.as_str() {
        "PUBLISHING" => pass("status", "GuardDuty is publishing"),
        "PENDING_VERIFICATION" => unknown(
            "status",
            "GuardDuty has not written yet",
            "look again in five minutes, or measure it with --canary",
        ),
        other => {
            let since =
                own.failing_since.map(|moment| format!(" since {moment}")).unwrap_or_default();
            fail(
                "status",
                format!("GuardDuty says {other}{since}"),
                format!("mend what fails below, then `{}` has it verified again", setup(seen)),
            )
        }
    }
}

fn bucket(seen: &Seen<'_>) -> Check {
    let ExportPlace { bucket, region, .. } = seen.place;
    match &seen.bucket.region {
        Ok(Some(own)) if own == region => match &seen.destination.expected_bucket_owner {
            Some(owner) => pass(
                "bucket",
                format!("{bucket} is in {region} and belongs to {owner}, as expected"),
            ),
            None => pass("bucket", format!("{bucket} is in {region}")),
        },
        Ok(Some(own)) => fail(
            "bucket",
            format!("{bucket} is in {own}, and the detector in {region}"),
            "export to a bucket in the detector's Region",
        ),
        Ok(None) => fail("bucket", format!("there is no bucket {bucket}"), setup(seen)),
        Err(why) => {
            let fix = "look with credentials of the bucket's account, and whether expectedBucketOwner of the destination is that account";
            unknown("bucket", why, fix)
        }
    }
}

fn bucket_policy(seen: &Seen<'_>) -> Check {
    let name = "bucket_policy";
    match &seen.bucket.policy {
        Err(why) => {
            unknown(name, why, "allow s3:GetBucketPolicy to whoever's credentials these are")
        }
        Ok(None) => fail(name, "the bucket has no policy, so GuardDuty may not write", setup(seen)),
        Ok(Some(own)) => match policy::obstacle(own, seen.place) {
            Some(obstacle) => fail(name, obstacle, setup(seen)),
            None => pass(name, "this detector may write, and nothing denies it"),
        },
    }
}

fn source(seen: &Seen<'_>) -> Check {
    let name = "source_conditions";
    match &seen.bucket.policy {
        Ok(Some(own)) if policy::is_open_to_all(own, seen.place) => fail(
            name,
            "GuardDuty of any account may write here: aws:SourceAccount and aws:SourceArn are not asked for",
            setup(seen),
        ),
        Ok(_) => pass(name, "no other account's GuardDuty may write here"),
        Err(why) => {
            unknown(name, why, "allow s3:GetBucketPolicy to whoever's credentials these are")
        }
    }
}

fn marker(seen: &Seen<'_>) -> Check {
    let name = "folder";
    let Some(marker) = seen.place.marker() else {
        return pass(name, "none is needed without a prefix");
    };
    match &seen.bucket.marker {
        Ok(Some(true)) => pass(name, format!("{marker} is there")),
        Ok(_) => fail(
            name,
            format!("the object {marker} is missing, and GuardDuty checks it at every change"),
            setup(seen),
        ),
        Err(why) => unknown(name, why, "allow s3:GetObject to whoever's credentials these are"),
    }
}

fn lifecycle(seen: &Seen<'_>) -> Check {
    let name = "lifecycle";
    let Some(marker) = seen.place.marker() else {
        return pass(name, "there is no folder that it could remove");
    };
    match &seen.bucket.lifecycle {
        Err(why) => unknown(
            name,
            why,
            "allow s3:GetLifecycleConfiguration to whoever's credentials these are",
        ),
        Ok(rules) => match rules.iter().flatten().find(|rule| removes(rule, &marker)) {
            Some(rule) => fail(
                name,
                format!(
                    "the rule {} expires {marker}, and without it GuardDuty stops",
                    rule.id().unwrap_or("without an id")
                ),
                format!("give the rule the prefix {marker}AWSLogs/"),
            ),
            None => pass(name, format!("no rule expires {marker}")),
        },
    }
}

/// Whether a rule removes this object after some time. One that asks for tags or for a least size does not: the
/// object has no tags, and it is empty.
fn removes(rule: &LifecycleRule, key: &str) -> bool {
    let is_on = rule.status().as_str() == "Enabled";
    let expires = rule.expiration().is_some_and(|own| own.days().is_some() || own.date().is_some());
    #[expect(deprecated, reason = "rules that were made long ago have their prefix here")]
    let old = rule.prefix();
    let prefix = match rule.filter().map(|filter| (filter, filter.and())) {
        Some((filter, _))
            if filter.tag().is_some() || filter.object_size_greater_than().is_some() =>
        {
            return false;
        }
        Some((_, Some(all)))
            if !all.tags().is_empty() || all.object_size_greater_than().is_some() =>
        {
            return false;
        }
        Some((_, Some(all))) => all.prefix(),
        Some((filter, None)) => filter.prefix().or(old),
        None => old,
    };
    is_on && expires && key.starts_with(prefix.unwrap_or_default())
}

fn ownership(seen: &Seen<'_>) -> Check {
    let name = "ownership";
    match &seen.bucket.ownership {
        Ok(Some(own)) if own == "ObjectWriter" => fail(
            name,
            "objects belong to who wrote them, so that readers of the bucket's account may be refused",
            setup(seen),
        ),
        Ok(own) => {
            pass(name, own.clone().unwrap_or_else(|| "as S3 sets it for new buckets".to_owned()))
        }
        Err(why) => unknown(
            name,
            why,
            "allow s3:GetBucketOwnershipControls to whoever's credentials these are",
        ),
    }
}

fn events(seen: &Seen<'_>) -> Check {
    let name = "events";
    let Ok(own) = &seen.bucket.notification else {
        let why = seen.bucket.notification.as_ref().err().cloned().unwrap_or_default();
        return unknown(
            name,
            why,
            "allow s3:GetBucketNotification to whoever's credentials these are",
        );
    };
    let others = own.as_ref().is_some_and(|own| {
        !own.queue_configurations().is_empty() || !own.lambda_function_configurations().is_empty()
    });
    match seen.bucket.has_events() {
        Some(true) => pass(name, "new objects become events on EventBridge"),
        _ if others => pass(name, "new objects are told to a queue or a function directly"),
        _ => {
            fail(name, "nobody is told of new objects, so nothing comes into the lake", setup(seen))
        }
    }
}

fn reader(seen: &Seen<'_>) -> Check {
    let name = "reader";
    match seen.newest {
        Ok(Some(Newest { key, modified, unreadable: None })) => {
            let when = modified.map(|own| format!(", of {own}")).unwrap_or_default();
            pass(name, format!("the newest object{when} can be read: {key}"))
        }
        Ok(Some(Newest { key, unreadable: Some(why), .. })) => fail(
            name,
            format!("{key} can't be read: {why}"),
            format!(
                "allow s3:GetObject on it, and kms:Decrypt on {}, to whoever reads exports; the function's role too",
                seen.place.key_arn
            ),
        ),
        Ok(None) => {
            unknown(name, "there is no export object yet", "measure the way of one with --canary")
        }
        Err(why) => unknown(name, why, "allow s3:ListBucket to whoever's credentials these are"),
    }
}

#[cfg(test)]
mod tests;
