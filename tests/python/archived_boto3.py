"""Says with boto3 which findings of a GuardDuty are archived and which are not: an observer that is not ours.

    tests/python/archived_boto3.py ENDPOINT

Prints {"archived": [ids, sorted], "open": [ids, sorted]}. The keys are those of the emulator.
"""

import json
import sys

import boto3


def listed(client, detector, archived):
    criterion = {"service.archived": {"Equals": [str(archived).lower()]}}
    pages = client.get_paginator("list_findings").paginate(DetectorId=detector, FindingCriteria={"Criterion": criterion})
    return sorted(id for page in pages for id in page["FindingIds"])


def main(endpoint):
    client = boto3.client(
        "guardduty",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="AKIALOCALLOCALLOCAL0",
        aws_secret_access_key="local",
    )
    (detector,) = client.list_detectors()["DetectorIds"]
    print(json.dumps({"archived": listed(client, detector, True), "open": listed(client, detector, False)}))


if __name__ == "__main__":
    main(sys.argv[1])
