variable "name" {
  description = "Name of the function, its role, its rule and its queue."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{1,50}$", var.name))
    error_message = "name: 1 to 50 letters, digits and hyphens (queue names add up to 12 more)."
  }
}

variable "description" {
  description = "What the function does, in one line."
  type        = string
}

variable "zip_path" {
  description = "Path of the deployment package: a zip with the executable `bootstrap`. `make zips` builds it."
  type        = string
}

variable "event_pattern" {
  description = "EventBridge pattern (JSON) of the events that reach the function."
  type        = string

  validation {
    condition     = can(jsondecode(var.event_pattern).source) && can(jsondecode(var.event_pattern)["detail-type"])
    error_message = "event_pattern: JSON with a source and a detail-type. The source alone would also match events that are no findings."
  }
}

variable "environment" {
  description = "Environment variables of the function."
  type        = map(string)
}

variable "policy" {
  description = "IAM policy document (JSON) with what the function may do beside reading its queue and writing its log."
  type        = string

  validation {
    condition     = can(jsondecode(var.policy).Statement)
    error_message = "policy: a JSON policy document."
  }
}

variable "timeout_seconds" {
  description = "Timeout of one invocation. The queue hides a message for six times as long."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "timeout_seconds: 1 to 900, Lambda's limit."
  }
}

variable "memory_mb" {
  description = "Memory of the function in MB; Lambda gives CPU in proportion."
  type        = number
  default     = 256

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb: 128 to 10240."
  }
}

variable "batch_size" {
  description = "Records in one invocation."
  type        = number
  default     = 10

  validation {
    condition     = var.batch_size >= 1 && var.batch_size <= 10
    error_message = "batch_size: 1 to 10; more would need a batch window and would make one slow record hold up many."
  }
}

variable "max_concurrency" {
  description = "Most invocations at a time. Two is Lambda's minimum."
  type        = number
  default     = 10

  validation {
    condition     = var.max_concurrency >= 2 && var.max_concurrency <= 1000
    error_message = "max_concurrency: 2 to 1000."
  }
}

variable "max_receive_count" {
  description = "Tries before a message moves to the dead-letter queue."
  type        = number
  default     = 5

  validation {
    condition     = var.max_receive_count >= 1 && var.max_receive_count <= 1000
    error_message = "max_receive_count: 1 to 1000."
  }
}

variable "log_level" {
  description = "Level of the function's own log."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["TRACE", "DEBUG", "INFO"], var.log_level)
    error_message = "log_level: TRACE, DEBUG or INFO. Above INFO Lambda would also drop the metrics, which are log lines."
  }
}

variable "architecture" {
  description = "Instruction set of the deployment package: arm64, or x86_64 where arm64 cannot be built."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture: arm64 or x86_64."
  }
}

variable "log_key_arn" {
  description = "KMS key of the log; null leaves it to CloudWatch Logs. The key's policy must let CloudWatch Logs use it."
  type        = string
  default     = null
}

variable "readme_url" {
  description = "Address of the README whose section \"When an alarm rings\" says what to do."
  type        = string
  default     = "README.md"
}

variable "log_retention_in_days" {
  description = "Days that the log is kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_in_days)
    error_message = "log_retention_in_days: one of the values of CloudWatch Logs (7, 14, 30, 60, 90, …)."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the role."
  type        = string
  default     = null
}

variable "alarm_topic_arns" {
  description = "SNS topics that the alarms notify."
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}
