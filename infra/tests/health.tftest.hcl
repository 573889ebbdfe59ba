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

run "quiet_by_default" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.no_export) == 0 && length(aws_cloudwatch_metric_alarm.overdue) == 0
    error_message = "Nobody is woken by what may be usual."
  }
}

run "overdue" {
  command = apply

  variables {
    force_destroy                    = true
    alarm_after_hours_without_export = 12
    alarm_on_overdue_findings        = true
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.no_export[0].evaluation_periods == 12 && aws_cloudwatch_metric_alarm.no_export[0].treat_missing_data == "breaching"
    error_message = "Half a day without an export is half a day without data."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.overdue[0].metric_query) == 5
    error_message = "Two severities in two ages, and their sum."
  }
}

run "hours_are_whole" {
  command = plan

  variables {
    alarm_after_hours_without_export = 25
  }

  expect_failures = [var.alarm_after_hours_without_export]
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
      [for alarm in merge(aws_cloudwatch_metric_alarm.counted, aws_cloudwatch_metric_alarm.archive) : endswith(alarm.alarm_description, "What to do: https://example.com/README.md#when-an-alarm-rings")],
    ))
    error_message = "Every alarm links to the section that says what to do."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.counted : alarm.alarm_actions == toset(["arn:aws:sns:us-east-1:111122223333:alarms"])])
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
