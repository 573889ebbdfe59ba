//! The same export as Terraform.

use super::place::ExportPlace;

/// Resources for the bucket, its settings and the destination; the key is named, and the statement
/// that its policy needs stands as a comment.
pub(super) fn text(place: &ExportPlace) -> anyhow::Result<String> {
    let policy = serde_json::to_string_pretty(&place.policy(None))?;
    let key = serde_json::to_string_pretty(&place.key_statement())?;
    let key = key.lines().map(|line| format!("# {line}\n")).collect::<String>();
    let ExportPlace { bucket, region, key_arn, detector_id, .. } = place;
    let destination = place.destination_arn();
    let marker = place.marker().map(|marker| {
        format!(
            "
# GuardDuty refuses a prefix without its folder. No lifecycle rule may remove it.
resource \"aws_s3_object\" \"guardduty_export_folder\" {{
  bucket  = aws_s3_bucket.guardduty_export.id
  key     = \"{marker}\"
  content = \"\"
}}
"
        )
    });
    let depends =
        if marker.is_some() { "\n    aws_s3_object.guardduty_export_folder," } else { "" };
    Ok(format!(
        "# GuardDuty's export in {region}. The policy of {key_arn} needs:
{key}
resource \"aws_s3_bucket\" \"guardduty_export\" {{
  bucket = \"{bucket}\"
}}

resource \"aws_s3_bucket_public_access_block\" \"guardduty_export\" {{
  bucket                  = aws_s3_bucket.guardduty_export.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}}

resource \"aws_s3_bucket_ownership_controls\" \"guardduty_export\" {{
  bucket = aws_s3_bucket.guardduty_export.id

  rule {{
    object_ownership = \"BucketOwnerEnforced\"
  }}
}}

resource \"aws_s3_bucket_server_side_encryption_configuration\" \"guardduty_export\" {{
  bucket = aws_s3_bucket.guardduty_export.id

  rule {{
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {{
      sse_algorithm     = \"aws:kms\"
      kms_master_key_id = \"{key_arn}\"
    }}
  }}
}}

resource \"aws_s3_bucket_policy\" \"guardduty_export\" {{
  bucket = aws_s3_bucket.guardduty_export.id
  policy = <<JSON
{policy}
JSON
}}

# New objects become EventBridge events.
resource \"aws_s3_bucket_notification\" \"guardduty_export\" {{
  bucket      = aws_s3_bucket.guardduty_export.id
  eventbridge = true
}}
{}
resource \"aws_guardduty_publishing_destination\" \"guardduty_export\" {{
  detector_id     = \"{detector_id}\"
  destination_arn = \"{destination}\"
  kms_key_arn     = \"{key_arn}\"

  depends_on = [
    aws_s3_bucket_notification.guardduty_export,
    aws_s3_bucket_ownership_controls.guardduty_export,
    aws_s3_bucket_policy.guardduty_export,{depends}
  ]
}}
",
        marker.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::{super::place::example, *};

    #[test]
    fn every_name_stands_in_it() {
        let text = text(&example("eu-west-1")).unwrap();
        for part in [
            "\"findings/\"",
            "arn:aws:s3:::exports/findings",
            "detector_id     = \"d1\"",
            "# {\n#   \"Action\": \"kms:GenerateDataKey\"",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("${"), "nothing that Terraform would replace");
    }
}
