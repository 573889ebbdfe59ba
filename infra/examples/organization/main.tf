# guardsift in the security account of an organization: it becomes GuardDuty's delegated administrator, and every member's findings come here.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "management_role_arn" {
  description = "Role in the organization's management account that may delegate GuardDuty's administration."
  type        = string
}

# The security account.
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "management"
  region = "us-east-1"

  assume_role {
    role_arn = var.management_role_arn
  }
}

variable "zip_dir" {
  description = "Folder with the deployment packages; null takes what `make zips` built."
  type        = string
  default     = null
}

variable "architecture" {
  description = "arm64, or x86_64 after `make zips ARCH=x86-64`."
  type        = string
  default     = "arm64"
}

variable "member_accounts" {
  description = "The accounts whose findings the lake will hold; this one is always among them."
  type        = set(string)
  default     = []
}

data "aws_caller_identity" "current" {}

module "guardsift" {
  source = "../.."

  zip_dir       = var.zip_dir
  architecture  = var.architecture
  lake_accounts = setunion(var.member_accounts, [data.aws_caller_identity.current.account_id])
}

module "organization" {
  source = "../../modules/organization"

  providers = {
    aws            = aws
    aws.management = aws.management
  }

  detector_id = module.guardsift.detector_id
}
