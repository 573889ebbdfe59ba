variable "detector_id" {
  description = "Detector of the delegated administrator's account in this Region."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{32}$", var.detector_id))
    error_message = "detector_id: 32 hexadecimal digits, of the detector that the administrator's account has in this Region."
  }
}

variable "auto_enable_members" {
  description = "Which member accounts get GuardDuty: ALL, NEW ones or NONE."
  type        = string
  default     = "ALL"

  validation {
    condition     = contains(["ALL", "NEW", "NONE"], var.auto_enable_members)
    error_message = "auto_enable_members: ALL, NEW or NONE."
  }
}

variable "features" {
  description = "Protection plans that member accounts get; every other one is left to the members."
  type        = set(string)
  default     = ["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS"]

  validation {
    condition = length(setsubtract(var.features, [
      "EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "RUNTIME_MONITORING", "S3_DATA_EVENTS",
    ])) == 0
    error_message = "features: any of EBS_MALWARE_PROTECTION, EKS_AUDIT_LOGS, LAMBDA_NETWORK_LOGS, RDS_LOGIN_EVENTS, RUNTIME_MONITORING, S3_DATA_EVENTS."
  }
}

variable "runtime_agents" {
  description = "Agents that GuardDuty installs in member accounts by itself when RUNTIME_MONITORING is on."
  type        = set(string)
  default     = ["EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"]

  validation {
    condition     = length(setsubtract(var.runtime_agents, ["EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"])) == 0
    error_message = "runtime_agents: any of EC2_AGENT_MANAGEMENT, ECS_FARGATE_AGENT_MANAGEMENT, EKS_ADDON_MANAGEMENT."
  }
}
