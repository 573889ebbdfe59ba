//! S3 and GuardDuty of an emulated machine, for tests.

use std::{fs, os::unix::fs::PermissionsExt};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::config::Credentials;
use local::machine::{FunctionName, Machine, MachineConfig};
use platform::aws::{self, Aws};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::history::Connection;

/// A machine whose functions do nothing.
pub(crate) struct Emulated {
    pub(crate) machine: Machine,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

pub(crate) fn emulated() -> Emulated {
    let folder = tempfile::tempdir().unwrap();
    for function in FunctionName::ALL {
        let binary = folder.path().join(function.as_str());
        fs::write(&binary, "#!/bin/sh\nexec sleep 600\n").unwrap();
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = MachineConfig::for_people(folder.path().join("state"), folder.path().to_owned());
    let machine = runtime.block_on(Machine::start(config)).unwrap();
    Emulated { machine, runtime, _folder: folder }
}

impl Emulated {
    pub(crate) fn connection(&self) -> Connection {
        let credentials =
            Credentials::new(local::ACCESS_KEY_ID, local::SECRET_ACCESS_KEY, None, None, "machine");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(self.machine.endpoint())
            .credentials_provider(credentials)
            .http_client(aws::http_client(aws::trust_store(None, |_| false)))
            .load();
        Connection::through(Aws::with_config(self.runtime.block_on(config)))
    }

    pub(crate) fn put(&self, bucket: &str, key: &str, bytes: &[u8]) {
        self.machine.store.put(bucket, key, bytes).unwrap();
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let request = http::Request::post(path).body(bytes::Bytes::from(body.to_string())).unwrap();
        let answer = self.runtime.block_on(self.machine.guardduty.handle(request));
        assert!(answer.status().is_success(), "{answer:?}");
        serde_json::from_slice(answer.body()).unwrap_or_default()
    }

    pub(crate) fn stop(self) {
        self.runtime.block_on(self.machine.shutdown());
    }
}
