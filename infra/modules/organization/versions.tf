terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
      # aws: the delegated administrator's account. aws.management: the organization's own.
      configuration_aliases = [aws, aws.management]
    }
  }
}
