# modules/guardduty: the export works only when key, bucket and destination fit together, for our detector alone.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  force_destroy = true
}

run "export_without_prefix" {
  command = apply

  module {
    source = "./modules/guardduty"
  }

  assert {
    condition     = aws_guardduty_detector.this.finding_publishing_frequency == "FIFTEEN_MINUTES"
    error_message = "Updates must not wait for six hours, AWS's default."
  }

  assert {
    condition     = aws_guardduty_publishing_destination.this.destination_arn == aws_s3_bucket.export.arn
    error_message = "Without a prefix the destination is the bucket."
  }

  assert {
    condition     = length(aws_s3_object.folder) == 0
    error_message = "Without a prefix there is no folder."
  }

  assert {
    condition = one([for s in jsondecode(aws_kms_key.export.policy).Statement : s if s.Sid == "AllowGuardDutyKey"]) == {
      Sid       = "AllowGuardDutyKey"
      Effect    = "Allow"
      Principal = { Service = "guardduty.amazonaws.com" }
      Action    = "kms:GenerateDataKey"
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333", "aws:SourceArn" = aws_guardduty_detector.this.arn } }
    }
    error_message = "GuardDuty may use the key for our detector only."
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_s3_bucket_policy.export.policy).Statement :
      s.Condition.StringEquals["aws:SourceArn"] == aws_guardduty_detector.this.arn if s.Effect == "Allow"
    ])
    error_message = "GuardDuty may write for our detector only."
  }

  assert {
    condition     = !anytrue([for s in jsondecode(aws_s3_bucket_policy.export.policy).Statement : strcontains(jsonencode(s.Action), "PutObjectAcl")])
    error_message = "Denying PutObjectAcl stops the export."
  }

  assert {
    condition     = aws_s3_bucket_notification.export.eventbridge == true
    error_message = "Without EventBridge events no exported object reaches the lake."
  }

  assert {
    condition     = aws_guardduty_detector_feature.this["RUNTIME_MONITORING"].status == "DISABLED" && aws_guardduty_detector_feature.this["S3_DATA_EVENTS"].status == "ENABLED"
    error_message = "Every protection plan is stated, on or off."
  }
}

run "export_with_prefix" {
  command = apply

  module {
    source = "./modules/guardduty"
  }

  variables {
    export_prefix            = "exports/guardduty"
    export_retention_in_days = 365
  }

  assert {
    condition     = aws_s3_object.folder[0].key == "exports/guardduty/"
    error_message = "GuardDuty wants an object that ends in a slash."
  }

  assert {
    condition     = aws_guardduty_publishing_destination.this.destination_arn == "${aws_s3_bucket.export.arn}/exports/guardduty"
    error_message = "The destination carries the prefix."
  }

  assert {
    condition     = one([for s in jsondecode(aws_s3_bucket_policy.export.policy).Statement : s if s.Sid == "AllowGuardDutyPut"]).Resource == "${aws_s3_bucket.export.arn}/exports/guardduty/*"
    error_message = "GuardDuty may write below the prefix only."
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_lifecycle_configuration.export.rule : one(rule.filter).prefix == "exports/guardduty/AWSLogs/"])
    error_message = "Deleting old exports must spare the folder, or the export stops."
  }
}

run "an_opt_in_region_has_its_own_principal" {
  command = apply

  module {
    source = "./modules/guardduty"
  }

  override_data {
    target = data.aws_region.current
    values = { id = "eu-south-1" }
  }

  assert {
    condition     = one([for s in jsondecode(aws_kms_key.export.policy).Statement : s if s.Sid == "AllowGuardDutyKey"]).Principal.Service == "guardduty.eu-south-1.amazonaws.com"
    error_message = "In an opt-in Region the global principal is not allowed to write."
  }
}

run "so_has_one_that_nobody_has_listed" {
  command = apply

  module {
    source = "./modules/guardduty"
  }

  override_data {
    target = data.aws_region.current
    values = { id = "mx-central-1" }
  }

  assert {
    condition     = one([for s in jsondecode(aws_kms_key.export.policy).Statement : s if s.Sid == "AllowGuardDutyKey"]).Principal.Service == "guardduty.mx-central-1.amazonaws.com"
    error_message = "Every Region that is not in each account is opted into."
  }
}

run "a_prefix_with_a_slash_at_its_end_is_refused" {
  command = plan

  module {
    source = "./modules/guardduty"
  }

  variables {
    export_prefix = "exports/"
  }

  expect_failures = [var.export_prefix]
}

run "runtime_monitoring_is_said_once" {
  command = plan

  module {
    source = "./modules/guardduty"
  }

  variables {
    features = ["EKS_RUNTIME_MONITORING"]
  }

  expect_failures = [var.features]
}

run "exports_are_kept_as_long_as_guardduty_keeps_findings" {
  command = plan

  module {
    source = "./modules/guardduty"
  }

  variables {
    export_retention_in_days = 30
  }

  expect_failures = [var.export_retention_in_days]
}

run "runtime_monitoring" {
  command = plan

  module {
    source = "./modules/guardduty"
  }

  variables {
    features       = ["RUNTIME_MONITORING"]
    runtime_agents = ["EKS_ADDON_MANAGEMENT"]
  }

  assert {
    condition = { for agent in aws_guardduty_detector_feature.this["RUNTIME_MONITORING"].additional_configuration : agent.name => agent.status } == {
      EC2_AGENT_MANAGEMENT         = "DISABLED"
      ECS_FARGATE_AGENT_MANAGEMENT = "DISABLED"
      EKS_ADDON_MANAGEMENT         = "ENABLED"
    }
    error_message = "Only the chosen agents are installed."
  }

  assert {
    condition     = local.agents == ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"]
    error_message = "In another order than GuardDuty's every plan replaces the feature."
  }
}
