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

module "guardsift" {
  source = "../.."
}

module "organization" {
  source = "../../modules/organization"

  providers = {
    aws            = aws
    aws.management = aws.management
  }

  detector_id = module.guardsift.detector_id
}
