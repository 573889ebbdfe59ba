-- The archive ledger, a row for each version that was about to be archived, with what came of it.
SELECT
  recorded.version_key,
  recorded.finding_id,
  recorded.rule,
  recorded.reason,
  recorded.owner,
  recorded.rule_set,
  recorded."at" AS recorded_at,
  concluded.event AS outcome,
  concluded."at" AS concluded_at,
  recorded.finding
FROM audit AS recorded
LEFT JOIN audit AS concluded
  ON concluded.version_key = recorded.version_key AND concluded.event IN ('archived', 'taken_back')
WHERE recorded.event = 'recorded'
