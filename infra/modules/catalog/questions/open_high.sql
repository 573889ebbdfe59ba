-- What is open and High or Critical, the gravest first?
SELECT severity, type, account_id, region, finding_id, "count", first_seen, updated_at, title
FROM findings_latest
WHERE NOT coalesce(archived, false) AND NOT coalesce(sample, false) AND severity >= 7
ORDER BY severity DESC, updated_at DESC
