output "administrator_account_id" {
  description = "The delegated administrator's account."
  value       = aws_guardduty_organization_admin_account.this.admin_account_id
}
