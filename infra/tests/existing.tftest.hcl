# An export that is already there: every mistake that people report is refused with a sentence that says what to do.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  zip_dir = "tests/zips"
  existing_guardduty = {
    detector_id    = "00abc34d567e8fa901bc2d34e56789f0"
    export_bucket  = "amzn-s3-demo-bucket"
    export_key_arn = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
    export_prefix  = "exports/guardduty"
  }
}

run "one_that_fits" {
  command = plan

  assert {
    condition     = length(module.guardduty) == 0
    error_message = "A detector that exists is not made again."
  }
}

run "a_bucket_by_its_arn" {
  command = plan

  variables {
    existing_guardduty = {
      detector_id    = "00abc34d567e8fa901bc2d34e56789f0"
      export_bucket  = "arn:aws:s3:::amzn-s3-demo-bucket"
      export_key_arn = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
    }
  }

  expect_failures = [var.existing_guardduty]
}

run "a_key_by_its_alias" {
  command = plan

  variables {
    existing_guardduty = {
      detector_id    = "00abc34d567e8fa901bc2d34e56789f0"
      export_bucket  = "amzn-s3-demo-bucket"
      export_key_arn = "arn:aws:kms:us-east-1:111122223333:alias/guardduty"
    }
  }

  expect_failures = [var.existing_guardduty]
}

run "a_prefix_with_slashes" {
  command = plan

  variables {
    existing_guardduty = {
      detector_id    = "00abc34d567e8fa901bc2d34e56789f0"
      export_bucket  = "amzn-s3-demo-bucket"
      export_key_arn = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
      export_prefix  = "/exports/"
    }
  }

  expect_failures = [var.existing_guardduty]
}

run "a_detector_by_its_arn" {
  command = plan

  variables {
    existing_guardduty = {
      detector_id    = "arn:aws:guardduty:us-east-1:111122223333:detector/00abc34d567e8fa901bc2d34e56789f0"
      export_bucket  = "amzn-s3-demo-bucket"
      export_key_arn = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
    }
  }

  expect_failures = [var.existing_guardduty]
}

run "a_detector_that_is_suspended" {
  command = plan

  override_data {
    target = data.aws_guardduty_detector.existing
    values = { status = "DISABLED", finding_publishing_frequency = "FIFTEEN_MINUTES" }
  }

  expect_failures = [data.aws_guardduty_detector.existing]
}

run "a_bucket_of_another_region" {
  command = plan

  override_data {
    target = data.aws_s3_bucket.existing
    values = { region = "eu-west-1" }
  }

  expect_failures = [data.aws_s3_bucket.existing]
}

run "a_key_of_another_region" {
  command = plan

  override_data {
    target = data.aws_kms_key.existing
    values = { arn = "arn:aws:kms:eu-west-1:111122223333:key/1", enabled = true, key_manager = "CUSTOMER" }
  }

  expect_failures = [data.aws_kms_key.existing]
}

run "a_key_of_aws" {
  command = plan

  override_data {
    target = data.aws_kms_key.existing
    values = { arn = "arn:aws:kms:us-east-1:111122223333:key/1", enabled = true, key_manager = "AWS" }
  }

  expect_failures = [data.aws_kms_key.existing]
}

run "a_key_that_is_about_to_be_deleted" {
  command = plan

  override_data {
    target = data.aws_kms_key.existing
    values = { arn = "arn:aws:kms:us-east-1:111122223333:key/1", enabled = false, key_manager = "CUSTOMER" }
  }

  expect_failures = [data.aws_kms_key.existing]
}

run "updates_that_come_every_six_hours_are_warned_of" {
  command = plan

  override_data {
    target = data.aws_guardduty_detector.existing
    values = { status = "ENABLED", finding_publishing_frequency = "SIX_HOURS" }
  }

  expect_failures = [check.updates_come_soon]
}

run "a_prefix_of_a_new_export_with_a_slash" {
  command = plan

  variables {
    existing_guardduty = null
    export_prefix      = "/exports"
  }

  expect_failures = [var.export_prefix]
}
