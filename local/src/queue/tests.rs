//! What SQS promises of a standard queue.

use super::*;

fn queue(visibility: Duration, redrive: Option<Redrive>) -> Queue {
    Queue::new(QueueSettings {
        arn: "arn:aws:sqs:us-east-1:111122223333:q".into(),
        visibility,
        redrive,
    })
}

#[tokio::test]
async fn a_received_message_is_hidden_until_its_timeout_and_then_comes_back_with_the_same_id() {
    let queue = queue(Duration::from_millis(40), None);
    let id = queue.send("body");
    let first = queue.receive(10).await.remove(0);
    assert_eq!(queue.depth(), Depth { visible: 0, in_flight: 1 });
    let second = queue.receive(10).await.remove(0);
    assert_eq!((first.message_id.as_str(), second.message_id.as_str()), (id.as_str(), id.as_str()));
    assert_eq!((first.receive_count, second.receive_count), (1, 2));
    assert!(!queue.delete(&first.receipt), "an expired receipt deleted the message");
    assert!(queue.delete(&second.receipt));
    assert_eq!(queue.depth(), Depth::default());
}

#[tokio::test]
async fn a_message_that_is_shown_earlier_reaches_who_waits_already_and_none_is_hidden_longer() {
    let queue = Arc::new(queue(Duration::from_secs(60), None));
    queue.send("body");
    let first = queue.receive(1).await.remove(0);
    let waiting = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.receive(1).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    queue.show_within(&first.receipt, Duration::from_millis(20));
    let second = tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
    assert_eq!(second[0].receive_count, 2);
    queue.hide(&second[0].receipt, Duration::ZERO);
    queue.show_within(&second[0].receipt, Duration::from_secs(60));
    let third = tokio::time::timeout(Duration::from_secs(5), queue.receive(1)).await.unwrap();
    assert_eq!(third[0].receive_count, 3);
}

#[tokio::test]
async fn a_message_that_is_given_back_at_once_reaches_who_waits_already() {
    let queue = Arc::new(queue(Duration::from_secs(60), None));
    queue.send("body");
    let first = queue.receive(1).await.remove(0);
    let waiting = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.receive(1).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert!(queue.hide(&first.receipt, Duration::ZERO));
    let second = tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
    assert_eq!(second[0].receive_count, 2);
}

#[tokio::test]
async fn a_message_received_too_often_moves_to_the_dead_letters() {
    let dead_letters = Arc::new(queue(Duration::from_secs(30), None));
    let redrive = Redrive { max_receive_count: 2, dead_letters: Arc::clone(&dead_letters) };
    let queue = queue(Duration::ZERO, Some(redrive));
    queue.send("poison");
    for receive in 1..=2 {
        assert_eq!(queue.receive(1).await.remove(0).receive_count, receive);
    }
    let third = tokio::time::timeout(Duration::from_millis(30), queue.receive(1)).await;
    assert!(third.is_err(), "a dead letter was received");
    assert_eq!(queue.depth(), Depth::default());
    assert_eq!(dead_letters.bodies(), ["poison"]);
}

#[tokio::test]
async fn a_waiting_receiver_gets_what_arrives() {
    let queue = Arc::new(queue(Duration::from_secs(30), None));
    let waiting = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.receive(10).await }
    });
    tokio::task::yield_now().await;
    queue.send("late");
    let received = tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
    assert_eq!(received[0].body, "late");
}

#[test]
fn a_record_is_what_lambda_gets_from_sqs() {
    let received = Message::new("{}".into()).received("receipt");
    let record = received.record("arn:aws:sqs:us-east-1:111122223333:q", "us-east-1");
    assert_eq!(record["md5OfBody"], "99914b932bd37a50b983c5e7c90ae93b");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert!(record["attributes"]["SentTimestamp"].is_string());
}
