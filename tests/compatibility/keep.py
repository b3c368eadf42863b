"""Keeps what this version answers, for later versions to answer alike.

    cargo build --release
    python3 tests/compatibility/keep.py

It makes the folder `tests/compatibility/VERSION`, once for each version that is released: rule files,
profiles and tables as they are in the project then, the command lines that were run on them, and each answer
in JSON. What stands in it is never changed; a test runs the commands again and compares
(`tests/it/compatibility.rs`). An answer may get more than it had: new keys. What it had it keeps.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = Path(os.environ.get("ENSUE") or ROOT / "target/release/ensue").resolve()

# What is copied, and how it is called there; the reference's examples make one rule file, `rules/reference.ensue`.
FILES = {
    "rules/passports.ensue": "rules/passports.ensue",
    "seeds/article-2025-03-07.ensue": "seeds/article-2025-03-07.ensue",
    "docs/tutorial.ensue": "rules/tutorial.ensue",
    "tests/cmd/before.ensue": "rules/before.ensue",
    "tests/cmd/after.ensue": "rules/after.ensue",
    "tests/cmd/options.ensue": "rules/options.ensue",
    "tests/cmd/sources.ensue": "rules/sources.ensue",
    "tests/cmd/failing.ensue": "rules/failing.ensue",
    "tests/corpus/parse/error/and-without-condition.ensue": "rules/broken.ensue",
    "tests/profiles/kherson.json": "profiles/kherson.json",
    "tests/profiles/passport-unknown.json": "profiles/passport-unknown.json",
    "tests/profiles/several.jsonl": "profiles/several.jsonl",
    "tests/profiles/unknown.json": "profiles/unknown.json",
    "tests/tables/households.csv": "tables/households.csv",
}

P = "rules/passports.ensue"
KHERSON = "profiles/kherson.json"
COMMANDS = f"""
eval {P} {KHERSON} --format json
eval {P} profiles/passport-unknown.json --format json
eval {P} profiles/unknown.json --format json
eval {P} {KHERSON} --format json --according-to uk_mod
eval {P} {KHERSON} --format json --without moscow_times --on 2025-12-31
eval {P} {KHERSON} --format json --known-by 2025-01-01
eval {P} {KHERSON} --format json --require 2
eval {P} profiles/several.jsonl --format jsonl
eval {P} --schema
eval rules/reference.ensue --format json
eval rules/options.ensue --format json
eval rules/options.ensue --format json --on 2026-01-01
eval rules/sources.ensue --format json
eval rules/tutorial.ensue --format json --set lives_in_valley=yes --set card=no
why {P} {KHERSON} no_healthcare --format json
why {P} {KHERSON} conscription_eligible --format json
why {P} profiles/passport-unknown.json property_seizure --format json
compare {P} {KHERSON} --format json
compare {P} {KHERSON} --vary residence --format json
change {P} {KHERSON} no_healthcare --format json
ask {P} --format json
ask {P} profiles/passport-unknown.json --format json
check rules/reference.ensue --select all --format json
check {P} rules/tutorial.ensue --format json
test {P} rules/failing.ensue --format json
test {P} --coverage --format json
diff rules/before.ensue rules/after.ensue --format json
tally {P} tables/households.csv --weight weight --format json
tally {P} tables/households.csv --by residence --min-cell 1 --format json
fmt --check rules/reference.ensue
compare {P} {KHERSON} --over 2022-01-01..2025-12-31 --format json
compare {P} {KHERSON} --according-to uk_mod --according-to moscow_times --format json
check rules/reference.ensue --select all --format sarif
check rules/broken.ensue --format json
report {P} {KHERSON} --format csl-json
tally {P} tables/households.csv --compare passport --min-cell 1 --format json
tally {P} --schema
"""


def main():
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    folder = HERE / version
    if folder.exists():
        sys.exit(f"{folder.relative_to(ROOT)} is there: what a version answered is never changed")
    for source, name in FILES.items():
        (folder / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, folder / "project" / name)
    rules = re.findall(r"^```ensue\n(.*?)^```$", (ROOT / "docs/language.md").read_text(), re.M | re.S)
    (folder / "project/rules/reference.ensue").write_text("\n".join(rules))
    cases = []
    for number, line in enumerate(COMMANDS.strip().splitlines(), 1):
        done = subprocess.run([PROGRAM, *line.split()], cwd=folder / "project", capture_output=True, text=True, check=False)
        if done.returncode > 1:
            shutil.rmtree(folder)
            sys.exit(f"ensue {line}: {done.stderr}")
        name = f"{number:02}-{line.split()[0]}.{'jsonl' if line.endswith('jsonl') else 'json'}"
        (folder / name).write_text(done.stdout)
        cases.append({"arguments": line.split(), "code": done.returncode, "answer": name})
    (folder / "commands.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"kept {len(cases)} answers in {folder.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
