#!/bin/sh
# Runs what `ensue sql` writes on DuckDB and on PostgreSQL, and compares every count with the core's, and a million
# outcomes with those of brute force:
#
#   tests/sql/run.sh [--install] [ENSUE]
#
# ENSUE is target/release/ensue, where none is named. DuckDB comes from PyPI into an environment of its
# own, under target/; Rust builds the tests that brute force is part of; PostgreSQL is started for the test alone, on a socket in a new folder. With
# --install, as root on Debian, what is missing is installed.
#
# Exit codes: 0 all counts agree; 1 some do not; 3 an engine is not here.
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
root=$(CDPATH='' cd "$here/../.." && pwd)
install=no
if [ "${1:-}" = --install ]; then
  install=yes
  shift
fi
ensue=$(realpath "${1:-$root/target/release/ensue}")

missing() {
  echo "error: $1 is not here: SQL was not run on it" >&2
  exit 3
}

server() {
  for folder in /usr/lib/postgresql/*/bin; do
    [ -x "$folder/initdb" ] && echo "$folder"
  done | sort -V | tail -n 1
}

if [ -z "$(server)" ] && [ "$install" = yes ] && [ "$(id -u)" = 0 ]; then
  apt-get update -q && apt-get install -y -q --no-install-recommends postgresql
fi
bin=$(server)
[ -n "$bin" ] || missing PostgreSQL

command -v "${CARGO:-cargo}" >/dev/null || missing Rust
python=$("$here/duckdb.sh") || missing DuckDB

work=$(mktemp -d)
# The server refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
  as='setpriv --reuid=postgres --regid=postgres --clear-groups'
  chown postgres "$work"
fi
chmod 755 "$work"
stop() {
  (cd / && $as "$bin/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM
(
  cd /
  $as "$bin/initdb" -D "$work/data" -U ensue -A trust --no-sync -E UTF8 --locale=C >"$work.log" 2>&1 \
    && $as "$bin/pg_ctl" -D "$work/data" -w -l "$work/data/server.log" \
      -o "-c listen_addresses='' -c unix_socket_directories='$work' -c fsync=off" start >>"$work.log" 2>&1
) || { cat "$work.log" >&2; rm -f "$work.log"; missing 'a PostgreSQL that starts'; }
rm -f "$work.log"

mkdir "$work/policies" "$work/million" "$work/formulas"
export ENSUE_POLICIES="$work/policies" ENSUE_COUNT=25 ENSUE_DUCKDB="$python"
export ENSUE_MILLION="$work/million" ENSUE_FORMULAS="$work/formulas"
# Tests of tests/it that are run here alone.
for test in sql::write_policies differential::write_a_million formulas::write_formulas \
  duckdb::it_counts_as_brute_force_does; do
  said=$(cd "$root" && "${CARGO:-cargo}" test --quiet --test it "$test" -- --ignored --exact) || { echo "$said"; exit 1; }
  case $said in
    *'1 passed'*) ;;
    *) echo "error: there is no test $test" >&2; exit 1 ;;
  esac
done
PATH=$bin:$PATH "$python" "$here/local.py" "$ensue" "$work/policies" "$work/million" "$work/formulas" duckdb "$work" ||
  exit 1
