# Much of what guardsift can be told, in one account and Region: protection plans, an export below a prefix, archiving, compaction, further destinations, alarms. All inputs are in infra/README.md.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

data "aws_caller_identity" "current" {}

variable "zip_dir" {
  description = "Folder with the deployment packages; null takes what `make zips` built."
  type        = string
  default     = null
}

variable "architecture" {
  description = "arm64, or x86_64 after `make zips ARCH=x86-64`."
  type        = string
  default     = "arm64"
}

variable "rules_file" {
  description = "Your rule set; null takes this repository's."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "For trials: `terraform destroy` then deletes the findings as well."
  type        = bool
  default     = false
}

locals {
  tags = { application = "guardsift" }
}

# Who hears when an event is stuck. CloudWatch may publish for alarms of this account only.
resource "aws_sns_topic" "alarms" {
  # checkov:skip=CKV_AWS_26: CloudWatch can't publish to a topic under alias/aws/sns; alarms name queues and functions, no findings.

  name = "guardsift-alarms"
  tags = local.tags
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowAlarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:*:cloudwatch:*:${data.aws_caller_identity.current.account_id}:alarm:guardsift-*" }
      }
    }]
  })
}

# A destination beside the default topic.
resource "aws_sqs_queue" "tickets" {
  name                    = "guardsift-tickets"
  sqs_managed_sse_enabled = true
  tags                    = local.tags
}

module "guardsift" {
  source = "../.."

  zip_dir      = var.zip_dir
  architecture = var.architecture
  rules_file   = var.rules_file
  readme_url   = "https://example.com/guardsift/README.md"

  guardduty_features       = ["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "RUNTIME_MONITORING", "S3_DATA_EVENTS"]
  guardduty_runtime_agents = ["EC2_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"]
  export_prefix            = "exports/guardduty"
  export_retention_in_days = 730

  auto_archive_mode   = "apply"
  compaction_schedule = "cron(30 3 * * ? *)"

  notification_queue_arns  = [aws_sqs_queue.tickets.arn]
  notification_secret_arns = ["arn:aws:secretsmanager:us-east-1:${data.aws_caller_identity.current.account_id}:secret:guardsift/slack-??????"]
  alarm_topic_arns         = [aws_sns_topic.alarms.arn]

  force_destroy = var.force_destroy
  tags          = local.tags
}

output "default_topic_arn" {
  description = "Subscribe to this topic to hear of findings."
  value       = module.guardsift.default_topic_arn
}

output "functions" {
  description = "Names, roles and queues of the functions."
  value       = module.guardsift.functions
}

output "lake_bucket" {
  description = "Where everything is kept."
  value       = module.guardsift.lake_bucket
}
