# auto-archive: low findings, as they come and on a schedule → archived, with a ledger. The only role that may archive.

locals {
  # The last one tells whether GuardDuty still exports.
  read_findings = ["guardduty:GetFindings", "guardduty:ListFindings", "guardduty:ListPublishingDestinations"]
  act           = ["guardduty:ArchiveFindings", "guardduty:UnarchiveFindings"]
  detector_arn  = "arn:${local.partition}:guardduty:${local.region}:${local.account}:detector/${local.guardduty.detector_id}"

  shadow_rules_key = "rules/shadow.yaml"

  # Also in plan mode: what is written says what would be, and nothing reads it but people.
  cast_shadow = [
    {
      Sid      = "ReadShadowRules"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "${module.lake.bucket_arn}/${local.shadow_rules_key}"
    },
    {
      Sid      = "KeepShadow"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = ["${module.lake.bucket_arn}/shadow/v1/*"]
    },
  ]
}

resource "aws_s3_object" "shadow_rules" {
  count = var.shadow_rules_file == null ? 0 : 1

  bucket       = module.lake.bucket
  key          = local.shadow_rules_key
  source       = var.shadow_rules_file
  source_hash  = filemd5(var.shadow_rules_file)
  content_type = "application/yaml"
  tags         = var.tags
}

resource "aws_ssm_parameter" "stop" {
  #checkov:skip=CKV_AWS_337:It holds one word or the reason of a stop, nothing secret.
  #checkov:skip=CKV2_AWS_34:The same.
  name        = "/${var.name_prefix}/archive"
  description = "Findings are archived only while this says exactly: run"
  type        = "String"
  value       = "run"
  tags        = var.tags

  # Whoever stops the archiving does not want the next deployment to start it again.
  lifecycle {
    ignore_changes = [value]
  }
}

module "auto_archive" {
  source = "./modules/function"

  name                     = "${var.name_prefix}-auto-archive"
  description              = "Archives the findings that the rules call harmless, and keeps a ledger"
  zip_path                 = "${local.zip_dir}/auto-archive/bootstrap.zip"
  event_pattern            = file("${path.module}/patterns/auto-archive.json")
  timeout_seconds          = var.auto_archive_timeout_seconds
  memory_mb                = var.auto_archive_memory_mb
  batch_size               = 10
  max_concurrency          = 2
  log_level                = var.log_level
  log_retention_in_days    = var.log_retention_in_days
  log_key_arn              = var.log_key_arn
  architecture             = var.architecture
  readme_url               = var.readme_url
  permissions_boundary_arn = var.permissions_boundary_arn
  alarm_topic_arns         = var.alarm_topic_arns
  tags                     = var.tags

  environment = merge(
    {
      GUARDSIFT_RULES_URI      = local.rules_uri
      GUARDSIFT_LAKE_BUCKET    = module.lake.bucket
      GUARDSIFT_MODE           = var.auto_archive_mode
      GUARDSIFT_DETECTOR_ID    = local.guardduty.detector_id
      GUARDSIFT_STOP_PARAMETER = aws_ssm_parameter.stop.arn
    },
    var.shadow_rules_file == null ? {} : { GUARDSIFT_SHADOW_RULES_URI = "s3://${module.lake.bucket}/${local.shadow_rules_key}" },
  )

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([for statement in local.cast_shadow : statement if var.shadow_rules_file != null], [
      local.read_rules,
      local.use_lake_key,
      {
        Sid       = "HandleFindings"
        Effect    = "Allow"
        Action    = var.auto_archive_mode == "apply" ? concat(local.act, local.read_findings) : local.read_findings
        Resource  = var.restrict_to_detector_arn ? local.detector_arn : "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = local.region } }
      },
      {
        Sid      = "KeepLedger"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["${module.lake.bucket_arn}/audit/v1/*", "${module.lake.bucket_arn}/state/archive/*"]
      },
      {
        # The kill switch: both are read before every run, and never written by the function.
        Sid      = "ReadStop"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${module.lake.bucket_arn}/control/archive/stop"
      },
      {
        Sid      = "ReadStopParameter"
        Effect   = "Allow"
        Action   = "ssm:GetParameter"
        Resource = aws_ssm_parameter.stop.arn
      },
      {
        # Makes a missing object a 404; without it S3 says 403.
        Sid       = "SeeWhatIsMissing"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = module.lake.bucket_arn
        Condition = { StringLike = { "s3:prefix" = concat(["audit/v1/*", "control/archive/*", "rules/*", "state/archive/*"], var.shadow_rules_file == null ? [] : ["shadow/v1/*"]) } }
      },
    ])
  })
}
