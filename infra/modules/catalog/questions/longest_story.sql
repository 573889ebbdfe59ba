-- The story of the finding with the most versions. Name another by its finding_id.
SELECT updated_at, severity, "count", archived, remote_ip, remote_country, action_type, title
FROM findings_versions
WHERE finding_id = (
  SELECT finding_id
  FROM findings_versions
  GROUP BY finding_id
  ORDER BY count(*) DESC, finding_id
  LIMIT 1
)
ORDER BY updated_at, "count"
