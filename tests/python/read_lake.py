"""Reads a lake of findings with two readers that are not ours, and holds them against each other.

    tests/python/read_lake.py LAKE

LAKE is a folder with findings/v1/region=…/account=…/date=…/*.parquet, as in the lake bucket. pyarrow and DuckDB must see the same rows and the same
columns and types in every file; Polars and ClickHouse (chDB), where they are installed, the same rows, names and non-null values of the whole lake.
Prints {"files": …, "rows": …, "columns": {name: type}, "version_keys": [sorted, each once], "readers": […]}; exits 1 and says why when they differ.
"""

import json
import pathlib
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

LAYOUT = "findings/v1/region=*/account=*/date=*/*.parquet"


class Disagreement(Exception):
    """What the two readers, or two files, do not agree on."""


def agree(what, ours, theirs):
    if ours != theirs:
        raise Disagreement(f"{what}: {ours!r} against {theirs!r}")


def plain(kind):
    """A type without what only tells one reader's memory layout from the other's."""
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "string"
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return "binary"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list<{plain(kind.value_type)}>"
    return str(kind)


def columns(schema):
    return {field.name: plain(field.type) for field in schema}


def with_pyarrow(path):
    # As one file: read as a data set, the partitions in the path would add columns.
    with pq.ParquetFile(path) as file:
        table = file.read()
    return columns(table.schema), table.num_rows, table.column("version_key").to_pylist()


def with_duckdb(connection, path):
    table = connection.sql("SELECT * FROM read_parquet(?, hive_partitioning = false)", params=[str(path)]).to_arrow_table()
    return columns(table.schema), table.num_rows, table.column("version_key").to_pylist()


def counts_by_duckdb(connection, pattern, names):
    """Non-null values of each column."""
    values = ", ".join(f'count("{name}")' for name in names)
    row = connection.execute(f"SELECT {values} FROM read_parquet(?, hive_partitioning = false)", [pattern]).fetchone()
    return dict(zip(names, row))


def counts_by_polars(pattern, names):
    import polars

    counts = polars.scan_parquet(pattern, hive_partitioning=False).select(polars.all().count()).collect()
    agree("columns, pyarrow against Polars", sorted(names), sorted(counts.columns))
    return counts.row(0, named=True)


def counts_by_chdb(pattern, names):
    import chdb

    # A value that may be absent is Nullable there, which count() leaves out.
    values = ", ".join(f'count("{name}") AS "{name}"' for name in names)
    return {name: int(count) for name, count in json.loads(chdb.query(f"SELECT {values} FROM file('{pattern}', Parquet) SETTINGS use_hive_partitioning = 0, output_format_json_quote_64bit_integers = 0", "JSONEachRow").bytes()).items()}


def read(lake):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    files = sorted(lake.glob(LAYOUT))
    agree("files outside of the layout", [], sorted(set(lake.glob("findings/v1/**/*.parquet")) - set(files)))
    first, rows, keys = None, 0, set()
    for path in files:
        own_columns, own_rows, own_keys = with_pyarrow(path)
        their_columns, their_rows, their_keys = with_duckdb(connection, path)
        name = path.relative_to(lake)
        agree(f"columns of {name}, pyarrow against DuckDB", own_columns, their_columns)
        agree(f"rows of {name}, pyarrow against DuckDB", own_rows, their_rows)
        agree(f"version keys of {name}, pyarrow against DuckDB", own_keys, their_keys)
        first = first or own_columns
        agree(f"columns of {name}, against {files[0].name}", own_columns, first)
        rows += own_rows
        keys.update(own_keys)
    if files:
        # The way Athena and most people read it: all of it at once, partitions as columns.
        pattern = str(lake / "findings/v1/**/*.parquet")
        count = "SELECT count(*) FROM read_parquet(?, hive_partitioning = true, hive_types_autocast = false)"
        agree("rows of the whole lake", rows, connection.execute(count, [pattern]).fetchone()[0])
    readers = ["pyarrow", "DuckDB"]
    if files:
        names = sorted(first)
        expected = counts_by_duckdb(connection, pattern, names)
        for name, reader in [("Polars", counts_by_polars), ("chDB", counts_by_chdb)]:
            try:
                own = reader(pattern, names)
            except ImportError:
                continue
            agree(f"values in each column, DuckDB against {name}", expected, own)
            readers.append(name)
    return {"files": len(files), "rows": rows, "columns": first or {}, "version_keys": sorted(keys), "readers": readers}


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(json.dumps(read(pathlib.Path(sys.argv[1]))))
    except (Disagreement, KeyError, pa.ArrowException, duckdb.Error) as problem:
        print(f"{type(problem).__name__}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
