-- The newest version of every finding.
SELECT *
FROM (
  SELECT
    findings.*,
    row_number() OVER (
      PARTITION BY coalesce(account_id, ''), coalesce(region, ''), finding_id
      ORDER BY updated_at DESC NULLS LAST, "count" DESC NULLS LAST, version_key, export_date, source_line
    ) AS place
  FROM findings
) AS places
WHERE place = 1
