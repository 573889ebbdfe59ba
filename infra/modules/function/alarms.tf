# What says that events wait, fail or never arrived.

locals {
  what_to_do = "What to do: ${var.readme_url}#when-an-alarm-rings"

  # A message on either queue is an event that nobody has processed: one is enough.
  stuck_queues = {
    dlq         = { queue = aws_sqs_queue.dead_letter.name, text = "${var.name} gave up on an event" }
    undelivered = { queue = aws_sqs_queue.undelivered.name, text = "EventBridge could not hand ${var.name} an event" }
  }
}

resource "aws_cloudwatch_metric_alarm" "stuck" {
  for_each = local.stuck_queues

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.text}. ${local.what_to_do}"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.queue }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "late" {
  alarm_name          = "${var.name}-late"
  alarm_description   = "Events for ${var.name} have waited for more than 15 minutes. ${local.what_to_do}"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.this.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 900
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = var.tags
}

# A batch that failed comes back when its messages are visible again, so two errors in a row are that far apart.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name}-errors"
  alarm_description   = "${var.name} fails as a whole: rules, state or credentials. ${local.what_to_do}"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = ceil(aws_sqs_queue.this.visibility_timeout_seconds / 300) + 1
  datapoints_to_alarm = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = var.tags
}
