# What auto-archive's metrics wake, and the rules in its shadow.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  # A test takes away what it made.
  force_destroy    = true
  zip_dir          = "tests/zips"
  alarm_topic_arns = ["arn:aws:sns:us-east-1:111122223333:ops"]
}

run "alarms" {
  command = apply

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.archive)) == toset(["Escalated", "NotExporting", "OverTheCap", "OverTheDay", "Recurring", "ShadowFailed", "Stopped", "Unverified"])
    error_message = "Everything that somebody has to look at rings."
  }

  assert {
    condition = alltrue([
      for name, alarm in aws_cloudwatch_metric_alarm.archive :
      alarm.namespace == "Guardsift" && alarm.metric_name == name && alarm.dimensions == tomap({ service = "auto-archive" }) && alarm.alarm_actions == toset(var.alarm_topic_arns)
    ])
    error_message = "An alarm looks at what the function writes, and reaches the topics."
  }

  assert {
    condition     = length(aws_s3_object.shadow_rules) == 0 && !contains(keys(module.auto_archive.environment), "GUARDSIFT_SHADOW_RULES_URI")
    error_message = "Without a file there is no shadow."
  }
}

run "stop" {
  command = apply

  assert {
    condition     = aws_ssm_parameter.stop.name == "/guardsift/archive" && aws_ssm_parameter.stop.value == "run"
    error_message = "The archiving goes on until somebody stops it."
  }

  assert {
    condition = alltrue([
      module.auto_archive.environment.GUARDSIFT_STOP_PARAMETER == aws_ssm_parameter.stop.arn,
      one([for s in jsondecode(module.auto_archive.policies["function"]).Statement : s if s.Sid == "ReadStopParameter"]).Resource == aws_ssm_parameter.stop.arn,
    ])
    error_message = "auto-archive knows the parameter and may read it."
  }
}

run "shadow" {
  command = apply

  variables {
    shadow_rules_file = "tests/shadow.yaml"
  }

  assert {
    condition     = module.auto_archive.environment.GUARDSIFT_SHADOW_RULES_URI == "s3://guardsift-bucket/rules/shadow.yaml"
    error_message = "auto-archive reads the shadow rules where Terraform puts them."
  }

  assert {
    condition = alltrue([
      contains(one([for s in jsondecode(module.auto_archive.policies["function"]).Statement : s if s.Sid == "KeepShadow"]).Resource, "arn:aws:s3:::guardsift-bucket/shadow/v1/*"),
      one([for s in jsondecode(module.auto_archive.policies["function"]).Statement : s if s.Sid == "ReadShadowRules"]).Resource == "arn:aws:s3:::guardsift-bucket/rules/shadow.yaml",
    ])
    error_message = "It may read those rules and write the differences."
  }
}
