//! What goes wrong on purpose.

use super::*;

#[tokio::test]
async fn a_throttled_call_is_429_and_changes_nothing() {
    let world = World::new().await;
    let id = world.observe(PORT_PROBE);
    world.guardduty.faults().throttle("ArchiveFindings", 1);
    let (status, answer) =
        world.post("findings/archive", json!({ "findingIds": [id] })).await.unwrap_err();
    assert_eq!((status, answer["__type"].as_str()), (429, Some("ThrottlingException")));
    assert_eq!(world.guardduty.finding(&id).unwrap()["service"]["archived"], false);
    world.archive(&id).await;
    assert_eq!(world.guardduty.finding(&id).unwrap()["service"]["archived"], true);
}

#[tokio::test]
async fn a_lost_answer_hides_work_that_was_done() {
    let world = World::new().await;
    let id = world.observe(PORT_PROBE);
    world.guardduty.faults().lose_answer("ArchiveFindings", 1);
    let (status, _) =
        world.post("findings/archive", json!({ "findingIds": [id] })).await.unwrap_err();
    assert_eq!(status, 500);
    assert_eq!(world.guardduty.finding(&id).unwrap()["service"]["archived"], true);
}

#[tokio::test]
async fn a_call_repeated_with_its_client_token_is_answered_again_and_done_once() {
    let world = World::new().await;
    let mut filter = suppressing(PORT_PROBE);
    filter["clientToken"] = json!("once");
    world.guardduty.faults().lose_answer("CreateFilter", 1);
    assert_eq!(world.post("filter", filter.clone()).await.unwrap_err().0, 500);
    assert_eq!(world.post("filter", filter.clone()).await, Ok(json!({ "name": "quiet" })));
    filter["clientToken"] = json!("another");
    assert_eq!(world.post("filter", filter.clone()).await.unwrap_err().0, 400);
    world
        .ask("DELETE", &format!("/detector/{}/filter/quiet", world.detector), Value::Null)
        .await
        .unwrap();
    filter["clientToken"] = json!("once");
    world.post("filter", filter).await.unwrap();
    assert!(world.get("filter/quiet").await.is_ok());
}

#[tokio::test]
async fn an_ignored_archive_is_answered_like_success() {
    let world = World::new().await;
    let (deaf, well) = (world.observe(PORT_PROBE), world.observe(PORT_PROBE));
    world.guardduty.faults().ignore_archive([deaf.as_str()]);
    world.post("findings/archive", json!({ "findingIds": [deaf, well] })).await.unwrap();
    assert_eq!(world.guardduty.finding(&deaf).unwrap()["service"]["archived"], false);
    assert_eq!(world.guardduty.finding(&well).unwrap()["service"]["archived"], true);
}

#[tokio::test]
async fn a_repeated_page_comes_twice_and_then_goes_on() {
    let world = World::new().await;
    let ids: Vec<_> = (0..3).map(|_| world.observe(PORT_PROBE)).collect();
    world.guardduty.faults().repeat_pages(1);
    let (mut seen, mut token) = (Vec::new(), json!(""));
    loop {
        let page =
            world.post("findings", json!({ "maxResults": 2, "nextToken": token })).await.unwrap();
        seen.extend(
            page["findingIds"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()),
        );
        token = page["nextToken"].clone();
        if token == "" {
            break;
        }
    }
    assert_eq!(seen, [&ids[0], &ids[1], &ids[0], &ids[1], &ids[2]].map(String::clone));
}
