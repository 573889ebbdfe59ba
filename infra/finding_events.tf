# finding-events: every finding, the moment it appears → destinations. It may not call GuardDuty at all.

module "finding_events" {
  source = "./modules/function"

  name                     = "${var.name_prefix}-finding-events"
  description              = "Delivers GuardDuty findings to the destinations that the rules name"
  zip_path                 = "${local.zip_dir}/finding-events/bootstrap.zip"
  event_pattern            = file("${path.module}/patterns/finding-events.json")
  timeout_seconds          = 60
  batch_size               = 10
  max_concurrency          = var.finding_events_at_once
  max_receive_count        = 10 # What a destination refuses for a while is tried for an hour or two, in growing pauses.
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
      GUARDSIFT_RULES_URI         = local.rules_uri
      GUARDSIFT_LAKE_BUCKET       = module.lake.bucket
      GUARDSIFT_DEFAULT_TOPIC_ARN = aws_sns_topic.findings.arn
    },
    var.slack_api_url == null ? {} : { GUARDSIFT_SLACK_API_URL = var.slack_api_url },
    var.pagerduty_events_url == null ? {} : { GUARDSIFT_PAGERDUTY_EVENTS_URL = var.pagerduty_events_url },
    length(var.webhook_private_hosts) == 0 ? {} : { GUARDSIFT_WEBHOOK_PRIVATE_HOSTS = join(",", var.webhook_private_hosts) },
  )

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      local.read_rules,
      local.use_lake_key,
      {
        # A destination gets its time: what it refuses is hidden in the queue, for longer each time.
        Sid      = "PutMessagesOff"
        Effect   = "Allow"
        Action   = "sqs:ChangeMessageVisibility"
        Resource = "arn:${local.partition}:sqs:${local.region}:${local.account}:${var.name_prefix}-finding-events"
      },
      {
        Sid      = "KeepMarkers"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${module.lake.bucket_arn}/state/notify/*"
      },
      {
        # What auto-archive had done with a finding that comes back belongs to its message.
        Sid      = "ReadLedger"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = ["${module.lake.bucket_arn}/audit/v1/*", "${module.lake.bucket_arn}/state/archive/finding=*"]
      },
      {
        Sid      = "Quarantine"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${module.lake.bucket_arn}/quarantine/v1/finding-events/*"
      },
      {
        # Makes a missing object a 404; without it S3 says 403 and a marker that is not there looks like a broken role.
        Sid       = "SeeWhatIsMissing"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = module.lake.bucket_arn
        Condition = { StringLike = { "s3:prefix" = ["audit/v1/*", "rules/*", "state/archive/finding=*", "state/notify/*"] } }
      },
      {
        Sid      = "Notify"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = concat([aws_sns_topic.findings.arn], var.notification_topic_arns)
      },
    ], local.notify_others)
  })
}

locals {
  # A policy must not name an empty list of resources, so each statement is there only when something is listed.
  notify_others = concat(
    [for arns in [var.notification_queue_arns] : {
      Sid      = "SendToQueues"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = arns
    } if length(arns) > 0],
    [for arns in [var.notification_bus_arns] : {
      Sid      = "PutOnBuses"
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = arns
    } if length(arns) > 0],
    [for arns in [var.notification_secret_arns] : {
      Sid      = "ReadSecrets"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = arns
    } if length(arns) > 0],
    [for arns in [var.notification_parameter_arns] : {
      Sid      = "ReadParameters"
      Effect   = "Allow"
      Action   = "ssm:GetParameter"
      Resource = arns
    } if length(arns) > 0],
    # StringLike: a listed ARN may have wildcards, such as the six characters that Secrets Manager adds.
    [for arns in [var.notification_secret_key_arns] : {
      Sid      = "DecryptParameters"
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = arns
      Condition = {
        StringEquals = { "kms:ViaService" = "ssm.${local.region}.amazonaws.com" }
        StringLike   = { "kms:EncryptionContext:PARAMETER_ARN" = var.notification_parameter_arns }
      }
    } if length(arns) > 0 && length(var.notification_parameter_arns) > 0],
    [for arns in [var.notification_secret_key_arns] : {
      Sid      = "DecryptSecrets"
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = arns
      Condition = {
        StringEquals = { "kms:ViaService" = "secretsmanager.${local.region}.amazonaws.com" }
        StringLike   = { "kms:EncryptionContext:SecretARN" = var.notification_secret_arns }
      }
    } if length(arns) > 0 && length(var.notification_secret_arns) > 0],
  )
}
