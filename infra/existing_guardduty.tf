# What is already there is looked at before anything is made: an export that does not fit fails without a sound, weeks before somebody misses a finding.

locals {
  existing = var.existing_guardduty == null ? {} : { "guardduty" = var.existing_guardduty }
}

data "aws_guardduty_detector" "existing" {
  for_each = local.existing

  id = each.value.detector_id

  lifecycle {
    postcondition {
      condition     = self.status == "ENABLED"
      error_message = "existing_guardduty.detector_id: the detector is ${self.status}. Resume it first: aws guardduty update-detector --enable --detector-id …"
    }
  }
}

data "aws_s3_bucket" "existing" {
  for_each = local.existing

  bucket = each.value.export_bucket

  lifecycle {
    postcondition {
      # Version 6 of the provider says where the bucket is in bucket_region; its region is where it looked.
      condition     = lookup(self, "bucket_region", self.region) == local.region
      error_message = "existing_guardduty.export_bucket is in ${lookup(self, "bucket_region", self.region)}, and this stack in ${local.region}. S3's events stay in the bucket's Region: deploy guardsift there, or name this Region's export bucket."
    }
  }
}

data "aws_kms_key" "existing" {
  for_each = local.existing

  key_id = each.value.export_key_arn

  lifecycle {
    postcondition {
      condition     = self.key_manager == "CUSTOMER"
      error_message = "existing_guardduty.export_key_arn is a key of AWS's own. GuardDuty exports with a customer managed key only; take the KmsKeyArn of the publishing destination."
    }

    postcondition {
      condition     = self.enabled
      error_message = "existing_guardduty.export_key_arn is disabled or about to be deleted: nothing that was exported with it can be read. Enable it, or cancel its deletion."
    }

    postcondition {
      condition     = strcontains(self.arn, ":kms:${local.region}:")
      error_message = "existing_guardduty.export_key_arn is a key of another Region. GuardDuty wants key and bucket in the detector's Region, ${local.region}."
    }
  }
}

# Only the administrator's setting counts, and slow updates are a choice that somebody may have made: so this warns.
check "updates_come_soon" {
  assert {
    condition     = alltrue([for detector in data.aws_guardduty_detector.existing : detector.finding_publishing_frequency == "FIFTEEN_MINUTES"])
    error_message = "The existing detector publishes updates every six hours or every hour. To hear of them within fifteen minutes: aws guardduty update-detector --finding-publishing-frequency FIFTEEN_MINUTES --detector-id …"
  }
}
