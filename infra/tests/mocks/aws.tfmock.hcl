# What the AWS provider would compute, as far as the stack's wiring depends on it.

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "111122223333"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition = "aws"
  }
}

mock_data "aws_region" {
  defaults = {
    id   = "us-east-1"
    name = "us-east-1"
  }
}

mock_resource "aws_guardduty_detector" {
  defaults = {
    id  = "12abc34d567e8fa901bc2d34e56789f0"
    arn = "arn:aws:guardduty:us-east-1:111122223333:detector/12abc34d567e8fa901bc2d34e56789f0"
  }
}

mock_resource "aws_kms_key" {
  defaults = {
    arn = "arn:aws:kms:us-east-1:111122223333:key/3f2c1d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
  }
}

mock_resource "aws_s3_bucket" {
  defaults = {
    id  = "guardsift-bucket"
    arn = "arn:aws:s3:::guardsift-bucket"
  }
}

mock_resource "aws_ssm_parameter" {
  defaults = {
    arn = "arn:aws:ssm:us-east-1:111122223333:parameter/guardsift/archive"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    arn = "arn:aws:iam::111122223333:role/guardsift"
  }
}

mock_resource "aws_lambda_function" {
  defaults = {
    arn = "arn:aws:lambda:us-east-1:111122223333:function:guardsift"
  }
}

mock_resource "aws_sns_topic" {
  defaults = {
    arn = "arn:aws:sns:us-east-1:111122223333:guardsift-findings"
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = {
    arn = "arn:aws:logs:us-east-1:111122223333:log-group:guardsift"
  }
}

mock_resource "aws_cloudwatch_event_rule" {
  defaults = {
    arn = "arn:aws:events:us-east-1:111122223333:rule/guardsift"
  }
}

mock_resource "aws_scheduler_schedule_group" {
  defaults = {
    arn = "arn:aws:scheduler:us-east-1:111122223333:schedule-group/guardsift"
  }
}

mock_resource "aws_sqs_queue" {
  defaults = {
    arn = "arn:aws:sqs:us-east-1:111122223333:guardsift"
    url = "https://sqs.us-east-1.amazonaws.com/111122223333/guardsift"
  }
}

# What is already there, as it should be.
mock_data "aws_guardduty_detector" {
  defaults = {
    status                       = "ENABLED"
    finding_publishing_frequency = "FIFTEEN_MINUTES"
  }
}

mock_data "aws_s3_bucket" {
  defaults = {
    region = "us-east-1"
  }
}

mock_data "aws_kms_key" {
  defaults = {
    arn         = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
    enabled     = true
    key_manager = "CUSTOMER"
  }
}
