"""DuckDB and PostgreSQL: each statement on random tables, against the core; on all states of knowledge, and for all
small formulas, against brute force. Run by run.sh."""

import csv
import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import compare
from compare import quoted


def columns(table, double):
    types = {"b0": "BOOLEAN", "b1": "BOOLEAN", "l0": "TEXT", "d0": "DATE", "weight": "DECIMAL(20, 4)", **table.types}
    named = lambda fact: quoted(compare.W0 if fact == "w0" else fact)
    types = {fact: double if kind == "DOUBLE" else kind for fact, kind in types.items()}
    return ", ".join(f"{named(fact)} {types[fact]}" for fact in [*compare.FACTS, "weight"])


class DuckDb:
    dialect = "duckdb"

    def __init__(self):
        import duckdb
        self.connection = duckdb.connect()
        self.version = "DuckDB " + duckdb.__version__

    def load(self, name, table):
        self.connection.execute(f"CREATE TABLE {quoted(name)} ({columns(table, 'DOUBLE')})")
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            compare.write_csv(table, file)
            file.flush()
            self.connection.execute(f"COPY {quoted(name)} FROM '{file.name}' (HEADER false, ALLOW_QUOTED_NULLS false)")

    def query(self, statement):
        result = self.connection.execute(statement)
        names = [column[0] for column in result.description]
        text = lambda value: None if value is None else str(value)
        return [dict(zip(names, map(text, row))) for row in result.fetchall()]


class PostgreSql:
    dialect = "postgresql"
    NULL = "<NULL>"

    def __init__(self, socket):
        self.command = ["psql", "-h", socket, "-U", "ensue", "-d", "postgres", "-X", "-q", "--csv"]
        self.command += ["-v", "ON_ERROR_STOP=1", "-P", "null=" + self.NULL]
        self.version = "PostgreSQL " + self.psql("SHOW server_version").splitlines()[1]

    def psql(self, statement):
        done = subprocess.run(self.command, input=statement, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"psql: {done.stderr}")
        return done.stdout

    def load(self, name, table):
        rows = io.StringIO()
        compare.write_csv(table, rows)
        self.psql(
            f"DROP TABLE IF EXISTS {quoted(name)};\nCREATE TABLE {quoted(name)} ({columns(table, 'DOUBLE PRECISION')});\n"
            f"COPY {quoted(name)} FROM STDIN (FORMAT csv);\n{rows.getvalue()}\\.\n"
        )

    def query(self, statement):
        known = lambda value: None if value == self.NULL else value
        rows = csv.DictReader(io.StringIO(self.psql(statement)))
        return [{name: known(value) for name, value in row.items()} for row in rows]


def main():
    program, policies, million, formulas = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    engines = sys.argv[5:]
    ensue = compare.Ensue(program)
    policies = sorted(str(path) for path in Path(policies).glob("*.ensue"))
    if not policies:
        raise SystemExit("there are no policies")
    for name in engines:
        start = time.monotonic()
        engine = DuckDb() if name == "duckdb" else PostgreSql(name)
        statements = compare.check(ensue, engine, policies, rows=400)
        print(f"{engine.version}: {statements} statements on {len(policies)} policies count as the core does "
              f"({time.monotonic() - start:.0f} s)")
        start = time.monotonic()
        pairs = compare.check_million(ensue, engine, million)
        if pairs < 1_000_000:
            raise SystemExit(f"{pairs} pairs are no million")
        print(f"{engine.version}: {pairs} pairs of a policy and what is known are answered as brute force answers them "
              f"({time.monotonic() - start:.0f} s)")
        start = time.monotonic()
        # All 4,728 formulas with up to three connectives over three facts, up to 64 in a policy, in 27 states each.
        pairs = compare.check_million(ensue, engine, formulas)
        if pairs != 74 * 27:
            raise SystemExit(f"{pairs} pairs are not all small formulas in all states")
        print(f"{engine.version}: so are all small formulas ({time.monotonic() - start:.0f} s)")


main()
