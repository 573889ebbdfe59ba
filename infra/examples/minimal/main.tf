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

module "guardsift" {
  source = "../.."
}

output "default_topic_arn" {
  description = "Subscribe to this topic to hear of findings."
  value       = module.guardsift.default_topic_arn
}
