-- The archive ledger, a row for each version that was about to be archived, with what came of it.
SELECT
  recorded.version_key,
  recorded.finding_id,
  recorded.rule,
  recorded.reason,
  recorded.owner,
  recorded.rule_set,
  recorded.recorded_at,
  concluded.outcome,
  concluded.concluded_at,
  recorded.finding
FROM audit AS recorded
LEFT JOIN audit AS concluded
  ON concluded.version_key = recorded.version_key AND concluded.outcome IS NOT NULL
WHERE recorded.recorded_at IS NOT NULL
