# One account sees the findings of all. Delegation is per Region: use the module in each, with the same administrator everywhere.

data "aws_caller_identity" "administrator" {}

locals {
  features = toset(["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "RUNTIME_MONITORING", "S3_DATA_EVENTS"])
  # As GuardDuty lists them: the provider compares lists, and in another order each plan would replace the feature.
  agents = ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"]
}

resource "aws_guardduty_organization_admin_account" "this" {
  provider = aws.management

  admin_account_id = data.aws_caller_identity.administrator.account_id
}

resource "aws_guardduty_organization_configuration" "this" {
  detector_id                      = var.detector_id
  auto_enable_organization_members = var.auto_enable_members

  depends_on = [aws_guardduty_organization_admin_account.this]
}

resource "aws_guardduty_organization_configuration_feature" "this" {
  for_each = local.features

  detector_id = var.detector_id
  name        = each.value
  auto_enable = contains(var.features, each.value) ? var.auto_enable_members : "NONE"

  dynamic "additional_configuration" {
    for_each = each.value == "RUNTIME_MONITORING" ? local.agents : []

    content {
      name        = additional_configuration.value
      auto_enable = contains(var.features, "RUNTIME_MONITORING") && contains(var.runtime_agents, additional_configuration.value) ? var.auto_enable_members : "NONE"
    }
  }

  depends_on = [aws_guardduty_organization_configuration.this]
}
