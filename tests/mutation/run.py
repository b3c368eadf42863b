"""Whether tests notice when the program is changed: each mutant is one change of its text, made by cargo-mutants.

    python3 tests/mutation/run.py meaning            all mutants of a group
    python3 tests/mutation/run.py rest --shard 0/20  every twentieth of it
    python3 tests/mutation/run.py --list             the groups, and how many mutants each has

A first look runs the tests that take seconds; what they miss meets all tests in a second one. Exit code 0 where as
many mutants are caught as is promised of the group and each that is not has its reason in `survivors.md`, else 1. Where
a mutant's tests find no end it counts as caught. Mutants that do not build count for nothing.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOOLS = ("cargo-mutants", "cargo-nextest")
LIBRARY = ("--no-default-features", "--features", "population")


@dataclass
class Group:
    """What stands in these files, how much of it is caught, and the build with the tests of the first look."""

    says: str
    files: tuple[str, ...]
    percent: int
    build: tuple[str, ...]


GROUPS = {
    "meaning": Group(
        "statuses, cells, dates, diagrams, reasons",
        ("src/semantics.rs", "src/semantics/**", "src/model/condition.rs", "src/model/value.rs"),
        95,
        LIBRARY,
    ),
    "sql": Group("the writer of SQL", ("src/sql.rs", "src/sql/**"), 95, LIBRARY),
    "rows": Group("the reader of rows", ("src/population/table.rs", "src/population/table/**"), 95, ("--features", "parquet")),
    "rest": Group("all else", ("src/**",), 85, ()),
}


def files(name):
    """The arguments that choose a group's files."""
    chosen = [it for file in GROUPS[name].files for it in ("--file", file)]
    if name == "rest":
        chosen += [it for key, group in GROUPS.items() if key != name for file in group.files for it in ("--exclude", file)]
    return chosen


def mutants(*arguments, cases):
    environment = os.environ | {
        # The same cases each time, and no time for making a failing one smaller.
        "PROPTEST_RNG_SEED": "1",
        "PROPTEST_MAX_SHRINK_ITERS": "0",
        "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1",
        "PROPTEST_CASES": cases,
    }
    subprocess.run(["cargo", "mutants", *arguments], cwd=ROOT, env=environment)


def found(out):
    """What became of each mutant that was tried: `CaughtMutant`, `MissedMutant`, `Timeout`, `Unviable`; by its name."""
    outcomes = json.loads((out / "mutants.out/outcomes.json").read_text())["outcomes"]
    return {it["scenario"]["Mutant"]["name"]: it["summary"] for it in outcomes if "Mutant" in it["scenario"]}


def placeless(name):
    """A mutant without its line and column, which other changes move."""
    return re.sub(r"^([^:]+):\d+:\d+: ", r"\1: ", name)


def reasons():
    """The survivors that have a reason; one that is listed twice may survive twice."""
    return Counter(re.findall(r"^- `(src/[^`\n]+)`$", (HERE / "survivors.md").read_text(), re.MULTILINE))


def report(name, outcomes):
    """Tells what was caught in each file, and what survives; gives the exit code."""
    kinds = ("CaughtMutant", "Timeout", "MissedMutant")
    by_file = {}
    for mutant, summary in sorted(outcomes.items()):
        if summary in kinds:
            by_file.setdefault(mutant.split(":")[0], Counter())[summary] += 1
    total = sum(by_file.values(), Counter())
    print(f"{'file':40} {'caught':>7} {'no end':>7} {'missed':>7}")
    for file, counts in [*by_file.items(), ("all", total)]:
        print(f"{file:40}", *(f"{counts[kind]:>7}" for kind in kinds))
    given, without = reasons(), []
    for mutant in sorted(it for it, summary in outcomes.items() if summary == "MissedMutant"):
        if given[placeless(mutant)] > 0:
            given[placeless(mutant)] -= 1
        else:
            without.append(mutant)
    for mutant in without:
        print(f"survives without a reason: {mutant}")
    caught = total["CaughtMutant"] + total["Timeout"]
    percent = 100 * caught / max(1, sum(total.values()))
    promised = GROUPS[name].percent
    print(f"{name}: {caught} of {sum(total.values())} caught, {percent:.1f} % (promised: {promised} %)")
    return 0 if total and percent >= promised and not without else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("group", nargs="?", choices=GROUPS)
    parser.add_argument("--list", action="store_true", help="list the groups")
    parser.add_argument("--shard", metavar="K/N", help="every Nth mutant, from the Kth on")
    parser.add_argument("--out", type=Path, default=ROOT / "target/mutation", help="where results are kept")
    parser.add_argument("--report", action="store_true", help="tell what was found before")
    asked = parser.parse_args()
    for tool in TOOLS:
        if subprocess.run(["cargo", tool.removeprefix("cargo-"), "--version"], capture_output=True).returncode != 0:
            subprocess.run(["cargo", "install", tool, "--locked"], check=True)
    if asked.list or not asked.group:
        for name, group in GROUPS.items():
            arguments = ["cargo", "mutants", "--list", *files(name)]
            count = len(subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True).stdout.splitlines())
            print(f"{name:8} {count:5} mutants, {group.percent} %: {group.says}")
        return 0
    first, second = asked.out / f"{asked.group}-first", asked.out / f"{asked.group}-second"
    if not asked.report:
        common = [*files(asked.group), "--jobs", "2", "--no-shuffle", "--colors", "never"]
        if asked.shard:
            common += ["--shard", asked.shard, "--sharding", "round-robin"]
        shutil.rmtree(second, ignore_errors=True)
        for out in (first, second):
            out.mkdir(parents=True, exist_ok=True)
        build = GROUPS[asked.group].build
        mutants(*common, *build, "-o", first, "--", f"--profile={asked.group}", cases="64")
        missed = [it for it, summary in found(first).items() if summary == "MissedMutant"]
        # Of these files alone, since cargo-mutants 27 lets fields that are left out through whatever `--re` says.
        again = [it for file in sorted({name.split(":")[0] for name in missed}) for it in ("--file", file)]
        again += [it for name in missed for it in ("--re", f"^{re.escape(name)}$")]
        if missed:
            mutants("--no-shuffle", "--colors", "never", "--features", "parquet", *again, "-o", second, cases="256")
    outcomes = found(first)
    if (second / "mutants.out/outcomes.json").exists():
        outcomes |= {name: summary for name, summary in found(second).items() if name in outcomes}
    return report(asked.group, outcomes)


if __name__ == "__main__":
    sys.exit(main())
