output "detector_id" {
  description = "Id of the detector."
  value       = aws_guardduty_detector.this.id
}

output "detector_arn" {
  description = "ARN of the detector."
  value       = aws_guardduty_detector.this.arn
}

output "export_bucket" {
  description = "Name of the bucket with the exported findings. Known before the bucket exists, so that event patterns can be planned."
  value       = local.bucket_name

  depends_on = [aws_guardduty_publishing_destination.this]
}

output "export_prefix" {
  description = "Prefix of the exported objects, without slashes at its ends."
  value       = var.export_prefix
}

output "export_key_arn" {
  description = "ARN of the key that the exported findings are encrypted with. Readers need kms:Decrypt on it."
  value       = aws_kms_key.export.arn
}

output "is_kept" {
  description = "Whether plans that would take detector, exports or their key away are refused."
  value       = length(terraform_data.keep) > 0
}

output "key_policy" {
  description = "The policy of the export key, as JSON."
  value       = aws_kms_key.export.policy
}

output "bucket_policy" {
  description = "The policy of the export bucket, as JSON."
  value       = aws_s3_bucket_policy.export.policy
}
