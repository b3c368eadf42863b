#!/usr/bin/env bash
# What is built in: licences, sources and versions of all libraries by deny.toml, and known faults of them.
#
# Exit codes: 0 all in order; 1 something is not; 3 what it needs is not here.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=0.20.2
deny=$PWD/target/tools/bin/cargo-deny
if ! "$deny" --version 2>/dev/null | grep -q -F "$version"; then
  cargo install cargo-deny --locked --version "$version" --root target/tools --target-dir target/tools/build || exit 3
fi

# What is given to others; and what tests it.
for manifest in Cargo.toml web/engine/Cargo.toml xtask/Cargo.toml fuzz/Cargo.toml; do
  printf -- '-- %s\n' "$manifest"
  "$deny" --manifest-path "$manifest" --locked --config "$PWD/deny.toml" check --allow license-not-encountered \
    --allow license-exception-not-encountered \
    --allow unmatched-skip licenses bans sources || exit 1
done

# Only these are fetched: where they cannot be, that is no fault of a library.
advisories() {
  "$deny" --manifest-path "$1" --locked --config "$PWD/deny.toml" check "${@:2}" advisories
}
if ! "$deny" --manifest-path Cargo.toml --locked --config "$PWD/deny.toml" fetch db; then
  printf 'the list of known faults cannot be fetched here: whether a library has one was not looked at\n' >&2
  exit 3
fi
for manifest in Cargo.toml web/engine/Cargo.toml; do
  advisories "$manifest" --disable-fetch || exit 1
done
