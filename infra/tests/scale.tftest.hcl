# What docs/scale.md says to set for a large organization reaches the functions.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  zip_dir       = "tests/zips"
  force_destroy = true
}

run "a_storm_gets_what_it_needs" {
  command = apply

  variables {
    finding_events_at_once       = 60
    finding_exports_at_once      = 20
    auto_archive_timeout_seconds = 900
    auto_archive_memory_mb       = 1024
  }

  assert {
    condition     = module.finding_events.limits.at_once == 60 && module.finding_exports.limits.at_once == 20
    error_message = "finding_events_at_once and finding_exports_at_once must reach their queues."
  }

  assert {
    condition     = module.auto_archive.limits == { memory_mb = 1024, timeout_seconds = 900, at_once = 2, tries = 5 }
    error_message = "auto-archive must get its time and memory; two runs at once are enough for any of them."
  }
}

run "a_destination_has_time_to_come_back" {
  command = apply

  assert {
    condition     = module.finding_events.limits.tries == 10 && module.finding_exports.limits.tries == 5
    error_message = "finding-events waits for destinations in pauses of 30 seconds at first, so it needs more tries than the others."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.counted["finding-events-notificationsfailed"].evaluation_periods == 6
      && aws_cloudwatch_metric_alarm.counted["finding-events-notificationsfailed"].datapoints_to_alarm == 3
      && alltrue([for name, alarm in aws_cloudwatch_metric_alarm.counted : alarm.datapoints_to_alarm == 1 if name != "finding-events-notificationsfailed"])
    )
    error_message = "What a destination goes on refusing is told within half an hour, and a moment of it is not."
  }
}

run "a_limit_beyond_those_of_lambda_is_refused" {
  command = plan

  variables {
    finding_events_at_once       = 1
    finding_exports_at_once      = 1001
    auto_archive_timeout_seconds = 901
    auto_archive_memory_mb       = 128
  }

  expect_failures = [var.finding_events_at_once, var.finding_exports_at_once, var.auto_archive_timeout_seconds, var.auto_archive_memory_mb]
}
