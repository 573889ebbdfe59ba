# guardsift in one account and Region. One file per function; what they share is in lake.tf and notifications.tf.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  zip_dir = coalesce(var.zip_dir, "${path.module}/../target/lambda")

  guardduty = var.existing_guardduty != null ? var.existing_guardduty : {
    detector_id    = module.guardduty[0].detector_id
    export_bucket  = module.guardduty[0].export_bucket
    export_key_arn = module.guardduty[0].export_key_arn
    export_prefix  = module.guardduty[0].export_prefix
  }
  export_bucket_arn = "arn:${local.partition}:s3:::${local.guardduty.export_bucket}"
  export_folder     = local.guardduty.export_prefix == "" ? "" : "${local.guardduty.export_prefix}/"

  functions = {
    finding_events  = module.finding_events
    finding_exports = module.finding_exports
    auto_archive    = module.auto_archive
  }
}

module "guardduty" {
  source = "./modules/guardduty"
  count  = var.existing_guardduty == null ? 1 : 0

  name_prefix                  = var.name_prefix
  finding_publishing_frequency = var.finding_publishing_frequency
  features                     = coalesce(var.guardduty_features, ["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS"])
  runtime_agents               = coalesce(var.guardduty_runtime_agents, ["EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"])
  service_principal            = var.guardduty_service_principal
  export_prefix                = var.export_prefix
  export_retention_in_days     = var.export_retention_in_days
  force_destroy                = var.force_destroy
  tags                         = var.tags
}
