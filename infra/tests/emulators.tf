# Laid over an example's provider: GuardDuty is `guardsift local`, all else is moto. AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_GUARDDUTY say where they are.

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "local"
  s3_use_path_style           = true
  max_retries                 = 2
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}
