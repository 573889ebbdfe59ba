-- How do the accounts' findings develop, week by week?
SELECT date_trunc('week', updated_at) AS week, account_id, severity_level, count(DISTINCT finding_id) AS findings
FROM findings_versions
WHERE NOT coalesce(sample, false) AND updated_at IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY 1 DESC, 4 DESC, 2, 3
