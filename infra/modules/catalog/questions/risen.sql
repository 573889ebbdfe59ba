-- Which findings became graver after they were first reported?
SELECT account_id, region, finding_id, type, min(severity) AS lowest, max(severity) AS highest, count(*) AS versions
FROM findings_versions
WHERE NOT coalesce(sample, false)
GROUP BY account_id, region, finding_id, type
HAVING max(severity) > min(severity)
ORDER BY highest DESC, versions DESC, finding_id
