//! GuardDuty alone on a port, for the AWS CLI, boto3 or Terraform to talk to.
//!
//! `cargo run -p local --example guardduty -- 4570 exports` listens on 127.0.0.1:4570, writes each
//! EventBridge event as one line to standard output and each export object below the folder `exports`,
//! whose subfolders are the buckets. Then, for example:
//! `aws --endpoint-url http://127.0.0.1:4570 guardduty create-detector --enable`.

use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use async_trait::async_trait;
use bytes::Bytes;
use findings::Timestamp;
use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use local::clock::Clock;
use local::guardduty::{Config, ExportSink, GuardDuty};
use tokio::net::{TcpListener, TcpStream};

/// Buckets as folders below one folder.
struct Folders(PathBuf);

impl Folders {
    fn path(&self, bucket: &str, key: &str) -> anyhow::Result<PathBuf> {
        let inside = Path::new(bucket).join(key);
        let plain = inside.components().all(|part| matches!(part, Component::Normal(_)));
        anyhow::ensure!(plain, "{} leads out of its bucket", inside.display());
        Ok(self.0.join(inside))
    }
}

#[async_trait]
impl ExportSink for Folders {
    async fn put(&self, bucket: &str, key: &str, bytes: Bytes) -> anyhow::Result<()> {
        let path = self.path(bucket, key)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    }

    async fn head(&self, bucket: &str, key: &str) -> anyhow::Result<bool> {
        Ok(self.path(bucket, key)?.exists())
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments
        .next()
        .context("usage: guardduty PORT [EXPORT_FOLDER]")?
        .parse()
        .context("PORT is no port")?;
    let folder = arguments.next().unwrap_or_else(|| "exports".to_owned());

    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let clock = Clock::starting_at(Timestamp::from_epoch_millis(i64::try_from(now)?), 1.0);
    let config = Config { account_id: "111122223333".to_owned(), region: "us-east-1".to_owned() };
    let events = Arc::new(|event| {
        // A reader that went away is no reason to stop serving.
        let _ = writeln!(std::io::stdout(), "{event}");
    });
    let guardduty = GuardDuty::new(config, clock, events, Arc::new(Folders(folder.into())));

    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .with_context(|| format!("cannot listen on port {port}"))?;
    tokio::spawn(tick(guardduty.clone()));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, guardduty.clone()));
    }
}

async fn tick(guardduty: GuardDuty) {
    loop {
        guardduty.tick().await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn serve(stream: TcpStream, guardduty: GuardDuty) {
    let service = service_fn(|request: Request<Incoming>| {
        let guardduty = guardduty.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let answer = guardduty.handle(Request::from_parts(head, body)).await;
            Ok::<_, hyper::Error>(answer.map(Full::new))
        }
    });
    // A client that hangs up in the middle harms only itself.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
