//! Each way in which S3 tells of an object.

use serde_json::json;

use super::*;

fn object(key: &str) -> ObjectRef {
    ObjectRef {
        bucket: "exports".into(),
        key: key.into(),
        etag: Some("9f2c".into()),
        version_id: None,
        size: Some(1402),
    }
}

fn notification(key: &str) -> serde_json::Value {
    json!({"Records": [{"eventVersion": "2.5", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": "exports"}, "object": {"key": key, "eTag": "\"9f2c\"", "size": 1402}}}]})
}

fn created(event: &serde_json::Value) -> Vec<ObjectRef> {
    match S3Event::parse(&event.to_string()).unwrap() {
        S3Event::Created(objects) => objects,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_eventbridge_key_is_taken_as_it_is() {
    let event = json!({"detail-type": "Object Created", "source": "aws.s3", "detail":
        {"bucket": {"name": "exports"}, "object": {"key": "a+b%25 c", "etag": "9f2c", "size": 1402}}});
    assert_eq!(created(&event), [object("a+b%25 c")]);
}

#[test]
fn a_notification_key_is_decoded_exactly_once() {
    assert_eq!(created(&notification("a+b%2Bc%2525%2F%C3%B6%3D")), [object("a b+c%25/ö=")]);
}

#[test]
fn a_key_that_does_not_decode_is_an_error_and_names_it() {
    for key in ["a%2", "a%zz", "%ff"] {
        let error = S3Event::parse(&notification(key).to_string()).unwrap_err();
        assert!(error.to_string().contains(key), "{error}");
    }
}

#[test]
fn a_notification_inside_an_sns_message_is_found_in_both_wrappings() {
    let message = notification("k").to_string();
    assert_eq!(created(&json!({"Type": "Notification", "Message": message})), [object("k")]);
    assert_eq!(
        created(&json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message}}]})),
        [object("k")]
    );
}

#[test]
fn the_test_message_of_s3_is_no_object() {
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "exports"});
    assert_eq!(S3Event::parse(&test.to_string()).unwrap(), S3Event::Test);
    let wrapped = json!({"Type": "Notification", "Message": test.to_string()});
    assert_eq!(S3Event::parse(&wrapped.to_string()).unwrap(), S3Event::Test);
}

#[test]
fn other_events_are_named() {
    let removed = json!({"Records": [{"eventName": "ObjectRemoved:Delete", "s3": {}}]});
    assert_eq!(
        S3Event::parse(&removed.to_string()).unwrap(),
        S3Event::Other("ObjectRemoved:Delete".into())
    );
    let deleted = json!({"detail-type": "Object Deleted", "detail": {}});
    assert_eq!(
        S3Event::parse(&deleted.to_string()).unwrap(),
        S3Event::Other("Object Deleted".into())
    );
}

#[test]
fn an_event_without_its_object_is_an_error() {
    let event = json!({"detail-type": "Object Created", "detail": {"bucket": {"name": "exports"}}});
    assert!(matches!(S3Event::parse(&event.to_string()), Err(S3EventError::Incomplete { .. })));
    assert!(matches!(S3Event::parse("not json"), Err(S3EventError::NotJson(_))));
}

#[test]
fn the_version_id_null_of_an_unversioned_bucket_is_no_version() {
    let event = json!({"detail-type": "Object Created", "detail":
        {"bucket": {"name": "exports"}, "object": {"key": "k", "version-id": "null"}}});
    assert_eq!(created(&event)[0].version_id, None);
}

#[test]
fn an_object_without_etag_and_version_has_none() {
    let event = json!({"detail-type": "Object Created", "detail":
        {"bucket": {"name": "exports"}, "object": {"key": "k", "etag": "\"\"", "version-id": ""}}});
    let [only] = &created(&event)[..] else { panic!("one object") };
    assert_eq!((&only.etag, &only.version_id), (&None, &None));
    let versioned = event.to_string().replace(r#""version-id":"""#, r#""version-id":"v1""#);
    let versioned = created(&serde_json::from_str(&versioned).unwrap());
    assert_eq!(versioned[0].version_id.as_deref(), Some("v1"));
}

#[test]
fn what_was_created_counts_beside_what_was_removed() {
    let mut both = notification("k");
    let removed = json!({"eventName": "ObjectRemoved:Delete", "s3": {}});
    both["Records"].as_array_mut().unwrap().push(removed);
    assert_eq!(created(&both), [object("k")]);
}

#[test]
fn an_sns_message_inside_another_is_no_event_of_s3() {
    let once = json!({"Type": "Notification", "Message": notification("k").to_string()});
    let twice = json!({"Type": "Notification", "Message": once.to_string()});
    assert!(matches!(S3Event::parse(&twice.to_string()), Ok(S3Event::Other(_))));
}
