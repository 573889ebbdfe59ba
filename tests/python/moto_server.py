"""moto on a free port of this machine, mended where it differs from AWS in what Terraform or the functions see."""

import json

import moto.athena.responses
import moto.awslambda.models
import moto.iam.access_control
import moto.s3.models
import moto.server
import moto.sqs.models

# Its event source mapping runs no code: it would empty the queues before the real functions see them.
moto.awslambda.models.LambdaBackend.send_sqs_batch = lambda *_: False

# It reads no conditions in a bucket's policy, and would take "deny plain HTTP" for "deny".
moto.s3.models.FakeBucket.get_permission = lambda *_: moto.iam.access_control.PermissionResult.NEUTRAL


def delete_named_query(response):
    """DeleteNamedQuery, which it does not have."""
    del response.athena_backend.named_queries[response._get_param("NamedQueryId")]
    return "{}"


moto.athena.responses.AthenaResponse.delete_named_query = delete_named_query

queue_attributes = moto.sqs.models.Queue.attributes.fget


def compact_attributes(queue):
    """A redrive policy without the spaces that AWS does not write either."""
    attributes = queue_attributes(queue)
    if "RedrivePolicy" in attributes:
        attributes["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
    return attributes


moto.sqs.models.Queue.attributes = property(compact_attributes)

if __name__ == "__main__":
    moto.server.main(["-H", "127.0.0.1", "-p", "0"])
