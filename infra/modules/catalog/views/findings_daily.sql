-- How many findings of each type were new or updated on a day, by the day of `updated_at` in UTC.
SELECT
  CAST(updated_at AS date) AS updated_on,
  account_id,
  region,
  type,
  severity_level,
  count(DISTINCT finding_id) AS findings,
  count(*) AS versions,
  max(severity) AS highest_severity,
  count(DISTINCT CASE WHEN archived THEN finding_id END) AS archived_findings
FROM findings_versions
WHERE NOT coalesce(sample, false)
GROUP BY 1, 2, 3, 4, 5
