# Where the detector exports its findings: key, bucket and publishing destination. GuardDuty insists on all three fitting together, and tests them when the destination is made.

locals {
  # Regions that an account opts into have a service principal of their own: all but those that were there before 2019, and none is added to these.
  regions_of_every_account = [
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1",
    "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
  ]
  is_opt_in          = local.partition == "aws" && !contains(local.regions_of_every_account, local.region)
  regional_principal = local.is_opt_in ? "guardduty.${local.region}.amazonaws.com" : "guardduty.amazonaws.com"
  principal          = coalesce(var.service_principal, local.regional_principal)

  bucket_name = "${var.name_prefix}-exports-${local.account}-${local.region}"
  folder      = var.export_prefix == "" ? "" : "${var.export_prefix}/"

  # Nobody else's detector may use GuardDuty to write here.
  our_detector = {
    StringEquals = {
      "aws:SourceAccount" = local.account
      "aws:SourceArn"     = aws_guardduty_detector.this.arn
    }
  }
}

resource "aws_kms_key" "export" {
  description         = "GuardDuty's exported findings"
  enable_key_rotation = true
  # The longest wait there is: a key that was given up by mistake can be taken back for a month.
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Without it nobody could change this policy again. Who else may use the key is up to IAM.
        Sid       = "AllowAccountByIam"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AllowGuardDutyKey"
        Effect    = "Allow"
        Principal = { Service = local.principal }
        Action    = "kms:GenerateDataKey"
        Resource  = "*"
        Condition = local.our_detector
      },
    ]
  })
}

resource "aws_kms_alias" "export" {
  name          = "alias/${var.name_prefix}-exports"
  target_key_id = aws_kms_key.export.key_id
}

resource "aws_s3_bucket" "export" {
  # checkov:skip=CKV_AWS_18: Who reads exports is in CloudTrail's data events, for accounts that record them; a log bucket is the account's choice.
  # checkov:skip=CKV_AWS_144: GuardDuty exports to a bucket in the detector's Region; every finding is in the lake as well.

  bucket        = local.bucket_name
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "export" {
  bucket                  = aws_s3_bucket.export.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "export" {
  bucket = aws_s3_bucket.export.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "export" {
  bucket = aws_s3_bucket.export.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "export" {
  bucket = aws_s3_bucket.export.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.export.arn
    }
  }
}

# The filter keeps the folder marker: without it GuardDuty stops exporting.
resource "aws_s3_bucket_lifecycle_configuration" "export" {
  # checkov:skip=CKV_AWS_300: The rule gives up unfinished uploads after a week where uploads go, below the prefix.

  bucket = aws_s3_bucket.export.id

  rule {
    id     = "exports"
    status = "Enabled"

    filter {
      prefix = "${local.folder}AWSLogs/"
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    dynamic "expiration" {
      for_each = var.export_retention_in_days[*]

      content {
        days = expiration.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.export]
}

resource "aws_s3_bucket_policy" "export" {
  bucket = aws_s3_bucket.export.id

  # No deny of PutObjectAcl: GuardDuty sets one, and the export would stop.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AllowGuardDutyLocation"
        Effect    = "Allow"
        Principal = { Service = local.principal }
        Action    = "s3:GetBucketLocation"
        Resource  = aws_s3_bucket.export.arn
        Condition = local.our_detector
      },
      {
        Sid       = "AllowGuardDutyPut"
        Effect    = "Allow"
        Principal = { Service = local.principal }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.export.arn}/${local.folder}*"
        Condition = local.our_detector
      },
      {
        Sid       = "DenyUnencrypted"
        Effect    = "Deny"
        Principal = { Service = local.principal }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.export.arn}/*"
        Condition = { StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" } }
      },
      {
        Sid       = "DenyOtherKey"
        Effect    = "Deny"
        Principal = { Service = local.principal }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.export.arn}/*"
        Condition = { StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = aws_kms_key.export.arn } }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.export.arn, "${aws_s3_bucket.export.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.export]
}

# New objects become EventBridge events; the rule of finding-exports picks ours.
resource "aws_s3_bucket_notification" "export" {
  bucket      = aws_s3_bucket.export.id
  eventbridge = true
}

# GuardDuty refuses a prefix whose folder does not exist, and checks it again on every update.
resource "aws_s3_object" "folder" {
  count = var.export_prefix == "" ? 0 : 1

  bucket  = aws_s3_bucket.export.id
  key     = local.folder
  content = ""
  tags    = var.tags

  depends_on = [aws_s3_bucket_server_side_encryption_configuration.export]
}

resource "aws_guardduty_publishing_destination" "this" {
  detector_id     = aws_guardduty_detector.this.id
  destination_arn = var.export_prefix == "" ? aws_s3_bucket.export.arn : "${aws_s3_bucket.export.arn}/${var.export_prefix}"
  kms_key_arn     = aws_kms_key.export.arn

  depends_on = [
    aws_s3_bucket_notification.export,
    aws_s3_bucket_ownership_controls.export,
    aws_s3_bucket_policy.export,
    aws_s3_object.folder,
  ]
}

# While it is there, no plan that takes detector, exports or their key away can be carried out. A detector takes its findings along.
resource "terraform_data" "keep" {
  count = var.force_destroy ? 0 : 1

  triggers_replace = [aws_guardduty_detector.this.id, aws_kms_key.export.arn, aws_s3_bucket.export.id]

  lifecycle {
    prevent_destroy = true
  }
}
