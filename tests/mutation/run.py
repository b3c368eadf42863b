"""Whether tests notice when the program is changed: each mutant is one change of its text, made by cargo-mutants.

    python3 tests/mutation/run.py diagram             all mutants of a group
    python3 tests/mutation/run.py cells dates         of two
    python3 tests/mutation/run.py semantics --part 0/4  every fourth of it
    python3 tests/mutation/run.py --report            what was found so far, in all groups and parts
    python3 tests/mutation/run.py --list              the groups, and how many mutants each has

The tests must pass on the program as it is. A first look runs the tests that take seconds; what they miss without a
reason meets all tests of the program in a second one. Exit code 0 where as many mutants are caught as is promised of
the group and each that is not has its reason in `survivors.md`; 1 where not, or where not all were tried; 3 where the
tools cannot be had. Where the tests of a mutant find no end it counts as caught, and is told apart. Mutants that do not
build count for nothing; one whose build finds no end was not tried.
"""

import argparse
import functools
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
TOOLS = {"mutants": "27.1.0", "nextest": "0.9.151"}
BIN = ROOT / "target/tools/bin"
# The test that needs DuckDB is run where it is asked for.
RUN_IGNORED = "--run-ignored=all"
CAUGHT, ENDLESS, MISSED, UNVIABLE = "CaughtMutant", "Timeout", "MissedMutant", "Unviable"


@dataclass
class Group:
    """What stands in these files, how much of it is caught, and the tests of the first look: a profile of nextest."""

    says: str
    files: tuple[str, ...]
    percent: int
    profile: str

    def tests(self):
        """What nextest is told."""
        return (f"--profile={self.profile}", *((RUN_IGNORED,) if self.profile == "sql" else ()))

    def build(self):
        """Without the command line a mutant is built in half of the time."""
        features = {"rows": "population,parquet"}.get(self.profile, "population")
        return () if self.profile == "rest" else ("--no-default-features", "--features", features)


GROUPS = {
    "cells": Group("values as cells", ("src/semantics/cells.rs",), 95, "meaning"),
    "dates": Group("values, dates and tests of them", ("src/model/condition.rs", "src/model/value.rs"), 95, "dates"),
    "diagram": Group("decision diagrams", ("src/semantics/diagram.rs",), 95, "meaning"),
    "semantics": Group("statuses and reasons", ("src/semantics.rs", "src/semantics/**"), 95, "meaning"),
    "sql": Group("the writer of SQL", ("src/sql.rs", "src/sql/**"), 95, "sql"),
    "rows": Group("the reader of rows", ("src/population/table.rs", "src/population/table/**"), 95, "rows"),
    "rest": Group("all else", ("src/**",), 85, "rest"),
}
# Of all groups together.
OVERALL = 85


def files(name):
    """The arguments that choose a group's files: a file is of the first group that names it."""
    before = list(GROUPS)[: list(GROUPS).index(name)]
    chosen = [it for file in GROUPS[name].files for it in ("--file", file)]
    return chosen + [it for other in before for file in GROUPS[other].files for it in ("--exclude", file)]


def environment(**more):
    return os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"} | more


def have_tools():
    for tool, version in TOOLS.items():
        if subprocess.run(["cargo", tool, "--version"], capture_output=True, env=environment()).returncode != 0:
            install = ["cargo", "install", f"cargo-{tool}", "--locked", "--version", version, "--root", BIN.parent]
            if subprocess.run(install, cwd=ROOT).returncode != 0:
                sys.exit(3)


@functools.cache
def tests_pass(build, tests, cases):
    """Whether the tests pass on the program as it is. Once for all groups."""
    config = "--config-file=tests/mutation/nextest.toml"
    command = ["cargo", "nextest", "run", "--locked", "--cargo-profile=mutants", config, *tests, *build]
    return subprocess.run(command, cwd=ROOT, env=settings(tests, cases)).returncode == 0


@functools.cache
def duckdb():
    """A Python that has DuckDB."""
    made = subprocess.run([ROOT / "tests/sql/duckdb.sh"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if made.returncode != 0:
        sys.exit(3)
    return made.stdout.strip()


def settings(tests, cases):
    """The same cases each time, and no time for making a failing one smaller."""
    return environment(
        **({"ENSUE_DUCKDB": duckdb()} if RUN_IGNORED in tests else {}),
        PROPTEST_RNG_SEED="1",
        PROPTEST_MAX_SHRINK_ITERS="0",
        PROPTEST_DISABLE_FAILURE_PERSISTENCE="1",
        PROPTEST_CASES=cases,
    )


def mutate(out, *chosen, build, tests, cases):
    """Tries mutants, and keeps what became of them in a folder that is emptied first."""
    if not tests_pass(build, tests, cases):
        print(f"tests fail before anything is changed: cargo nextest run {' '.join([*build, *tests])}")
        sys.exit(1)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    command = ["cargo", "mutants", "--no-shuffle", "--colors", "never", "--jobs", "2", "-o", out, *chosen, *build]
    # The tests were run above. Seconds; a single test is ended by `nextest.toml`.
    command += ["--baseline=skip", "--timeout=900", "--build-timeout=1200", "--", *tests]
    code = subprocess.run(command, cwd=ROOT, env=settings(tests, cases)).returncode
    # 2: some were missed; 3: some found no end.
    if code not in (0, 2, 3):
        print(f"cargo-mutants ended early, with code {code}")


def found(out):
    """What became of each mutant that was tried, by its name, and how many there were to try."""
    folder = out / "mutants.out"
    if not (folder / "outcomes.json").exists():
        return {}, 0
    outcomes = {}
    for it in json.loads((folder / "outcomes.json").read_text())["outcomes"]:
        if "Mutant" in it["scenario"]:
            summary = it["summary"]
            # A build that took too long says nothing: the mutant was not tried.
            if summary == ENDLESS and it["phase_results"][-1]["phase"] == "Build":
                continue
            # nextest ends a test that takes too long, which cargo-mutants takes for one that fails.
            log = (folder / it["log_path"]).read_text(errors="replace") if summary == CAUGHT else ""
            endless = re.search(r"^ +TIMEOUT ", log, re.MULTILINE) and not re.search(r"^ +FAIL ", log, re.MULTILINE)
            outcomes[it["scenario"]["Mutant"]["name"]] = ENDLESS if endless else summary
    return outcomes, len(json.loads((folder / "mutants.json").read_text()))


def missed_in(outcomes):
    return sorted(name for name, summary in outcomes.items() if summary == MISSED)


def first_look(name, part, out):
    """At all mutants of a group, or of a part of it, with the tests that find most and take least."""
    group = GROUPS[name]
    shard = ["--shard", part, "--sharding", "round-robin"] if part else []
    shutil.rmtree(out / "second", ignore_errors=True)
    mutate(out / "first", *files(name), *shard, build=group.build(), tests=group.tests(), cases="24")


def second_look(out):
    """At those that the first missed and that have no reason, with all tests."""
    missed, _ = told_apart(missed_in(found(out / "first")[0]))
    if missed:
        # Of these files alone, since cargo-mutants 27 lets fields that are left out through whatever `--re` says.
        again = [it for file in sorted({mutant.split(":")[0] for mutant in missed}) for it in ("--file", file)]
        again += [it for mutant in missed for it in ("--re", f"^{re.escape(mutant)}$")]
        mutate(out / "second", *again, build=("--features", "parquet"), tests=(), cases="64")


def kept(group):
    """What became of the mutants of a group in all looks at it, and how many of those looked at were not tried."""
    outcomes, left = {}, 0
    for first in sorted(group.glob("*/first"), key=lambda it: it.stat().st_mtime):
        tried, count = found(first)
        left += count - len(tried)
        again, _ = found(first.parent / "second")
        outcomes |= tried | {mutant: again[mutant] for mutant in missed_in(tried) if mutant in again}
    return outcomes, left


def placeless(name):
    """A mutant without its line and column, which other changes move."""
    return re.sub(r"^([^:]+):\d+:\d+: ", r"\1: ", name)


def reasons():
    """The survivors that have a reason; one that is listed twice may survive twice."""
    return Counter(re.findall(r"^- `(src/[^`\n]+)`$", (HERE / "survivors.md").read_text(), re.MULTILINE))


def told_apart(missed):
    """Those of the missed that have no reason, and how often each reason is left over."""
    given, without = reasons(), []
    for mutant in missed:
        if given[placeless(mutant)] > 0:
            given[placeless(mutant)] -= 1
        else:
            without.append(mutant)
    return without, given


def report(name, out):
    """Tells what was caught of a group in each file, and what survives; whether all is as promised, and the share."""
    outcomes, left = kept(out / name)
    kinds = (CAUGHT, ENDLESS, MISSED, UNVIABLE)
    by_file = {}
    for mutant, summary in sorted(outcomes.items()):
        by_file.setdefault(mutant.split(":")[0], Counter())[summary] += 1
    total = sum(by_file.values(), Counter())
    print(f"{name:40} {'caught':>8} {'no end':>8} {'missed':>8} {'no build':>8}")
    for file, counts in [*by_file.items(), ("all", total)]:
        print(f"{file:40}", *(f"{counts[kind]:>8}" for kind in kinds))
    without, given = told_apart(missed_in(outcomes))
    for mutant in without:
        print(f"survives without a reason: {mutant}")
    for mutant in sorted(given):
        if given[mutant] > 0 and any(placeless(it) == mutant for it in outcomes):
            print(f"has a reason, and is caught: {mutant}")
    caught, count = total[CAUGHT] + total[ENDLESS], total[CAUGHT] + total[ENDLESS] + total[MISSED]
    share = caught / count if count else 0.0
    untried = f"; {left} were not tried" if left else ""
    promised = GROUPS[name].percent
    print(f"{name}: {caught} of {count} caught, {100 * share:.1f} % (promised: {promised} %){untried}\n")
    return count > 0 and not left and not without and 100 * share >= promised, share


def counts():
    """How many mutants each group has."""
    for name in GROUPS:
        listed = subprocess.run(
            ["cargo", "mutants", "--list", *files(name)], cwd=ROOT, env=environment(), capture_output=True, text=True
        )
        yield name, len(listed.stdout.splitlines())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help="one or more of " + ", ".join(GROUPS))
    parser.add_argument("--part", metavar="K/N", help="every Nth mutant, from the Kth on, counted from 0")
    parser.add_argument("--look", choices=("first", "second"), help="one alone; the second is at what the first missed")
    parser.add_argument("--report", action="store_true", help="tell what was found before")
    parser.add_argument("--list", action="store_true", help="list the groups")
    parser.add_argument("--out", type=Path, default=ROOT / "target/mutation", help="where results are kept")
    asked = parser.parse_args()
    if asked.part and not re.fullmatch(r"\d+/\d+", asked.part):
        parser.error("--part wants K/N, such as 0/4")
    for name in asked.groups:
        if name not in GROUPS:
            parser.error(f"no group is called {name}; there are {', '.join(GROUPS)}")
    out = asked.out.resolve()
    # What was found of a group is told without them.
    if not (asked.report and asked.groups):
        have_tools()
    if asked.report and not asked.groups:
        of = {name: report(name, out) for name in GROUPS}
        all_of = dict(counts())
        overall = 100 * sum(all_of[name] * share for name, (_, share) in of.items()) / sum(all_of.values())
        print(f"all groups, each by how many mutants it has: {overall:.1f} % (promised: {OVERALL} %)")
        return 0 if overall >= OVERALL and all(is_kept for is_kept, _ in of.values()) else 1
    if asked.list or not asked.groups:
        for name, count in counts():
            print(f"{name:9} {count:5} mutants, {GROUPS[name].percent} %: {GROUPS[name].says}")
        return 0
    as_promised = True
    for name in asked.groups:
        of_part = out / name / (asked.part or "all").replace("/", "-of-")
        if not asked.report and asked.look != "second":
            first_look(name, asked.part, of_part)
        if not asked.report and asked.look != "first":
            second_look(of_part)
        as_promised &= report(name, out)[0]
    return 0 if as_promised else 1


if __name__ == "__main__":
    sys.exit(main())
