//! Each cause, broken on its own, is the only check that fails.

use aws_sdk_s3::types::{
    ExpirationStatus, LifecycleExpiration, LifecycleRuleAndOperator, LifecycleRuleFilter,
    NotificationConfiguration,
};
use serde_json::Value;

use super::{super::place::example, *};

struct World {
    place: ExportPlace,
    detector: DetectorNow,
    destination: Destination,
    bucket: BucketNow,
    key: KeyNow,
    newest: Asked<Newest>,
}

impl World {
    /// Everything is well.
    fn new() -> Self {
        let place = example("eu-west-1");
        let bucket = BucketNow::ready(&place);
        let root = serde_json::json!({ "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "Action": "kms:*", "Resource": "*" }] });
        let key = KeyNow {
            state: Ok(Some("Enabled".to_owned())),
            policy: Ok(Some(place.key_policy(&root))),
        };
        Self {
            detector: DetectorNow {
                id: "d1".to_owned(),
                enabled: true,
                frequency: "FIFTEEN_MINUTES".to_owned(),
                created_at: None,
                features: std::collections::BTreeMap::new(),
            },
            destination: Destination {
                id: "x".to_owned(),
                status: "PUBLISHING".to_owned(),
                arn: Some(place.destination_arn()),
                key_arn: Some(place.key_arn.clone()),
                expected_bucket_owner: None,
                failing_since: None,
            },
            newest: Ok(Some(Newest { key: "k".to_owned(), modified: None, unreadable: None })),
            place,
            bucket,
            key,
        }
    }

    fn not_passed(&self) -> Vec<(&'static str, Verdict)> {
        let Self { place, detector, destination, bucket, key, newest } = self;
        let checks = all(&Seen { place, detector, destination, bucket, key, newest });
        assert!(
            checks.iter().all(|own| own.fix.is_some() == (own.verdict != Verdict::Pass)),
            "{checks:?}"
        );
        checks
            .iter()
            .filter(|own| own.verdict != Verdict::Pass)
            .map(|own| (own.name, own.verdict))
            .collect()
    }
}

fn broken(change: impl FnOnce(&mut World)) -> Vec<(&'static str, Verdict)> {
    let mut world = World::new();
    change(&mut world);
    world.not_passed()
}

#[test]
fn each_cause_is_found_by_its_own_check() {
    use Verdict::{Fail, Unknown};
    assert_eq!(World::new().not_passed(), []);
    assert_eq!(broken(|own| own.detector.enabled = false), [("detector", Fail)]);
    assert_eq!(
        broken(|own| own.bucket.region = Ok(Some("us-east-1".to_owned()))),
        [("bucket", Fail)]
    );
    assert_eq!(broken(|own| own.bucket.region = Ok(None)), [("bucket", Fail)]);
    assert_eq!(broken(|own| own.bucket.policy = Ok(None)), [("bucket_policy", Fail)]);
    assert_eq!(
        broken(|own| own.bucket.policy = Err("denied".to_owned())),
        [("bucket_policy", Unknown), ("source_conditions", Unknown)]
    );
    assert_eq!(broken(|own| own.bucket.marker = Ok(Some(false))), [("folder", Fail)]);
    assert_eq!(
        broken(|own| own.bucket.ownership = Ok(Some("ObjectWriter".to_owned()))),
        [("ownership", Fail)]
    );
    assert_eq!(
        broken(
            |own| own.bucket.notification = Ok(Some(NotificationConfiguration::builder().build()))
        ),
        [("events", Fail)]
    );
    assert_eq!(broken(|own| own.newest = Ok(None)), [("reader_key", Unknown), ("reader", Unknown)]);
    let unreadable = |own: &mut World| {
        own.newest = Ok(Some(Newest {
            key: "k".to_owned(),
            modified: None,
            unreadable: Some("AccessDenied".to_owned()),
        }));
    };
    assert_eq!(broken(unreadable), [("reader_key", Unknown), ("reader", Fail)]);
}

#[test]
fn a_key_of_another_region_a_stopped_destination_and_an_open_policy_fail() {
    use Verdict::{Fail, Unknown};
    let failing = broken(|own| {
        own.destination.status = "UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY".to_owned()
    });
    assert_eq!(failing, [("status", Fail)]);
    let hidden = broken(|own| {
        own.destination.status = "PENDING_VERIFICATION".to_owned();
        own.key = KeyNow { state: Err("denied".to_owned()), policy: Err("denied".to_owned()) };
    });
    assert_eq!(hidden, [("status", Unknown), ("key", Unknown), ("key_policy", Unknown)]);
    assert_eq!(broken(|own| own.key.state = Ok(None)), [("key", Fail)]);
    assert_eq!(broken(|own| own.key.state = Ok(Some("Disabled".to_owned()))), [("key", Fail)]);
    let bare = broken(|own| {
        own.key.policy.as_mut().unwrap().as_mut().unwrap()["Statement"]
            .as_array_mut()
            .unwrap()
            .pop();
    });
    assert_eq!(bare, [("key_policy", Fail)]);
    let other_key =
        broken(|own| own.place.key_arn = own.place.key_arn.replace("eu-west-1", "us-east-1"));
    assert_eq!(other_key, [("bucket_policy", Fail), ("key_region", Fail)]);
    let open = broken(|own| {
        let policy = own.bucket.policy.as_mut().unwrap().as_mut().unwrap();
        for place in ["/Statement/0", "/Statement/1"] {
            policy.pointer_mut(place).and_then(Value::as_object_mut).unwrap().remove("Condition");
        }
    });
    assert_eq!(open, [("source_conditions", Fail)]);
}

#[test]
fn a_lifecycle_rule_that_takes_the_folder_fails_and_one_below_it_does_not() {
    let rule = |prefix: &str| {
        LifecycleRule::builder()
            .id("old")
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
            .expiration(LifecycleExpiration::builder().days(30).build())
            .build()
            .unwrap()
    };
    for (prefix, expected) in
        [("", true), ("findings/", true), ("findings/AWSLogs/", false), ("other/", false)]
    {
        let found = broken(|own| own.bucket.lifecycle = Ok(Some(vec![rule(prefix)])));
        assert_eq!(!found.is_empty(), expected, "{prefix}: {found:?}");
    }
    let is_found = |all: LifecycleRuleAndOperator| {
        let mut sized = rule("");
        sized.filter = Some(LifecycleRuleFilter::builder().and(all).build());
        !broken(|own| own.bucket.lifecycle = Ok(Some(vec![sized]))).is_empty()
    };
    let both = || LifecycleRuleAndOperator::builder().prefix("findings/");
    assert!(is_found(both().object_size_less_than(1024).build()), "the folder is empty");
    assert!(!is_found(both().object_size_greater_than(1024).build()));
}
