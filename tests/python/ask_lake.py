"""Asks a lake the questions that ship with guardsift, in DuckDB, with the very views and queries that Athena is given.

    tests/python/ask_lake.py LAKE CATALOG

LAKE is a folder as the lake bucket is; CATALOG is infra/modules/catalog. Prints {"views": {name: rows}, "questions": {name: rows},
"versions": distinct (account, Region, finding, version), "findings": distinct (account, Region, finding), "unlike": [columns that are called or typed
otherwise than the catalog says]}; exits 1 and says why when a query fails.
"""

import json
import pathlib
import sys

import duckdb

TYPES = {"string": "VARCHAR", "double": "DOUBLE", "bigint": "BIGINT", "boolean": "BOOLEAN", "timestamp": "TIMESTAMP WITH TIME ZONE", "date": "DATE"}
AUDIT = "schema event at finding_id version_key type severity rule reason owner rule_set as_of decision archived_version finding".split()
QUARANTINE = {"schema": "VARCHAR", "source": "VARCHAR", "etag": "VARCHAR", "sha256": "VARCHAR", "reason": "VARCHAR", "text": "VARCHAR", "base64": "VARCHAR", "line": "BIGINT", "offset": "BIGINT", "length": "BIGINT"}


def part(pattern, name):
    return f"regexp_extract(filename, '{pattern}', 1) AS {name}"


def json_table(connection, name, files, columns, parts):
    """A table over JSON files; an empty one when there are none."""
    listed = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    if files:
        source = f"read_json({[str(path) for path in files]}, format = 'auto', columns = {{{listed}}}, filename = true, maximum_object_size = 67108864)"
        connection.execute(f"CREATE VIEW {name} AS SELECT * EXCLUDE (filename), {', '.join(parts)} FROM {source}")
    else:
        wanted = [f'"{column}" {kind}' for column, kind in columns.items()] + [f"{part.rsplit(' ', 1)[1]} VARCHAR" for part in parts]
        connection.execute(f"CREATE TABLE {name} ({', '.join(wanted)})")


def tables(connection, lake):
    connection.execute(
        f"""CREATE VIEW findings AS SELECT * EXCLUDE (filename),
        {part('region=([^/]+)/', 'export_region')}, {part('account=([^/]+)/', 'export_account')}, {part('date=([^/]+)/', 'export_date')}
        FROM read_parquet('{lake}/findings/v1/**/*.parquet', hive_partitioning = false, filename = true)"""
    )
    parts = [part("region=([^/]+)/", "region"), part("account=([^/]+)/", "account"), part("date=([^/]+)/", "day")]
    json_table(connection, "audit", sorted(lake.glob("audit/v1/**/*.json")), dict.fromkeys(AUDIT, "VARCHAR"), parts)
    parts = [part("quarantine/v1/([^/]+)/", "service"), part("date=([^/]+)/", "day")]
    json_table(connection, "quarantine", sorted(lake.glob("quarantine/v1/**/*.json*")), QUARANTINE, parts)


def unlike(connection, columns):
    """Columns of the lake's files that the catalog does not know as they are."""
    found = {name: kind for name, kind, *_ in connection.execute("DESCRIBE findings").fetchall() if not name.startswith("export_")}
    known = {column["name"]: TYPES[column["type"]] for column in columns}
    return sorted(name for name in found.keys() | known.keys() if found.get(name) != known.get(name))


def ask(lake, catalog):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    tables(connection, lake)
    views = {path.stem: path.read_text() for path in sorted((catalog / "views").glob("*.sql"))}
    # The others are made of this one.
    for name in sorted(views, key=lambda name: (name != "findings_versions", name)):
        connection.execute(f"CREATE VIEW {name} AS {views[name]}")
    one = lambda query: connection.execute(query).fetchone()[0]
    questions = {path.stem: one(f"SELECT count(*) FROM ({path.read_text()}) AS answer") for path in sorted((catalog / "questions").glob("*.sql"))}
    identity = "coalesce(account_id, ''), coalesce(region, ''), finding_id"
    return {
        "views": {name: one(f"SELECT count(*) FROM {name}") for name in views},
        "questions": questions,
        "versions": one(f"SELECT count(DISTINCT ({identity}, version_key)) FROM findings"),
        "findings": one(f"SELECT count(DISTINCT ({identity})) FROM findings"),
        "archived": one("SELECT count(*) FROM archive_decisions WHERE outcome = 'archived'"),
        "set_aside": one("SELECT count(*) FROM quarantine"),
        "unlike": unlike(connection, json.loads((catalog / "columns.json").read_text())),
    }


def main():
    lake, catalog = (pathlib.Path(argument) for argument in sys.argv[1:3])
    try:
        print(json.dumps(ask(lake, catalog)))
    except duckdb.Error as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
