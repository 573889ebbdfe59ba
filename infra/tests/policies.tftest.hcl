# A stack with every option on and the names that `guardsift local` has. tests/integration/least_privilege.rs holds its roles against what the functions call.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  zip_dir       = "tests/zips"
  force_destroy = true

  existing_guardduty = {
    detector_id    = "00abc34d567e8fa901bc2d34e56789f0"
    export_bucket  = "guardsift-exports"
    export_key_arn = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
  }

  auto_archive_mode   = "apply"
  compaction_schedule = "cron(30 3 * * ? *)"
  ocsf_uri            = "s3://guardsift-ocsf/ext/guardduty/1.0"
  ocsf_key_arn        = "arn:aws:kms:us-east-1:111122223333:key/1a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"

  notification_topic_arns      = ["arn:aws:sns:us-east-1:111122223333:security-team"]
  notification_queue_arns      = ["arn:aws:sqs:us-east-1:111122223333:tickets"]
  notification_bus_arns        = ["arn:aws:events:us-east-1:111122223333:event-bus/soc"]
  notification_secret_arns     = ["arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf"]
  notification_secret_key_arns = ["arn:aws:kms:us-east-1:111122223333:key/2a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"]
}

run "everything_on" {
  command = apply

  override_resource {
    target = module.lake.aws_s3_bucket.this
    values = { id = "guardsift-lake", arn = "arn:aws:s3:::guardsift-lake" }
  }

  assert {
    condition     = module.lake.bucket == "guardsift-lake"
    error_message = "The names are those of the machine."
  }
}
