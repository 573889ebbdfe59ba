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
