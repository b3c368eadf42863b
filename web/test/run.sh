#!/bin/sh
# Tests the built engine in Node.js, and the page in a real browser, against a program that was built after
# web/build.sh: target/release/ensue, or the one that is named. Needs Node.js, Python and Rust for the engine, npm and
# Chromium for the page; as root on Debian it gets Chromium itself.
#
# Exit codes: 0 all passed; 1 something failed; 3 what it needs is not here: what could be tested was, and passed.
set -eu
root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
ensue=${1:-$root/target/release/ensue}
cargo=${CARGO:-cargo}
code=0

# Whether all of these are here; says what is not tested without them.
have() {
  what=$1
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null || { echo "error: $tool is not here: $what not tested" >&2; code=3; return 1; }
  done
}

have 'the engine and the page were' node || exit 3
cd "$root/web/test"
node engine.mjs "$ensue" || exit 1
if have 'cases and limits were' python3; then
  python3 "$root/tests/conformance/run.py" -- node conformance.mjs || exit 1
  ENSUE=$ensue python3 "$root/tests/trust/limits.py" -- node limits.mjs || exit 1
fi
if have 'a million answers and all small formulas were' "$cargo"; then
  truth=$(mktemp -d)
  trap 'rm -rf "$truth"' EXIT
  trap 'exit 1' INT TERM
  mkdir "$truth/million" "$truth/formulas"
  (cd "$root" && ENSUE_MILLION=$truth/million ENSUE_FORMULAS=$truth/formulas \
    "$cargo" test --quiet --test it -- --ignored --exact differential::write_a_million formulas::write_formulas) || exit 1
  node million.mjs "$truth/million" 1000000 || exit 1
  # All 4,728 formulas in all 27 states, up to 64 in a policy.
  node million.mjs "$truth/formulas" 1998 || exit 1
fi

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$CHROMIUM" ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -q && apt-get install -y -q --no-install-recommends chromium
  CHROMIUM=$(command -v chromium || true)
fi
export CHROMIUM
if have 'the page was' npm "${CHROMIUM:-chromium}"; then
  npm ci --no-audit --no-fund --silent || exit 1
  node page.mjs "$ensue" || exit 1
  node hostile.mjs "$ensue" || exit 1
fi
exit "$code"
