# What a person looks at, and the alarms for what could not be read. The alarms of queues and functions are in modules/function.

locals {
  what_to_do = "What to do: ${var.readme_url}#when-an-alarm-rings"
  namespace  = "Guardsift"

  # What the alarm is called, the metric of ours, the function that counts it, what it says, and in how many of how many five minutes, if not in one.
  counted = {
    "set-aside-exports" = { metric = "LinesQuarantined", service = "finding-exports", text = "Lines of an export were no findings; see quarantine" }
    "set-aside-objects" = { metric = "BrokenObjects", service = "finding-exports", text = "An exported object could not be read; see quarantine" }
    "set-aside-gone"    = { metric = "ObjectsGone", service = "finding-exports", text = "An exported object is not where its event says it is; a note says which; see quarantine" }
    "exports-elsewhere" = { metric = "ExportsElsewhere", service = "finding-exports", text = "GuardDuty exports below another prefix than the one that is set, and these findings are not in the lake" }
    "set-aside-events"  = { metric = "Quarantined", service = "finding-events", text = "An event could not be read; see quarantine" }
    # finding-events goes on without rules, so none of its invocations fails.
    "finding-events-rulesunavailable" = { metric = "RulesUnavailable", service = "finding-events", text = "The rules can't be read, and every finding goes to the default topic" }
    "finding-events-rulesstale"       = { metric = "RulesStale", service = "finding-events", text = "New rules can't be read, and those from before are in force" }
    # A message that came back three times is no longer the oldest for SQS, so the queue's age does not show what a destination goes on refusing.
    "finding-events-notificationsfailed" = { metric = "NotificationsFailed", service = "finding-events", text = "A destination has refused for a while, and what it is to be told waits", within = 6, times = 3 }
    "finding-events-fellback"            = { metric = "NotificationsFellBack", service = "finding-events", text = "A destination has refused for good, and the fallback was told instead" }
  }
}

resource "aws_cloudwatch_metric_alarm" "counted" {
  for_each = local.counted

  alarm_name          = "${var.name_prefix}-${each.key}"
  alarm_description   = "${each.value.text}. ${local.what_to_do}"
  namespace           = local.namespace
  metric_name         = each.value.metric
  dimensions          = { service = each.value.service }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = try(each.value.within, 1)
  datapoints_to_alarm = try(each.value.times, 1)
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = var.tags
}

locals {
  ours = { for key, metrics in {
    finding-events  = ["Findings", "NotificationsSent", "NotificationsFailed", "NotificationsFellBack", "Quarantined"]
    finding-exports = ["Rows", "LinesQuarantined", "BrokenObjects", "ObjectsGone", "ExportsElsewhere"]
    auto-archive    = ["Ripe", "Archived", "TakenBack", "Unverified", "OverTheCap"]
  } : key => [for metric in metrics : [local.namespace, metric, "service", key]] }

  queues = flatten([for function in values(local.functions) : [
    for queue in ["", "-dlq", "-undelivered"] : "${function.queue_name}${queue}"
  ]])

  charts = concat(
    [for service, metrics in local.ours : { title = service, stat = "Sum", metrics = metrics }],
    [
      { title = "Waiting, given up, undelivered", stat = "Maximum", metrics = [for queue in local.queues : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue]] },
      { title = "Seconds that the oldest message waits", stat = "Maximum", metrics = [for function in values(local.functions) : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", function.queue_name]] },
      { title = "Errors of functions", stat = "Sum", metrics = [for function in values(local.functions) : ["AWS/Lambda", "Errors", "FunctionName", function.function_name]] },
    ],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name_prefix

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "text"
        x          = 0
        y          = 0
        width      = 24
        height     = 2
        properties = { markdown = "# guardsift\n[When an alarm rings](${var.readme_url}#when-an-alarm-rings) · [Ask the lake](${var.readme_url}#ask-the-lake)" }
      }],
      [for number, chart in local.charts : {
        type   = "metric"
        x      = 8 * (number % 3)
        y      = 2 + 6 * floor(number / 3)
        width  = 8
        height = 6
        properties = {
          title   = chart.title
          region  = local.region
          view    = "timeSeries"
          stat    = chart.stat
          period  = 300
          metrics = chart.metrics
        }
      }],
    )
  })
}
