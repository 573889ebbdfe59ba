-- The archive ledger, a row for each version that was about to be archived, with what came of it.
-- What one rule recorded another may have archived in the end; reason and owner are of the first.
SELECT
  recorded.version_key,
  recorded.finding_id,
  coalesce(concluded.rule, recorded.rule) AS rule,
  recorded.reason,
  recorded.owner,
  coalesce(concluded.rule_set, recorded.rule_set) AS rule_set,
  recorded."at" AS recorded_at,
  concluded.event AS outcome,
  concluded."at" AS concluded_at,
  recorded.finding
FROM audit AS recorded
LEFT JOIN audit AS concluded
  ON concluded.version_key = recorded.version_key AND concluded.event IN ('archived', 'taken_back')
WHERE recorded.event = 'recorded'
