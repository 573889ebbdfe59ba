variable "name_prefix" {
  description = "Start of every resource's name."
  type        = string
  default     = "guardsift"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.name_prefix))
    error_message = "name_prefix: 1 to 20 lower-case letters, digits and hyphens, a letter first (it becomes part of bucket names)."
  }
}

variable "zip_dir" {
  description = "Folder with <function>/bootstrap.zip for each function, as `make zips` leaves it; null takes target/lambda of this repository."
  type        = string
  default     = null

  validation {
    condition     = var.zip_dir == null ? true : length(var.zip_dir) > 0
    error_message = "zip_dir: null or a folder."
  }
}

variable "rules_file" {
  description = "The rule set; null takes rules/rules.yaml of this repository."
  type        = string
  default     = null

  validation {
    condition     = var.rules_file == null ? true : fileexists(var.rules_file)
    error_message = "rules_file: no such file."
  }
}

variable "existing_guardduty" {
  description = <<-EOT
    The detector and the export that are already there; null makes both with modules/guardduty.
    The export bucket must send its events to EventBridge, and the key's policy must leave kms:Decrypt to IAM.
  EOT
  type = object({
    detector_id    = string
    export_bucket  = string
    export_key_arn = string
    export_prefix  = optional(string, "")
  })
  default = null

  validation {
    condition     = var.existing_guardduty == null ? true : can(regex("^[0-9a-f]{32}$", var.existing_guardduty.detector_id))
    error_message = "existing_guardduty.detector_id: 32 hexadecimal digits. `aws guardduty list-detectors` prints it; each Region has its own."
  }

  validation {
    condition     = var.existing_guardduty == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.existing_guardduty.export_bucket))
    error_message = "existing_guardduty.export_bucket: the bucket's name alone, without arn:aws:s3:::, s3:// and prefix. The prefix goes into export_prefix."
  }

  validation {
    condition     = var.existing_guardduty == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.existing_guardduty.export_key_arn))
    error_message = "existing_guardduty.export_key_arn: the ARN of the key itself (…:key/…), not of an alias. `aws guardduty describe-publishing-destination` prints it as KmsKeyArn."
  }

  validation {
    condition     = var.existing_guardduty == null ? true : can(regex("^([A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*)?$", var.existing_guardduty.export_prefix))
    error_message = "existing_guardduty.export_prefix: empty, or folder names joined by slashes without one at the ends, such as exports/guardduty."
  }
}

variable "finding_publishing_frequency" {
  description = "How soon updates of a known finding are published: FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS."
  type        = string
  default     = "FIFTEEN_MINUTES"

  validation {
    condition     = contains(["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"], var.finding_publishing_frequency)
    error_message = "finding_publishing_frequency: FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS."
  }
}

variable "guardduty_features" {
  description = "Protection plans that are on, every other one is turned off: any of EBS_MALWARE_PROTECTION, EKS_AUDIT_LOGS, LAMBDA_NETWORK_LOGS, RDS_LOGIN_EVENTS, RUNTIME_MONITORING, S3_DATA_EVENTS. null: all but RUNTIME_MONITORING. Each has its own price."
  type        = set(string)
  default     = null
}

variable "guardduty_runtime_agents" {
  description = "Agents that GuardDuty installs by itself when RUNTIME_MONITORING is on: any of EC2_AGENT_MANAGEMENT, ECS_FARGATE_AGENT_MANAGEMENT, EKS_ADDON_MANAGEMENT. null: all."
  type        = set(string)
  default     = null
}

variable "guardduty_service_principal" {
  description = "GuardDuty's service principal; null takes the right one for the Region. Opt-in Regions have their own."
  type        = string
  default     = null
}

variable "export_prefix" {
  description = "Prefix of the exported objects, without slashes at its ends; empty for none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*)?$", var.export_prefix))
    error_message = "export_prefix: empty, or folder names joined by slashes without one at the ends, such as exports/guardduty. The module makes the folder that GuardDuty asks for."
  }
}

variable "export_retention_in_days" {
  description = "Days that exported objects are kept, 90 or more; null keeps them for good. They are the source of the lake."
  type        = number
  default     = null
}

variable "auto_archive_mode" {
  description = "plan logs what would be archived; apply archives it. In plan mode the function's role cannot archive either."
  type        = string
  default     = "plan"

  validation {
    condition     = contains(["plan", "apply"], var.auto_archive_mode)
    error_message = "auto_archive_mode: plan or apply."
  }
}

variable "shadow_rules_file" {
  description = "A rule set beside the one that decides: auto-archive writes down where it would decide otherwise, and does nothing by it. null for none."
  type        = string
  default     = null

  validation {
    condition     = var.shadow_rules_file == null ? true : fileexists(var.shadow_rules_file)
    error_message = "shadow_rules_file: no such file."
  }
}

variable "alarm_after_hours_without_export" {
  description = "Hours, 1 to 24, without an exported finding after which an alarm rings; null for none. A quiet account can be without findings for days."
  type        = number
  default     = null

  validation {
    condition     = var.alarm_after_hours_without_export == null ? true : contains(range(1, 25), var.alarm_after_hours_without_export)
    error_message = "alarm_after_hours_without_export: whole hours from 1 to 24, or null. An alarm of CloudWatch looks back one day at most."
  }
}

variable "alarm_on_overdue_findings" {
  description = "Whether an alarm rings while High or Critical findings are open for more than a week, as auto-archive counts them on each sweep."
  type        = bool
  default     = false
}

variable "sweep_schedule" {
  description = "When auto-archive looks for findings whose hold is over: a rate(…) or cron(…) expression of EventBridge Scheduler."
  type        = string
  default     = "rate(1 hour)"

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.sweep_schedule))
    error_message = "sweep_schedule: rate(…) or cron(…)."
  }
}

variable "restrict_to_detector_arn" {
  description = "Limits auto-archive to its detector's ARN. Sources disagree on whether GuardDuty's finding calls know resource ARNs; try it in a sandbox first."
  type        = bool
  default     = false
}

variable "notification_topic_arns" {
  description = "SNS topics, beside the default one, that rules may name as destinations. A key of your own that encrypts one must allow finding-events' role kms:GenerateDataKey and kms:Decrypt in its policy."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.notification_topic_arns : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$", arn))])
    error_message = "notification_topic_arns: ARNs of SNS topics."
  }
}

variable "notification_queue_arns" {
  description = "SQS queues that rules may name as destinations. A key of your own that encrypts one must allow finding-events' role kms:GenerateDataKey and kms:Decrypt in its policy."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.notification_queue_arns : can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$", arn))])
    error_message = "notification_queue_arns: ARNs of SQS queues."
  }
}

variable "notification_bus_arns" {
  description = "EventBridge buses that rules may name as destinations."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.notification_bus_arns : can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/.+$", arn))])
    error_message = "notification_bus_arns: ARNs of EventBridge buses."
  }
}

variable "notification_secret_arns" {
  description = "Secrets in Secrets Manager that rules may name: webhook URLs, tokens, routing keys. Their values are no matter of Terraform."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.notification_secret_arns : can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+$", arn))])
    error_message = "notification_secret_arns: ARNs of secrets in Secrets Manager."
  }
}

variable "notification_parameter_arns" {
  description = "The same as SecureString parameters of Systems Manager."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.notification_parameter_arns : can(regex("^arn:[a-z-]+:ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+$", arn))])
    error_message = "notification_parameter_arns: ARNs of parameters in Systems Manager."
  }
}

variable "slack_api_url" {
  description = "Where Slack's chat.postMessage is, when not at https://slack.com/api: that of GovSlack, for instance."
  type        = string
  default     = null

  validation {
    condition     = var.slack_api_url == null ? true : startswith(var.slack_api_url, "https://")
    error_message = "slack_api_url: a URL with https://."
  }
}

variable "pagerduty_events_url" {
  description = "Where PagerDuty takes events, when not at https://events.pagerduty.com/v2/enqueue: in its EU region, https://events.eu.pagerduty.com/v2/enqueue."
  type        = string
  default     = null

  validation {
    condition     = var.pagerduty_events_url == null ? true : startswith(var.pagerduty_events_url, "https://")
    error_message = "pagerduty_events_url: a URL with https://."
  }
}

variable "webhook_private_hosts" {
  description = "The only hosts, as host:port, that webhooks may reach in private networks or without TLS."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for host in var.webhook_private_hosts : can(regex("^[A-Za-z0-9.-]+:[0-9]{1,5}$", host))])
    error_message = "webhook_private_hosts: hosts with their port, such as hooks.internal:8443."
  }
}

variable "notification_secret_key_arns" {
  description = "KMS keys of your own that those secrets and parameters are encrypted with; the default keys need none."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.notification_secret_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", arn))])
    error_message = "notification_secret_key_arns: ARNs of KMS keys."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics that alarms notify. Empty: alarms only show in CloudWatch."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.alarm_topic_arns : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$", arn))])
    error_message = "alarm_topic_arns: ARNs of SNS topics."
  }
}

variable "log_level" {
  description = "Log level of the functions: TRACE, DEBUG or INFO."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["TRACE", "DEBUG", "INFO"], var.log_level)
    error_message = "log_level: TRACE, DEBUG or INFO."
  }
}

variable "log_retention_in_days" {
  description = "Days that the functions' logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_in_days)
    error_message = "log_retention_in_days: one of the values of CloudWatch Logs (7, 14, 30, 60, 90, …)."
  }
}

variable "log_key_arn" {
  description = "KMS key of the functions' logs; null leaves it to CloudWatch Logs. The key's policy must let CloudWatch Logs use it."
  type        = string
  default     = null

  validation {
    condition     = var.log_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.log_key_arn))
    error_message = "log_key_arn: null, or the ARN of a KMS key (not of an alias)."
  }
}

variable "architecture" {
  description = "Instruction set of the deployment packages: arm64, or x86_64 after `make zips ARCH=x86-64`."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture: arm64 or x86_64."
  }
}

variable "readme_url" {
  description = "Address of your copy of the README, to which alarms and dashboard link."
  type        = string
  default     = "README.md"

  validation {
    condition     = can(regex("^[^#\\s]+$", var.readme_url))
    error_message = "readme_url: an address without spaces and without #; the section is added."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of every role."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn: ARN of an IAM policy."
  }
}

variable "force_destroy" {
  description = "Lets Terraform delete the detector, and the buckets with everything in them. For trials: what is once false is meant to stay false."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}

variable "lake_accounts" {
  description = "Accounts whose findings are exported here, by whose folders SQL finds them; null takes this account alone. A delegated administrator lists its members."
  type        = set(string)
  default     = null

  validation {
    condition     = var.lake_accounts == null ? true : length(var.lake_accounts) > 0 && alltrue([for account in var.lake_accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "lake_accounts: null or at least one account id of 12 digits."
  }
}

variable "lake_first_day" {
  description = "The first day, YYYY-MM-DD, that SQL looks at."
  type        = string
  default     = "2024-01-01"

  validation {
    condition     = can(formatdate("YYYY-MM-DD", "${var.lake_first_day}T00:00:00Z"))
    error_message = "lake_first_day: a day as YYYY-MM-DD."
  }
}

variable "bytes_per_query" {
  description = "A query of the workgroup that would read more bytes is stopped."
  type        = number
  default     = 107374182400

  validation {
    condition     = var.bytes_per_query >= 10485760
    error_message = "bytes_per_query: at least 10 MiB (10485760), which is Athena's own minimum."
  }
}

variable "compaction_schedule" {
  description = "When the lake's small files of days that are over become large ones, as an EventBridge Scheduler expression such as cron(30 3 * * ? *); null leaves them as they are, and finding-exports without the right to delete."
  type        = string
  default     = null

  validation {
    condition     = var.compaction_schedule == null ? true : can(regex("^(rate|cron)\\(.+\\)$", var.compaction_schedule))
    error_message = "compaction_schedule: null, rate(…) or cron(…)."
  }
}

variable "ocsf_uri" {
  description = "Where finding-exports writes findings as OCSF events as well, such as the location of a custom source of Security Lake: s3://bucket/prefix of a bucket in this account. null writes none."
  type        = string
  default     = null

  validation {
    condition     = var.ocsf_uri == null ? true : can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)+/?$", var.ocsf_uri))
    error_message = "ocsf_uri: null, or a bucket and a prefix of letters, digits, dots, hyphens and underscores, such as s3://bucket/ext/guardduty/1.0/."
  }
}

variable "ocsf_key_arn" {
  description = "The KMS key that the bucket of ocsf_uri is encrypted with; null when S3 manages it."
  type        = string
  default     = null

  validation {
    condition     = var.ocsf_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.ocsf_key_arn))
    error_message = "ocsf_key_arn: null, or the ARN of a KMS key."
  }
}

variable "finding_events_at_once" {
  description = "Most invocations of finding-events at a time, out of the account's concurrency. docs/scale.md says how many a storm takes."
  type        = number
  default     = 10

  validation {
    condition     = var.finding_events_at_once >= 2 && var.finding_events_at_once <= 1000
    error_message = "finding_events_at_once: 2 to 1000."
  }
}

variable "finding_exports_at_once" {
  description = "The same for finding-exports."
  type        = number
  default     = 10

  validation {
    condition     = var.finding_exports_at_once >= 2 && var.finding_exports_at_once <= 1000
    error_message = "finding_exports_at_once: 2 to 1000."
  }
}

variable "auto_archive_timeout_seconds" {
  description = "How long a sweep of auto-archive may take. It reads every open finding of the Region, some 400 a second (docs/scale.md)."
  type        = number
  default     = 120

  validation {
    condition     = var.auto_archive_timeout_seconds >= 120 && var.auto_archive_timeout_seconds <= 900
    error_message = "auto_archive_timeout_seconds: 120 to 900, Lambda's limit."
  }
}

variable "auto_archive_memory_mb" {
  description = "Memory of auto-archive in MB. A sweep holds every open finding of the Region (docs/scale.md)."
  type        = number
  default     = 256

  validation {
    condition     = var.auto_archive_memory_mb >= 256 && var.auto_archive_memory_mb <= 10240
    error_message = "auto_archive_memory_mb: 256 to 10240."
  }
}
