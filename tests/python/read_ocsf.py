"""Reads a Parquet file of OCSF events with two readers that are not ours, and holds it against the events as JSON.

    tests/python/read_ocsf.py FILE < EVENTS

EVENTS is JSON Lines, the same events in any order. pyarrow and DuckDB must see every attribute of every event, nothing more, and nothing else:
`data` and `unmapped` as the text of their JSON, times beside their milliseconds as timestamps. Prints {"rows": …, "attributes": …}; exits 1 and
says where they differ.
"""

import collections
import datetime
import json
import sys

import duckdb
import pyarrow.parquet as pq

UTC = datetime.timezone.utc


class Difference(Exception):
    """What a reader sees differently."""


def plain(value):
    """A row without what only Parquet has: null for what is missing."""
    if isinstance(value, dict):
        members = {name: plain(own) for name, own in value.items()}
        return {name: own for name, own in members.items() if own is not None} or None
    if isinstance(value, list):
        return [plain(own) for own in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    return value


def opened(row):
    """The row with the JSON that stands in it as text."""
    if isinstance(row, list):
        return [opened(own) for own in row]
    if not isinstance(row, dict):
        return row
    return {name: json.loads(own) if name in ("data", "unmapped") else opened(own) for name, own in row.items()}


def attributes(value):
    if isinstance(value, dict):
        return sum(map(attributes, value.values()))
    if isinstance(value, list):
        return sum(map(attributes, value))
    return 1


def with_pyarrow(path):
    with pq.ParquetFile(path) as file:
        return file.read().to_pylist()


def with_duckdb(path):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection.sql("SELECT * FROM read_parquet(?, hive_partitioning = false)", params=[path]).to_arrow_table().to_pylist()


def canonical(event):
    return json.dumps(event, sort_keys=True, ensure_ascii=True)


def compare(path, events):
    expected = collections.Counter(map(canonical, events))
    for reader in (with_pyarrow, with_duckdb):
        rows = [opened(plain(row)) for row in reader(path)]
        times = [row.get("time", -(2**63)) for row in rows]
        found = collections.Counter(map(canonical, rows))
        if found != expected:
            one, other = next(iter(found - expected), None), next(iter(expected - found), None)
            raise Difference(f"{reader.__name__} reads {len(rows)} rows, among them {one}, instead of {len(events)}, among them {other}")
        if times != sorted(times):
            raise Difference(f"{reader.__name__} reads rows that are not in the order of time")
    return {"rows": len(events), "attributes": sum(map(attributes, events))}


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(json.dumps(compare(sys.argv[1], [json.loads(line) for line in sys.stdin])))
    except Difference as difference:
        print(difference, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
