#!/bin/sh
# Builds the engine of pages: web/engine as WebAssembly, written to web/built/engine.wasm.
#
#   web/build.sh            with what is there: rustup's Rust with its component rust-src, Debian's
#                           rustc-web with rust-web-src, or rustup's Rust with its target
#   web/build.sh --install  gets what is missing first: rustup's target, else Debian's packages (as root)
#
# Exit codes: 0 built; 1 the build failed; 2 wrong arguments; 3 nothing here can build it.
set -eu

install=no
case "$#:${1-}" in
  0:) ;;
  1:--install) install=yes ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
target=wasm32-unknown-unknown
packages='rustc-web cargo-web rust-web-src lld-19 binaryen zopfli'

# A panic ends the engine, and nobody sees its words or its place: they are left out.
panics='-Zunstable-options -Cpanic=immediate-abort'

# The sources of a compiler's standard library, if they are there: it is then built for size, by a compiler that is
# new enough for it.
# shellcheck disable=SC2086 # several options
sources() {
  library="$("$1" --print sysroot 2>/dev/null)/lib/rustlib/src/rust"
  [ -d "$library/library/std" ] \
    && RUSTC_BOOTSTRAP=1 "$1" --print cfg --target "$target" $panics >/dev/null 2>&1 \
    && echo "$library"
}

rustup_target() {
  (cd "$here/engine" && rustup target list --installed 2>/dev/null) | grep -qx "$target"
}

# Sets `how`, with `library` and `linker` where the standard library is built too.
find_compiler() {
  linker=
  if command -v rustup >/dev/null && library=$(cd "$here/engine" && sources rustc); then
    how=rustup-sources
    return
  fi
  for found in /usr/bin/wasm-ld-[0-9]* /usr/bin/wasm-ld; do
    [ -x "$found" ] && linker=$(basename "$found")
  done
  if [ -n "$linker" ] && [ -x /usr/bin/cargo ] && library=$(sources /usr/bin/rustc); then
    how=debian
  elif rustup_target; then
    how=rustup-target
  else
    how=none
  fi
}

find_compiler
if [ "$how" = none ] && [ "$install" = yes ]; then
  if command -v rustup >/dev/null && (cd "$here/engine" && timeout 300 rustup target add "$target"); then
    :
  elif command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    # shellcheck disable=SC2086 # several packages
    apt-get update -q && apt-get install -y -q --no-install-recommends $packages
  fi
  find_compiler
fi
if [ "$how" = none ]; then
  cat >&2 <<END
error: nothing here can build for $target, or what could is too old
  with rustup:        rustup target add $target
  on Debian, Ubuntu:  apt-get update && apt-get install $packages
  web/build.sh --install does one of them
END
  exit 3
fi

# Paths of this machine are not part of the result: it is the same wherever the same compiler made it.
# Options are parted by a sign that no path has: a folder may be called with spaces.
between=$(printf '\037')
flags="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo$between--remap-path-prefix=$(dirname "$here")=ensue"
export CARGO_TARGET_DIR="$here/target/cargo/$how"
built="$CARGO_TARGET_DIR/$target/release/ensue_page_engine.wasm"
cd "$here/engine"

if [ "$how" = rustup-target ]; then
  echo "building with rustup's Rust and its target $target" >&2
  CARGO_ENCODED_RUSTFLAGS=$flags cargo build --locked --release --target "$target" || exit 1
else
  echo "building with the standard library from its sources ($how), a minute the first time" >&2
  if [ "$how" = debian ]; then
    PATH=/usr/bin:$PATH
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker"
  fi
  flags="$flags$between--remap-path-prefix=$library=rust$between-Zlocation-detail=none"
  flags="$flags$between$(echo "$panics" | tr ' ' "$between")"
  CARGO_ENCODED_RUSTFLAGS=$flags RUSTC_BOOTSTRAP=1 cargo build --locked --release \
    -Zbuild-std=std -Zbuild-std-features=optimize_for_size --target "$target" || exit 1
fi

mkdir -p "$here/built"
if command -v wasm-opt >/dev/null; then
  # Without inlining: the same code in several places costs more, packed, than it saves.
  # Twice: the second round finds what the first left.
  wasm-opt -Oz -Oz --one-caller-inline-max-function-size=0 --always-inline-max-function-size=0 \
    --flexible-inline-max-function-size=0 \
    --enable-bulk-memory --enable-sign-ext --enable-mutable-globals --enable-reference-types \
    --enable-nontrapping-float-to-int --enable-multivalue --strip-debug --strip-producers \
    "$built" -o "$here/built/engine.wasm" || exit 1
else
  echo "without wasm-opt, of Debian's package binaryen, the engine is larger than it could be" >&2
  cp "$built" "$here/built/engine.wasm"
fi

# Packed, it is less to open, and to carry in the program.
if command -v zopfli >/dev/null; then
  zopfli -c "$here/built/engine.wasm" >"$here/built/engine.wasm.gz"
else
  gzip -9 -n -c "$here/built/engine.wasm" >"$here/built/engine.wasm.gz"
fi
raw=$(wc -c <"$here/built/engine.wasm")
packed=$(wc -c <"$here/built/engine.wasm.gz")
echo "web/built/engine.wasm: $((raw)) bytes, $((packed)) gzipped"
# With all that makes it small it keeps its budget.
if [ "$packed" -gt 300000 ]; then
  echo "the engine is larger than the 300000 bytes that a page is to carry" >&2
  if [ "$how" != rustup-target ] && command -v wasm-opt >/dev/null && command -v zopfli >/dev/null; then
    exit 1
  fi
fi
