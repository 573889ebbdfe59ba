# The lake bucket: every version of every finding, the archive ledger, quarantine, delivery markers, and the rules.

locals {
  lake_name = "${var.name_prefix}-lake-${local.account}-${local.region}"
  rules_key = "rules/rules.yaml"
  rules_arn = "${aws_s3_bucket.lake.arn}/${local.rules_key}"
  rules_uri = "s3://${aws_s3_bucket.lake.id}/${aws_s3_object.rules.key}"

  # What a function needs to read and write the lake's encrypted objects, through S3 only.
  use_lake_key = {
    Sid       = "UseLakeKey"
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = aws_kms_key.lake.arn
    Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
  }

  read_rules = {
    Sid      = "ReadRules"
    Effect   = "Allow"
    Action   = "s3:GetObject"
    Resource = local.rules_arn
  }
}

resource "aws_kms_key" "lake" {
  description         = "guardsift's lake of findings"
  enable_key_rotation = true
  tags                = var.tags
}

resource "aws_kms_alias" "lake" {
  name          = "alias/${var.name_prefix}-lake"
  target_key_id = aws_kms_key.lake.key_id
}

resource "aws_s3_bucket" "lake" {
  bucket        = local.lake_name
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "lake" {
  bucket                  = aws_s3_bucket.lake.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "lake" {
  bucket = aws_s3_bucket.lake.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "lake" {
  bucket = aws_s3_bucket.lake.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "lake" {
  bucket = aws_s3_bucket.lake.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.lake.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "lake" {
  bucket = aws_s3_bucket.lake.id

  rule {
    id     = "leftovers"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  # Answers of Athena are made anew when somebody asks again.
  rule {
    id     = "answers"
    status = "Enabled"

    filter {
      prefix = "athena/"
    }

    expiration {
      days = 30
    }
  }

  # A marker matters as long as the same version of a finding can come again: GuardDuty keeps
  # findings for 90 days, and a message lives for at most 18 more on our queues.
  rule {
    id     = "delivery-markers"
    status = "Enabled"

    filter {
      prefix = "state/"
    }

    expiration {
      days = 120
    }
  }

  # Differences of rules that have been tried say nothing about those of today.
  rule {
    id     = "shadow"
    status = "Enabled"

    filter {
      prefix = "shadow/"
    }

    expiration {
      days = 120
    }
  }

  depends_on = [aws_s3_bucket_versioning.lake]
}

resource "aws_s3_bucket_policy" "lake" {
  bucket = aws_s3_bucket.lake.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.lake.arn, "${aws_s3_bucket.lake.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # What is once in the lake or recorded in the ledger is never written over.
        Sid       = "DenyOverwriting"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = ["${aws_s3_bucket.lake.arn}/findings/*", "${aws_s3_bucket.lake.arn}/compaction/*", "${aws_s3_bucket.lake.arn}/audit/*"]
        Condition = {
          Null = { "s3:if-none-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.lake]
}

resource "aws_s3_object" "rules" {
  bucket       = aws_s3_bucket.lake.id
  key          = local.rules_key
  source       = coalesce(var.rules_file, "${path.module}/../rules/rules.yaml")
  source_hash  = filemd5(coalesce(var.rules_file, "${path.module}/../rules/rules.yaml"))
  content_type = "application/yaml"
  tags         = var.tags

  depends_on = [aws_s3_bucket_server_side_encryption_configuration.lake, aws_s3_bucket_versioning.lake]
}
