-- Every version of every finding, once: a version that stands in several files counts in one of them.
SELECT *
FROM (
  SELECT
    findings.*,
    row_number() OVER (
      PARTITION BY coalesce(account_id, ''), coalesce(region, ''), finding_id, version_key
      ORDER BY export_date, source_line
    ) AS copy
  FROM findings
) AS copies
WHERE copy = 1
