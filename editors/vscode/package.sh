#!/usr/bin/env bash
# Makes ensue-VERSION.vsix, the extension as one file, and tests it. Needs Node.js 20.11 or newer.
set -euo pipefail
cd "$(dirname "$0")"

# Words such as import.meta.dirname need it; npm alone would only warn.
if ! node -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 11) ? 0 : 1)'; then
  printf 'package.sh needs Node.js 20.11 or newer; this one is %s\n' "$(node --version)" >&2
  exit 1
fi

# A package's own scripts are not run: nothing of what is installed needs them.
node lock.mjs
npm ci --ignore-scripts --no-audit --no-fund
npx --no-install tsc --project jsconfig.json

version=$(node -p 'require("./package.json").version')
package=ensue-$version.vsix
# Only what has passed its tests keeps its name.
rm -rf dist "$package"
# Runs build.mjs first.
npx --no-install vsce package --no-dependencies --allow-missing-repository --no-rewrite-relative-links \
  --out "dist/$package"
PACKAGE=$PWD/dist/$package node --test test/*.test.mjs
mv "dist/$package" "$package"
printf 'packaged: %s\n' "$PWD/$package"
