# guardsift in one account and one Region, GuardDuty included, archiving in plan mode.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

variable "architecture" {
  description = "arm64, or x86_64 after `make zips ARCH=x86-64`."
  type        = string
  default     = "arm64"
}

variable "zip_dir" {
  description = "Folder with the deployment packages; null takes what `make zips` built."
  type        = string
  default     = null
}

module "guardsift" {
  source = "../.."

  zip_dir      = var.zip_dir
  architecture = var.architecture
}

output "default_topic_arn" {
  description = "Subscribe to this topic to hear of findings."
  value       = module.guardsift.default_topic_arn
}
