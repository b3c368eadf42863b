#!/bin/sh
# Runs what `ensue sql` writes on a Spark cluster of one master and two workers on this machine, and
# compares every count with the core's, also after a worker is killed in mid-run:
#
#   tests/sql/spark.sh [ENSUE]
#
# ENSUE is target/release/ensue, where none is named. Spark comes from PyPI into an environment of its
# own, under target/ (about 450 MB); Java 17 or later is needed.
#
# Exit codes: 0 all counts agree; 1 some do not; 3 what it needs is not here.
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
root=$(CDPATH='' cd "$here/../.." && pwd)
ensue=$(realpath "${1:-$root/target/release/ensue}")
target=${CARGO_TARGET_DIR:-$root/target}

missing() {
  echo "error: $1 is not here: SQL was not run on Spark" >&2
  exit 3
}

command -v java >/dev/null || missing Java
environment=$target/sql-python
if [ ! -x "$environment/bin/python" ]; then
  python3 -m venv "$environment" || missing "Python's venv"
fi
"$environment/bin/python" -c 'import pyspark' 2>/dev/null \
  || "$environment/bin/pip" install --quiet pyspark==4.3.0 || missing pyspark

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
(
  cd "$root"
  ENSUE_POLICIES=$work ENSUE_COUNT=4 \
    ${CARGO:-cargo} test --quiet --test it sql::write_policies -- --ignored --exact >/dev/null
)
"$environment/bin/python" "$here/cluster.py" "$ensue" "$work" || exit 1
