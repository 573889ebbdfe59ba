"""Drives an emulated GuardDuty with boto3, and holds every answer against the service model that botocore ships.

    tests/python/guardduty_boto3.py PORT [EXPORT_FOLDER [EVENTS_FILE]]

PORT is where GuardDuty listens on 127.0.0.1, with nothing set up yet: `cargo run -p local --example guardduty -- PORT EXPORT_FOLDER`.
With EXPORT_FOLDER (the example's own), the folder marker of a destination's prefix is tried too; with EVENTS_FILE (what the example
prints), the events are held against the model as well. Every operation that the emulator has is called; its answer is checked by this
script, and on the wire by the model: no member unknown, none required missing, each of its type, enumerations kept. Prints
{"operations": …, "answers": …, "findings": …, "events": …}; exits 1 and says why when something is wrong.
"""

import json
import pathlib
import re
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT, REGION = "111122223333", "us-east-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
PORT_PROBE, SPAMBOT = "Recon:EC2/PortProbeUnprotectedPort", "Backdoor:EC2/Spambot"
ADDITIONAL_INFO = re.compile(r"(^|\.)additionalInfo$")

KINDS = {
    "string": str,
    "integer": int,
    "long": int,
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),
    "boolean": bool,
    "list": list,
    "map": dict,
    "structure": dict,
}


class Wrong(Exception):
    """What is not as it should be."""


def must(condition, what):
    if not condition:
        raise Wrong(what)


def equal(got, expected, what):
    must(got == expected, f"{what}: got {got!r}, expected {expected!r}")


def check_shape(value, shape, path, free=None):
    """Holds JSON as it came over the wire against a shape of the model; `free` matches paths that may hold more members."""
    if value is None:
        return
    kind = shape.type_name
    must(isinstance(value, KINDS[kind]) and (kind == "boolean") == isinstance(value, bool), f"{path}: {value!r} is no {kind}")
    if kind == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        required = {shape.members[name].serialization.get("name", name) for name in shape.required_members}
        must(required <= {key for key, member in value.items() if member is not None}, f"{path} lacks {required - value.keys()}")
        unknown = value.keys() - members.keys()
        must(not unknown or (free and free.search(path)), f"{path}: the model of {shape.name} does not know {unknown}")
        for key in value.keys() & members.keys():
            check_shape(value[key], members[key], f"{path}.{key}", free)
    elif kind == "list":
        for item in value:
            check_shape(item, shape.member, f"{path}[]", free)
    elif kind == "map":
        for key, item in value.items():
            check_shape(item, shape.value, f"{path}.{key}", free)
    elif kind == "string" and getattr(shape, "enum", None):
        # Shapes use the lower case of Kubernetes for workload types, whatever the enumeration says.
        must(value.upper() in shape.enum, f"{path}: {value!r} is none of {shape.enum}")


class Client:
    """boto3's client, which counts what was called and checks every answer as raw JSON."""

    def __init__(self, port, region=REGION, account="AKIAIOSFODNN7EXAMPLE"):
        self.called, self.answers = set(), 0
        self.boto3 = boto3.client(
            "guardduty",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="example",
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20),
        )
        self.boto3.meta.events.register("before-parse.guardduty", self.check)

    def check(self, operation_model, response_dict, **_):
        self.called.add(operation_model.name)
        self.answers += 1
        if response_dict["status_code"] == 200:
            check_shape(json.loads(response_dict["body"]), operation_model.output_shape, operation_model.name)

    def __getattr__(self, name):
        return getattr(self.boto3, name)

    def refuses(self, code, operation, **parameters):
        """The call must fail with this code, as boto3's typed exception where the model has one."""
        try:
            getattr(self.boto3, operation)(**parameters)
        except ClientError as error:
            equal(error.response["Error"]["Code"], code, f"{operation} {parameters}")
            must(error.response["Error"]["Message"], f"{operation}: an error without a message")
            if typed := getattr(self.boto3.exceptions, code, None):
                must(isinstance(error, typed), f"{operation}: not typed as {code}")
            return error.response["Error"]["Message"]
        raise Wrong(f"{operation} {parameters} succeeded, expected {code}")

    def shape(self, name):
        return self.boto3.meta.service_model.shape_for(name)


def detectors(client):
    equal(client.list_detectors()["DetectorIds"], [], "detectors of a fresh account")
    client.refuses("BadRequestException", "get_detector", DetectorId="0" * 32)
    detector = client.create_detector(Enable=True, Tags={"team": "example"})["DetectorId"]
    must(re.fullmatch("[0-9a-f]{32}", detector), f"detector id {detector}")
    client.refuses("BadRequestException", "create_detector", Enable=True)
    equal(client.list_detectors(MaxResults=50)["DetectorIds"], [detector], "detectors")
    got = client.get_detector(DetectorId=detector)
    equal((got["Status"], got["FindingPublishingFrequency"], got["Tags"]), ("ENABLED", "SIX_HOURS", {"team": "example"}), "new detector")
    features = [{"Name": "RUNTIME_MONITORING", "Status": "ENABLED", "AdditionalConfiguration": [{"Name": "EC2_AGENT_MANAGEMENT", "Status": "ENABLED"}]}]
    client.update_detector(DetectorId=detector, FindingPublishingFrequency="FIFTEEN_MINUTES", Features=features, DataSources={"S3Logs": {"Enable": False}})
    got = client.get_detector(DetectorId=detector)
    statuses = {feature["Name"]: feature["Status"] for feature in got["Features"]}
    equal(got["FindingPublishingFrequency"], "FIFTEEN_MINUTES", "changed frequency")
    equal((statuses["RUNTIME_MONITORING"], statuses["S3_DATA_EVENTS"], statuses["FLOW_LOGS"]), ("ENABLED", "DISABLED", "ENABLED"), "features")
    equal(got["DataSources"]["S3Logs"]["Status"], "DISABLED", "data source")
    both = [{"Name": "EKS_RUNTIME_MONITORING", "Status": "ENABLED"}]
    client.refuses("BadRequestException", "update_detector", DetectorId=detector, Features=both)
    return detector


def coverage(client, detector):
    """Runtime monitoring is on, and of its agents GuardDuty looks after the one on EC2."""
    both = ["COUNT_BY_RESOURCE_TYPE", "COUNT_BY_COVERAGE_STATUS"]
    got = client.get_coverage_statistics(DetectorId=detector, StatisticsType=both)["CoverageStatistics"]
    equal(got["CountByResourceType"], {"EKS": 1, "ECS": 1, "EC2": 1}, "coverage by type")
    equal(got["CountByCoverageStatus"], {"HEALTHY": 1, "UNHEALTHY": 2}, "coverage by status")

    def criteria(key, **condition):
        return {"FilterCriterion": [{"CriterionKey": key, "FilterCondition": condition}]}

    [healthy] = client.list_coverage(DetectorId=detector, FilterCriteria=criteria("COVERAGE_STATUS", Equals=["HEALTHY"]))["Resources"]
    equal((healthy["AccountId"], healthy["ResourceDetails"]["ResourceType"]), (ACCOUNT, "EC2"), "what is covered")
    others = client.list_coverage(DetectorId=detector, MaxResults=1, FilterCriteria=criteria("RESOURCE_TYPE", NotEquals=["EC2"]))
    must(others["NextToken"] and others["Resources"][0]["Issue"], "what is not covered")
    none = client.get_coverage_statistics(DetectorId=detector, StatisticsType=both[1:], FilterCriteria=criteria("ACCOUNT_ID", Equals=["999988887777"]))
    equal(none["CoverageStatistics"]["CountByCoverageStatus"], {}, "coverage of another account")
    client.refuses("BadRequestException", "list_coverage", DetectorId=detector, FilterCriteria=criteria("NOTHING", Equals=["x"]))


def filters(client, detector):
    criteria = {"Criterion": {"type": {"Equals": [SPAMBOT]}, "severity": {"GreaterThanOrEqual": 4}, "region": {"Matches": ["us-*"]}}}
    saved = client.create_filter(
        DetectorId=detector, Name="quiet.spam", Action="ARCHIVE", Rank=2, Description="example", FindingCriteria=criteria, Tags={"a": "b"}
    )
    equal(saved["Name"], "quiet.spam", "created filter")
    got = client.get_filter(DetectorId=detector, FilterName="quiet.spam")
    equal((got["FindingCriteria"], got["Action"], got["Rank"], got["Description"], got["Tags"]), (criteria, "ARCHIVE", 2, "example", {"a": "b"}), "filter")
    for wrong in [
        {"Name": "has a space"},
        {"Rank": 101},
        {"FindingCriteria": {"Criterion": {}}},
        {"FindingCriteria": {"Criterion": {"severity": {"Equals": ["1"] * 51}}}},
        {"FindingCriteria": {"Criterion": {f"resource.{number}": {"Equals": ["1"]} for number in range(51)}}},
        {"Name": "quiet.spam"},
    ]:
        good = {"Name": "another", "Rank": 1, "FindingCriteria": criteria}
        client.refuses("BadRequestException", "create_filter", DetectorId=detector, **(good | wrong))
    client.create_filter(DetectorId=detector, Name="first", Rank=1, FindingCriteria=criteria)
    equal(client.list_filters(DetectorId=detector)["FilterNames"], ["first", "quiet.spam"], "filters by rank")
    page = client.list_filters(DetectorId=detector, MaxResults=1)
    rest = client.list_filters(DetectorId=detector, MaxResults=1, NextToken=page["NextToken"])
    equal(page["FilterNames"] + rest["FilterNames"], ["first", "quiet.spam"], "pages of filters")
    must("NextToken" not in rest, "the last page of filters has a token")
    client.update_filter(DetectorId=detector, FilterName="first", Action="NOOP", Rank=9, Description="later")
    equal(client.get_filter(DetectorId=detector, FilterName="first")["Version"], 2, "version of a changed filter")
    client.delete_filter(DetectorId=detector, FilterName="first")
    client.refuses("BadRequestException", "get_filter", DetectorId=detector, FilterName="first")


def all_ids(client, detector, **query):
    pages = client.get_paginator("list_findings").paginate(DetectorId=detector, **query)
    return [finding for page in pages for finding in page["FindingIds"]]


def read(client, detector, ids):
    batches = [ids[start : start + 50] for start in range(0, len(ids), 50)]
    return [finding for batch in batches for finding in client.get_findings(DetectorId=detector, FindingIds=batch)["Findings"]]


def samples(client, detector):
    client.create_sample_findings(DetectorId=detector, FindingTypes=[PORT_PROBE])
    client.create_sample_findings(DetectorId=detector, FindingTypes=[PORT_PROBE])
    [finding] = read(client, detector, all_ids(client, detector))
    equal((finding["Type"], finding["Service"]["Count"], finding["Severity"]), (PORT_PROBE, 2, 2.0), "a sample made twice")
    equal(json.loads(finding["Service"]["AdditionalInfo"]["Value"]), {"sample": True}, "the mark of a sample")
    client.refuses("BadRequestException", "create_sample_findings", DetectorId=detector, FindingTypes=["Recon:EC2/Nothing"])
    client.refuses("BadRequestException", "create_sample_findings", DetectorId=detector, FindingTypes=[PORT_PROBE] * 51)

    client.create_sample_findings(DetectorId=detector)
    ids = all_ids(client, detector)
    findings = read(client, detector, ids)
    types = {finding["Type"] for finding in findings}
    must(len(ids) == len(set(ids)) == len(types) == len(findings) >= 200, f"{len(ids)} samples of {len(types)} types")
    for finding in findings:
        resource = {key for key, value in finding["Resource"].items() if value}
        attack = finding["Service"].get("Detection", {}).get("Sequence")
        must(len(resource) > 1 or attack, f"{finding['Type']} has no resource details")
        must(bool(attack) == finding["Type"].startswith("AttackSequence:"), f"{finding['Type']}: sequence")
        must(finding["Arn"].endswith(f"detector/{detector}/finding/{finding['Id']}"), f"{finding['Arn']}")
    return findings


def queries(client, detector, findings):
    by_id = {finding["Id"]: finding for finding in findings}

    def found(criterion, **more):
        return all_ids(client, detector, FindingCriteria={"Criterion": criterion}, **more)

    high = found({"severity": {"Equals": ["7", "8"]}})
    equal(set(high), {key for key, finding in by_id.items() if 7 <= finding["Severity"] < 9}, "high findings")
    equal(set(found({"severity": {"GreaterThanOrEqual": 7, "LessThan": 9}})), set(high), "high findings by range")
    suppressed = found({"service.archived": {"Equals": ["true"]}})
    equal([by_id[key]["Type"] for key in suppressed], [SPAMBOT], "suppressed findings")
    last = max(finding["UpdatedAt"] for finding in findings)
    future = int(time.time() * 1000) + 60_000
    equal(found({"updatedAt": {"GreaterThan": future}}), [], f"findings after {last}")
    equal(len(found({"updatedAt": {"LessThanOrEqual": future}})), len(findings), "findings until now")
    equal(len(found({"resource.instanceDetails.networkInterfaces.securityGroups.groupId": {"Equals": ["sg-0123456789abcdef0"]}})) > 10, True, "a path through lists")
    ordered = [by_id[key]["Severity"] for key in found({}, SortCriteria={"AttributeName": "severity", "OrderBy": "DESC"})]
    equal(ordered, sorted(ordered, reverse=True), "findings by severity")
    for criterion in [{"title": {"Equals": ["x"]}}, {"type": {"Matches": ["Recon:*"]}}, {"severity": {}}, {"x": {"Equals": ["y"]}}]:
        client.refuses("BadRequestException", "list_findings", DetectorId=detector, FindingCriteria={"Criterion": criterion})
    client.refuses("BadRequestException", "list_findings", DetectorId=detector, NextToken="no token")
    client.refuses("BadRequestException", "get_findings", DetectorId=detector, FindingIds=["0" * 32] * 51)
    equal(client.get_findings(DetectorId=detector, FindingIds=["0" * 32])["Findings"], [], "an unknown finding")


def archive(client, detector, findings):
    ids = [finding["Id"] for finding in findings if finding["Severity"] < 4][:3]
    client.archive_findings(DetectorId=detector, FindingIds=[*ids, "0" * 32])
    must(all(finding["Service"]["Archived"] for finding in read(client, detector, ids)), "not archived")
    client.unarchive_findings(DetectorId=detector, FindingIds=ids)
    must(not any(finding["Service"]["Archived"] for finding in read(client, detector, ids)), "not unarchived")
    client.archive_findings(DetectorId=detector, FindingIds=[])
    client.refuses("BadRequestException", "archive_findings", DetectorId=detector, FindingIds=["0" * 32] * 51)
    client.archive_findings(DetectorId=detector, FindingIds=ids)
    again = [finding["Type"] for finding in findings if finding["Id"] in ids]
    client.create_sample_findings(DetectorId=detector, FindingTypes=again)
    must(not any(finding["Service"]["Archived"] for finding in read(client, detector, ids)), "a recurrence did not bring findings back")
    client.update_findings_feedback(DetectorId=detector, FindingIds=ids[:1], Feedback="USEFUL")
    equal(read(client, detector, ids[:1])[0]["Service"]["UserFeedback"], "USEFUL", "feedback")


def statistics(client, detector, findings):
    def ask(**parameters):
        return client.get_findings_statistics(DetectorId=detector, **parameters)["FindingStatistics"]

    counts = ask(FindingStatisticTypes=["COUNT_BY_SEVERITY"])["CountBySeverity"]
    equal(sum(counts.values()), len(findings), "findings by severity")
    for group, member in [
        ("ACCOUNT", "GroupedByAccount"),
        ("DATE", "GroupedByDate"),
        ("FINDING_TYPE", "GroupedByFindingType"),
        ("RESOURCE", "GroupedByResource"),
        ("SEVERITY", "GroupedBySeverity"),
    ]:
        groups = ask(GroupBy=group, MaxResults=100, OrderBy="DESC")[member]
        totals = [found["TotalFindings"] for found in groups]
        equal(totals, sorted(totals, reverse=True), f"order of {group}")
        if group != "FINDING_TYPE":
            equal(sum(totals), len(findings), f"findings by {group}")
    client.refuses("BadRequestException", "get_findings_statistics", DetectorId=detector)


def destinations(client, detector, exports):
    def properties(arn, **more):
        return {"DestinationArn": arn, "KmsKeyArn": KEY} | more

    def create(arn, **more):
        return {"DetectorId": detector, "DestinationType": "S3", "DestinationProperties": properties(arn, **more)}

    client.refuses("BadRequestException", "create_publishing_destination", **create("arn:aws:sqs:us-east-1:111122223333:queue"))
    message = client.refuses("BadRequestException", "create_publishing_destination", **create("arn:aws:s3:::amzn-s3-demo-exports/no-folder"))
    must("folder does not exist" in message, f"message of a missing folder: {message}")
    arn = "arn:aws:s3:::amzn-s3-demo-exports"
    if exports:
        (exports / "amzn-s3-demo-exports/guardduty").mkdir(parents=True, exist_ok=True)
        arn += "/guardduty/"
    made = client.create_publishing_destination(**create(arn, ExpectedBucketOwner=ACCOUNT), Tags={"a": "b"})["DestinationId"]
    client.refuses("BadRequestException", "create_publishing_destination", **create(arn))
    wanted, deadline = "PUBLISHING", time.monotonic() + 10
    while (got := client.describe_publishing_destination(DetectorId=detector, DestinationId=made))["Status"] != wanted:
        equal(got["Status"], "PENDING_VERIFICATION", "status of a new destination")
        must(time.monotonic() < deadline, "the destination is never verified")
        time.sleep(0.05)
    equal(got["DestinationProperties"], properties(arn, ExpectedBucketOwner=ACCOUNT), "destination")
    equal((got["PublishingFailureStartTimestamp"], got["Tags"]), (0, {"a": "b"}), "destination")
    listed = client.list_publishing_destinations(DetectorId=detector)["Destinations"]
    equal(listed, [{"DestinationId": made, "DestinationType": "S3", "Status": "PUBLISHING"}], "destinations")
    client.update_publishing_destination(DetectorId=detector, DestinationId=made, DestinationProperties={"KmsKeyArn": KEY})
    client.delete_publishing_destination(DetectorId=detector, DestinationId=made)
    client.refuses("BadRequestException", "describe_publishing_destination", DetectorId=detector, DestinationId=made)


def costs(client, detector):
    kinds = ["SUM_BY_ACCOUNT", "SUM_BY_DATA_SOURCE", "SUM_BY_RESOURCE", "TOP_RESOURCES", "SUM_BY_FEATURES", "TOP_ACCOUNTS_BY_FEATURE"]
    for kind in kinds:
        got = client.get_usage_statistics(DetectorId=detector, UsageStatisticType=kind, UsageCriteria={"AccountIds": [ACCOUNT]}, Unit="USD")
        equal([value for value in got["UsageStatistics"].values() if value], [], f"{kind} of a young detector")
    days = client.get_remaining_free_trial_days(DetectorId=detector, AccountIds=[ACCOUNT, "999988887777"])
    equal({feature["FreeTrialDaysRemaining"] for feature in days["Accounts"][0]["Features"]}, {30}, "free days")
    equal([account["AccountId"] for account in days["UnprocessedAccounts"]], ["999988887777"], "unprocessed accounts")


def organization(client, detector):
    equal(client.list_organization_admin_accounts()["AdminAccounts"], [], "administrators")
    client.enable_organization_admin_account(AdminAccountId=ACCOUNT)
    equal(client.list_organization_admin_accounts()["AdminAccounts"], [{"AdminAccountId": ACCOUNT, "AdminStatus": "ENABLED"}], "administrators")
    client.refuses("BadRequestException", "enable_organization_admin_account", AdminAccountId="444455556666")
    client.update_organization_configuration(
        DetectorId=detector,
        AutoEnableOrganizationMembers="ALL",
        Features=[
            {"Name": "S3_DATA_EVENTS", "AutoEnable": "NEW"},
            {"Name": "RUNTIME_MONITORING", "AutoEnable": "ALL", "AdditionalConfiguration": [{"Name": "EC2_AGENT_MANAGEMENT", "AutoEnable": "ALL"}]},
        ],
    )
    got = client.describe_organization_configuration(DetectorId=detector)
    equal((got["AutoEnableOrganizationMembers"], got["AutoEnable"], got["DataSources"]["S3Logs"]["AutoEnable"]), ("ALL", True, True), "organization")
    client.refuses("BadRequestException", "update_organization_configuration", DetectorId=detector, AutoEnable=True, AutoEnableOrganizationMembers="ALL")
    client.disable_organization_admin_account(AdminAccountId=ACCOUNT)
    client.refuses("BadRequestException", "disable_organization_admin_account", AdminAccountId=ACCOUNT)


def members(client, detector):
    account = {"AccountId": "444455556666", "Email": "security@example.com"}
    equal(client.create_members(DetectorId=detector, AccountDetails=[account])["UnprocessedAccounts"], [], "created members")
    equal(client.list_members(DetectorId=detector)["Members"], [], "associated members")
    [member] = client.list_members(DetectorId=detector, OnlyAssociated="false")["Members"]
    equal((member["AccountId"], member["RelationshipStatus"]), ("444455556666", "Created"), "member")
    equal(client.invite_members(DetectorId=detector, AccountIds=["444455556666"])["UnprocessedAccounts"], [], "invited")
    got = client.get_members(DetectorId=detector, AccountIds=["444455556666", "999988887777"])
    equal(([one["RelationshipStatus"] for one in got["Members"]], len(got["UnprocessedAccounts"])), (["Invited"], 1), "members")
    client.refuses("BadRequestException", "delete_detector", DetectorId=detector)
    equal(client.get_administrator_account(DetectorId=detector)["Administrator"], {}, "the administrator's own administrator")
    equal(client.disassociate_members(DetectorId=detector, AccountIds=["444455556666"])["UnprocessedAccounts"], [], "disassociated")
    [member] = client.get_members(DetectorId=detector, AccountIds=["444455556666"])["Members"]
    equal(member["RelationshipStatus"], "Created", "a member that takes part no more")
    equal(client.delete_members(DetectorId=detector, AccountIds=["444455556666"])["UnprocessedAccounts"], [], "deleted members")


def elsewhere(port, client, detector):
    """Another Region, another account through a role, and what a member may not do."""
    there = Client(port, region="eu-west-1")
    equal(there.list_detectors()["DetectorIds"], [], "detectors of another Region")
    there.refuses("BadRequestException", "get_detector", DetectorId=detector)
    other = Client(port, account="444455556666")
    own = other.create_detector(Enable=True)["DetectorId"]
    must(own != detector, "two accounts share a detector")
    client.create_members(DetectorId=detector, AccountDetails=[{"AccountId": "444455556666", "Email": "a@example.com"}])
    client.invite_members(DetectorId=detector, AccountIds=["444455556666"])
    equal(other.get_administrator_account(DetectorId=own)["Administrator"]["AccountId"], ACCOUNT, "the member's administrator")
    must("administrator" in other.refuses("BadRequestException", "archive_findings", DetectorId=own, FindingIds=["x"]), "a member may archive")
    other.disassociate_from_administrator_account(DetectorId=own)
    other.refuses("BadRequestException", "disassociate_from_administrator_account", DetectorId=own)
    equal(other.get_administrator_account(DetectorId=own)["Administrator"], {}, "the administrator of a member that has left")
    equal(client.list_members(DetectorId=detector)["Members"], [], "members after the only one has left")
    [left] = client.list_members(DetectorId=detector, OnlyAssociated="false")["Members"]
    equal(left["RelationshipStatus"], "Resigned", "a member that has left")
    client.delete_members(DetectorId=detector, AccountIds=["444455556666"])
    other.delete_detector(DetectorId=own)
    of_the_organization(port, client, detector)
    around(port)


def of_the_organization(port, client, detector):
    """Members that nobody invites: they get GuardDuty, and can't leave by themselves."""
    client.enable_organization_admin_account(AdminAccountId=ACCOUNT)
    client.update_organization_configuration(DetectorId=detector, AutoEnableOrganizationMembers="ALL")
    client.create_members(DetectorId=detector, AccountDetails=[{"AccountId": "777788889999", "Email": "b@example.com"}])
    equal([one["RelationshipStatus"] for one in client.list_members(DetectorId=detector)["Members"]], ["Enabled"], "a member of the organization")
    member = Client(port, account="777788889999")
    [own] = member.list_detectors()["DetectorIds"]
    member.refuses("BadRequestException", "disassociate_from_administrator_account", DetectorId=own)
    client.refuses("BadRequestException", "disassociate_members", DetectorId=detector, AccountIds=["777788889999"])
    client.update_organization_configuration(DetectorId=detector, AutoEnableOrganizationMembers="NONE")
    client.disassociate_members(DetectorId=detector, AccountIds=["777788889999"])
    client.delete_members(DetectorId=detector, AccountIds=["777788889999"])
    client.refuses("BadRequestException", "delete_detector", DetectorId=detector)
    client.disable_organization_admin_account(AdminAccountId=ACCOUNT)
    member.delete_detector(DetectorId=own)
    client.called |= member.called


def around(port):
    """STS and the settings of buckets, as far as an operator's commands need them."""

    def service(name):
        return boto3.client(
            name,
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name=REGION,
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    sts, s3, bucket = service("sts"), service("s3"), "boto3-settings"
    equal(sts.get_caller_identity()["Account"], ACCOUNT, "the caller's account")
    role = sts.assume_role(RoleArn="arn:aws:iam::444455556666:role/ops", RoleSessionName="test")
    equal(role["Credentials"]["AccessKeyId"], "444455556666", "a role's access key")
    kms = service("kms")
    equal(kms.describe_key(KeyId=KEY)["KeyMetadata"]["KeyState"], "Enabled", "a key")
    policy = kms.get_key_policy(KeyId=KEY, PolicyName="default")["Policy"]
    must(f"arn:aws:iam::{ACCOUNT}:root" in policy, f"the policy of a new key: {policy}")
    kms.put_key_policy(KeyId=KEY, PolicyName="default", Policy=policy)
    try:
        kms.put_key_policy(KeyId=KEY, PolicyName="default", Policy=json.dumps({"Statement": []}))
        raise Wrong("a key's owner could be locked out")
    except kms.exceptions.MalformedPolicyDocumentException:
        pass
    s3.create_bucket(Bucket=bucket)
    for operation, code in [
        ("get_bucket_policy", "NoSuchBucketPolicy"),
        ("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"),
        ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
        ("get_bucket_ownership_controls", "OwnershipControlsNotFoundError"),
        ("get_public_access_block", "NoSuchPublicAccessBlockConfiguration"),
    ]:
        try:
            getattr(s3, operation)(Bucket=bucket)
            raise Wrong(f"{operation} succeeded before anything was set")
        except ClientError as error:
            equal((error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]), (code, 404), operation)
    equal("EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket), False, "events before they are set")
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    equal("EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket), True, "events")
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    equal(s3.get_bucket_policy(Bucket=bucket)["Policy"], policy, "policy")
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "Expiration": {"Days": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    equal(s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"], [rule], "lifecycle")
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    equal(s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"], [{"ObjectOwnership": "BucketOwnerEnforced"}], "ownership")


def tags(client, detector):
    arn = f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/{detector}"
    client.tag_resource(ResourceArn=arn, Tags={"owner": "example", "with space": "ä + b"})
    client.untag_resource(ResourceArn=arn, TagKeys=["team", "nothing"])
    equal(client.list_tags_for_resource(ResourceArn=arn)["Tags"], {"owner": "example", "with space": "ä + b"}, "tags")
    client.refuses("BadRequestException", "list_tags_for_resource", ResourceArn=arn + "0")


def events(client, path, findings):
    """Events hold the whole finding, whose free-form information may hold anything beside what the model knows."""
    told = [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines()]
    for event in told:
        equal((event["source"], event["detail-type"], event["account"], event["region"]), ("aws.guardduty", "GuardDuty Finding", ACCOUNT, REGION), "event")
        must(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"]), f"time of an event: {event['time']}")
        check_shape(event["detail"], client.shape("Finding"), event["detail"]["type"], ADDITIONAL_INFO)
        equal(event["detail"]["service"]["additionalInfo"]["sample"], True, "the mark of a sample in an event")
    first = {event["detail"]["id"] for event in told if event["detail"]["service"]["count"] == 1}
    equal(first, {finding["Id"] for finding in findings if finding["Type"] != SPAMBOT}, "findings that had an event")
    return len(told)


def main(port, exports=None, events_file=None):
    client = Client(port)
    exports = pathlib.Path(exports) if exports else None
    detector = detectors(client)
    coverage(client, detector)
    filters(client, detector)
    findings = samples(client, detector)
    queries(client, detector, findings)
    archive(client, detector, findings)
    statistics(client, detector, findings)
    destinations(client, detector, exports)
    costs(client, detector)
    organization(client, detector)
    members(client, detector)
    if not exports:
        elsewhere(port, client, detector)
    tags(client, detector)
    must("ListIPSets" in client.refuses("UnknownOperationException", "list_ip_sets", DetectorId=detector), "an unknown operation is not named")
    told = events(client, events_file, findings) if events_file else 0
    client.delete_detector(DetectorId=detector)
    equal(client.list_detectors()["DetectorIds"], [], "detectors at the end")
    called = client.called - {"ListIPSets"}
    print(json.dumps({"operations": len(called), "answers": client.answers, "findings": len(findings), "events": told}))


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except Wrong as wrong:
        sys.exit(f"guardduty_boto3: {wrong}")
