"""Runs statements on DuckDB, for tests/it/duckdb.rs.

Reads a JSON object: `table`, the statement that makes the table survey; `rows`, the CSV that fills it; `queries`.
Writes what each query gives: rows, each with its values as texts by column, without NULL.
"""

import json
import sys
import tempfile

import duckdb

asked = json.load(sys.stdin)
connection = duckdb.connect()
connection.execute(asked["table"])
with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
    file.write(asked["rows"])
    file.flush()
    connection.execute(f"COPY survey FROM '{file.name}' (HEADER false)")


def rows(query):
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    return [{name: str(value) for name, value in zip(names, row) if value is not None} for row in result.fetchall()]


json.dump([rows(query) for query in asked["queries"]], sys.stdout)
