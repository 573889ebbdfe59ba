//! The details of containers and of the clusters that run them.

use serde_json::{Value, json};

use super::Scene;

pub(super) fn container() -> Value {
    json!({ "containerDetails": one_container() })
}

pub(super) fn ecs_cluster(scene: &Scene<'_>) -> Value {
    json!({ "ecsClusterDetails": {
        "name": "example-ecs-cluster",
        "arn": scene.arn("ecs", "cluster/example-ecs-cluster"),
        "status": "ACTIVE",
        "activeServicesCount": 1,
        "registeredContainerInstancesCount": 2,
        "runningTasksCount": 3,
        "tags": [{ "key": "team", "value": "example" }],
        "taskDetails": {
            "arn": scene.arn("ecs", "task/example-ecs-cluster/00000000000000000000000000000001"),
            "definitionArn": scene.arn("ecs", "task-definition/example:1"),
            "version": "1",
            "createdAt": 1_767_225_600.0,
            "startedAt": 1_767_225_630.0,
            "startedBy": "example-service",
            "tags": [],
            "volumes": [{ "name": "data", "hostPath": { "path": "/data" } }],
            "containers": [one_container()],
            "group": "service:example",
            "launchType": "FARGATE",
        },
    }})
}

pub(super) fn eks_cluster(name: &str, scene: &Scene<'_>) -> Value {
    let by_a_user = name.contains(":Kubernetes/");
    // The rights of a caller, not a workload, are what these types are about.
    let of_rights = by_a_user && (name.contains("Role") || name.contains("PermissionChecked"));
    json!({
        "eksClusterDetails": {
            "name": "example-eks-cluster",
            "arn": scene.arn("eks", "cluster/example-eks-cluster"),
            "vpcId": "vpc-0123456789abcdef0",
            "status": "ACTIVE",
            "tags": [{ "key": "team", "value": "example" }],
            "createdAt": 1_767_225_600.0,
        },
        "kubernetesDetails": {
            "kubernetesUserDetails": if by_a_user { user(name) } else { Value::Null },
            "kubernetesWorkloadDetails": if of_rights { Value::Null } else { workload() },
        },
    })
}

fn user(name: &str) -> Value {
    json!({
        "username": if name.contains("Anonymous") { "system:anonymous" } else { "example-user" },
        "uid": "aws-iam-authenticator:111122223333:AROAEXAMPLEROLE00000",
        "groups": ["system:authenticated"],
        "sessionName": ["example-session"],
        "impersonatedUser": null,
    })
}

fn workload() -> Value {
    json!({
        "name": "example-pod",
        "type": "pods",
        "uid": "11111111-2222-3333-4444-555555555555",
        "namespace": "default",
        "hostNetwork": false,
        "serviceAccountName": "default",
        "containers": [one_container()],
        "volumes": [{ "name": "root", "hostPath": { "path": "/" } }],
        "hostIPC": false,
        "hostPID": false,
    })
}

fn one_container() -> Value {
    json!({
        "id": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "name": "example-container",
        "containerRuntime": "containerd",
        "image": "registry.example.com/example:1.0",
        "imagePrefix": "registry.example.com",
        "volumeMounts": [{ "name": "root", "mountPath": "/host" }],
        "securityContext": { "privileged": true, "allowPrivilegeEscalation": true },
    })
}
