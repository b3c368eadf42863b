#!/bin/sh
# Prints the path of a Python that has DuckDB, which is got from PyPI into an environment of its own, under target/.
# Exit code 3 where it cannot be had.
set -eu
root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
environment=$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")/sql-python
python=$environment/bin/python
{
  [ -x "$python" ] || python3 -m venv "$environment"
  "$python" -c 'import duckdb' 2>/dev/null || "$environment/bin/pip" install --quiet duckdb==2.0.1
} >&2 || { echo 'error: DuckDB is not here, and cannot be got' >&2; exit 3; }
echo "$python"
