# modules/organization: delegation by the management account, configuration by the administrator.

mock_provider "aws" {
  source = "./tests/mocks"
}

mock_provider "aws" {
  alias = "management"
}

run "delegation" {
  command = apply

  module {
    source = "./modules/organization"
  }

  providers = {
    aws            = aws
    aws.management = aws.management
  }

  variables {
    detector_id = "12abc34d567e8fa901bc2d34e56789f0"
    features    = ["S3_DATA_EVENTS"]
  }

  assert {
    condition     = aws_guardduty_organization_admin_account.this.admin_account_id == "111122223333"
    error_message = "The account that runs guardsift becomes the administrator."
  }

  assert {
    condition     = aws_guardduty_organization_configuration_feature.this["S3_DATA_EVENTS"].auto_enable == "ALL" && aws_guardduty_organization_configuration_feature.this["EKS_AUDIT_LOGS"].auto_enable == "NONE"
    error_message = "Members get the chosen protection plans only."
  }

  assert {
    condition     = [for agent in aws_guardduty_organization_configuration_feature.this["RUNTIME_MONITORING"].additional_configuration : agent.name] == ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"]
    error_message = "In another order than GuardDuty's every plan replaces the feature."
  }
}
