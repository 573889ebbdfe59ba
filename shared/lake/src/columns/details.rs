//! Where in a finding the columns beyond its header are found.

/// The value of a detail column is the first that one of its paths leads to: an action has one
/// remote address, wherever its kind keeps it.
pub(super) const DETAILS: [(&str, &[&str]); 17] = [
    ("resource_role", &["service.resourceRole"]),
    ("instance_id", &["resource.instanceDetails.instanceId"]),
    ("access_key_id", &["resource.accessKeyDetails.accessKeyId"]),
    ("principal_id", &["resource.accessKeyDetails.principalId"]),
    (
        "user_name",
        &[
            "resource.accessKeyDetails.userName",
            "resource.kubernetesDetails.kubernetesUserDetails.username",
            "resource.rdsDbUserDetails.user",
        ],
    ),
    ("s3_bucket_name", &["resource.s3BucketDetails.name"]),
    ("eks_cluster_name", &["resource.eksClusterDetails.name"]),
    ("action_type", &["service.action.actionType"]),
    (
        "api_name",
        &["service.action.awsApiCallAction.api", "service.action.kubernetesApiCallAction.verb"],
    ),
    ("service_name", &["service.action.awsApiCallAction.serviceName"]),
    (
        "domain",
        &[
            "service.action.dnsRequestAction.domain",
            "service.action.awsApiCallAction.domainDetails.domain",
        ],
    ),
    (
        "remote_ip",
        &[
            "service.action.networkConnectionAction.remoteIpDetails.ipAddressV4",
            "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4",
            "service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4",
            "service.action.kubernetesApiCallAction.remoteIpDetails.ipAddressV4",
            "service.action.rdsLoginAttemptAction.remoteIpDetails.ipAddressV4",
            "service.action.networkConnectionAction.remoteIpDetails.ipAddressV6",
            "service.action.awsApiCallAction.remoteIpDetails.ipAddressV6",
            "service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV6",
            "service.action.kubernetesApiCallAction.remoteIpDetails.ipAddressV6",
            "service.action.rdsLoginAttemptAction.remoteIpDetails.ipAddressV6",
        ],
    ),
    (
        "remote_country",
        &[
            "service.action.networkConnectionAction.remoteIpDetails.country.countryName",
            "service.action.awsApiCallAction.remoteIpDetails.country.countryName",
            "service.action.portProbeAction.portProbeDetails.remoteIpDetails.country.countryName",
            "service.action.kubernetesApiCallAction.remoteIpDetails.country.countryName",
            "service.action.rdsLoginAttemptAction.remoteIpDetails.country.countryName",
        ],
    ),
    (
        "remote_asn",
        &[
            "service.action.networkConnectionAction.remoteIpDetails.organization.asn",
            "service.action.awsApiCallAction.remoteIpDetails.organization.asn",
            "service.action.portProbeAction.portProbeDetails.remoteIpDetails.organization.asn",
            "service.action.kubernetesApiCallAction.remoteIpDetails.organization.asn",
            "service.action.rdsLoginAttemptAction.remoteIpDetails.organization.asn",
        ],
    ),
    (
        "remote_org",
        &[
            "service.action.networkConnectionAction.remoteIpDetails.organization.org",
            "service.action.awsApiCallAction.remoteIpDetails.organization.org",
            "service.action.portProbeAction.portProbeDetails.remoteIpDetails.organization.org",
            "service.action.kubernetesApiCallAction.remoteIpDetails.organization.org",
            "service.action.rdsLoginAttemptAction.remoteIpDetails.organization.org",
        ],
    ),
    ("remote_port", &["service.action.networkConnectionAction.remotePortDetails.port"]),
    (
        "local_port",
        &[
            "service.action.networkConnectionAction.localPortDetails.port",
            "service.action.portProbeAction.portProbeDetails.localPortDetails.port",
        ],
    ),
];
