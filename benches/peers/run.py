#!/usr/bin/env python3
"""Ensue and its peers on the same work, side by side in one run; writes parts of `docs/performance.md`.

    benches/peers/run.py            3.5 million rows, five turns
    benches/peers/run.py --quick    100,000 rows, two turns: to see that all works; writes nothing

It builds what is needed below `target/peers`, makes the table by `ensue new --population`, runs all
programs in turns, checks that all agree, and quotes processor seconds (user and system) as ratios to
the hand-written scanner of the same turn. CARGO names another cargo, PYTHON another Python.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import threading
from pathlib import Path
from statistics import median

from chart import drawn

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "benches/peers"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
WORK = TARGET / "peers"
RULES = "rules/passports.ensue"
CONSEQUENCES = ["no_social_services", "no_healthcare", "no_financial_services", "property_seizure",
                "foreign_national", "conscription_eligible"]
PACKAGES = ["duckdb", "polars", "datafusion", "openfisca-core"]
ENGINES = ["duckdb", "polars", "datafusion", "openfisca"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def build():
    cargo = os.environ.get("CARGO", "cargo")
    environment = os.environ | {"CARGO_TARGET_DIR": str(TARGET)}
    for folder, features in ((ROOT, ["--features", "parquet"]), (HERE, [])):
        subprocess.run([cargo, "build", "--release", "--quiet", *features], cwd=folder, env=environment, check=True)
    python = WORK / "venv/bin/python"
    if not python.exists():
        subprocess.run([os.environ.get("PYTHON", sys.executable), "-m", "venv", WORK / "venv"], check=True)
        # One that cannot be had is left out, and the report says so.
        for package in PACKAGES:
            subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=False)


# The rows of a survey have more columns than a policy asks for: an area's code, and a weight.
WIDEN = """
import sys
area = 1
for index, line in enumerate(sys.stdin.buffer):
    area = area * 48271 % 2147483647
    code = b"area" if index == 0 else b"UA%02d-%04d-%05d" % (area % 25 + 1, area // 25 % 10000, area // 7 % 100000)
    sys.stdout.buffer.write(code + b"," + line)
"""


def table(ensue, rows):
    path = WORK / f"table-{rows}.csv"
    if not path.exists():
        beside = path.with_suffix(".part")
        made = [ensue, "new", "--population", str(rows), "--unknown", "1/3", "--weights", RULES]
        with open(beside, "wb") as out, subprocess.Popen(made, cwd=ROOT, stdout=subprocess.PIPE) as new:
            subprocess.run([sys.executable, "-c", WIDEN], stdin=new.stdout, stdout=out, check=True)
        assert new.returncode == 0
        beside.rename(path)
    return path


def columns(python, path):
    """The same table as a Parquet file."""
    made = path.with_suffix(".parquet")
    if not made.exists():
        subprocess.run([python, HERE / "tables.py", "parquet", path, made.with_suffix(".part")], check=True)
        made.with_suffix(".part").rename(made)
    return made


def measured(command, limit=300):
    """The JSON that a program prints, its processor seconds, its seconds, and its peak memory in MiB; none
    where it fails, or takes more seconds than the limit."""
    begin = os.times().elapsed
    # Mistakes are few: they fit into a pipe that is read second.
    process = subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    late = threading.Timer(limit, process.kill)
    late.start()
    answer, mistakes = process.stdout.read(), process.stderr.read()
    late.cancel()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        say(f"{command[0]}: exit {process.returncode}\n{mistakes.decode()[-2000:]}")
        return None
    seconds = os.times().elapsed - begin
    return json.loads(answer), usage.ru_utime + usage.ru_stime, seconds, usage.ru_maxrss / 1024


def tallied(answer):
    """The counts of `ensue tally --format json`, as the others print them."""
    statuses = ["follows", "does_not_follow", "undetermined"]
    found = {outcome["consequence"]: [outcome[status] for status in statuses] for outcome in answer["outcomes"]}
    assert answer["rejected"] == 0
    return {"all": {"rows": answer["rows"], "counts": [found[name] for name in CONSEQUENCES]}}


def tables(ensue, peers, python, rows, turns):
    path = table(ensue, rows)
    parquet = columns(python, path)

    def tally(table, threads):
        return [ensue, "tally", RULES, table, "--format", "json", "--min-cell", "1", "-q", "--threads", threads]

    programs = {
        "hand-written scanner": [peers, "scan", path],
        "`ensue tally`, one thread": tally(path, 1),
        "`ensue tally`, two threads": tally(path, 2),
        "`ensue tally`, one thread, Parquet": tally(parquet, 1),
        "`parquet` crate, decoding alone": [peers, "parquet", parquet],
        "`csv` crate, decoding alone": [peers, "csv", path],
    } | {name: [python, HERE / "tables.py", name, path, "1"] for name in ENGINES}
    found = {name: [] for name in programs}
    for turn in range(turns):
        for name, command in programs.items():
            say(f"turn {turn + 1} of {turns}: {name}")
            run = measured(command)
            if run is not None:
                answer, *figures = run
                found[name].append((tallied(answer) if "tally" in name else answer, *figures))
    agree(found, rows)
    return path, found


def agree(found, rows):
    """All must have the same counts, for all rows or for those in which every fact is known."""
    wanted = found["hand-written scanner"][0][0]
    for name, runs in found.items():
        for answer, *_ in runs:
            assert answer.get("rows", rows) == rows, f"{name}: rows"
            for part in ("all", "known"):
                assert part not in answer or answer[part] == wanted[part], f"{name} does not agree"
    say("all agree")


def versions(python):
    listed = subprocess.run([python, "-m", "pip", "list", "--format", "json"], capture_output=True, check=True)
    python_ones = {entry["name"].lower(): entry["version"] for entry in json.loads(listed.stdout)}
    lock = (HERE / "Cargo.lock").read_text()
    rust = dict(re.findall(r'name = "([^"]+)"\nversion = "([^"]+)"', lock))
    return {name: python_ones.get(name, "not to be had") for name in PACKAGES} | {
        name: rust[name] for name in ("csv", "parquet") + CRATES}


# How the programs in process are called, and what they are for readers.
IN_PROCESS = {"ensue": "Ensue", "plain": "plain interpreter in Rust", "zen-expression": "zen-expression",
              "datalogic-rs": "datalogic-rs", "cel": "cel", "cedar-policy": "cedar-policy", "regorus": "regorus"}


def in_process(peers, sizes, turns):
    """For the article's rules and for generated ones, what `peers profiles` prints; the least of the turns."""
    files = {RULES: ROOT / RULES}
    for size in sizes:
        files[size] = WORK / f"generated-{size}.ensue"
        files[size].write_bytes(subprocess.run([peers, "generate", str(size)], check=True, capture_output=True).stdout)
    found = {}
    for turn in range(turns):
        for name in IN_PROCESS:
            for rules, path in files.items():
                say(f"turn {turn + 1} of {turns}: {name}, {rules}")
                if found.get((name, rules), ()) is None:
                    continue
                run = measured([peers, "profiles", name, path], limit=60)
                answer = run and run[0]
                before = found.get((name, rules))
                found[name, rules] = answer and {
                    key: min(value, before[key]) if before else value for key, value in answer.items()}
    return found


def report_profiles(found, sizes, known):
    def shown(answer, key, divided=1, unit=1e9):
        if answer is None:
            return "no answer within a minute"
        value = answer[key] / divided * unit
        return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"

    lines = [
        "All outcomes of a profile in which all is known, compiled before, in nanoseconds (the mean of up to 256",
        "made-up profiles, the least of the turns); each engine finds what a plain interpreter finds, or the run fails.",
        "Profiles have the form that each engine wants before the time is taken.",
        "",
        "| | the article's six outcomes |" + "".join(f" {size:,} rules, each rule |" for size in sizes),
        "| --- |" + " --- |" * (len(sizes) + 1),
    ]
    for name, label in IN_PROCESS.items():
        cells = [shown(found[name, RULES], "profile_nanoseconds", unit=1)]
        cells += [shown(found[name, size], "profile_nanoseconds", size, 1) for size in sizes]
        lines.append(f"| {label} {known.get(name, '')} | {' | '.join(cells)} |".replace("  ", " "))
    lines += ["", "Compiling them, in milliseconds, from rules that were parsed (Ensue) or from text (the others):", "",
              "| |" + "".join(f" {size:,} rules |" for size in sizes), "| --- |" + " --- |" * len(sizes)]
    for name, label in IN_PROCESS.items():
        if name != "plain":
            cells = [shown(found[name, size], "compile_seconds", 1, 1e3) for size in sizes]
            lines.append(f"| {label} | {' | '.join(cells)} |")
    lines += ["", "![Nanoseconds for each rule, by the number of rules](pictures/many-rules.svg)"]
    chart = {label: [(size, found[name, size]["profile_nanoseconds"] / size) for size in sizes if found[name, size]]
             for name, label in IN_PROCESS.items()}
    picture = drawn("Many rules: time for each rule of a known profile", "rules", "nanoseconds for each rule",
                    {label: line for label, line in chart.items() if line})
    return "\n".join(lines), picture


CRATES = ("cedar-policy", "cel", "datalogic-rs", "regorus", "zen-expression")


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    return f"{os.cpu_count()} × {cpu[1] if cpu else platform.machine()}, Rust {rust}, Python {platform.python_version()}"


def report(path, found, known):
    scanner = [run[1] for run in found["hand-written scanner"]]
    size = path.stat().st_size
    rows = found["hand-written scanner"][0][0]["all"]["rows"]
    lines = [
        f"{rows:,} rows of the article's facts, an area's code and a weight as CSV ({size / 1e6:.0f} MB; made up by",
        "`ensue new --population`, a third of the values unknown), the six outcomes counted, the whole process each",
        f"time. {machine()}; the median of {len(scanner)} turns in one run, `benches/peers/run.py`.",
        "",
        "| | processor time | to the scanner's | elapsed | peak memory |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, runs in found.items():
        if not runs:
            lines.append(f"| {name} | could not be run here | | | |")
            continue
        shown = f"{name} {known[name]}" if name in known else name
        shown = f"openfisca-core {known['openfisca-core']}, known rows alone" if name == "openfisca" else shown
        ratio = median(run[1] / yardstick for run, yardstick in zip(runs, scanner))
        lines.append(f"| {shown} | {median(run[1] for run in runs):.2f} s | {ratio:.1f} | "
                     f"{median(run[2] for run in runs):.2f} s | {median(run[3] for run in runs):.0f} MiB |")
    parquet, decoding = (median(run[1] for run in found[name]) for name in
                         ("`ensue tally`, one thread, Parquet", "`parquet` crate, decoding alone"))
    one, two = (median(run[2] for run in found[f"`ensue tally`, {threads} thread{s}"])
                for threads, s in (("one", ""), ("two", "s")))
    lines += [
        "",
        f"Two threads are {one / two:.2f} times as fast as one. From a Parquet file, which DuckDB made of the table,",
        f"the tally takes {parquet / decoding:.2f} times as long as decoding the columns of the facts alone.",
        "",
        "All agree: on the counts of every row, but for OpenFisca, which has no",
        "unknown values, on those of known rows. For these rules three-valued logic happens to be exact, so that the",
        "other engines leave open no row that the exact evaluation settles; it is not where rules meet, as in `a or",
        "not a`. The scanner knows these rules alone and checks nothing; the other engines are told the names",
        "of the columns and guess no types. Peak memory is never less than the script's own.",
    ]
    return "\n".join(lines)


def write(part, text):
    path = ROOT / "docs/performance.md"
    begin, end = f"<!-- {part}: begin, written by benches/peers/run.py -->", f"<!-- {part}: end -->"
    before, rest = path.read_text().split(begin)
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end)[1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small table, few rules; nothing is written")
    parser.add_argument("--turns", type=int, help="so many turns")
    parser.add_argument("--part", choices=["tables", "profiles"], help="this part alone")
    parser.add_argument("--built", action="store_true", help="take the programs as an earlier run built them")
    asked = parser.parse_args()
    rows, turns = (100_000, 2) if asked.quick else (3_500_000, 5)
    turns = asked.turns or turns
    sizes = (10, 100) if asked.quick else (10, 100, 1_000, 10_000)
    WORK.mkdir(parents=True, exist_ok=True)
    if not asked.built:
        build()
    ensue, peers, python = TARGET / "release/ensue", TARGET / "release/peers", WORK / "venv/bin/python"
    known = versions(python)
    texts, picture = {}, None
    if asked.part != "profiles":
        texts["peers"] = report(*tables(ensue, peers, python, rows, turns), known)
    if asked.part != "tables":
        texts["peers in process"], picture = report_profiles(in_process(peers, sizes, min(turns, 2)), sizes, known)
    print("\n\n".join(texts.values()))
    if not asked.quick:
        for part, text in texts.items():
            write(part, text)
        if picture is not None:
            (ROOT / "docs/pictures/many-rules.svg").write_text(picture)


if __name__ == "__main__":
    main()
