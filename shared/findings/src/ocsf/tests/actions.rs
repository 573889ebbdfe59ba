//! Every kind of action, as evidence.

use serde_json::{Value as Json, json};

use super::event;

fn remote() -> Json {
    json!({"ipAddressV4": "198.51.100.7", "organization": {"asn": "64500", "isp": "Example"},
        "country": {"countryCode": "NL", "countryName": "Netherlands"}, "city": {"cityName": "Rotterdam"},
        "geoLocation": {"lat": 51.9, "lon": 4.5}})
}

/// The remote end as an endpoint, and what is left of it.
fn remote_end() -> (Json, Json) {
    let location = json!({"city": "Rotterdam", "country": "NL", "desc": "Netherlands",
        "coordinates": [4.5, 51.9], "isp": "Example"});
    let rest = json!({"organization": {"asn": "64500"}});
    (json!({"ip": "198.51.100.7", "location": location}), rest)
}

/// The event of a finding with this action, on an instance.
fn acted(name: &str, action: Json) -> Json {
    event(&json!({"resource": {"instanceDetails": {"instanceId": "i-1"}},
        "service": {"action": {"actionType": "SOME", name: action}}}))
}

#[test]
fn a_connection_goes_from_its_source_to_its_destination() {
    for (direction, id, caption) in
        [("OUTBOUND", 2, "Outbound"), ("INBOUND", 1, "Inbound"), ("UNKNOWN", 0, "Unknown")]
    {
        let event = acted(
            "networkConnectionAction",
            json!({"connectionDirection": direction, "protocol": "TCP",
            "blocked": false, "localNetworkInterface": "eni-1", "localIpDetails": {"ipAddressV4": "10.0.0.9"},
            "localPortDetails": {"port": 22, "portName": "SSH"}, "remoteIpDetails": remote(),
            "remotePortDetails": {"port": 5555}}),
        );
        let (mut theirs, organization) = remote_end();
        theirs["port"] = json!(5555);
        let ours =
            json!({"ip": "10.0.0.9", "port": 22, "interface_uid": "eni-1", "instance_uid": "i-1"});
        let (source, destination) = if id == 2 { (ours, theirs) } else { (theirs, ours) };
        let info = json!({"direction_id": id, "direction": caption, "protocol_name": "tcp", "protocol_num": 6});
        let rest =
            json!({"localPortDetails": {"portName": "SSH"}, "remoteIpDetails": organization});
        let expected = json!([{"src_endpoint": source, "dst_endpoint": destination, "connection_info": info,
            "data": {"networkConnectionAction": rest}}]);
        assert_eq!(event["evidences"], expected);
        assert_eq!(event["unmapped"], json!({"service": {"action": {"actionType": "SOME"}}}));
    }
}

#[test]
fn what_was_blocked_is_denied_and_what_was_not_is_allowed() {
    for action in ["networkConnectionAction", "portProbeAction", "dnsRequestAction"] {
        for (blocked, id, caption, disposition) in
            [(json!(true), 2, "Denied", "Blocked"), (json!("false"), 1, "Allowed", "Allowed")]
        {
            let event = acted(action, json!({"blocked": blocked}));
            assert_eq!((&event["action_id"], &event["action"]), (&json!(id), &json!(caption)));
            assert_eq!(event["disposition"], disposition);
            assert_eq!(
                event["metadata"]["profiles"],
                json!(["cloud", "datetime", "security_control"])
            );
            assert_eq!(event.pointer(&format!("/unmapped/service/action/{action}")), None);
        }
    }
    let event = acted("networkConnectionAction", json!({"blocked": "perhaps"}));
    assert_eq!(event.get("action_id"), None);
    assert_eq!(event["metadata"]["profiles"], json!(["cloud", "datetime"]));
}

#[test]
fn every_probe_is_an_inbound_connection() {
    let probe = |port: u16| json!({"localPortDetails": {"port": port}, "remoteIpDetails": {"ipAddressV6": "2001:db8::7"}});
    let event = acted("portProbeAction", json!({"portProbeDetails": [probe(22), probe(443)]}));
    let evidence = |port: u16| {
        json!({"src_endpoint": {"ip": "2001:db8::7"}, "dst_endpoint": {"port": port, "instance_uid": "i-1"},
            "connection_info": {"direction_id": 1, "direction": "Inbound"}})
    };
    assert_eq!(event["evidences"], json!([evidence(22), evidence(443)]));
}

#[test]
fn a_query_asks_for_a_name() {
    let request =
        json!({"domain": "c2.example.com", "domainWithSuffix": "example.com", "protocol": "UDP"});
    let event = acted("dnsRequestAction", request);
    let expected = json!([{"query": {"hostname": "c2.example.com"}, "src_endpoint": {"instance_uid": "i-1"},
        "connection_info": {"direction_id": 0, "direction": "Unknown", "protocol_name": "udp", "protocol_num": 17},
        "data": {"dnsRequestAction": {"domainWithSuffix": "example.com"}}}]);
    assert_eq!(event["evidences"], expected);
}

#[test]
fn a_call_of_the_api_has_a_caller_an_operation_and_an_answer() {
    let key = json!({"accessKeyId": "AKIAEXAMPLE", "principalId": "AIDAEXAMPLE", "userName": "ana", "userType": "IAMUser"});
    let call = json!({"api": "PutObject", "serviceName": "s3.amazonaws.com", "errorCode": "AccessDenied",
        "callerType": "Remote IP", "remoteIpDetails": remote(), "affectedResources": {"AWS::S3::Bucket": "b"}});
    let event = event(
        &json!({"resource": {"accessKeyDetails": key}, "service": {"action": {"awsApiCallAction": call}}}),
    );
    let user = json!({"name": "ana", "uid": "AIDAEXAMPLE", "credential_uid": "AKIAEXAMPLE", "type_id": 99, "type": "IAMUser"});
    let (source, organization) = remote_end();
    let rest = json!({"callerType": "Remote IP", "remoteIpDetails": organization, "affectedResources": {"AWS::S3::Bucket": "b"}});
    let expected = json!([{"actor": {"user": user}, "src_endpoint": source,
        "api": {"operation": "PutObject", "service": {"name": "s3.amazonaws.com"}, "response": {"error": "AccessDenied"}},
        "data": {"awsApiCallAction": rest}}]);
    assert_eq!(event["evidences"], expected);
}

#[test]
fn a_call_of_a_service_comes_from_the_service() {
    let call = json!({"api": "StopLogging", "callerType": "Domain", "domainDetails": {"domain": "cloudformation.amazonaws.com"}});
    let event = acted("awsApiCallAction", call);
    let evidence = &event["evidences"][0];
    assert_eq!(evidence["src_endpoint"], json!({"svc_name": "cloudformation.amazonaws.com"}));
    assert_eq!(evidence.get("actor"), None);
}

#[test]
fn a_call_of_kubernetes_is_made_by_a_user_of_the_cluster() {
    let user =
        json!({"username": "bot", "uid": "u", "groups": ["deployers"], "sessionName": ["ci"]});
    let call = json!({"verb": "create", "requestUri": "/api", "statusCode": 201, "sourceIPs": ["x", "203.0.113.9"]});
    let event = event(&json!({"resource": {"kubernetesDetails": {"kubernetesUserDetails": user}},
        "service": {"action": {"kubernetesApiCallAction": call}}}));
    let expected = json!([{"actor": {"user": {"name": "bot", "uid": "u", "groups": [{"name": "deployers"}]}},
        "api": {"operation": "create", "response": {"code": 201}}, "src_endpoint": {"ip": "203.0.113.9"},
        "data": {"kubernetesApiCallAction": {"requestUri": "/api", "sourceIPs": ["x", "203.0.113.9"]}}}]);
    assert_eq!(event["evidences"], expected);
    let left = json!({"resource": {"kubernetesDetails": {"kubernetesUserDetails": {"sessionName": ["ci"]}}}});
    assert_eq!(event["unmapped"], left);
}

#[test]
fn every_user_that_was_tried_is_a_login_of_its_own() {
    let attempt = json!({"remoteIpDetails": {"ipAddressV4": "198.51.100.7"}, "LoginAttributes":
        [{"user": "root", "failedLoginAttempts": 9}, {"user": "app", "application": "psql"}]});
    let event = acted("rdsLoginAttemptAction", attempt);
    let login = |user: &str, data: Json| json!({"actor": {"user": {"name": user}}, "src_endpoint": {"ip": "198.51.100.7"}, "data": {"loginAttributes": data}});
    let expected = [
        login("root", json!({"failedLoginAttempts": 9})),
        login("app", json!({"application": "psql"})),
    ];
    assert_eq!(event["evidences"], json!(expected));
    let plain = super::event(&json!({"resource": {"rdsDbUserDetails": {"user": "root"}},
        "service": {"action": {"rdsLoginAttemptAction": {"remoteIpDetails": {"ipAddressV4": "198.51.100.7"}}}}}));
    assert_eq!(plain["evidences"][0]["actor"], json!({"user": {"name": "root"}}));
}

#[test]
fn an_action_that_nobody_has_heard_of_is_evidence_by_its_own_name() {
    for name in ["kubernetesRoleDetails", "quantumAction"] {
        let event = acted(name, json!({"kind": "Role", "name": null}));
        assert_eq!(event["evidences"], json!([{"data": {name: {"kind": "Role"}}}]));
    }
    assert_eq!(acted("networkConnectionAction", json!({})).pointer("/evidences/1"), None);
}

#[test]
fn an_attack_sequence_has_its_actors_endpoints_and_calls() {
    let sequence = json!({
        "actors": [{"id": "a1", "user": {"name": "ana", "uid": "u", "type": "IAMUser", "credentialUid": "AKIAEXAMPLE",
                "account": {"uid": "111122223333", "account": "production"}},
            "session": {"uid": "s", "mfaStatus": "ENABLED", "createdTime": 1_790_841_600, "issuer": "i"}},
            {"process": {"name": "xmrig", "path": "/tmp/xmrig"}}],
        "endpoints": [{"id": "e1", "ip": "198.51.100.7", "port": 443, "domain": "c2.example.com",
            "autonomousSystem": {"number": 64500}, "connection": {"direction": "OUTBOUND"},
            "location": {"city": "Rotterdam", "country": "Netherlands", "lat": 51.9, "lon": 4.5}}, {"domain": "_x"}],
        "signals": [{"uid": "s1", "name": "sts:GetCallerIdentity", "activities": [{"type": "API_CALL",
            "api": {"operation": "GetCallerIdentity", "service": "sts.amazonaws.com", "error": "AccessDenied"}}]}]
    });
    let event = event(&json!({"service": {"detection": {"sequence": sequence}}}));
    let account =
        json!({"uid": "111122223333", "name": "production", "type_id": 10, "type": "AWS Account"});
    let user = json!({"name": "ana", "uid": "u", "type_id": 99, "type": "IAMUser", "credential_uid": "AKIAEXAMPLE", "account": account});
    let session = json!({"uid": "s", "is_mfa": true, "issuer": "i",
        "created_time": 1_790_841_600_000_i64, "created_time_dt": "2026-10-01T08:00:00.000Z"});
    let location = json!({"city": "Rotterdam", "desc": "Netherlands", "coordinates": [4.5, 51.9]});
    let endpoint = json!({"uid": "e1", "ip": "198.51.100.7", "port": 443, "hostname": "c2.example.com", "location": location});
    let expected = json!([
        {"actor": {"user": user, "session": session}, "data": {"actors": {"id": "a1"}}},
        {"file": {"name": "xmrig", "path": "/tmp/xmrig", "type_id": 1, "type": "Regular File"},
            "data": {"actors": {"process": {"name": "xmrig"}}}},
        {"dst_endpoint": endpoint, "connection_info": {"direction_id": 2, "direction": "Outbound"},
            "data": {"endpoints": {"id": "e1", "autonomousSystem": {"number": 64500}}}},
        {"data": {"endpoints": {"domain": "_x"}}},
        {"api": {"operation": "GetCallerIdentity", "service": {"name": "sts.amazonaws.com"}, "response": {"error": "AccessDenied"}},
            "data": {"activities": {"type": "API_CALL"}}}
    ]);
    assert_eq!(event["evidences"], expected);
    let related = json!([{"uid": "s1", "type": "sts:GetCallerIdentity"}]);
    assert_eq!(event["finding_info"]["related_events"], related);
}
