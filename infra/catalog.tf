# SQL over the lake: Glue tables and views, and an Athena workgroup with the questions people ask.

module "catalog" {
  source = "./modules/catalog"

  name_prefix     = var.name_prefix
  lake_bucket     = module.lake.bucket
  lake_key_arn    = module.lake.key_arn
  accounts        = coalesce(var.lake_accounts, [local.account])
  regions         = [local.region]
  first_day       = var.lake_first_day
  bytes_per_query = var.bytes_per_query
  tags            = var.tags
}
