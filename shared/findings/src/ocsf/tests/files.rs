//! Processes, files and malware, as evidence.

use serde_json::{Value as Json, json};

use super::event;

const SHA256: &str = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f";

fn hashes() -> Json {
    json!([{"algorithm_id": 3, "algorithm": "SHA-256", "value": SHA256}])
}

#[test]
fn a_process_is_evidence_together_with_what_it_did() {
    let process = json!({"name": "xmrig", "executablePath": "/tmp/xmrig", "executableSha256": SHA256, "pid": 7,
        "namespacePid": 2, "startTime": 1_790_841_600.5, "uuid": "u", "parentUuid": "p", "user": "www", "userId": 33,
        "lineage": [{"executablePath": "/usr/bin/node", "pid": 1}]});
    let event = event(&json!({"service": {"runtimeDetails": {"process": process},
        "action": {"networkConnectionAction": {"remoteIpDetails": {"ipAddressV4": "198.51.100.7"}}}}}));
    let file = json!({"name": "xmrig", "path": "/tmp/xmrig", "hashes": hashes(), "type_id": 1, "type": "Regular File"});
    let process = json!({"name": "xmrig", "pid": 7, "uid": "u", "file": file, "user": {"name": "www", "uid": "33"},
        "parent_process": {"uid": "p"}, "lineage": ["/usr/bin/node"],
        "created_time": 1_790_841_600_500_i64, "created_time_dt": "2026-10-01T08:00:00.500Z"});
    let rest = json!({"process": {"namespacePid": 2, "lineage": [{"executablePath": "/usr/bin/node", "pid": 1}]}});
    let expected = json!([{"process": process, "src_endpoint": {"ip": "198.51.100.7"}, "data": {"runtimeDetails": rest}}]);
    assert_eq!(event["evidences"], expected);
}

#[test]
fn a_process_that_acts_on_another_one_is_its_actor() {
    let runtime = json!({"process": {"pid": 7}, "context": {"modifyingProcess": {"pid": 5}, "targetProcess": {"pid": 9},
        "memoryRegions": ["7f"]}});
    let event = event(&json!({"service": {"runtimeDetails": runtime}}));
    let expected = json!([
        {"actor": {"process": {"pid": 5}}, "process": {"pid": 7}, "data": {"runtimeDetails": {"context": {"memoryRegions": ["7f"]}}}},
        {"actor": {"process": {"pid": 7}}, "process": {"pid": 9}}
    ]);
    assert_eq!(event["evidences"], expected);
}

#[test]
fn a_process_without_a_number_stays_as_it_is() {
    let process = json!({"name": "sh", "executableSha256": SHA256});
    let event = event(&json!({"service": {"runtimeDetails": {"process": process}}}));
    assert_eq!(event["evidences"], json!([{"data": {"runtimeDetails": {"process": process}}}]));
}

#[test]
fn the_file_that_a_context_is_about_is_the_most_telling_one() {
    let context = json!({"filePath": "/etc/passwd", "threatFilePath": "/tmp/m", "moduleFilePath": "/m.ko", "moduleSha256": SHA256});
    let event = event(&json!({"service": {"runtimeDetails": {"context": context}}}));
    let file = json!({"name": "m", "path": "/tmp/m", "type_id": 0, "type": "Unknown"});
    assert_eq!(event["evidences"][0]["file"], file);
    let module = json!({"moduleFilePath": "/m.ko", "moduleSha256": SHA256});
    let event = super::event(&json!({"service": {"runtimeDetails": {"context": module}}}));
    assert_eq!(event["evidences"][0]["file"]["hashes"], hashes());
    assert_eq!(event["evidences"][0].get("data"), None);
}

#[test]
fn files_of_a_volume_are_evidence_and_their_threats_malware() {
    let path = json!({"filePath": "/opt/eicar.com", "fileName": "EICAR.COM", "hash": SHA256, "volumeArn": "arn:vol"});
    let threats =
        json!({"threatNames": [{"name": "EICAR", "severity": "HIGH", "filePaths": [path, {}]}]});
    let scan = json!({"sources": ["Amazon"], "scanDetections": {"threatDetectedByName": threats}});
    let event = event(&json!({"service": {"ebsVolumeScanDetails": scan}}));
    let file = json!({"name": "EICAR.COM", "path": "/opt/eicar.com", "hashes": hashes(), "type_id": 1, "type": "Regular File"});
    let data = json!({"threatName": "EICAR", "filePaths": {"volumeArn": "arn:vol"}});
    assert_eq!(event["evidences"], json!([{"file": file, "data": data}]));
    let malware = json!([{"name": "EICAR", "provider": "Amazon", "classification_ids": [0], "classifications": ["Unknown"]}]);
    assert_eq!(event["malware"], malware);
    let outcome = ["action", "disposition"].map(|name| event[name].as_str().unwrap());
    assert_eq!(outcome, ["Unknown", "Detected"]);
    let left = event.pointer(
        "/unmapped/service/ebsVolumeScanDetails/scanDetections/threatDetectedByName/threatNames/0",
    );
    assert_eq!(left, Some(&json!({"name": "EICAR", "severity": "HIGH"})));
}

#[test]
fn an_object_that_was_scanned_is_a_file_and_so_is_what_it_holds() {
    let object = json!({"objectArn": "arn:aws:s3:::b/in/a.zip", "key": "in/a.zip", "hash": SHA256});
    let threat = json!({"name": "EICAR", "source": "Bitdefender", "itemPaths": [{"nestedItemPath": "x/eicar.com"}],
        "itemDetails": [{"itemPath": "y/eicar.com", "resourceArn": "arn:snap"}]});
    let members = json!({"resource": {"s3BucketDetails": [{"s3ObjectDetails": [object]}]},
        "service": {"malwareScanDetails": {"threats": [threat]}}});
    let event = event(&members);
    let paths = [0, 1, 2].map(|item| event["evidences"][item]["file"]["path"].as_str().unwrap());
    assert_eq!(paths, ["x/eicar.com", "y/eicar.com", "in/a.zip"]);
    assert_eq!(
        event["evidences"][1]["data"],
        json!({"threatName": "EICAR", "itemDetails": {"resourceArn": "arn:snap"}})
    );
    assert_eq!(event["evidences"][2]["file"]["hashes"], hashes());
    assert_eq!(event["malware"][0]["provider"], "Bitdefender");
    assert_eq!(event["resources"][0]["uid"], "arn:aws:s3:::b/in/a.zip");
}
