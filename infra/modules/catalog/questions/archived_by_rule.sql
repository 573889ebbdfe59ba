-- What has each rule archived, and what was taken back?
SELECT
  rule,
  count(*) AS decisions,
  count(CASE WHEN outcome = 'archived' THEN 1 END) AS archived,
  count(CASE WHEN outcome = 'taken_back' THEN 1 END) AS taken_back,
  min(recorded_at) AS first_decision,
  max(recorded_at) AS last_decision
FROM archive_decisions
GROUP BY rule
ORDER BY decisions DESC, rule
