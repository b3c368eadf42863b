"""Runs what `ensue sql` writes on real engines, and compares every count with the core's.

Each policy of a folder gets a table of random rows, in which a third of the values are not known and some
are none of their fact's type. What is expected is found row by row: Python says which rows have wrong
values, `ensue eval` decides the others one by one. The reduction and the tally query must count exactly
that, for each consequence and status, with weights and divided by facts. In `check_million` brute force says what is
expected.
"""

import csv
import datetime
import json
import random
import subprocess
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

# The statuses of which one is certain, as `differential::write_a_million` and `formulas::write_formulas` write them.
ALONE = {"1": "follows", "2": "does_not_follow", "4": "ruled_out", "8": "disputed"}
STATUSES = ["follows", "does_not_follow", "ruled_out", "disputed", "undetermined"]
ON = "2018-03-01"

# The facts of the generated policies: tests/it/generate.rs declares them.
YES_NO, LIST, DATE = ["b0", "b1"], ["l0"], ["d0"]
FACTS = ["b0", "b1", "l0", "w0", "n0", "d0"]
ITEMS = ["va", "vb", "vc"]
# The name of the column of w0: a hostile one.
W0 = 'w "`\'0; --'


class Ensue:
    def __init__(self, program):
        self.program = program

    def run(self, *arguments, given=None, may_fail=False):
        done = subprocess.run([self.program, *arguments], input=given, capture_output=True, text=True)
        if done.returncode != 0 and not may_fail:
            raise SystemExit(f"ensue {' '.join(arguments)}: {done.stderr}")
        return done

    def has_tally(self):
        return "--reduced" in self.run("tally", "--help", may_fail=True).stdout

    def statuses(self, rules, profiles):
        """The statuses of each profile: a dict from consequence to status."""
        lines = "".join(json.dumps(profile) + "\n" for profile in profiles)
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write(lines)
            file.flush()
            done = self.run("eval", rules, file.name, "--on", ON, "--format", "jsonl")
        documents = [json.loads(line) for line in done.stdout.splitlines()]
        return [{it["consequence"]: it["status"] for it in document["outcomes"]} for document in documents]


class Table:
    """Random rows; the types of the columns of numbers vary."""

    def __init__(self, seed, rows):
        choose = random.Random(seed)
        # Doubles hold what is not finite, decimals hold fractions exactly, integers neither.
        self.types = {"w0": choose.choice(["INTEGER", "BIGINT", "DECIMAL(20, 4)", "DOUBLE"]),
                      "n0": choose.choice(["INTEGER", "DECIMAL(20, 4)", "DECIMAL(38, 10)", "DOUBLE"])}
        self.rows = [self.row(choose) for _ in range(rows)]

    def row(self, choose):
        row = {fact: None if choose.random() < 1 / 3 else self.value(fact, choose) for fact in FACTS}
        row["weight"] = choose.choice([Decimal(n) / 4 for n in range(0, 12)])
        if choose.random() < 0.02:
            row["weight"] = choose.choice([None, Decimal("-0.25"), Decimal("1000000000000")])
        return row

    def value(self, fact, choose):
        wrong = choose.random() < 0.03
        if fact in YES_NO:
            return choose.random() < 0.5
        if fact in LIST:
            return choose.choice(["", "VA", "va ", "it's", "\\", "!", "vd"]) if wrong else choose.choice(ITEMS)
        if fact in DATE:
            if wrong:
                return "infinity"
            near = datetime.date(2000, 2, 29) + datetime.timedelta(days=choose.randrange(-4, 4))
            return choose.choice([near, near, near, datetime.date(1, 1, 1), datetime.date(9999, 12, 31)])
        kind = self.types[fact]
        whole = kind in ("INTEGER", "BIGINT")
        if fact == "w0":
            good = [0, 1, 2, 3]
            bad = [-1, 4, 2000000000] + ([] if whole else [Decimal("1.5"), Decimal("-0.5")])
        else:
            good = [-1, 0, 1, 2, 7, -1000] + ([] if whole else [Decimal(n) / 4 for n in (3, 4, 5, 6, 7)])
            good += ["1.4999", "1.5001", "0.9999", "1.0001"] if not whole else []
            bad = ["1e30", "-1e30"] if kind == "DOUBLE" else []
        if kind == "DOUBLE":
            bad += ["NaN", "Infinity", "-Infinity"]
        return choose.choice(bad if wrong and bad else good)


def is_right(fact, value):
    """Whether a value is one of its fact's type; written down apart from the program."""
    if value is None or fact in YES_NO:
        return True
    if fact in LIST:
        return value in ITEMS
    if fact in DATE:
        return value != "infinity"
    number = float(value)
    if fact == "w0":
        return number in (0, 1, 2, 3)
    return abs(number) < 1e28


def is_sound(row, read, weighted):
    weight = row["weight"]
    right = all(is_right(fact, row[fact]) for fact in read)
    return right and (not weighted or weight is not None and 0 <= weight < 10**12)


def profile(row):
    """As JSON. Wrong values are in facts that are not read."""
    values = {}
    for fact in FACTS:
        value = row[fact]
        if value is None or not is_right(fact, value):
            continue
        if fact in ("w0", "n0"):
            value = float(value)
            value = int(value) if value == int(value) else value
        values[fact] = value.isoformat() if isinstance(value, datetime.date) else value
    return values


def expected(ensue, rules, table, read, weighted, by):
    """Counts of rows and sums of weights by (consequence, values of `by`, status), and how many rows are
    rejected. Facts that make no difference are not among `read`, and what is wrong in them is not seen."""
    rows, weights = Counter(), Counter()
    sound = [row for row in table.rows if is_sound(row, read, weighted)]
    distinct = {json.dumps(profile(row), sort_keys=True): profile(row) for row in sound}
    decided = dict(zip(distinct, ensue.statuses(rules, distinct.values())))
    for row in sound:
        group = tuple(shown(row[fact]) for fact in by)
        for consequence, status in decided[json.dumps(profile(row), sort_keys=True)].items():
            rows[consequence, group, status] += 1
            weights[consequence, group, status] += row["weight"] if weighted else 0
    return rows, weights, len(table.rows) - len(sound)


def shown(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def from_tally(answer, by, weighted):
    rows, weights, rejected = Counter(), Counter(), 0
    for row in answer:
        if row["consequence"] == "!":
            rejected += int(row["rows"])
            continue
        group = tuple(row[fact] for fact in by)
        for status in STATUSES:
            if int(row[status]):
                rows[row["consequence"], group, status] = int(row[status])
            if weighted and Decimal(row["weight_" + status]):
                weights[row["consequence"], group, status] = Decimal(row["weight_" + status])
        assert int(row["rows"]) == sum(int(row[status]) for status in STATUSES)
    return rows, weights, rejected


def from_reduction(ensue, rules, answer, by, weighted):
    """Decides each combination by `ensue eval`, which reads a representative value as any other."""
    rows, weights, rejected = Counter(), Counter(), 0
    sound = []
    for row in answer:
        # A list whose items are told apart says so.
        row = {name.removesuffix(":item"): value for name, value in row.items()}
        facts = {fact: row[fact] for fact in FACTS if row.get(fact) is not None}
        if "!" in facts.values() or weighted and row["weight"] is None:
            rejected += int(row["rows"])
        else:
            for fact in ("w0", "n0"):
                if fact in facts:
                    facts[fact] = float(facts[fact])
            sound.append((facts, row))
    for (_, row), statuses in zip(sound, ensue.statuses(rules, [facts for facts, _ in sound])):
        group = tuple(row[fact] for fact in by)
        for consequence, status in statuses.items():
            rows[consequence, group, status] += int(row["rows"])
            if weighted:
                weights[consequence, group, status] += Decimal(row["weight"])
    return rows, weights, rejected


def from_reduced(ensue, rules, answer, by, weighted):
    """The same by `ensue tally --reduced`."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file:
        names = list(answer[0]) if answer else ["rows"]
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in answer)
        file.flush()
        # Exit code 1 says that rows were rejected.
        options = ["--reduced", "--on", ON, "--min-cell", "1", "--max-rejects", "1000000", "--format", "json"]
        options += ["--weight", "weight"] if weighted else []
        options += [part for fact in by for part in ("--by", fact)]
        done = ensue.run("tally", rules, file.name, *options, may_fail=True)
        if done.returncode > 1:
            raise SystemExit(f"ensue tally {rules} --reduced: {done.stderr}")
    document = json.loads(done.stdout)
    rows, weights = Counter(), Counter()
    for group in document.get("groups", [document]):
        values = tuple(shown(group["by"][fact]) for fact in by)
        for outcome in group["outcomes"]:
            for status in STATUSES:
                key = outcome["consequence"], values, status
                if outcome[status]:
                    rows[key] = outcome[status]
                if weighted:
                    weights[key] = Decimal(outcome["weighted"][status])
    return rows, weights, document["rejected"]


def compare(what, found, wanted):
    if found != wanted:
        counts = {key: (found[key], wanted[key]) for key in {*found, *wanted} if found[key] != wanted[key]}
        raise SystemExit(f"{what}: found and wanted differ: {counts}")


def check(ensue, engine, policies, rows):
    """Compares both statements for each policy. `engine` has `dialect`, `load(name, table)`, which makes a
    table with the column [`W0`] for w0, and `query(sql)`, which gives rows as dicts of texts (NULL as None).
    Returns how many statements were run."""
    statements, reduced = 0, ensue.has_tally()
    for number, rules in enumerate(policies):
        table, name = Table(number, rows), f"t{number} \"'`"
        engine.load(name, table)
        for weighted, by in [(True, []), (False, ["b1", "l0"])]:
            arguments = ["--table", quoted(name), "--dialect", engine.dialect, "--on", ON, "--map", f"w0={W0}"]
            arguments += [part for fact in by for part in ("--by", fact)]
            arguments += ["--weight", "weight"] if weighted else []
            reduction, tally = (
                engine.query(ensue.run("sql", rules, form, *arguments).stdout) for form in ("--reduce", "--tally")
            )
            read = [fact for fact in FACTS if fact in reduction[0] or f"{fact}:item" in reduction[0]]
            wanted = expected(ensue, rules, table, read, weighted, by)
            answers = {
                "reduction": from_reduction(ensue, rules, reduction, by, weighted),
                "tally query": from_tally(tally, by, weighted),
            }
            if reduced:
                answers["ensue tally --reduced"] = from_reduced(ensue, rules, reduction, by, weighted)
            for form, (rows_found, weights_found, rejected) in answers.items():
                what = f"{engine.dialect}, {rules}, {form}, by {by}"
                compare(what, rows_found, wanted[0])
                if weighted:
                    compare(what, weights_found, wanted[1])
                if rejected != wanted[2]:
                    raise SystemExit(f"{what}: {rejected} rows rejected, and not {wanted[2]}")
            statements += 2
    return statements


class States:
    """All states of knowledge that a folder lists, each with a weight: what weights add up to tells which states were
    counted."""

    types = {"w0": "INTEGER", "n0": "DECIMAL(20, 4)"}

    def __init__(self, folder):
        choose = random.Random(0)
        profiles = [json.loads(line) for line in (folder / "profiles.jsonl").read_text().splitlines()]
        # Of all together less than a row may weigh, since the reduction adds them up.
        most = 10**12 // len(profiles)
        self.rows = [{fact: it.get(fact) for fact in FACTS} | {"weight": choose.randrange(most)} for it in profiles]


def check_million(ensue, engine, folder):
    """Compares what both statements say of every state with the truth, for each of the folder's policies. Returns how
    many pairs of a policy and a state these are."""
    states, name, pairs = States(folder), folder.name, 0
    engine.load(name, states)
    arguments = ["--table", name, "--dialect", engine.dialect, "--on", ON, "--map", f"w0={W0}", "--weight", "weight"]
    for rules in sorted(folder.glob("*.ensue")):
        rows, weights = Counter(), Counter()
        for line in rules.with_suffix(".truth").read_text().splitlines():
            consequence, digits = line.split()
            assert len(digits) == len(states.rows)
            for digit, row in zip(digits, states.rows):
                key = consequence, (), ALONE.get(digit, "undetermined")
                rows[key] += 1
                weights[key] += row["weight"]
        reduction, tally = (
            engine.query(ensue.run("sql", rules, form, *arguments).stdout) for form in ("--reduce", "--tally")
        )
        answers = {
            "tally query": from_tally(tally, [], True),
            "reduction": from_reduced(ensue, rules, reduction, [], True),
        }
        for form, found in answers.items():
            what = f"{engine.dialect}, {rules}, {form}"
            compare(what, found[0], rows)
            compare(what, found[1], weights)
            if found[2]:
                raise SystemExit(f"{what}: {found[2]} rows rejected")
        pairs += len(states.rows)
    return pairs


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def write_csv(table, file):
    """Every value quoted, so that an empty text is not what is not known."""
    text = lambda value: "" if value is None else '"' + str(value).replace('"', '""') + '"'
    for row in table.rows:
        file.write(",".join(text(row[column]) for column in [*FACTS, "weight"]) + "\n")
