# What a person looks at, and the alarm for what could not be read. The alarms of queues and functions are in modules/function.

locals {
  what_to_do = "What to do: ${var.readme_url}#when-an-alarm-rings"
  namespace  = "Guardsift"

  # Metric of ours, and the function that counts it.
  set_aside = {
    exports = { metric = "LinesQuarantined", service = "finding-exports", text = "Lines of an export were no findings" }
    objects = { metric = "BrokenObjects", service = "finding-exports", text = "An exported object could not be read" }
    gone    = { metric = "ObjectsGone", service = "finding-exports", text = "An exported object is not where its event says it is; a note says which" }
    events  = { metric = "Quarantined", service = "finding-events", text = "An event could not be read" }
  }
}

resource "aws_cloudwatch_metric_alarm" "set_aside" {
  for_each = local.set_aside

  alarm_name          = "${var.name_prefix}-set-aside-${each.key}"
  alarm_description   = "${each.value.text}; see quarantine. ${local.what_to_do}"
  namespace           = local.namespace
  metric_name         = each.value.metric
  dimensions          = { service = each.value.service }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = var.tags
}

# finding-events goes on without rules, so none of its invocations fails: everything goes to the default topic.
resource "aws_cloudwatch_metric_alarm" "rules" {
  for_each = {
    RulesUnavailable = "The rules can't be read, and every finding goes to the default topic"
    RulesStale       = "New rules can't be read, and those from before are in force"
  }

  alarm_name          = "${var.name_prefix}-finding-events-${lower(each.key)}"
  alarm_description   = "${each.value}. ${local.what_to_do}"
  namespace           = local.namespace
  metric_name         = each.key
  dimensions          = { service = "finding-events" }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
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
    finding-exports = ["Rows", "LinesQuarantined", "BrokenObjects", "ObjectsGone"]
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
