# The lake bucket: every version of every finding, the archive ledger, quarantine, delivery markers, and the rules.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  bucket_name = "${var.name_prefix}-lake-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.id}"
}

resource "aws_kms_key" "this" {
  description         = "guardsift's lake of findings"
  enable_key_rotation = true
  # The longest wait there is: a key that was given up by mistake can be taken back for a month.
  deletion_window_in_days = 30
  tags                    = var.tags

  # Without it nobody could change this policy again. Who else may use the key is up to IAM.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowAccountByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name_prefix}-lake"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_18: Who reads findings is in CloudTrail's data events, for accounts that record them; a log bucket is the account's choice.
  # checkov:skip=CKV_AWS_144: The lake can be made again from the exports, in another bucket.
  # checkov:skip=CKV2_AWS_62: Nobody waits for new objects of the lake.

  bucket        = local.bucket_name
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

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

    # Compaction leaves a marker for each small file that it removes, and every listing would go on reading past them.
    expiration {
      expired_object_delete_marker = true
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

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # What is once in the lake or recorded in the ledger is never written over.
        Sid       = "DenyOverwriting"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = ["${aws_s3_bucket.this.arn}/findings/*", "${aws_s3_bucket.this.arn}/compaction/*", "${aws_s3_bucket.this.arn}/audit/*"]
        Condition = {
          Null = { "s3:if-none-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

# While it is there, no plan that takes the bucket or its key away can be carried out: a bucket that is not empty would stay anyway, but without its key nobody could read it.
resource "terraform_data" "keep" {
  count = var.force_destroy ? 0 : 1

  triggers_replace = [aws_s3_bucket.this.id, aws_kms_key.this.arn]

  lifecycle {
    prevent_destroy = true
  }
}
