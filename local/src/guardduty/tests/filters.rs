//! Saved filters.

use super::*;

fn named(name: &str) -> Value {
    let mut filter = suppressing(PORT_PROBE);
    filter["name"] = json!(name);
    filter
}

#[tokio::test]
async fn a_filter_is_read_back_as_it_was_saved() {
    let world = World::new().await;
    world.post("filter", suppressing(PORT_PROBE)).await.unwrap();
    let filter = world.get("filter/quiet").await.unwrap();
    assert_eq!(filter["findingCriteria"], suppressing(PORT_PROBE)["findingCriteria"]);
    assert_eq!(
        (&filter["action"], &filter["rank"], &filter["version"]),
        (&json!("ARCHIVE"), &json!(1), &json!(1))
    );
    world.post("filter/quiet", json!({ "action": "NOOP", "rank": 7 })).await.unwrap();
    let filter = world.get("filter/quiet").await.unwrap();
    assert_eq!(
        (&filter["action"], &filter["rank"], &filter["version"]),
        (&json!("NOOP"), &json!(7), &json!(2))
    );
}

#[tokio::test]
async fn filters_are_listed_by_rank() {
    let world = World::new().await;
    for (name, rank) in [("late", 9), ("early", 1), ("middle", 5)] {
        let mut filter = named(name);
        filter["rank"] = json!(rank);
        world.post("filter", filter).await.unwrap();
    }
    let listed = world.get("filter").await.unwrap();
    assert_eq!(listed["filterNames"], json!(["early", "middle", "late"]));
}

#[tokio::test]
async fn names_ranks_and_actions_out_of_range_are_refused() {
    let world = World::new().await;
    for (member, value) in [
        ("name", json!("ab")),
        ("name", json!("has a space")),
        ("name", json!("x".repeat(65))),
        ("rank", json!(0)),
        ("rank", json!(101)),
        ("action", json!("DELETE")),
        ("description", json!("x".repeat(513))),
        ("findingCriteria", json!({ "criterion": {} })),
    ] {
        let mut filter = named("good-name");
        filter[member] = value.clone();
        assert!(world.post("filter", filter).await.is_err(), "{member} {value}");
    }
    assert_eq!(world.get("filter").await.unwrap()["filterNames"], json!([]));
}

#[tokio::test]
async fn an_account_has_at_most_100_filters_and_no_two_of_one_name() {
    let world = World::new().await;
    for number in 0..100 {
        world.post("filter", named(&format!("filter-{number}"))).await.unwrap();
    }
    assert!(world.post("filter", named("one-more")).await.is_err());
    world
        .ask("DELETE", &format!("/detector/{}/filter/filter-0", world.detector), Value::Null)
        .await
        .unwrap();
    assert!(world.post("filter", named("filter-1")).await.is_err());
    assert!(world.post("filter", named("one-more")).await.is_ok());
}

#[tokio::test]
async fn a_filter_with_the_action_noop_suppresses_nothing() {
    let world = World::new().await;
    let mut filter = suppressing(PORT_PROBE);
    filter["action"] = json!("NOOP");
    world.post("filter", filter).await.unwrap();
    world.observe(PORT_PROBE);
    assert_eq!(world.sent().len(), 1);
}
