# EventBridge → queue → function. What the function cannot process ends on the dead-letter queue, what EventBridge cannot deliver on the undelivered queue.

locals {
  day = 24 * 60 * 60

  # Our own encryption of SQS: EventBridge can always write to it, which it cannot with the
  # AWS managed key alias/aws/sqs, and a customer key would be one more way to lose events.
  sqs_managed_sse = true

  deny_plain_http = {
    Sid       = "DenyPlainHttp"
    Effect    = "Deny"
    Principal = "*"
    Action    = "sqs:*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }

  allow_rule = {
    Sid       = "AllowRule"
    Effect    = "Allow"
    Principal = { Service = "events.amazonaws.com" }
    Action    = "sqs:SendMessage"
    Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.this.arn } }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  name          = var.name
  description   = "Events for the function ${var.name}"
  event_pattern = var.event_pattern
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  rule      = aws_cloudwatch_event_rule.this.name
  target_id = "queue"
  arn       = aws_sqs_queue.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = local.day
    maximum_retry_attempts       = 185
  }

  # A rule whose target it may not write to loses events quietly.
  depends_on = [aws_sqs_queue_policy.this, aws_sqs_queue_policy.undelivered]
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  sqs_managed_sse_enabled    = local.sqs_managed_sse
  message_retention_seconds  = 4 * local.day
  visibility_timeout_seconds = 6 * var.timeout_seconds
  tags                       = var.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter.arn
    maxReceiveCount     = var.max_receive_count
  })
}

# The age of a message counts from when it was first sent, so this must outlast the queue before it.
resource "aws_sqs_queue" "dead_letter" {
  name                      = "${var.name}-dlq"
  sqs_managed_sse_enabled   = local.sqs_managed_sse
  message_retention_seconds = 14 * local.day
  tags                      = var.tags
}

resource "aws_sqs_queue" "undelivered" {
  name                      = "${var.name}-undelivered"
  sqs_managed_sse_enabled   = local.sqs_managed_sse
  message_retention_seconds = 14 * local.day
  tags                      = var.tags
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(local.allow_rule, { Resource = aws_sqs_queue.this.arn }),
      merge(local.deny_plain_http, { Resource = aws_sqs_queue.this.arn }),
    ]
  })
}

resource "aws_sqs_queue_policy" "dead_letter" {
  queue_url = aws_sqs_queue.dead_letter.url

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.deny_plain_http, { Resource = aws_sqs_queue.dead_letter.arn })]
  })
}

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = aws_sqs_queue.undelivered.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(local.allow_rule, { Resource = aws_sqs_queue.undelivered.arn }),
      merge(local.deny_plain_http, { Resource = aws_sqs_queue.undelivered.arn }),
    ]
  })
}

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn        = aws_sqs_queue.this.arn
  function_name           = aws_lambda_function.this.arn
  batch_size              = var.batch_size
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = var.tags

  scaling_config {
    maximum_concurrency = var.max_concurrency
  }
}
