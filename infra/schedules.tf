# What happens by the clock: EventBridge Scheduler puts one event into the queue of a function.

locals {
  schedules = merge(
    {
      sweep = {
        description    = "Lets auto-archive look for findings whose hold is over"
        expression     = var.sweep_schedule
        window_minutes = 5
        function       = module.auto_archive
      }
    },
    local.compacts ? {
      compaction = {
        description    = "Lets finding-exports make large files of the small ones of days that are over"
        expression     = var.compaction_schedule
        window_minutes = 15
        function       = module.finding_exports
      }
    } : {},
  )

  # EventBridge Scheduler fills in <aws.scheduler.…>. jsonencode writes the angle brackets as escapes, which it would not find.
  schedule_event = replace(replace(jsonencode({
    version     = "0"
    id          = "<aws.scheduler.execution-id>"
    detail-type = "Scheduled Event"
    source      = "aws.scheduler"
    account     = local.account
    time        = "<aws.scheduler.scheduled-time>"
    region      = local.region
    resources   = ["<aws.scheduler.schedule-arn>"]
    detail      = {}
  }), "\\u003c", "<"), "\\u003e", ">")
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.name_prefix
  tags = var.tags
}

resource "aws_scheduler_schedule" "this" {
  # checkov:skip=CKV_AWS_297: The event says that it is time, and nothing else.

  for_each = local.schedules

  name                = "${var.name_prefix}-${each.key}"
  description         = each.value.description
  group_name          = aws_scheduler_schedule_group.this.name
  schedule_expression = each.value.expression

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = each.value.window_minutes
  }

  target {
    arn      = each.value.function.queue_arn
    role_arn = aws_iam_role.scheduler.arn
    input    = local.schedule_event

    # A run that comes late is as good as the next one.
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }

    dead_letter_config {
      arn = each.value.function.undelivered_queue_arn
    }
  }

  depends_on = [aws_iam_role_policy.scheduler]
}

resource "aws_iam_role" "scheduler" {
  name                 = "${var.name_prefix}-scheduler"
  description          = "Lets EventBridge Scheduler send to the queues of guardsift's functions"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        # The group: EventBridge Scheduler does not support a single schedule's ARN here.
        ArnEquals = { "aws:SourceArn" = aws_scheduler_schedule_group.this.arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "scheduler" {
  name = "send"
  role = aws_iam_role.scheduler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "SendSchedules"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = flatten([for schedule in local.schedules : [schedule.function.queue_arn, schedule.function.undelivered_queue_arn]])
    }]
  })
}
