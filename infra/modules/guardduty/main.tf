# The detector and what it protects.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  features = toset(["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "RUNTIME_MONITORING", "S3_DATA_EVENTS"])
  # As GuardDuty lists them: the provider compares lists, and in another order each plan would replace the feature.
  agents = ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"]
}

resource "aws_guardduty_detector" "this" {
  # checkov:skip=CKV2_AWS_3: One account may stand alone; modules/organization makes it an organization's.

  enable                       = true
  finding_publishing_frequency = var.finding_publishing_frequency
  tags                         = var.tags
}

resource "aws_guardduty_detector_feature" "this" {
  for_each = local.features

  detector_id = aws_guardduty_detector.this.id
  name        = each.value
  status      = contains(var.features, each.value) ? "ENABLED" : "DISABLED"

  dynamic "additional_configuration" {
    for_each = each.value == "RUNTIME_MONITORING" ? local.agents : []

    content {
      name   = additional_configuration.value
      status = contains(var.features, "RUNTIME_MONITORING") && contains(var.runtime_agents, additional_configuration.value) ? "ENABLED" : "DISABLED"
    }
  }
}
