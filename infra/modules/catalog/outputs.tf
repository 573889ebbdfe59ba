output "database" {
  description = "The Glue database."
  value       = aws_glue_catalog_database.guardsift.name
}

output "workgroup" {
  description = "The Athena workgroup."
  value       = aws_athena_workgroup.guardsift.name
}

output "locations" {
  description = "For each table the template of its partitions' places."
  value       = { for name, table in aws_glue_catalog_table.table : name => table.parameters["storage.location.template"] }
}
