variable "name_prefix" {
  description = "Start of the names of the export bucket and the key's alias."
  type        = string
  default     = "guardsift"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.name_prefix))
    error_message = "name_prefix: 1 to 20 lower-case letters, digits and hyphens, a letter first (it becomes part of a bucket's name)."
  }
}

variable "finding_publishing_frequency" {
  description = "How soon updates of a known finding are published. New findings always come within about five minutes. Only the administrator's setting counts, for all members."
  type        = string
  default     = "FIFTEEN_MINUTES"

  validation {
    condition     = contains(["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"], var.finding_publishing_frequency)
    error_message = "finding_publishing_frequency: FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS."
  }
}

variable "features" {
  description = "Protection plans that are on; every other one is turned off, so that the plan states all of them. Each has its own price."
  type        = set(string)
  default     = ["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS"]

  validation {
    condition     = !contains(var.features, "EKS_RUNTIME_MONITORING")
    error_message = "features: EKS_RUNTIME_MONITORING is part of RUNTIME_MONITORING, and GuardDuty takes one of the two. Say RUNTIME_MONITORING, with EKS_ADDON_MANAGEMENT among runtime_agents."
  }

  validation {
    condition = length(setsubtract(setsubtract(var.features, ["EKS_RUNTIME_MONITORING"]), [
      "EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "RUNTIME_MONITORING", "S3_DATA_EVENTS",
    ])) == 0
    error_message = "features: any of EBS_MALWARE_PROTECTION, EKS_AUDIT_LOGS, LAMBDA_NETWORK_LOGS, RDS_LOGIN_EVENTS, RUNTIME_MONITORING, S3_DATA_EVENTS."
  }
}

variable "runtime_agents" {
  description = "Agents that GuardDuty installs by itself when RUNTIME_MONITORING is on."
  type        = set(string)
  default     = ["EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"]

  validation {
    condition     = length(setsubtract(var.runtime_agents, ["EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"])) == 0
    error_message = "runtime_agents: any of EC2_AGENT_MANAGEMENT, ECS_FARGATE_AGENT_MANAGEMENT, EKS_ADDON_MANAGEMENT."
  }
}

variable "export_prefix" {
  description = "Prefix of the exported objects, without slashes at its ends; empty for none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*)?$", var.export_prefix))
    error_message = "export_prefix: empty, or folder names joined by slashes, such as exports/guardduty."
  }
}

variable "export_retention_in_days" {
  description = "Days that exported objects are kept; null keeps them for good. They are the source of the lake: keep them longer than the lake might need to be made again."
  type        = number
  default     = null

  validation {
    condition     = var.export_retention_in_days == null ? true : var.export_retention_in_days >= 90
    error_message = "export_retention_in_days: null or at least 90, GuardDuty's own retention of findings."
  }
}

variable "service_principal" {
  description = "GuardDuty's service principal; null takes the right one for the Region. Opt-in Regions have their own."
  type        = string
  default     = null

  validation {
    condition     = var.service_principal == null ? true : can(regex("^guardduty(\\.[a-z0-9-]+)?\\.amazonaws\\.com(\\.cn)?$", var.service_principal))
    error_message = "service_principal: guardduty.amazonaws.com or guardduty.<region>.amazonaws.com."
  }
}

variable "force_destroy" {
  description = "Lets Terraform delete the detector, and the export bucket with everything in it. For trials."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}
