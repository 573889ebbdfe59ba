# The whole stack: what each function hears, may do and is told.

mock_provider "aws" {
  source = "./tests/mocks"
}

# A test takes away what it made, which force_destroy = false is there to prevent; the run "kept" plans without it.
variables {
  zip_dir       = "tests/zips"
  force_destroy = true
}

run "defaults" {
  command = apply

  assert {
    condition     = jsondecode(module.finding_events.event_pattern) == { source = ["aws.guardduty"], "detail-type" = ["GuardDuty Finding"] }
    error_message = "finding-events hears every finding, and nothing that is no finding."
  }

  assert {
    condition     = jsonencode(jsondecode(module.auto_archive.event_pattern).detail["$or"]) == jsonencode([{ severity = [{ numeric = ["<", 4] }] }, { service = { archived = [true] } }])
    error_message = "auto-archive hears low findings, and archived ones that may have risen."
  }

  assert {
    condition     = jsondecode(module.finding_exports.event_pattern).detail.bucket.name == ["guardsift-exports-111122223333-us-east-1"]
    error_message = "finding-exports hears the export bucket: the placeholder must be filled in."
  }

  assert {
    condition     = module.auto_archive.environment.GUARDSIFT_MODE == "plan"
    error_message = "Nothing is archived unless somebody asked for it."
  }

  assert {
    condition = !anytrue(flatten([
      for function in local.functions : [for policy in values(function.policies) : strcontains(policy, "ArchiveFindings")]
    ]))
    error_message = "In plan mode no role may archive."
  }

  assert {
    condition = !anytrue(flatten([
      for function in local.functions : [
        for policy in values(function.policies) : [
          for statement in jsondecode(policy).Statement : [for action in flatten([statement.Action]) : strcontains(action, "*")]
        ]
      ]
    ]))
    error_message = "No role has a wildcard action."
  }

  assert {
    condition = !anytrue(flatten([
      for function in [module.finding_events, module.finding_exports] : [for policy in values(function.policies) : strcontains(policy, "guardduty:")]
    ]))
    error_message = "Only auto-archive may call GuardDuty."
  }

  assert {
    condition = !anytrue(flatten([
      for function in local.functions : [for policy in values(function.policies) : strcontains(policy, "s3:Delete")]
    ]))
    error_message = "No function may delete what it has kept."
  }

  assert {
    condition     = toset(keys(module.finding_events.environment)) == toset(["GUARDSIFT_DEFAULT_TOPIC_ARN", "GUARDSIFT_LAKE_BUCKET", "GUARDSIFT_RULES_URI"])
    error_message = "finding-events refuses to start with a variable it does not know."
  }

  assert {
    condition     = toset(keys(module.finding_exports.environment)) == toset(["GUARDSIFT_EXPORT_BUCKET", "GUARDSIFT_LAKE_BUCKET"])
    error_message = "finding-exports refuses to start with a variable it does not know."
  }

  assert {
    condition     = toset(keys(module.auto_archive.environment)) == toset(["GUARDSIFT_DETECTOR_ID", "GUARDSIFT_LAKE_BUCKET", "GUARDSIFT_MODE", "GUARDSIFT_RULES_URI", "GUARDSIFT_STOP_PARAMETER"])
    error_message = "auto-archive refuses to start with a variable it does not know."
  }

  assert {
    condition     = local.rules_uri == "s3://guardsift-bucket/rules/rules.yaml"
    error_message = "The functions read the rules where Terraform puts them."
  }

  assert {
    condition     = strcontains(one(aws_scheduler_schedule.this["sweep"].target).input, "\"<aws.scheduler.scheduled-time>\"") && jsondecode(one(aws_scheduler_schedule.this["sweep"].target).input)["detail-type"] == "Scheduled Event"
    error_message = "The sweep carries its scheduled time in a form that EventBridge Scheduler fills in."
  }

  assert {
    condition     = length([for s in jsondecode(module.lake.bucket_policy).Statement : s if s.Sid == "DenyOverwriting" && contains(s.Resource, "arn:aws:s3:::guardsift-bucket/findings/*")]) == 1
    error_message = "What is in the lake is never written over."
  }
}

run "apply_mode" {
  command = apply

  variables {
    auto_archive_mode     = "apply"
    slack_api_url         = "https://slack-gov.com/api"
    pagerduty_events_url  = "https://events.eu.pagerduty.com/v2/enqueue"
    webhook_private_hosts = ["hooks.internal:8443", "127.0.0.1:9000"]
  }

  assert {
    condition = [for name in ["SLACK_API_URL", "PAGERDUTY_EVENTS_URL", "WEBHOOK_PRIVATE_HOSTS"] : module.finding_events.environment["GUARDSIFT_${name}"]] == [
      "https://slack-gov.com/api", "https://events.eu.pagerduty.com/v2/enqueue", "hooks.internal:8443,127.0.0.1:9000",
    ]
    error_message = "Destinations elsewhere are named to finding-events."
  }

  assert {
    condition     = module.auto_archive.environment.GUARDSIFT_MODE == "apply"
    error_message = "Asked for, auto-archive acts."
  }

  assert {
    condition     = [for name, function in local.functions : name if anytrue([for policy in values(function.policies) : strcontains(policy, "guardduty:ArchiveFindings")])] == ["auto_archive"]
    error_message = "Only auto-archive's role may archive."
  }

  assert {
    condition     = strcontains(module.auto_archive.policies["function"], "guardduty:UnarchiveFindings")
    error_message = "Who archives must be able to take it back."
  }
}

run "existing_guardduty" {
  command = apply

  variables {
    existing_guardduty = {
      detector_id    = "00abc34d567e8fa901bc2d34e56789f0"
      export_bucket  = "amzn-s3-demo-bucket"
      export_key_arn = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
      export_prefix  = "guardduty"
    }
    restrict_to_detector_arn = true
  }

  assert {
    condition     = module.finding_exports.environment.GUARDSIFT_EXPORT_PREFIX == "guardduty"
    error_message = "finding-exports must know the prefix."
  }

  assert {
    condition     = strcontains(module.finding_exports.policies["function"], "arn:aws:s3:::amzn-s3-demo-bucket/guardduty/AWSLogs/*")
    error_message = "finding-exports reads below the prefix only."
  }

  assert {
    condition = one([for s in jsondecode(module.auto_archive.policies["function"]).Statement : s if s.Sid == "HandleFindings"]).Resource == "arn:aws:guardduty:us-east-1:111122223333:detector/00abc34d567e8fa901bc2d34e56789f0"

    error_message = "Restricted, auto-archive reaches one detector."
  }
}

run "destinations" {
  command = apply

  variables {
    notification_queue_arns      = ["arn:aws:sqs:us-east-1:111122223333:tickets"]
    notification_bus_arns        = ["arn:aws:events:us-east-1:111122223333:event-bus/soc"]
    notification_secret_arns     = ["arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf"]
    notification_parameter_arns  = ["arn:aws:ssm:us-east-1:111122223333:parameter/guardsift/slack"]
    notification_secret_key_arns = ["arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-5a6b-4c7d-8e9f-0a1b2c3d4e5f"]
  }

  assert {
    condition = {
      for s in jsondecode(module.finding_events.policies["function"]).Statement : s.Sid => s.Resource if contains(["SendToQueues", "PutOnBuses", "ReadSecrets", "ReadParameters"], s.Sid)
      } == {
      SendToQueues   = ["arn:aws:sqs:us-east-1:111122223333:tickets"]
      PutOnBuses     = ["arn:aws:events:us-east-1:111122223333:event-bus/soc"]
      ReadSecrets    = ["arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf"]
      ReadParameters = ["arn:aws:ssm:us-east-1:111122223333:parameter/guardsift/slack"]
    }
    error_message = "finding-events reaches the destinations that are listed, and no others."
  }

  assert {
    condition     = one([for s in jsondecode(module.finding_events.policies["function"]).Statement : s if s.Sid == "DecryptSecrets"]).Condition.StringLike["kms:EncryptionContext:SecretARN"] == ["arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf"]
    error_message = "A secret's key decrypts listed secrets only."
  }

  assert {
    condition     = one([for s in jsondecode(module.finding_events.policies["function"]).Statement : s if s.Sid == "DecryptParameters"]).Condition.StringLike["kms:EncryptionContext:PARAMETER_ARN"] == ["arn:aws:ssm:us-east-1:111122223333:parameter/guardsift/slack"]
    error_message = "A parameter's key decrypts listed parameters only."
  }

  assert {
    condition     = !anytrue([for name, function in local.functions : anytrue([for policy in values(function.policies) : strcontains(policy, "GetSecretValue")]) if name != "finding_events"])
    error_message = "Only finding-events may read secrets."
  }
}

run "a_secret_by_its_name_is_refused" {
  command = plan

  variables {
    notification_secret_arns    = ["slack"]
    notification_parameter_arns = ["slack"]
  }

  expect_failures = [var.notification_secret_arns, var.notification_parameter_arns]
}

run "a_mode_with_a_typing_error_is_refused" {
  command = plan

  variables {
    auto_archive_mode = "aply"
  }

  expect_failures = [var.auto_archive_mode]
}

run "compaction" {
  command = apply

  variables {
    compaction_schedule = "cron(30 3 * * ? *)"
  }

  assert {
    condition     = strcontains(module.finding_exports.policies["function"], "s3:DeleteObject") && toset(keys(aws_scheduler_schedule.this)) == toset(["compaction", "sweep"])
    error_message = "Only a scheduled compaction may delete, and only finding-exports."
  }
}

run "ocsf_goes_nowhere_unless_a_place_is_named" {
  command = apply

  variables {
    ocsf_key_arn = "arn:aws:kms:us-east-1:111122223333:key/k"
  }

  assert {
    condition     = output.ocsf_uri == null && !contains(keys(module.finding_exports.environment), "GUARDSIFT_OCSF_URI") && !strcontains(module.finding_exports.policies["function"], "Ocsf")
    error_message = "Without ocsf_uri the function is not told of OCSF and has no right for it."
  }
}

run "ocsf" {
  command = apply

  variables {
    ocsf_uri     = "s3://aws-security-data-lake-us-east-1-x/ext/guardduty/1.0"
    ocsf_key_arn = "arn:aws:kms:us-east-1:111122223333:key/k"
  }

  assert {
    condition     = module.finding_exports.environment.GUARDSIFT_OCSF_URI == "s3://aws-security-data-lake-us-east-1-x/ext/guardduty/1.0/" && output.ocsf_uri == module.finding_exports.environment.GUARDSIFT_OCSF_URI
    error_message = "The function is told where OCSF events go."
  }

  assert {
    condition = [
      for statement in jsondecode(module.finding_exports.policies["function"]).Statement : [statement.Action, statement.Resource] if strcontains(statement.Sid, "Ocsf")
      ] == [
      [["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::aws-security-data-lake-us-east-1-x/ext/guardduty/1.0/region=*"],
      [["kms:Decrypt", "kms:GenerateDataKey"], "arn:aws:kms:us-east-1:111122223333:key/k"],
    ]
    error_message = "It may read and write there, use the key of that bucket, and nothing more."
  }

  assert {
    condition = !anytrue(flatten([
      for function in [module.finding_events, module.auto_archive] : [for policy in values(function.policies) : strcontains(policy, "Ocsf")]
    ]))
    error_message = "Only finding-exports writes OCSF events."
  }
}

run "refuses_an_ocsf_place_that_is_a_whole_bucket" {
  command = plan

  variables {
    ocsf_uri = "s3://aws-security-data-lake-us-east-1-x/"
  }

  expect_failures = [var.ocsf_uri]
}
