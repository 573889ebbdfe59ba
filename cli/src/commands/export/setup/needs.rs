//! What an export still lacks.

use serde_json::Value;

use super::super::{
    bucket::{Asked, BucketNow},
    key::{KeyNow, OWN},
    place::ExportPlace,
    policy,
};
use crate::operate::{Change, health::Destination};

/// Each thing that has to be done.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Needs {
    pub(super) bucket: bool,
    pub(super) private: bool,
    pub(super) ownership: bool,
    pub(super) key: bool,
    pub(super) policy: Option<Value>,
    pub(super) events: Option<aws_sdk_s3::types::NotificationConfiguration>,
    pub(super) marker: Option<String>,
    /// The key's policy that was seen, and that gets our statement.
    pub(super) key_policy: Option<Value>,
    /// The key's policy lets GuardDuty use it already.
    pub(super) is_key_ready: bool,
    pub(in super::super) destination: Option<Aim>,
}

/// A destination to make, or one to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Aim {
    Create,
    Update(String),
}

/// The changes as a person reads them, and as they are carried out.
///
/// # Errors
/// What is not known, since what is there could be overwritten.
pub(super) fn needs(
    now: &BucketNow,
    destination: Option<&Destination>,
    place: &ExportPlace,
) -> Result<(Vec<Change>, Needs), String> {
    let (mut changes, mut needs) = (Vec::new(), Needs::default());
    let name = format!("bucket {}", place.bucket);
    match now.region.clone()? {
        None => {
            needs.bucket = true;
            changes.push(Change::new(&name, "none", format!("made in {}", place.region)));
        }
        Some(region) if region != place.region => {
            return Err(format!(
                "it is in {region}, and GuardDuty wants it in the detector's Region, {}: name another bucket",
                place.region
            ));
        }
        Some(_) => {}
    }
    if known(&now.is_private)? != Some(true) {
        needs.private = true;
        changes.push(Change::new("public access", "not blocked", "blocked"));
    }
    let ownership = known(&now.ownership)?;
    if ownership.as_deref() != Some("BucketOwnerEnforced") {
        needs.ownership = true;
        changes.push(Change::new(
            "owner of objects",
            ownership.unwrap_or_else(|| "not said".to_owned()),
            "BucketOwnerEnforced",
        ));
    }
    let key = known(&now.key)?;
    if key.as_deref() != Some(place.key_arn.as_str()) {
        needs.key = true;
        changes.push(Change::new(
            "encryption",
            key.unwrap_or_else(|| "S3's own key".to_owned()),
            &place.key_arn,
        ));
    }
    let existing = known(&now.policy)?;
    let policy = place.policy(existing.as_ref());
    if existing.as_ref().is_none_or(|own| !is_same(own, &policy)) {
        let from = match &existing {
            None => "none",
            Some(own) if policy::obstacle(own, place).is_none() => {
                "lets GuardDuty write, and is not as it should be"
            }
            Some(_) => "does not let GuardDuty write",
        };
        changes.push(Change::new(
            "bucket policy",
            from,
            "lets this detector write, and nothing unencrypted",
        ));
        needs.policy = Some(policy);
    }
    if now.has_events() != Some(true) {
        known(&now.notification)?;
        needs.events = Some(now.with_events());
        changes.push(Change::new("events of new objects", "off", "to EventBridge"));
    }
    if let Some(marker) = place.marker()
        && known(&now.marker)? != Some(true)
    {
        changes.push(Change::new(format!("folder {marker}"), "none", "made"));
        needs.marker = Some(marker);
    }
    aim(destination, place, &mut changes, &mut needs);
    Ok((changes, needs))
}

/// What the key lacks. A policy that may not be read is left as it is.
///
/// # Errors
/// When the key is not there or can't be used.
pub(super) fn of_key(
    key: &KeyNow,
    place: &ExportPlace,
    changes: &mut Vec<Change>,
    needs: &mut Needs,
) -> Result<(), String> {
    match &key.state {
        Ok(None) => return Err(format!("there is no key {}", place.key_arn)),
        Ok(Some(state)) if state != "Enabled" => {
            return Err(format!("{} is {state}, and can't encrypt", place.key_arn));
        }
        _ => {}
    }
    let Ok(Some(own)) = &key.policy else { return Ok(()) };
    let Some(obstacle) = policy::key_obstacle(own, place) else {
        needs.is_key_ready = true;
        return Ok(());
    };
    if obstacle.contains(" denies ") {
        // One statement more would not help, and what others deny is not taken away.
        return Err(format!("{obstacle}: its owner has to take that away"));
    }
    let change = Change::new(
        "key policy",
        "does not let GuardDuty use it",
        format!("one statement more, {OWN}"),
    );
    // GuardDuty looks at the key when the destination is made.
    let last = changes.iter().position(|own| own.what == "destination").unwrap_or(changes.len());
    changes.insert(last, change);
    needs.key_policy = Some(own.clone());
    Ok(())
}

fn aim(
    destination: Option<&Destination>,
    place: &ExportPlace,
    changes: &mut Vec<Change>,
    needs: &mut Needs,
) {
    let wanted = place.destination_arn();
    match destination {
        None => {
            changes.push(Change::new("destination", "none", wanted));
            needs.destination = Some(Aim::Create);
        }
        Some(own) => {
            let trimmed = |arn: &Option<String>| {
                arn.as_deref().map(|arn| arn.trim_end_matches('/').to_owned())
            };
            let is_there = trimmed(&own.arn).as_deref() == Some(wanted.as_str())
                && own.key_arn.as_deref() == Some(place.key_arn.as_str());
            let is_stuck = own.is_stuck();
            if is_there && !is_stuck {
                return;
            }
            let from = own.arn.clone().unwrap_or_else(|| "unknown".to_owned());
            let from = if is_stuck { format!("{from}, {}", own.status) } else { from };
            let to = if is_there {
                format!("{wanted}, verified again")
            } else {
                format!("{wanted} with {}", place.key_arn)
            };
            changes.push(Change::new("destination", from, to));
            needs.destination = Some(Aim::Update(own.id.clone()));
        }
    }
}

fn known<T: Clone>(asked: &Asked<T>) -> Result<Option<T>, String> {
    asked.clone()
}

/// S3 may give statements back in another order.
fn is_same(one: &Value, other: &Value) -> bool {
    let sorted = |policy: &Value| {
        let mut all: Vec<String> =
            policy::statements(policy).iter().map(ToString::to_string).collect();
        all.sort();
        all
    };
    sorted(one) == sorted(other)
}

#[cfg(test)]
mod tests {
    use super::{super::super::place::example, *};

    fn ready(place: &ExportPlace) -> (BucketNow, Destination) {
        let bucket = BucketNow::ready(place);
        let destination = Destination {
            id: "x".to_owned(),
            status: "PUBLISHING".to_owned(),
            arn: Some(format!("{}/", place.destination_arn())),
            key_arn: Some(place.key_arn.clone()),
            expected_bucket_owner: None,
            failing_since: None,
        };
        (bucket, destination)
    }

    #[test]
    fn what_is_ready_needs_nothing() {
        let place = example("eu-west-1");
        let (bucket, destination) = ready(&place);
        assert_eq!(needs(&bucket, Some(&destination), &place).unwrap().0, []);
    }

    #[test]
    fn what_is_broken_is_repaired_and_what_is_not_known_is_not_overwritten() {
        let place = example("eu-west-1");
        let (bucket, mut destination) = ready(&place);
        destination.status = "UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY".to_owned();
        let broken = BucketNow { marker: Ok(Some(false)), ..bucket.clone() };
        let (changes, needs_now) = needs(&broken, Some(&destination), &place).unwrap();
        assert_eq!(changes.len(), 2, "{changes:?}");
        assert_eq!(needs_now.destination, Some(Aim::Update("x".to_owned())));
        let hidden = BucketNow { policy: Err("denied".to_owned()), ..bucket.clone() };
        assert_eq!(needs(&hidden, Some(&destination), &place).unwrap_err(), "denied");
        let far = BucketNow { region: Ok(Some("us-east-1".to_owned())), ..bucket };
        assert!(needs(&far, None, &place).unwrap_err().contains("us-east-1"));
    }

    #[test]
    fn the_key_gets_one_statement_before_the_destination_and_nothing_where_it_is_not_known() {
        let place = example("eu-west-1");
        let (bucket, _) = ready(&place);
        let asked = |state: &str, policy: Asked<Value>| {
            let (mut changes, mut own) = needs(&bucket, None, &place).unwrap();
            let key = KeyNow { state: Ok(Some(state.to_owned())), policy };
            of_key(&key, &place, &mut changes, &mut own).map(|()| {
                let whats: Vec<_> = changes.into_iter().map(|change| change.what).collect();
                (whats, own.key_policy.is_some())
            })
        };
        let bare = serde_json::json!({ "Statement": [] });
        let full = place.key_policy(&bare);
        let both = vec!["key policy".to_owned(), "destination".to_owned()];
        assert_eq!(asked("Enabled", Ok(Some(bare.clone()))), Ok((both, true)));
        let only = vec!["destination".to_owned()];
        assert_eq!(asked("Enabled", Ok(Some(full))), Ok((only.clone(), false)));
        assert_eq!(asked("Enabled", Err("denied".to_owned())), Ok((only, false)));
        assert!(asked("Disabled", Ok(Some(bare))).unwrap_err().contains("Disabled"));
    }
}
