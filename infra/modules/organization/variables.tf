variable "detector_id" {
  description = "Detector of the delegated administrator's account in this Region."
  type        = string
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
      "EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS",
    ])) == 0
    error_message = "features: any of EBS_MALWARE_PROTECTION, EKS_AUDIT_LOGS, LAMBDA_NETWORK_LOGS, RDS_LOGIN_EVENTS, S3_DATA_EVENTS."
  }
}
