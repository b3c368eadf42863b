#!/usr/bin/env bash
# Makes what is given to others, in release/out: a program that needs no library, with its README, examples, manual
# and shell completions; an example of the page, the editor's extension, a list of all that is built into the
# program, and checksums.
#
#   release/make.sh            what is committed
#   release/make.sh --twice    makes it again in a copy at another place, and compares
#
# Needs Linux, Rust, git, Python 3.11 and Node.js, and what web/build.sh and editors/vscode/package.sh get themselves.
set -euo pipefail
root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
cd "$root"

if [ -n "$(git status --porcelain)" ]; then
  printf 'error: there are changes that are not committed: a release is made of a commit\n' >&2
  exit 2
fi

# What is named in files made here is the commit's time, never today's.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8
umask 022

host=$(rustc -vV | sed -n 's/^host: //p')
# As the engine of pages and the extension's packager are pinned by lock files, so is this.
cyclonedx=0.5.9

if [ "${1:-}" = --twice ]; then
  "$root/release/make.sh"
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  git clone --quiet "$root" "$copy/another place"
  "$copy/another place/release/make.sh"
  diff release/out/SHA256SUMS "$copy/another place/release/out/SHA256SUMS" || {
    printf 'error: the second time something else was made\n' >&2
    exit 1
  }
  printf 'made twice, at two places: the same bytes\n'
  exit 0
fi

out=$root/release/out
rm -rf "$out"
mkdir -p "$out"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
name=ensue-$version-${host%%-*}-linux

web/build.sh --install

# No path of this machine gets into the program; C's library is part of it.
registry=${CARGO_HOME:-$HOME/.cargo}
target=$root/release/target
export CARGO_ENCODED_RUSTFLAGS=$(printf '%s\x1f%s\x1f%s\x1f%s\x1f%s' "-Ctarget-feature=+crt-static" \
  "--remap-path-prefix=$root=/ensue" "--remap-path-prefix=$registry=/cargo" \
  "--remap-path-prefix=$(rustc --print sysroot)=/rust" "-Cstrip=symbols")
cargo build --release --locked --target "$host" --target-dir "$target"
unset CARGO_ENCODED_RUSTFLAGS
ensue=$target/$host/release/ensue
if ldd "$ensue" 2>/dev/null | grep -q '=>'; then
  printf 'error: the program needs libraries\n' >&2
  exit 1
fi
if grep -q -a -F -e "$root" -e "$registry" "$ensue"; then
  printf 'error: a path of this machine is in the program\n' >&2
  exit 1
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$root/bom.json"' EXIT
mkdir -p "$folder/$name/man" "$folder/$name/completions"
cp "$ensue" release/README.md SECURITY.md LICENSE-APACHE LICENSE-MIT "$folder/$name"
cp -r docs rules seeds "$folder/$name"
mkdir "$folder/$name/tests"
cp -r tests/profiles tests/tables "$folder/$name/tests"
# What its README tells to do first.
(cd "$folder/$name" && sh -e -c "$(sed -n '/^```sh$/,/^```$/{/^```/!p}' README.md)" | grep -q 'according to what is reported') || {
  printf 'error: the command of release/README.md does not answer\n' >&2
  exit 1
}
"$ensue" manual "$folder/$name/man/man1" --quiet
# As shells call them.
for file in ensue.bash ensue.elv ensue.fish ensue.ps1 _ensue; do
  case $file in *.bash) shell=bash ;; *.elv) shell=elvish ;; *.fish) shell=fish ;; *.ps1) shell=powershell ;; *) shell=zsh ;; esac
  "$ensue" completions "$shell" > "$folder/$name/completions/$file"
done
python3 release/notices.py "$host" > "$folder/$name/THIRD-PARTY.txt"
# Other compilers and packers make other bytes.
{
  rustc -V
  node --version | sed 's/^/node /'
  gzip --version | head -1
  wasm-opt --version 2>/dev/null || printf 'no wasm-opt\n'
  command -v zopfli >/dev/null && printf 'zopfli\n' || printf 'no zopfli\n'
} > "$out/BUILDINFO"
tar --create --directory "$folder" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --mode=u=rwX,go=rX \
  --owner=0 --group=0 --numeric-owner --format=gnu "$name" | gzip -9 --no-name > "$out/$name.tar.gz"

"$ensue" page rules/passports.ensue --out "$out/passports.html" --quiet

ENSUE=$ensue editors/vscode/package.sh
# A ZIP file tells when each of its files was made: its own are made anew.
python3 - "editors/vscode/ensue-$version.vsix" "$out/ensue-$version.vsix" <<'PYTHON'
import os
import sys
import time
import zipfile

then = max(time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6], (1980, 1, 1, 0, 0, 0))
with zipfile.ZipFile(sys.argv[1]) as made, zipfile.ZipFile(sys.argv[2], "w") as again:
    for name in sorted(made.namelist()):
        entry = zipfile.ZipInfo(name, then)
        entry.external_attr = 0o100644 << 16
        again.writestr(entry, made.read(name), zipfile.ZIP_DEFLATED, 9)
PYTHON

tools=$root/release/tools
if ! "$tools/bin/cargo-cyclonedx" cyclonedx --version 2>/dev/null | grep -q "$cyclonedx"; then
  cargo install cargo-cyclonedx --locked --version "$cyclonedx" --root "$tools" --target-dir "$target"
fi
"$tools/bin/cargo-cyclonedx" cyclonedx --format json --target "$host" --override-filename bom
# Where it was made is no part of what is in it.
python3 - "$root" bom.json "$out/ensue-$version.cdx.json" <<'PYTHON'
import sys
import urllib.parse

root, made, out = sys.argv[1:]
text = open(made, encoding="utf-8").read()
for path in [root, urllib.parse.quote(root)]:
    text = text.replace(path, "/ensue")
open(out, "w", encoding="utf-8").write(text)
PYTHON

(cd "$out" && sha256sum ./* > SHA256SUMS && sha256sum --check --quiet SHA256SUMS)
printf '\nmade in release/out:\n'
ls -l "$out"
