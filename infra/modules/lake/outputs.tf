output "bucket" {
  description = "Name of the lake bucket, ready to be written to: encrypted, versioned, and closed to the public."
  value       = aws_s3_bucket.this.id

  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}

output "bucket_arn" {
  description = "ARN of the lake bucket."
  value       = aws_s3_bucket.this.arn
}

output "key_arn" {
  description = "ARN of the key that the lake is encrypted with."
  value       = aws_kms_key.this.arn
}

output "bucket_policy" {
  description = "The bucket's policy, as JSON."
  value       = aws_s3_bucket_policy.this.policy
}

output "is_kept" {
  description = "Whether plans that would take the lake away are refused."
  value       = length(terraform_data.keep) > 0
}
