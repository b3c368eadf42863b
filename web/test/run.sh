#!/bin/sh
# Tests the built engine and the page, in Node.js and in a real browser, against a program that was
# built after web/build.sh: target/release/ensue, or the one that is named. Needs Node.js, npm and
# Chromium; as root on Debian it gets Chromium itself.
#
# Exit codes: 0 all passed; 1 something failed; 3 what it needs is not here.
set -eu
root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
ensue=${1:-$root/target/release/ensue}

for tool in node npm; do
  command -v "$tool" >/dev/null || { echo "error: $tool is not here: the page was not tested" >&2; exit 3; }
done
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$CHROMIUM" ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -q && apt-get install -y -q --no-install-recommends chromium
  CHROMIUM=$(command -v chromium || true)
fi
[ -n "$CHROMIUM" ] || { echo "error: Chromium is not here: the page was not tested" >&2; exit 3; }
export CHROMIUM

cd "$root/web/test"
npm ci --no-audit --no-fund --silent || exit 1
node engine.mjs "$ensue" || exit 1
if command -v python3 >/dev/null; then
  python3 "$root/tests/conformance/run.py" -- node conformance.mjs || exit 1
  ENSUE=$ensue python3 "$root/tests/trust/limits.py" -- node limits.mjs || exit 1
fi
if command -v "${CARGO:-cargo}" >/dev/null; then
  million=$(mktemp -d)
  trap 'rm -rf "$million"' EXIT
  (
    cd "$root"
    ENSUE_MILLION=$million \
      "${CARGO:-cargo}" test --quiet --test it differential::write_a_million -- --ignored --exact >/dev/null
  ) || exit 1
  node million.mjs "$million" || exit 1
fi
node page.mjs "$ensue" || exit 1
node hostile.mjs "$ensue" || exit 1
