# Alarms for what should have happened and has not: both are off until somebody knows what is usual in this account.

locals {
  # What auto-archive leaves open for longer than a week, as it counts it on each sweep.
  overdue = { for pair in setproduct(["high", "critical"], ["7d_to_30d", "over_30d"]) : "${pair[0]}_${pair[1]}" => { severity = pair[0], age = pair[1] } }
}

resource "aws_cloudwatch_metric_alarm" "no_export" {
  count = var.alarm_after_hours_without_export == null ? 0 : 1

  alarm_name          = "${var.name_prefix}-no-export"
  alarm_description   = "GuardDuty has exported nothing for ${var.alarm_after_hours_without_export} hours. ${local.what_to_do}"
  namespace           = local.namespace
  metric_name         = "Rows"
  dimensions          = { service = "finding-exports" }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = var.alarm_after_hours_without_export
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "overdue" {
  count = var.alarm_on_overdue_findings ? 1 : 0

  alarm_name          = "${var.name_prefix}-overdue"
  alarm_description   = "High or Critical findings are open for more than a week. ${local.what_to_do}"
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  # Between two sweeps nothing is counted.
  treat_missing_data = "ignore"
  alarm_actions      = var.alarm_topic_arns
  ok_actions         = var.alarm_topic_arns
  tags               = var.tags

  metric_query {
    id          = "overdue"
    label       = "High or Critical, open for more than a week"
    expression  = "SUM(METRICS())"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.overdue

    content {
      id = metric_query.key

      metric {
        namespace   = local.namespace
        metric_name = "OpenFindings"
        dimensions  = { service = "auto-archive", severity = metric_query.value.severity, age = metric_query.value.age }
        stat        = "Maximum"
        period      = 3600
      }
    }
  }
}
