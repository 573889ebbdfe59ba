-- What could not be read, when, and why?
SELECT day, service, reason, count(*) AS entries, min(source) AS for_example
FROM quarantine
GROUP BY day, service, reason
ORDER BY day DESC, entries DESC, service, reason
