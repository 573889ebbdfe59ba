//! The runtime host, with functions that are shell scripts and speak the Runtime API over bash's own sockets.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;

/// Bash's `/dev/tcp` is all that a runtime needs: `call METHOD PATH BODY` sets `$head` and `$body`.
pub(crate) const PRELUDE: &str = r#"#!/bin/bash
call() {
    exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}" || exit 1
    printf '%s /2018-06-01/runtime/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %s\r\n%s\r\n%s' \
        "$1" "$2" "${#3}" "$4" "$3" >&3
    answer=$(cat <&3)
    exec 3<&-
    head=${answer%%$'\r\n\r\n'*}
    body=${answer#*$'\r\n\r\n'}
}
header() { while IFS= read -r line; do
    line=${line%$'\r'}
    [[ ${line,,} == "$1: "* ]] && printf '%s' "${line#*: }"
done <<< "$head"; }
next() { call GET invocation/next ""; id=$(header lambda-runtime-aws-request-id); }
"#;

struct Host {
    function: Arc<Function>,
    fatal: watch::Receiver<Option<String>>,
    _tasks: JoinSet<()>,
    folder: tempfile::TempDir,
}

fn host(script: &str, timeout: Duration, workers: usize) -> Host {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("bootstrap");
    std::fs::write(&binary, format!("{PRELUDE}\n{script}")).unwrap();
    std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).unwrap();
    let settings = FunctionSettings {
        name: "stub".into(),
        binary,
        timeout,
        memory_mb: 128,
        workers,
        region: "us-east-1".into(),
        account_id: "111122223333".into(),
        environment: BTreeMap::from([("GUARDSIFT_X".to_owned(), "own".to_owned())]),
        log: folder.path().join("stub.log"),
    };
    let fatal = watch::Sender::new(None);
    let mut tasks = JoinSet::new();
    let receiver = fatal.subscribe();
    let function = Function::start(settings, fatal, &mut tasks);
    Host { function, fatal: receiver, _tasks: tasks, folder }
}

impl Host {
    async fn invoke(&self, payload: &str) -> Result<String, InvocationFailure> {
        let invocation = self.function.invoke(Bytes::copy_from_slice(payload.as_bytes()));
        let answer = tokio::time::timeout(Duration::from_secs(20), invocation)
            .await
            .expect("an answer in time")?;
        Ok(String::from_utf8(answer.to_vec()).unwrap())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(Path::new(self.folder.path()).join("stub.log")).unwrap()
    }
}

const LONG: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn a_process_gets_events_and_its_answers_come_back() {
    let host =
        host("while true; do next; call POST invocation/$id/response \"got $body\"; done", LONG, 1);
    assert_eq!(host.invoke("one").await.unwrap(), "got one");
    assert_eq!(host.invoke("two").await.unwrap(), "got two");
    assert_eq!(host.function.counts(), FunctionCounts { answered: 2, failed: 0, processes: 1 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_sees_lambdas_environment_and_nothing_of_ours() {
    let script = r#"next
        arn=$(header lambda-runtime-invoked-function-arn)
        call POST invocation/$id/response "$AWS_LAMBDA_FUNCTION_NAME $GUARDSIFT_X ${CARGO_MANIFEST_DIR:-none} $arn"; sleep 60"#;
    let host = host(script, LONG, 1);
    assert_eq!(
        host.invoke("{}").await.unwrap(),
        "stub own none arn:aws:lambda:us-east-1:111122223333:function:stub"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reported_error_fails_the_invocation_and_keeps_the_process() {
    let host = host(
        "while true; do next; call POST invocation/$id/error '{\"errorType\":\"X\"}'; done",
        LONG,
        1,
    );
    let failure = host.invoke("{}").await.unwrap_err();
    assert_eq!(failure, InvocationFailure::Reported("{\"errorType\":\"X\"}".into()));
    host.invoke("{}").await.unwrap_err();
    assert_eq!(host.function.counts().processes, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_invocation_is_refused() {
    let script = r#"next
        call POST invocation/foreign/response stale; first=${head%%$'\r'*}
        call POST invocation/$id/response stale $'Lambda-Runtime-Invocation-Id: older\r\n'; second=${head%%$'\r'*}
        call POST invocation/$id/response "$first, $second" "Lambda-Runtime-Invocation-Id: $echo"$'\r\n'
        sleep 60"#;
    let script = script.replacen("next", "next; echo=$(header lambda-runtime-invocation-id)", 1);
    let host = host(&script, LONG, 1);
    assert_eq!(
        host.invoke("{}").await.unwrap(),
        "HTTP/1.1 400 Bad Request, HTTP/1.1 400 Bad Request"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_kills_the_process_and_a_new_one_takes_over() {
    let script = "next; [[ $body == slow ]] && sleep 60; call POST invocation/$id/response ok";
    let host = host(&format!("while true; do {script}; done"), Duration::from_millis(700), 1);
    assert_eq!(
        host.invoke("slow").await.unwrap_err(),
        InvocationFailure::TimedOut(Duration::from_millis(700))
    );
    assert_eq!(host.invoke("quick").await.unwrap(), "ok");
    assert_eq!(host.function.counts().processes, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_fails_its_invocation_and_is_replaced() {
    let script = "next; [[ $body == slow ]] && sleep 60; call POST invocation/$id/response ok";
    let host = host(&format!("while true; do {script}; done"), LONG, 1);
    assert_eq!(host.invoke("quick").await.unwrap(), "ok");
    let slow = host.invoke("slow");
    let kill = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        host.function.kill();
    };
    let (failure, ()) = tokio::join!(slow, kill);
    assert!(matches!(failure.unwrap_err(), InvocationFailure::Died(_)));
    assert_eq!(host.invoke("quick").await.unwrap(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_run_side_by_side() {
    let script = "while true; do next; sleep 0.5; call POST invocation/$id/response ok; done";
    let host = host(script, LONG, 3);
    host.invoke("warm").await.unwrap();
    let began = std::time::Instant::now();
    let (one, two, three) = tokio::join!(host.invoke("1"), host.invoke("2"), host.invoke("3"));
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert!(began.elapsed() < Duration::from_millis(1400), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_does_not_start_stops_the_machine_with_its_own_words() {
    let mut host = host(
        "echo on stderr >&2; call POST init/error 'GUARDSIFT_RULES_URI is missing'; exit 1",
        LONG,
        2,
    );
    let wait = tokio::time::timeout(Duration::from_secs(20), host.fatal.wait_for(Option::is_some));
    let message = wait.await.unwrap().unwrap().clone().unwrap();
    assert!(
        message.starts_with(
            "function stub did not start 3 times in a row: GUARDSIFT_RULES_URI is missing"
        ),
        "{message}"
    );
    assert!(host.log().contains("on stderr"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_starts_did_not_fail_to_start() {
    let host =
        host("sleep 1; while true; do next; call POST invocation/$id/response ok; done", LONG, 1);
    for _ in 0..4 {
        while host.function.pids().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        host.function.kill();
        while !host.function.pids().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert_eq!(host.invoke("alive").await.unwrap(), "ok");
    assert_eq!(host.function.counts().processes, 5);
    assert_eq!(*host.fatal.borrow(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_that_is_not_there_is_named() {
    let mut tasks = JoinSet::new();
    let fatal = watch::Sender::new(None);
    let mut receiver = fatal.subscribe();
    let folder = tempfile::tempdir().unwrap();
    let settings = FunctionSettings {
        name: "absent".into(),
        binary: folder.path().join("absent"),
        timeout: LONG,
        memory_mb: 128,
        workers: 1,
        region: "us-east-1".into(),
        account_id: "111122223333".into(),
        environment: BTreeMap::new(),
        log: folder.path().join("log"),
    };
    let _function = Function::start(settings, fatal, &mut tasks);
    let message = receiver.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    assert!(message.contains("absent cannot be run"), "{message}");
}
