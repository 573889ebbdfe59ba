//! Findings listed, read and counted.

use super::*;

#[tokio::test]
async fn pages_together_hold_every_finding_once() {
    let world = World::new().await;
    world.post("findings/create", json!({})).await.unwrap();
    let mut ids = Vec::new();
    let mut token = String::new();
    loop {
        let page =
            world.post("findings", json!({ "maxResults": 50, "nextToken": token })).await.unwrap();
        ids.extend(
            page["findingIds"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()),
        );
        token = page["nextToken"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
    }
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (231, 231));
}

#[tokio::test]
async fn criteria_select_and_sorting_orders() {
    let world = World::new().await;
    let low = world.observe(PORT_PROBE);
    world.pass(1).await;
    let medium = world.observe(PORTSCAN);
    let archived = world.observe("Backdoor:EC2/Spambot");
    world.archive(&archived).await;
    let query = json!({
        "findingCriteria": { "criterion": { "service.archived": { "equals": ["false"] } } },
        "sortCriteria": { "attributeName": "severity", "orderBy": "DESC" },
    });
    let listed = world.post("findings", query).await.unwrap();
    assert_eq!(listed["findingIds"], json!([medium, low]));
    let since = world.clock.now().epoch_millis();
    let query = json!({ "findingCriteria": { "criterion": { "updatedAt": { "greaterThanOrEqual": since } } } });
    let listed = world.post("findings", query).await.unwrap();
    assert_eq!(listed["findingIds"], json!([medium, archived]));
}

#[tokio::test]
async fn findings_without_the_attribute_come_last_in_either_order() {
    let world = World::new().await;
    let without = world.observe("Recon:IAMUser/TorIPCaller");
    let with = world.observe(PORT_PROBE);
    for order in ["ASC", "DESC"] {
        let sorting =
            json!({ "attributeName": "resource.instanceDetails.instanceId", "orderBy": order });
        let listed = world.post("findings", json!({ "sortCriteria": sorting })).await.unwrap();
        assert_eq!(listed["findingIds"], json!([with, without]), "{order}");
    }
}

#[tokio::test]
async fn a_full_last_page_has_no_successor() {
    let world = World::new().await;
    world.observe(PORT_PROBE);
    let page = world.post("findings", json!({ "maxResults": 1 })).await.unwrap();
    assert_eq!(page["nextToken"], "");
}

#[tokio::test]
async fn get_findings_answers_with_the_known_ones_in_the_order_asked_for() {
    let world = World::new().await;
    let one = world.observe(PORT_PROBE);
    let two = world.observe(PORTSCAN);
    let answer = world
        .post("findings/get", json!({ "findingIds": [two, "0".repeat(32), one, two] }))
        .await
        .unwrap();
    let ids: Vec<_> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [two, one]);
}

#[tokio::test]
async fn the_api_shows_the_sample_mark_only_inside_the_text() {
    let world = World::new().await;
    world.post("findings/create", json!({ "findingTypes": [PORT_PROBE] })).await.unwrap();
    let ids = world.post("findings", json!({})).await.unwrap()["findingIds"].clone();
    let answer = world.post("findings/get", json!({ "findingIds": ids })).await.unwrap();
    let info = &answer["findings"][0]["service"]["additionalInfo"];
    assert_eq!(info, &json!({ "value": "{\"sample\":true}", "type": "default" }));
    assert_eq!(
        world.events.lock().unwrap()[0]["detail"]["service"]["additionalInfo"]["sample"],
        true
    );
}

#[tokio::test]
async fn more_than_fifty_ids_are_too_many_for_any_call() {
    let world = World::new().await;
    let ids: Vec<_> = (0..51).map(|number| format!("{number:032}")).collect();
    for path in ["findings/get", "findings/archive", "findings/unarchive"] {
        let (status, answer) = world.post(path, json!({ "findingIds": ids })).await.unwrap_err();
        assert_eq!(
            (status, answer["__type"].as_str()),
            (400, Some("BadRequestException")),
            "{path}"
        );
    }
    let (status, _) = world.post("findings", json!({ "maxResults": 51 })).await.unwrap_err();
    assert_eq!(status, 400);
}

#[tokio::test]
async fn archiving_unknown_ids_is_answered_like_success() {
    let world = World::new().await;
    let answer = world.post("findings/archive", json!({ "findingIds": ["0".repeat(32)] })).await;
    assert_eq!(answer, Ok(json!({})));
    assert_eq!(world.post("findings/archive", json!({ "findingIds": [] })).await, Ok(json!({})));
}

#[tokio::test]
async fn statistics_count_by_severity_or_by_a_group() {
    let world = World::new().await;
    world.observe(PORT_PROBE);
    world.observe(PORT_PROBE);
    world.observe(PORTSCAN);
    let counted = world
        .post("findings/statistics", json!({ "findingStatisticTypes": ["COUNT_BY_SEVERITY"] }))
        .await
        .unwrap();
    assert_eq!(counted["findingStatistics"]["countBySeverity"], json!({ "2.0": 2, "5.0": 1 }));
    let grouped = world
        .post("findings/statistics", json!({ "groupBy": "FINDING_TYPE", "maxResults": 1 }))
        .await
        .unwrap();
    let groups = grouped["findingStatistics"]["groupedByFindingType"].as_array().unwrap();
    assert_eq!(
        (groups.len(), &groups[0]["findingType"], &groups[0]["totalFindings"]),
        (1, &json!(PORT_PROBE), &json!(2))
    );
    for body in [
        json!({}),
        json!({ "groupBy": "SEVERITY", "findingStatisticTypes": ["COUNT_BY_SEVERITY"] }),
    ] {
        assert!(world.post("findings/statistics", body).await.is_err());
    }
}
