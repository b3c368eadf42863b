"""What is as large as its limit is read, and what is larger by one is refused with the limit and its option.

The same rule files are given to the program, as it is delivered, and with `-- COMMAND` to another
implementation, such as the engine of pages: `python3 tests/trust/limits.py -- node web/test/limits.mjs`. It
reads a line of JSON for each case, `{"files": […]}` with the root first, and answers with one:
`{"code": …, "says": …}` for the first mistake, with its message and help, or `{"outcomes": …}`.
"""

import gzip
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from commands import PROGRAM, ROOT, Report, there

HEAD = 'fact a "A" : yes or no\nfact b "B" : yes or no\nconsequence c "C"\n'
RULE = 'rule r "R" when a then c\n'
LINE = re.compile(r"^\| `([a-z-]+)` \| ([0-9,]+) \| ")


def limits():
    """The limits that the language reference lists, by name."""
    found = map(LINE.match, (ROOT / "docs/language.md").read_text().splitlines())
    return {it[1]: int(it[2].replace(",", "")) for it in found if it}


def nested(before, after):
    return lambda most: {"0.ensue": HEAD + f'rule r "R" when {before * most}a{after * most} then c\n'}


def filled(most):
    return {"0.ensue": HEAD + RULE + "\n" * (most - len(HEAD) - len(RULE))}


def long_line(most):
    return {"0.ensue": HEAD + RULE + "# " + "x" * (most - 2) + "\n"}


def many_declarations(most):
    return {"0.ensue": HEAD + "".join(f'consequence k{i} "K"\n' for i in range(most - 4)) + RULE}


def many_rules(most):
    return {"0.ensue": HEAD + "".join(f'rule r{i} "R" when a then c\n' for i in range(most))}


def many_terms(most):
    lines = "a or\nb or\n" * (most // 2 - 1) + "a or\n" * (most % 2)
    return {"0.ensue": HEAD + f'define d "D" as {lines}a\nrule r "R" when d then c\n'}


def many_files(most):
    files = {f"{i}.ensue": f'fact f{i} "F" : yes or no\n' for i in range(1, most)}
    return {"0.ensue": "".join(f'import "{name}"\n' for name in files) + HEAD + RULE, **files}


# Each limit of what is read, the code of what passes it, and files that are as large as a number says.
READ = [
    ("file-bytes", "file-too-large", filled),
    ("line-bytes", "line-too-long", long_line),
    ("nesting", "nesting-too-deep", nested("(", ")")),
    ("nesting", "nesting-too-deep", nested("not ", "")),
    ("declarations", "policy-too-large", many_declarations),
    ("rules", "policy-too-large", many_rules),
    ("terms", "policy-too-large", many_terms),
    ("files", "policy-too-large", many_files),
]


@dataclass
class Policies:
    """Makes rule files in a folder, which the next ones replace."""

    folder: Path

    def write(self, files):
        for old in self.folder.glob("*.ensue"):
            old.unlink()
        for name, text in files.items():
            (self.folder / name).write_text(text)
        return [self.folder / name for name in files]


def program(*arguments):
    done = subprocess.run([PROGRAM, *arguments, "--color", "never"], capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout, " ".join(done.stderr.split())


def evaluated(path, *options):
    """The code of the first mistake, or None; and what was said."""
    code, out, said = program("eval", path, "--format", "json", *options)
    found = re.search(r"error\[([a-z-]+)\]", said)
    # A crash, or what cannot be read, is no answer.
    answer = found[1] if found else f"exit code {code}: {said[:200]}"
    return answer if code else None, out, said


def tells(said, name, most):
    """Whether a message names the limit and the option that raises it."""
    return f"`--limit {name}={2 * most}`" in said and str(most) in said


def reading(report, policies):
    for name, code, files in READ:
        most = limits()[name]
        faults = []
        for number, wanted in [(most, None), (most + 1, code)]:
            found, _, said = evaluated(policies.write(files(number))[0])
            if found != wanted:
                faults.append(f"{number}: {found}, where {wanted} is right")
            if wanted and not tells(said, name, most):
                faults.append(f"{number}: the message does not tell the limit and its option: {said}")
        raised, _, said = evaluated(policies.folder / "0.ensue", "--limit", f"{name}={most + 1}")
        if raised:
            faults.append(f"the option did not raise it: {said}")
        report.check(f"`{name}`: {most} are read, and one more with its option alone", faults, 3, "cases")


def pairs(count):
    """Pairs of facts, and the same pairs in another order, denied: only a look at very many completions settles it."""
    facts = "".join(f'fact {side}{i} "F" : yes or no\n' for side in "xy" for i in range(count))
    one = " or ".join(f"(x{i} and y{i})" for i in range(count))
    other = " or ".join(f"(y{i} and x{i})" for i in reversed(range(count)))
    return {"0.ensue": f'{facts}consequence c "C"\nrule r "R" when ({one}) and not ({other}) then c\n'}


def hard(steps):
    return ["--limit", "compile-steps=0", "--limit", f"search-steps={steps}"]


def steps(report, policies):
    path = policies.write(pairs(8))[0]

    def is_exact(most):
        outcome = json.loads(program("eval", path, "--format", "json", *hard(most))[1])["outcomes"][0]
        return "not_searched_further" not in outcome

    less, enough = 0, 1 << 40
    faults = [] if is_exact(enough) and not is_exact(less) else ["no number of steps makes the difference"]
    while not faults and enough - less > 1:
        middle = (less + enough) // 2
        less, enough = (less, middle) if is_exact(middle) else (middle, enough)
    if not faults and not (is_exact(enough) and is_exact(enough + 1) and not is_exact(enough - 1)):
        faults.append(f"{enough} steps are enough, or are not")
    _, out, _ = program("eval", path, *hard(enough - 1))
    if f"`--limit search-steps={2 * (enough - 1)}` allows more" not in " ".join(out.split()):
        faults.append(f"the option is not told: {out}")
    report.check("`search-steps`: exact with enough of them, and said not to be with one less", faults, 1, "policies")


def tables(report, folder):
    rules = folder / "0.ensue"
    rules.write_text(HEAD + RULE)
    most = limits()["row-bytes"]
    faults = []
    for name, head, row in [("t.csv", "a,note\n", "yes,{}\n"), ("t.jsonl", "", '{{"a": true, "note": "{}"}}\n')]:
        for more, rejected in [(0, 0), (1, 1)]:
            fill = "x" * (most - len(row.format("")) + more)
            (folder / name).write_text(head + row.format("") + row.format(fill))
            done = ["tally", rules, folder / name, "--missing-as-unknown", "--format", "json"]
            code, out, said = program(*done)
            if json.loads(out)["rejected"] != rejected or (rejected and f"`--limit row-bytes={2 * most}`" not in said):
                faults.append(f"{name}, {more} more: {out} {said}")
        if json.loads(program(*done, "--limit", f"row-bytes={most + 1}")[1])["rejected"]:
            faults.append(f"{name}: the option did not raise it")
    report.check("`row-bytes`: a row of so many is counted, and one more with its option alone", faults, 6, "tables")

    # More than the length from which on it is looked at; a row of 7 bytes packs to about a thousandth.
    text = b"a\n" + b"yes   \n" * (39 << 20)
    packed = gzip.compress(text, 9)
    (folder / "t.csv.gz").write_bytes(packed)
    # What it unpacks to is no whole number of times as much.
    times = len(text) // len(packed)
    faults = []
    for limit, wanted in [(times + 1, 0), (times, 2)]:
        code, _, said = program("tally", rules, folder / "t.csv.gz", "--missing-as-unknown", "--limit", f"expansion={limit}")
        if code != wanted or (wanted and f"`--limit expansion={2 * limit}`" not in said):
            faults.append(f"{times} times, limit {limit}: {code} {said}")
    report.check("`expansion`: what unpacks to so many times its size is counted, what unpacks to more is given up", faults, 2, "tables")


def another(report, policies, command):
    """Asks another implementation what it makes of the same files."""
    for name, code, files in READ:
        most = limits()[name]
        faults = []
        for number, wanted in [(most, None), (most + 1, code)]:
            paths = policies.write(files(number))
            answer = ask(command, paths)
            if answer.get("code") != wanted or (not wanted and not answer.get("outcomes")):
                faults.append(f"{number}: {answer}, where {wanted} is right")
            if wanted and not tells(answer.get("says", ""), name, most):
                faults.append(f"{number}: the message does not tell the limit and its option: {answer}")
        report.check(f"`{name}`: {most} are read, and no more", faults, 2, "cases")
    # What is searched is the same: with as many facts as can be decided within the limits, and with two more.
    def outcomes(count):
        return json.loads(program("eval", policies.write(pairs(count))[0], "--format", "json")[1])["outcomes"]

    most = next((count for count in range(1, 40) if "not_searched_further" in outcomes(count + 1)[0]), None)
    report.check("pairs of facts can be so many that they are not searched", [] if most else ["they cannot"])
    for count in [2, most, most + 1] if most else []:
        mine, theirs = outcomes(count), ask(command, policies.write(pairs(count))).get("outcomes")
        faults = [] if mine == theirs else [f"{mine} and {theirs}"]
        report.check(f"{count} pairs of facts: the same outcome", faults, 1, "policies")


def ask(command, paths):
    request = json.dumps({"files": [str(path) for path in paths]}) + "\n"
    done = subprocess.run(command, input=request, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode or not done.stdout:
        return {"code": f"exit code {done.returncode}: {done.stderr[-300:]}"}
    return json.loads(done.stdout)


def main():
    there()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        policies = Policies(Path(folder))
        if "--" in sys.argv:
            another(report, policies, sys.argv[sys.argv.index("--") + 1 :])
        else:
            reading(report, policies)
            steps(report, policies)
            tables(report, Path(folder))
    report.end()


if __name__ == "__main__":
    main()
