//! Secrets that are replaced, out of reach, or looked for in what the function writes.

use super::*;

const CHAT: &str = "
version: 1
destinations:
  chat: { slack: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:canary-AbCdEf', channel: C01 } }
routes: [ { to: chat } ]
";
const PATH: &str = "/slack/chat.postMessage";

fn slack(answer: &Value) -> Step {
    Step::Ok(answer.to_string())
}

#[test]
fn a_further_version_answers_to_the_first_message() {
    block_on(async {
        let stage = stage(Setting::rules(CHAT)).await;
        stage.machine.secrets.put(SECRET, "xoxb-1");
        stage.web.script(
            PATH,
            [
                slack(&json!({"ok": true, "ts": "100.1"})),
                slack(&json!({"ok": true, "ts": "200.2"})),
                slack(&json!({"ok": true, "ts": "300.3"})),
            ],
        );
        for finding in [version(0, 2.0, 1), version(1, 5.0, 2), version(2, 5.0, 100)] {
            stage.told(&finding).await;
        }
        let bodies = stage.web.received(PATH).into_iter();
        let bodies: Vec<Value> =
            bodies.map(|own| serde_json::from_str(&own.body).unwrap()).collect();
        let threads: Vec<_> = bodies.iter().map(|own| own["thread_ts"].as_str()).collect();
        assert_eq!(threads, [None, Some("100.1"), Some("100.1")]);
        let broadcast: Vec<_> = bodies.iter().map(|own| own["reply_broadcast"] == true).collect();
        assert_eq!(broadcast, [false, true, false], "a graver version is seen in the channel");
    });
}

#[test]
fn fe13_a_secret_that_was_replaced_is_read_again_once_and_an_old_one_does_while_there_is_no_other()
{
    block_on(async {
        let stage = stage(Setting::rules(CHAT)).await;
        stage.machine.secrets.put(SECRET, "xoxb-old");
        let ok = slack(&json!({"ok": true, "ts": "1.1"}));
        stage.web.script(PATH, [ok.clone()]);
        // Both processes have read the first value.
        for number in 0..20 {
            stage.send(&with(version(0, 5.0, 1), "/id", json!(format!("f{number}"))));
        }
        stage.quiet().await;
        let reads = stage.machine.secrets.reads();
        assert!((1..=2).contains(&reads), "each process reads it once, not {reads}");
        stage.machine.secrets.put(SECRET, "xoxb-new");
        let refused = slack(&json!({"ok": false, "error": "token_revoked"}));
        stage.web.script(PATH, [refused, ok.clone()]);
        stage.told(&with(version(0, 5.0, 1), "/id", json!("after"))).await;
        let tokens: Vec<_> = stage.web.received(PATH).into_iter().rev().take(2).collect();
        assert_eq!(tokens[0].headers["authorization"], "Bearer xoxb-new");
        assert_eq!(tokens[1].headers["authorization"], "Bearer xoxb-old");
        assert!(stage.machine.secrets.reads() > reads);
        stage.machine.secrets.set_down(true);
        let before = stage.web.received(PATH).len();
        stage.told(&with(version(0, 5.0, 1), "/id", json!("down"))).await;
        assert_eq!(stage.web.received(PATH).len(), before + 1, "what was read is still used");
        assert_eq!(stage.dead(), 0);
    });
}

#[test]
fn a_secret_may_be_a_parameter_of_systems_manager() {
    const PARAMETER: &str = "arn:aws:ssm:us-east-1:111122223333:parameter/guardsift/bot";
    block_on(async {
        let stage = stage(Setting::rules(&CHAT.replace(SECRET, PARAMETER))).await;
        // Until it is there, the fallback is told, with the reason.
        stage.told(&with(version(0, 5.0, 1), "/id", json!("before"))).await;
        let told = stage.inbox();
        assert_eq!(told.len(), 1, "{}", stage.log());
        let reason = told[0].1["undelivered"]["reason"].as_str().unwrap();
        assert!(reason.contains(PARAMETER) && reason.contains("ParameterNotFound"), "{reason}");
    });
    block_on(async {
        let stage = stage(Setting::rules(&CHAT.replace(SECRET, PARAMETER))).await;
        stage.machine.secrets.put(PARAMETER, "xoxb-parameter");
        stage.web.script(PATH, [slack(&json!({"ok": true, "ts": "1.1"}))]);
        stage.told(&version(0, 5.0, 1)).await;
        let received = stage.web.received(PATH);
        assert_eq!(received.len(), 1, "{}", stage.log());
        assert_eq!(received[0].headers["authorization"], "Bearer xoxb-parameter");
        assert!(!stage.log().contains("xoxb"), "{}", stage.log());
    });
}

#[test]
fn r12_nothing_that_is_secret_is_in_any_output() {
    let rules = "
version: 1
rules: [ { name: told, action: notify, reason: canary-reason, criteria: { id: { exists: true } } } ]
destinations:
  a: { webhook: { url: '${web}/canary-path?token=canary-query', secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:key-AbCdEf' } }
  gone: { webhook: { url: '${web}/canary-gone' } }
  chat: { slack: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:bot-AbCdEf', channel: C01 } }
  hook: { slack: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:hook-AbCdEf' } }
  pager: { pagerduty: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:pager-AbCdEf' } }
routes: [ { to: [a, gone, chat, hook, pager] } ]
";
    for log_level in ["INFO", "DEBUG"] {
        block_on(async {
            let stage = stage(Setting { log_level, ..Setting::rules(rules) }).await;
            let put = |name: &str, value: &str| {
                let arn = SECRET.replace("canary", name);
                stage.machine.secrets.put(&arn, value);
            };
            put("key", "canary-key");
            put("bot", "canary-token");
            put("hook", &stage.web.url("/canary-hook"));
            put("pager", "canary-routing");
            stage.web.script("/canary-gone", [Step::Status(410)]);
            stage.web.script("/canary-hook", [Step::Status(503)]);
            stage.web.script(PATH, [slack(&json!({"ok": false, "error": "channel_not_found"}))]);
            let mut finding = with(version(0, 5.0, 1), "/title", json!("canary-title"));
            finding["description"] = json!("canary-description");
            finding["resource"] = json!({"accessKeyDetails": {"userName": "canary-user"}});
            stage.told(&finding).await;
            assert_eq!(stage.web.received("/pagerduty").len(), 1);
            let log = stage.log();
            assert!(log.contains("notification sent"), "{log}");
            let found: Vec<_> = log.lines().filter(|line| line.contains("canary-")).collect();
            assert!(found.is_empty(), "{log_level}: {found:#?}");
        });
    }
}
