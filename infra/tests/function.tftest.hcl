# modules/function: nothing that goes wrong may vanish, and a bad record may not take its batch along.

mock_provider "aws" {
  source = "./tests/mocks"

}

variables {
  name            = "guardsift-probe"
  description     = "A function to test the module with"
  zip_path        = "tests/zips/finding-events/bootstrap.zip"
  event_pattern   = "{\"source\":[\"aws.guardduty\"],\"detail-type\":[\"GuardDuty Finding\"]}"
  environment     = { GUARDSIFT_LAKE_BUCKET = "lake" }
  policy          = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  timeout_seconds = 60
}

run "nothing_vanishes" {
  command = apply

  module {
    source = "./modules/function"
  }

  override_resource {
    target = aws_sqs_queue.this
    values = { arn = "arn:aws:sqs:us-east-1:111122223333:guardsift-probe" }
  }

  override_resource {
    target = aws_sqs_queue.dead_letter
    values = { arn = "arn:aws:sqs:us-east-1:111122223333:guardsift-probe-dlq" }
  }

  override_resource {
    target = aws_sqs_queue.undelivered
    values = { arn = "arn:aws:sqs:us-east-1:111122223333:guardsift-probe-undelivered" }
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy).deadLetterTargetArn == aws_sqs_queue.dead_letter.arn
    error_message = "What the function gives up on must go to its dead-letter queue."
  }

  assert {
    condition     = one(aws_cloudwatch_event_target.this.dead_letter_config).arn == aws_sqs_queue.undelivered.arn
    error_message = "What EventBridge cannot deliver must go to a queue of its own."
  }

  assert {
    condition     = one(aws_cloudwatch_event_target.this.retry_policy).maximum_event_age_in_seconds == 86400
    error_message = "EventBridge must try for a day."
  }

  assert {
    condition     = aws_sqs_queue.dead_letter.message_retention_seconds > aws_sqs_queue.this.message_retention_seconds
    error_message = "Age counts from the first send: the dead-letter queue must outlast the queue before it."
  }

  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 360
    error_message = "A message must stay hidden for six timeouts, or it is worked on twice."
  }

  assert {
    condition     = contains(aws_lambda_event_source_mapping.this.function_response_types, "ReportBatchItemFailures")
    error_message = "Without partial failures one bad record repeats the whole batch."
  }

  assert {
    condition = alltrue([
      for policy in [aws_sqs_queue_policy.this.policy, aws_sqs_queue_policy.undelivered.policy] :
      one([for s in jsondecode(policy).Statement : s if s.Effect == "Allow"]).Condition.ArnEquals["aws:SourceArn"] == aws_cloudwatch_event_rule.this.arn
    ])
    error_message = "Only our own rule may write to the queues."
  }

  assert {
    condition     = toset([for alarm in aws_cloudwatch_metric_alarm.stuck : alarm.dimensions.QueueName]) == toset(["guardsift-probe-dlq", "guardsift-probe-undelivered"])
    error_message = "Both queues with unprocessed events must ring."
  }

  # A message that made an invocation fail is tried again 360 seconds later: the window takes in both.
  assert {
    condition     = aws_cloudwatch_metric_alarm.errors.datapoints_to_alarm == 2 && aws_cloudwatch_metric_alarm.errors.evaluation_periods == 3
    error_message = "The alarm for errors must see two failures of one and the same message."
  }

  assert {
    condition     = one(aws_lambda_function.this.architectures) == "arm64" && aws_lambda_function.this.runtime == "provided.al2023"
    error_message = "The packages are built for arm64 on Amazon Linux 2023."
  }
}

run "a_pattern_on_the_source_alone_is_refused" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_pattern = "{\"source\":[\"aws.guardduty\"]}"
  }

  expect_failures = [var.event_pattern]
}

run "a_missing_package_is_named" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    zip_path = "tests/zips/no-such-function/bootstrap.zip"
  }

  expect_failures = [aws_lambda_function.this]
}
