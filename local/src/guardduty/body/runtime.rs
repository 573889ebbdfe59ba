//! The process that a runtime finding is about, and what it did.

use serde_json::{Value, json};

use super::storage::HASH;

pub(super) fn details(name: &str) -> Value {
    json!({ "process": process("example", 4_242), "context": context(name) })
}

fn process(name: &str, pid: u32) -> Value {
    let path = format!("/usr/bin/{name}");
    json!({
        "name": name,
        "executablePath": path,
        "executableSha256": HASH,
        "namespacePid": pid,
        "pwd": "/tmp",
        "pid": pid,
        "startTime": 1_767_225_600.0,
        "uuid": format!("11111111-2222-3333-4444-{pid:012}"),
        "parentUuid": "11111111-2222-3333-4444-000000000001",
        "user": "root",
        "userId": 0,
        "euid": 0,
        "lineage": [{
            "startTime": 1_767_225_500.25,
            "namespacePid": 1,
            "userId": 0,
            "name": "init",
            "pid": 1,
            "uuid": "11111111-2222-3333-4444-000000000001",
            "executablePath": "/sbin/init",
            "euid": 0,
            "parentUuid": "11111111-2222-3333-4444-000000000000",
        }],
    })
}

fn context(name: &str) -> Value {
    let of = |part: &str| name.contains(part);
    match () {
        () if of("KernelModule") => json!({
            "moduleName": "example", "moduleFilePath": "/tmp/example.ko", "moduleSha256": HASH,
        }),
        () if of("ProcessInjection") => {
            json!({ "targetProcess": process("target", 4_243), "memoryRegions": ["[stack]"] })
        }
        () if of("SensitiveFile") => json!({
            "fileOperation": "WRITE", "filePath": "/etc/passwd", "relatedFilePaths": ["/etc/shadow"],
        }),
        () if of("SuspiciousCommand") => {
            json!({ "commandLineExample": "example --flag", "serviceName": "ssh" })
        }
        () if of("SuspiciousTool") => {
            json!({ "toolName": "example-scanner", "toolCategory": "Network Scanner" })
        }
        () if of("ReverseShell") || of("SuspiciousShell") => {
            json!({ "addressFamily": "AF_INET", "ianaProtocolNumber": 6 })
        }
        () if of("NewLibrary") => json!({
            "modifyingProcess": process("writer", 4_244), "modifiedAt": 1_767_225_610.5, "libraryPath": "/tmp/example.so",
        }),
        () if of("NewBinary") => {
            json!({ "modifyingProcess": process("writer", 4_244), "modifiedAt": 1_767_225_610.5 })
        }
        () if of("MaliciousFile") => json!({ "threatFilePath": "/tmp/eicar.com" }),
        () if of("DockerSocket") => json!({ "socketPath": "/var/run/docker.sock" }),
        () if of("CGroups") => json!({ "releaseAgentPath": "/sys/fs/cgroup/release_agent" }),
        () if of("RuncContainer") => json!({ "runcBinaryPath": "/usr/bin/runc" }),
        () if of("MountsHost") => json!({
            "mountSource": "/dev/xvda1", "mountTarget": "/host", "fileSystemType": "ext4", "flags": ["MS_BIND"],
        }),
        () => json!({}),
    }
}
