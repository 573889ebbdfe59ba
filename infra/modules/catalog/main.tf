# What SQL sees of the lake: a database with a table for each folder, the views over them, and a workgroup to ask in.

locals {
  # Each file is a query that Athena and DuckDB both take.
  views = {
    for name in fileset("${path.module}/views", "*.sql") : trimsuffix(name, ".sql") => file("${path.module}/views/${name}")
  }
  questions = {
    for name in fileset("${path.module}/questions", "*.sql") : trimsuffix(name, ".sql") => file("${path.module}/questions/${name}")
  }

  columns = jsondecode(file("${path.module}/columns.json"))

  # Presto's names of the types that are called otherwise in Hive.
  presto_types = { string = "varchar", timestamp = "timestamp" }

  partitions = {
    region  = { type = "enum", values = join(",", var.regions) }
    account = { type = "enum", values = join(",", var.accounts) }
    day     = { type = "date", format = "yyyy-MM-dd", range = "${var.first_day},NOW", interval = "1", "interval.unit" = "DAYS" }
    service = { type = "enum", values = "finding-events,finding-exports" }
  }

  # The folder, its partitions by the name that SQL has for them, and its columns. A partition must not be called as a column is.
  tables = {
    findings = {
      folder     = "findings/v1"
      keys       = { region = "export_region", account = "export_account", date = "export_date" }
      partitions = { export_region = "region", export_account = "account", export_date = "day" }
      columns    = local.columns
      format     = "parquet"
    }
    audit = {
      folder     = "audit/v1"
      keys       = { region = "region", account = "account", date = "day" }
      partitions = { region = "region", account = "account", day = "day" }
      columns = [for name in [
        "schema", "event", "at", "finding_id", "version_key", "type", "severity", "rule", "reason", "owner", "rule_set", "as_of", "decision",
        "archived_version", "finding",
      ] : { name = name, type = "string" }]
      format = "json"
    }
    quarantine = {
      folder     = "quarantine/v1"
      keys       = { "" = "service", date = "day" }
      partitions = { service = "service", day = "day" }
      columns = concat(
        [for name in ["schema", "source", "etag", "sha256", "reason", "text", "base64"] : { name = name, type = "string" }],
        [for name in ["line", "offset", "length"] : { name = name, type = "bigint" }],
      )
      format = "json"
    }
  }

  formats = {
    parquet = {
      classification = "parquet"
      input          = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
      output         = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
      serde          = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
      parameters     = {}
    }
    json = {
      classification = "json"
      input          = "org.apache.hadoop.mapred.TextInputFormat"
      output         = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
      serde          = "org.openx.data.jsonserde.JsonSerDe"
      # An object in a column of text stays the JSON that it is.
      parameters = { "ignore.malformed.json" = "FALSE" }
    }
  }
}

resource "aws_glue_catalog_database" "guardsift" {
  name        = replace(var.name_prefix, "-", "_")
  description = "guardsift's lake of GuardDuty findings"
  tags        = var.tags
}

# Partitions are projected: no crawler, and nothing to repair when a day begins.
resource "aws_glue_catalog_table" "table" {
  for_each = local.tables

  name          = each.key
  database_name = aws_glue_catalog_database.guardsift.name
  table_type    = "EXTERNAL_TABLE"

  parameters = merge(
    {
      EXTERNAL             = "TRUE"
      classification       = local.formats[each.value.format].classification
      "projection.enabled" = "true"
      "storage.location.template" = join("/", concat(
        ["s3://${var.lake_bucket}/${each.value.folder}"],
        [for key in ["", "region", "account", "date"] : (
          key == "" ? "$${${each.value.keys[key]}}" : "${key}=$${${each.value.keys[key]}}"
        ) if contains(keys(each.value.keys), key)],
      ))
    },
    merge([
      for partition, kind in each.value.partitions : {
        for setting, value in local.partitions[kind] : "projection.${partition}.${setting}" => value
      }
    ]...),
  )

  dynamic "partition_keys" {
    for_each = [for key in ["", "region", "account", "date"] : each.value.keys[key] if contains(keys(each.value.keys), key)]
    content {
      name = partition_keys.value
      type = "string"
    }
  }

  storage_descriptor {
    location      = "s3://${var.lake_bucket}/${each.value.folder}/"
    input_format  = local.formats[each.value.format].input
    output_format = local.formats[each.value.format].output

    ser_de_info {
      serialization_library = local.formats[each.value.format].serde
      parameters            = local.formats[each.value.format].parameters
    }

    dynamic "columns" {
      for_each = each.value.columns
      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}

locals {
  findings_columns = concat(local.columns, [for key in ["export_region", "export_account", "export_date"] : { name = key, type = "string" }])

  view_columns = {
    findings_versions = concat(local.findings_columns, [{ name = "copy", type = "bigint" }])
    findings_latest   = concat(local.findings_columns, [{ name = "place", type = "bigint" }])
    findings_daily = [
      { name = "updated_on", type = "date" },
      { name = "account_id", type = "string" },
      { name = "region", type = "string" },
      { name = "type", type = "string" },
      { name = "severity_level", type = "string" },
      { name = "findings", type = "bigint" },
      { name = "versions", type = "bigint" },
      { name = "highest_severity", type = "double" },
      { name = "archived_findings", type = "bigint" },
    ]
    archive_decisions = [for name in [
      "version_key", "finding_id", "rule", "reason", "owner", "rule_set", "recorded_at", "outcome", "concluded_at", "finding",
    ] : { name = name, type = "string" }]
  }
}

resource "aws_glue_catalog_table" "view" {
  for_each = local.views

  name          = each.key
  database_name = aws_glue_catalog_database.guardsift.name
  table_type    = "VIRTUAL_VIEW"

  parameters = { presto_view = "true", comment = "Presto View" }

  view_original_text = "/* Presto View: ${base64encode(jsonencode({
    originalSql = each.value
    catalog     = "awsdatacatalog"
    schema      = aws_glue_catalog_database.guardsift.name
    columns     = [for column in local.view_columns[each.key] : { name = column.name, type = lookup(local.presto_types, column.type, column.type) }]
  }))} */"
  view_expanded_text = "/* Presto View */"

  storage_descriptor {
    dynamic "columns" {
      for_each = local.view_columns[each.key]
      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }

  depends_on = [aws_glue_catalog_table.table]
}

resource "aws_athena_workgroup" "guardsift" {
  name          = var.name_prefix
  description   = "Questions to guardsift's lake"
  force_destroy = true
  tags          = var.tags

  configuration {
    enforce_workgroup_configuration = true
    bytes_scanned_cutoff_per_query  = var.bytes_per_query

    result_configuration {
      output_location = "s3://${var.lake_bucket}/athena/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.lake_key_arn
      }
    }
  }
}

resource "aws_athena_named_query" "question" {
  for_each = local.questions

  name        = each.key
  description = trimprefix(split("\n", each.value)[0], "-- ")
  workgroup   = aws_athena_workgroup.guardsift.id
  database    = aws_glue_catalog_database.guardsift.name
  query       = each.value
}
