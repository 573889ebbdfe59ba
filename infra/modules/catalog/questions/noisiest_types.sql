-- Which types make the most noise, and how much of it was archived?
SELECT
  type,
  count(*) AS findings,
  sum("count") AS occurrences,
  count(CASE WHEN archived THEN 1 END) AS archived,
  count(DISTINCT account_id) AS accounts
FROM findings_latest
WHERE NOT coalesce(sample, false)
GROUP BY type
ORDER BY findings DESC, type
LIMIT 20
