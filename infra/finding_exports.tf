# finding-exports: objects of GuardDuty's S3 export → the lake. It may not call GuardDuty, and it deletes nothing unless compaction is scheduled.

locals {
  compacts = var.compaction_schedule != null

  # With its slash, without s3://.
  ocsf_place = var.ocsf_uri == null ? null : "${trimsuffix(trimprefix(var.ocsf_uri, "s3://"), "/")}/"

  # Reading is for the check after a write that was already done by another try.
  write_ocsf = [for place in compact([local.ocsf_place]) : {
    Sid      = "WriteOcsf"
    Effect   = "Allow"
    Action   = ["s3:GetObject", "s3:PutObject"]
    Resource = "arn:${local.partition}:s3:::${place}region=*"
  }]

  use_ocsf_key = [for key in compact([local.ocsf_place == null ? null : var.ocsf_key_arn]) : {
    Sid       = "UseOcsfKey"
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = key
    Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
  }]

  # Small files are removed after their rows were counted in the large one; the bucket keeps what was removed for 30 days.
  compact_lake = {
    Sid      = "CompactLake"
    Effect   = "Allow"
    Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    Resource = ["${module.lake.bucket_arn}/compaction/v1/*", "${module.lake.bucket_arn}/findings/v1/*"]
  }
}

module "finding_exports" {
  source = "./modules/function"

  name                     = "${var.name_prefix}-finding-exports"
  description              = "Writes GuardDuty's exported findings to the lake as Parquet"
  zip_path                 = "${local.zip_dir}/finding-exports/bootstrap.zip"
  event_pattern            = templatefile("${path.module}/patterns/finding-exports.json", { export_bucket = local.guardduty.export_bucket })
  timeout_seconds          = 300
  memory_mb                = 512
  batch_size               = 5
  max_concurrency          = var.finding_exports_at_once
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
      GUARDSIFT_LAKE_BUCKET   = module.lake.bucket
      GUARDSIFT_EXPORT_BUCKET = local.guardduty.export_bucket
    },
    local.guardduty.export_prefix == "" ? {} : { GUARDSIFT_EXPORT_PREFIX = local.guardduty.export_prefix },
    local.ocsf_place == null ? {} : { GUARDSIFT_OCSF_URI = "s3://${local.ocsf_place}" },
  )

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.compacts ? [local.compact_lake] : [], local.write_ocsf, local.use_ocsf_key, [
      {
        Sid      = "ReadExports"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = "${local.export_bucket_arn}/${local.export_folder}AWSLogs/*"
      },
      {
        Sid       = "DecryptExports"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = local.guardduty.export_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
      },
      {
        # Makes a missing object a 404; without it S3 says 403.
        Sid       = "SeeMissingExports"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = local.export_bucket_arn
        Condition = { StringLike = { "s3:prefix" = ["${local.export_folder}AWSLogs/*"] } }
      },
      local.use_lake_key,
      {
        # Reading is for the check after a write that was already done by another try.
        Sid      = "WriteLake"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["${module.lake.bucket_arn}/findings/v1/*", "${module.lake.bucket_arn}/quarantine/v1/finding-exports/*"]
      },
      {
        Sid       = "SeeWhatIsMissing"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = module.lake.bucket_arn
        Condition = { StringLike = { "s3:prefix" = concat(local.compacts ? ["compaction/v1/*"] : [], ["findings/v1/*"]) } }
      },
    ])
  })
}
