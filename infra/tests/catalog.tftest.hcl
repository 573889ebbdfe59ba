# SQL over the lake: the places that tables look at, and that every view and question is there.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "tables" {
  command = apply

  module {
    source = "./modules/catalog"
  }

  variables {
    name_prefix  = "guardsift"
    lake_bucket  = "lake"
    lake_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
    accounts     = ["444455556666", "111122223333"]
    regions      = ["eu-west-1"]
  }

  assert {
    condition = output.locations == {
      findings   = "s3://lake/findings/v1/region=$${export_region}/account=$${export_account}/date=$${export_date}"
      audit      = "s3://lake/audit/v1/region=$${region}/account=$${account}/date=$${day}"
      quarantine = "s3://lake/quarantine/v1/$${service}/date=$${day}"
    }
    error_message = "Partitions are where the functions write."
  }

  assert {
    condition     = aws_glue_catalog_table.table["findings"].parameters["projection.export_account.values"] == "111122223333,444455556666"
    error_message = "Every account's folder is read."
  }

  assert {
    condition = alltrue([
      for table in aws_glue_catalog_table.table : alltrue([
        for key in table.partition_keys : contains(keys(table.parameters), "projection.${key.name}.type")
      ])
    ])
    error_message = "Every partition is projected."
  }

  assert {
    condition = alltrue([
      for table in aws_glue_catalog_table.table : length(setintersection(
        [for key in table.partition_keys : key.name], [for column in table.storage_descriptor[0].columns : column.name],
      )) == 0
    ])
    error_message = "No partition is called as a column is."
  }

  assert {
    condition     = toset(keys(aws_glue_catalog_table.view)) == toset(["archive_decisions", "findings_daily", "findings_latest", "findings_versions"])
    error_message = "Each view of the folder has its columns listed."
  }

  assert {
    condition     = length(aws_athena_named_query.question) == 10
    error_message = "Every question is saved."
  }
}

run "an_account_and_a_day_that_are_none" {
  command = plan

  variables {
    zip_dir        = "tests/zips"
    lake_accounts  = ["1234"]
    lake_first_day = "2024-02-30"
  }

  expect_failures = [var.lake_accounts, var.lake_first_day]
}
