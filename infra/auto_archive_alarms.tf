# What auto-archive counts and somebody has to look at. Its sweep counts anew each time, so an hour is one look.

locals {
  archive_alarms = {
    OverTheCap   = "A run would have archived more than it may, and archived nothing"
    OverTheDay   = "A rule has met what it may archive on one day, and is stopped until tomorrow"
    Recurring    = "Findings come back each time they are archived, or with somebody new, and stay for a person to see"
    Escalated    = "Archived findings were no longer harmless, and were taken back"
    NotExporting = "GuardDuty does not publish to a destination of the export, there is none, or it can't be read"
    Unverified   = "GuardDuty took a call and does not show what it was told"
    Stopped      = "Archiving is stopped by the stop object or the stop parameter, or one of them can't be read"
    ShadowFailed = "The differences of the shadow rules are not written"
  }
}

resource "aws_cloudwatch_metric_alarm" "archive" {
  for_each = local.archive_alarms

  alarm_name          = "${var.name_prefix}-auto-archive-${lower(each.key)}"
  alarm_description   = "${each.value}. ${local.what_to_do}"
  namespace           = local.namespace
  metric_name         = each.key
  dimensions          = { service = "auto-archive" }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = var.tags
}
