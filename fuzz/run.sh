#!/usr/bin/env bash
# Fuzzes: run.sh TARGET|all SECONDS. What is new is put into the corpus, which is then minimised.
# Exit code 1 where something was found: its input lies in fuzz/artifacts/TARGET.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(dates encoders evaluate grammar lsp parquet parse profile sql table)
if [ $# -ne 2 ]; then
  echo "usage: fuzz/run.sh TARGET|all SECONDS; targets: ${targets[*]}" >&2
  exit 2
fi
if [ "$1" != all ]; then
  targets=("$1")
fi

cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked
# cargo-fuzz asks for what only a nightly compiler grants without this.
if ! rustc --version | grep -q nightly; then
  export RUSTC_BOOTSTRAP=1
fi
# No target and no library of ours holds unsafe code, which is all that a sanitizer looks for.
options=(--sanitizer none --features 'fuzzing,parquet')

# How long an input may be: long enough to meet everything, short enough for many of them.
longest() {
  case $1 in
    parse | parquet) echo 4096 ;;
    profile) echo 512 ;;
    *) echo 1024 ;;
  esac
}

# Inputs made of the tests' files, without keeping them. Where bytes are choices, any bytes are.
seeds() {
  local target=$1 folder=$2 number=0 file
  case $target in
    parse)
      find tests rules seeds docs -name '*.ensue' -size -4k -print0
      ;;
    profile)
      find tests -name '*.json' -size -2k -print0
      ;;
    table)
      find tests/tables -type f -print0
      ;;
    *)
      find tests/conformance -name '*.ensue' -size -3k -print0
      ;;
  esac | while IFS= read -r -d '' file; do
    number=$((number + 1))
    # Before a profile stands how it is made, before a table how it is read.
    case $target in
      profile) { printf 0 && cat "$file"; } >"$folder/$number" ;;
      table) { printf 00000000 && cat "$file"; } >"$folder/$number" ;;
      *) cp "$file" "$folder/$number" ;;
    esac
  done
  case $target in
    profile)
      printf '0{"card": true, "area": "north", "income": 1.5, "wealth": 1e3, "children": 3, "born": "2000-02-29"}' \
        >"$folder/all"
      printf '0{"card": "canary7391", "area": "canary7391", "income": 73911111, "born": "canary7391"}' >"$folder/wrong"
      ;;
    table)
      printf '00000000b0,l0,w0,n0,d0\nyes,va,1,1.5,2000-02-29\n"no",vb,4,,\n' >"$folder/commas"
      printf '13000000d0\tn0\tw0\tl0\tb0\tweight\trows\r\n\t1e1\t 0 \tvc\tTRUE\t2.5\t7\r\n' >"$folder/tabs"
      printf '00000000{"b0": true, "l0": "va", "w0": 1, "n0": 1.5, "d0": "2000-02-29"}\n{"b0": 1}\n' >"$folder/lines"
      ;;
  esac
}

found=0
for target in "${targets[@]}"; do
  tries=fuzz/tries/$target
  corpus=fuzz/corpus/$target
  mkdir -p "$tries/seeds" "$tries/met" "$corpus"
  seeds "$target" "$tries/seeds"
  dictionary=fuzz/dictionaries/$target.dict
  limits=(-max_len="$(longest "$target")" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1)
  if [ -e "$dictionary" ]; then
    limits+=(-dict="$dictionary")
  fi
  cargo fuzz run "${options[@]}" "$target" "$tries/met" "$corpus" "$tries/seeds" -- \
    "${limits[@]}" -max_total_time="$2" || found=1
  # Counts of how often something is met make a corpus ten times as large: what is met is enough here.
  cp "$corpus"/* "$tries/seeds"/* "$tries/met" 2>/dev/null || true
  cargo fuzz cmin "${options[@]}" "$target" "$tries/met" -- -use_counters=0 -max_len="$(longest "$target")"
  # What was found is kept by its name, also where it reaches nothing new any more.
  find "$corpus" -type f ! -name 'found-*' -delete
  cp -r "$tries/met/." "$corpus"
done
exit "$found"
