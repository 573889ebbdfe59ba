# Resources that were called otherwise before: a state from then moves along, and nothing is destroyed.

moved {
  from = aws_kms_key.lake
  to   = module.lake.aws_kms_key.this
}

moved {
  from = aws_kms_alias.lake
  to   = module.lake.aws_kms_alias.this
}

moved {
  from = aws_s3_bucket.lake
  to   = module.lake.aws_s3_bucket.this
}

moved {
  from = aws_s3_bucket_public_access_block.lake
  to   = module.lake.aws_s3_bucket_public_access_block.this
}

moved {
  from = aws_s3_bucket_ownership_controls.lake
  to   = module.lake.aws_s3_bucket_ownership_controls.this
}

moved {
  from = aws_s3_bucket_versioning.lake
  to   = module.lake.aws_s3_bucket_versioning.this
}

moved {
  from = aws_s3_bucket_server_side_encryption_configuration.lake
  to   = module.lake.aws_s3_bucket_server_side_encryption_configuration.this
}

moved {
  from = aws_s3_bucket_lifecycle_configuration.lake
  to   = module.lake.aws_s3_bucket_lifecycle_configuration.this
}

moved {
  from = aws_s3_bucket_policy.lake
  to   = module.lake.aws_s3_bucket_policy.this
}

moved {
  from = aws_scheduler_schedule.sweep
  to   = aws_scheduler_schedule.this["sweep"]
}
