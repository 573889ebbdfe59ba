//! Destinations that refuse, dawdle, hang up, or lead elsewhere; and a bucket that is out of reach.

use super::*;

#[test]
fn fe3_what_is_throttled_comes_back_alone_and_the_others_are_not_told_again() {
    block_on(async {
        let stage = stage(Setting { rest: None, ..Setting::rules(THREE) }).await;
        stage.web.script("/a", [Step::Status(503), Step::RetryAfter(0), Step::Status(200)]);
        stage.web.script("/b", [Step::RetryAfter(10), Step::Status(200)]);
        let began = std::time::Instant::now();
        stage.told(&version(0, 5.0, 1)).await;
        assert!(
            began.elapsed() >= Duration::from_secs(30),
            "a short time that it asks for is not enough"
        );
        assert_eq!(stage.web.received("/a").len(), 3, "within one invocation");
        let to_b = stage.web.received("/b");
        assert_eq!(to_b.len(), 2);
        assert_eq!(to_b[0].headers["idempotency-key"], to_b[1].headers["idempotency-key"]);
        assert_eq!(stage.inbox().len(), 1);
        assert_eq!((stage.metric("PutOff"), stage.dead()), (1.0, 0));
    });
}

#[test]
fn fe3_what_teams_refuses_inside_a_success_comes_back() {
    let rules = "
version: 1
destinations: { cards: { teams: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:canary-AbCdEf' } } }
routes: [ { to: cards } ]
";
    const FAILED: &str = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=0";
    block_on(async {
        let stage = stage(Setting::rules(rules)).await;
        stage.machine.secrets.put(SECRET, &stage.web.url("/cards"));
        stage.web.script("/cards", [Step::Ok(FAILED.to_owned()), Step::Ok("1".to_owned())]);
        stage.told(&version(0, 5.0, 1)).await;
        assert_eq!(stage.web.received("/cards").len(), 2);
        assert_eq!((stage.metric("NotificationsSent"), stage.dead()), (1.0, 0));
    });
}

#[test]
fn fe4_what_is_refused_for_good_goes_to_the_fallback_and_nobody_asks_again_for_a_while() {
    // What may be about one message alone is tried with a second one.
    for (status, asked_by_each) in [(400, 2), (403, 2), (404, 1), (410, 1)] {
        block_on(async {
            let stage = stage(Setting::rules(ONE)).await;
            stage.web.script("/a", [Step::Status(status)]);
            for number in 0..6 {
                stage.told(&with(version(0, 5.0, 1), "/id", json!(format!("f{number}")))).await;
            }
            let asked = stage.web.received("/a").len();
            assert!(
                (asked_by_each..=2 * asked_by_each).contains(&asked),
                "{status}: each of two processes asks {asked_by_each} times, not {asked} in all"
            );
            let told = stage.inbox();
            assert_eq!(told.len(), 6, "{status}");
            for (topic, body) in told {
                assert_eq!(topic, local::machine::DEFAULT_TOPIC);
                assert_eq!(body["undelivered"]["destination"], "a");
                let reason = body["undelivered"]["reason"].as_str().unwrap();
                assert!(reason.contains(&format!("answered {status}")), "{reason}");
            }
            assert_eq!(stage.dead(), 0, "{status}");
            assert_eq!(stage.metric("NotificationsFellBack"), 6.0);
        });
    }
}

#[test]
fn fe4_one_finding_that_a_destination_refuses_keeps_no_other_from_it() {
    block_on(async {
        let stage = stage(Setting::rules(ONE)).await;
        stage.web.script("/a", [Step::Status(400), Step::Status(200)]);
        for number in 0..3 {
            stage.told(&with(version(0, 5.0, 1), "/id", json!(format!("f{number}")))).await;
        }
        assert_eq!((stage.web.received("/a").len(), stage.inbox().len(), stage.dead()), (3, 1, 0));
        assert_eq!(stage.metric("CircuitOpen"), 0.0);
    });
}

#[test]
fn fe4_a_fallback_can_be_named() {
    let rules = ONE.replace("routes:", "fallback: ops\nroutes:").replace(
        "destinations: {",
        "destinations: { ops: { sqs: { queue: 'https://sqs.us-east-1.amazonaws.com/111122223333/ops', payload: raw } },",
    );
    block_on(async {
        let stage = stage(Setting::rules(&rules)).await;
        stage.web.script("/a", [Step::Status(410)]);
        stage.told(&version(0, 5.0, 1)).await;
        let told = stage.inbox();
        assert_eq!(told.len(), 1);
        assert!(told[0].0.ends_with("/ops"), "{told:?}");
        assert_eq!(told[0].1["undelivered"]["destination"], "a", "the reason outdoes the payload");
    });
}

#[test]
fn fe5_an_answer_that_is_lost_may_repeat_a_message_with_the_same_key() {
    block_on(async {
        let stage = stage(Setting::rules(ONE)).await;
        stage.web.script("/a", [Step::HangUp, Step::Status(200)]);
        stage.told(&version(0, 5.0, 1)).await;
        let received = stage.web.received("/a");
        assert!(received.len() >= 2);
        let keys: std::collections::BTreeSet<_> =
            received.iter().map(|own| &own.headers["idempotency-key"]).collect();
        assert_eq!(keys.len(), 1);
        assert_eq!(stage.dead(), 0);
    });
}

#[test]
fn fe6_no_url_leads_into_a_network_of_ours_and_no_redirect_does() {
    let urls = [
        "http://198.51.100.1/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://localhost/x",
    ];
    block_on(async {
        for url in urls {
            let rules = ONE.replace("${web}/a", url);
            let stage = stage(Setting::rules(&rules)).await;
            stage.told(&version(0, 5.0, 1)).await;
            let told = stage.inbox();
            assert_eq!(told.len(), 1, "{url}");
            let undelivered = &told[0].1["undelivered"];
            assert_eq!(undelivered["destination"], "a", "{url}");
            let reason = undelivered["reason"].as_str().unwrap().to_ascii_lowercase();
            assert!(reason.contains("private"), "{url}: {reason}");
        }
        // Whether a resolver takes this for an address or for no name at all: it leads nowhere.
        let rules = ONE.replace("${web}/a", "https://0x7f.1/x");
        let stage_of_odd = stage(Setting::rules(&rules)).await;
        stage_of_odd.told(&version(0, 5.0, 1)).await;
        assert_eq!(stage_of_odd.inbox().len() + stage_of_odd.dead(), 1);
        let stage = stage(Setting::rules(ONE)).await;
        stage.web.script("/a", [Step::Redirect(stage.web.url("/elsewhere"))]);
        stage.told(&version(0, 5.0, 1)).await;
        assert!(stage.web.received("/elsewhere").is_empty());
        assert_eq!(stage.inbox().len(), 1);
    });
}

#[test]
fn fe7_an_answer_without_end_and_one_that_does_not_come_are_failures() {
    block_on(async {
        for step in [Step::Endless, Step::Slow(Duration::from_secs(60))] {
            let stage = stage(Setting::rules(ONE)).await;
            stage.web.script("/a", [step.clone(), step.clone(), step.clone(), Step::Status(200)]);
            stage.told(&version(0, 5.0, 1)).await;
            assert!(stage.web.received("/a").len() >= 2, "{step:?}");
            assert_eq!(stage.inbox().len(), 0, "{step:?}");
        }
    });
}

#[test]
fn fe8_and_fe9_long_and_hostile_text_is_taken_by_every_kind_of_destination() {
    let rules = "
version: 1
destinations:
  a: { webhook: { url: '${web}/a' } }
  topic: { sns: { topic: 'arn:aws:sns:us-east-1:111122223333:security-team', payload: raw } }
  queue: { sqs: { queue: 'https://sqs.us-east-1.amazonaws.com/111122223333/tickets', payload: raw } }
  bus: { eventbridge: { bus: 'arn:aws:events:us-east-1:111122223333:event-bus/soc', payload: ocsf } }
  chat: { slack: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:bot-AbCdEf', channel: C01 } }
  cards: { teams: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:cards-AbCdEf' } }
  pager: { pagerduty: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:canary-AbCdEf' } }
routes: [ { to: [a, topic, queue, bus, chat, cards, pager] } ]
";
    block_on(async {
        // Unoptimized, a binary works for seconds on a text this long.
        let setting = Setting { timeout: Duration::from_secs(60), ..Setting::rules(rules) };
        let stage = stage(setting).await;
        stage.machine.secrets.put(SECRET, "routing-key");
        stage.machine.secrets.put(&SECRET.replace("canary", "bot"), "xoxb-token");
        stage.machine.secrets.put(&SECRET.replace("canary", "cards"), &stage.web.url("/cards"));
        let ok = json!({"ok": true, "ts": "1.2"}).to_string();
        stage.web.script("/slack/chat.postMessage", [Step::Ok(ok)]);
        let hostile =
            "<!channel> <http://192.0.2.1|click> `x` \u{1b}[2J\u{202e}\r\n</script>\u{ffff}";
        stage.told(&with(version(0, 5.0, 1), "/title", json!(hostile.repeat(4_000)))).await;
        assert_eq!(stage.inbox().len(), 3);
        for path in ["/a", "/slack/chat.postMessage", "/cards", "/pagerduty"] {
            assert_eq!(stage.web.received(path).len(), 1, "{path}");
        }
        assert_eq!(stage.dead(), 0);
        let log = stage.log();
        assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
        assert!(!log.contains("channel>") && !log.contains('\u{1b}'));
    });
}

#[test]
fn fe14_without_its_memory_the_function_tells_and_says_so() {
    for status in [503, 403] {
        block_on(async {
            let setting = Setting { timeout: Duration::from_secs(20), ..Setting::rules(ONE) };
            let stage = stage(setting).await;
            stage.machine.outage.answer_state_with(status);
            stage.told(&version(0, 5.0, 1)).await;
            assert_eq!(stage.web.received("/a").len(), 1, "{status}");
            assert!(stage.log().contains("\"dedupe\":\"unavailable\""), "{status}");
            assert!(stage.metric("DedupeUnavailable") >= 1.0);
            assert_eq!(stage.dead(), 0);
        });
    }
}
