-- Which remote addresses appear in the most findings, and where do they come from?
SELECT
  remote_ip,
  max(remote_country) AS country,
  max(remote_org) AS organization,
  count(*) AS findings,
  count(DISTINCT account_id) AS accounts,
  max(severity) AS highest_severity
FROM findings_latest
WHERE remote_ip IS NOT NULL AND NOT coalesce(sample, false)
GROUP BY remote_ip
ORDER BY findings DESC, remote_ip
LIMIT 50
