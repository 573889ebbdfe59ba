# What protects, what watches: nothing is destroyed by accident, no queue goes unwatched, and every alarm says where to read on.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  zip_dir = "tests/zips"
}

run "kept" {
  command = plan

  assert {
    condition     = module.lake.is_kept && module.guardduty[0].is_kept
    error_message = "By default no plan may take lake, detector or exports away."
  }
}

run "for_a_trial" {
  command = apply

  variables {
    force_destroy    = true
    readme_url       = "https://example.com/README.md"
    alarm_topic_arns = ["arn:aws:sns:us-east-1:111122223333:alarms"]
  }

  assert {
    condition     = !module.lake.is_kept && !module.guardduty[0].is_kept
    error_message = "A trial can be taken away."
  }

  assert {
    condition = alltrue(concat(
      flatten([for function in local.functions : [for text in values(function.alarms) : endswith(text, "What to do: https://example.com/README.md#when-an-alarm-rings")]]),
      [for alarm in aws_cloudwatch_metric_alarm.set_aside : endswith(alarm.alarm_description, "What to do: https://example.com/README.md#when-an-alarm-rings")],
    ))
    error_message = "Every alarm links to the section that says what to do."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.set_aside : alarm.alarm_actions == toset(["arn:aws:sns:us-east-1:111122223333:alarms"])])
    error_message = "Alarms reach the topic that was given."
  }

  assert {
    condition     = alltrue([for function in local.functions : length(function.alarms) >= 4])
    error_message = "Each function has its alarms: two failure queues, age, errors."
  }

  assert {
    condition     = alltrue([for schedule in aws_scheduler_schedule.this : length(one(schedule.target).dead_letter_config) == 1])
    error_message = "What the scheduler cannot deliver goes to a queue."
  }

  assert {
    condition = toset(flatten([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [for metric in try(widget.properties.metrics, []) : metric[3] if metric[1] == "ApproximateNumberOfMessagesVisible"]
      ])) == toset(flatten([
      for name in ["finding-events", "finding-exports", "auto-archive"] : ["guardsift-${name}", "guardsift-${name}-dlq", "guardsift-${name}-undelivered"]
    ]))
    error_message = "The dashboard shows every queue."
  }

  # Whoever lets a service in says for whom.
  assert {
    condition = alltrue(flatten([
      for policy in concat(flatten([for function in local.functions : values(function.queue_policies)]), [aws_iam_role.scheduler.assume_role_policy, module.lake.bucket_policy, module.guardduty[0].key_policy, module.guardduty[0].bucket_policy]) : [
        for statement in jsondecode(policy).Statement : strcontains(jsonencode(try(statement.Condition, {})), "aws:SourceArn")
        if statement.Effect == "Allow" && can(statement.Principal.Service)
      ]
    ]))
    error_message = "A service principal may act for our own resources only."
  }
}
