# The lake, the rules in it, and what every function may do with both.

module "lake" {
  source = "./modules/lake"

  name_prefix   = var.name_prefix
  force_destroy = var.force_destroy
  tags          = var.tags
}

locals {
  rules_key = "rules/rules.yaml"
  rules_arn = "${module.lake.bucket_arn}/${local.rules_key}"
  rules_uri = "s3://${module.lake.bucket}/${aws_s3_object.rules.key}"

  # What a function needs to read and write the lake's encrypted objects, through S3 only. Names of kms:ViaService end in amazonaws.com in every partition:
  # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
  use_lake_key = {
    Sid       = "UseLakeKey"
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = module.lake.key_arn
    Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
  }

  read_rules = {
    Sid      = "ReadRules"
    Effect   = "Allow"
    Action   = "s3:GetObject"
    Resource = local.rules_arn
  }
}

resource "aws_s3_object" "rules" {
  bucket       = module.lake.bucket
  key          = local.rules_key
  source       = coalesce(var.rules_file, "${path.module}/../rules/rules.yaml")
  source_hash  = filemd5(coalesce(var.rules_file, "${path.module}/../rules/rules.yaml"))
  content_type = "application/yaml"
  tags         = var.tags
}
