output "function_arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "role_arn" {
  description = "ARN of the execution role."
  value       = aws_iam_role.this.arn
}

output "policies" {
  description = "Every policy document of the role, as JSON, by name."
  value = {
    (aws_iam_role_policy.platform.name) = aws_iam_role_policy.platform.policy
    (aws_iam_role_policy.function.name) = aws_iam_role_policy.function.policy
  }
}

output "trust_policy" {
  description = "Who may assume the role, as JSON."
  value       = aws_iam_role.this.assume_role_policy
}

output "queue_policies" {
  description = "The policy of each queue, as JSON, by the queue's part."
  value = {
    queue       = aws_sqs_queue_policy.this.policy
    dead_letter = aws_sqs_queue_policy.dead_letter.policy
    undelivered = aws_sqs_queue_policy.undelivered.policy
  }
}

output "alarms" {
  description = "Each alarm with what it tells."
  value = merge(
    { for alarm in aws_cloudwatch_metric_alarm.stuck : alarm.alarm_name => alarm.alarm_description },
    { (aws_cloudwatch_metric_alarm.late.alarm_name) = aws_cloudwatch_metric_alarm.late.alarm_description },
    { (aws_cloudwatch_metric_alarm.errors.alarm_name) = aws_cloudwatch_metric_alarm.errors.alarm_description },
  )
}

output "queue_name" {
  description = "Name of the queue that feeds the function."
  value       = aws_sqs_queue.this.name
}

output "queue_arn" {
  description = "ARN of the queue that feeds the function."
  value       = aws_sqs_queue.this.arn
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue with events that the function gave up on."
  value       = aws_sqs_queue.dead_letter.arn
}

output "undelivered_queue_arn" {
  description = "ARN of the queue with events that could not be delivered to the function's queue."
  value       = aws_sqs_queue.undelivered.arn
}

output "event_pattern" {
  description = "Pattern of the rule, as JSON."
  value       = aws_cloudwatch_event_rule.this.event_pattern
}

output "environment" {
  description = "Environment variables of the function."
  value       = one(aws_lambda_function.this.environment).variables
}

output "limits" {
  description = "How much, how long and how often at a time it may run, and how often a message is tried."
  value = {
    memory_mb       = aws_lambda_function.this.memory_size
    timeout_seconds = aws_lambda_function.this.timeout
    at_once         = one(aws_lambda_event_source_mapping.this.scaling_config).maximum_concurrency
    tries           = jsondecode(aws_sqs_queue.this.redrive_policy).maxReceiveCount
  }
}
