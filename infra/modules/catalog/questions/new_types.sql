-- Which types were seen for the first time in the last week?
SELECT type, min(first_seen) AS first_seen, count(*) AS findings
FROM findings_latest
WHERE NOT coalesce(sample, false)
GROUP BY type
HAVING min(first_seen) >= current_timestamp - interval '7' day
ORDER BY first_seen
