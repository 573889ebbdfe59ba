output "lake_bucket" {
  description = "Bucket with findings, ledger, quarantine, delivery markers and rules."
  value       = module.lake.bucket
}

output "lake_key_arn" {
  description = "Key of the lake. Readers need kms:Decrypt on it."
  value       = module.lake.key_arn
}

output "rules_uri" {
  description = "Where the functions read the rule set."
  value       = local.rules_uri
}

output "default_topic_arn" {
  description = "Topic for findings that no route claims. Subscribe here first."
  value       = aws_sns_topic.findings.arn
}

output "stop_parameter" {
  description = "Parameter that stops the archiving unless it says run."
  value       = aws_ssm_parameter.stop.name
}

output "detector_id" {
  description = "The detector that findings come from."
  value       = local.guardduty.detector_id
}

output "export_bucket" {
  description = "Bucket that GuardDuty exports to."
  value       = local.guardduty.export_bucket
}

output "functions" {
  description = "Per function: its name, its role and its queues, those with what it could not process included."
  value = {
    for key, function in local.functions : key => {
      name                  = function.function_name
      role_arn              = function.role_arn
      queue_arn             = function.queue_arn
      dead_letter_queue_arn = function.dead_letter_queue_arn
      undelivered_queue_arn = function.undelivered_queue_arn
    }
  }
}

output "athena" {
  description = "Where to ask: the Athena workgroup and the database."
  value = {
    workgroup = module.catalog.workgroup
    database  = module.catalog.database
  }
}

output "ocsf_uri" {
  description = "Where findings go as OCSF events as well; null when nowhere."
  value       = local.ocsf_place == null ? null : "s3://${local.ocsf_place}"
}

output "dashboard" {
  description = "Name of the CloudWatch dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "export_key_arn" {
  description = "Key of the exported findings. Readers, such as `guardsift replay`, need kms:Decrypt on it."
  value       = local.guardduty.export_key_arn
}
