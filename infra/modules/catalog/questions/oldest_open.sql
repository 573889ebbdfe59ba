-- How long have open findings been waiting, by level?
SELECT
  severity_level,
  count(*) AS open_findings,
  min(created_at) AS oldest,
  count(CASE WHEN created_at < current_timestamp - interval '7' day THEN 1 END) AS older_than_a_week
FROM findings_latest
WHERE NOT coalesce(archived, false) AND NOT coalesce(sample, false)
GROUP BY severity_level
ORDER BY max(severity) DESC NULLS LAST
