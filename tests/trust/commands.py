"""The command lines on which the other scripts check promises, and what they share.

Run alone, it runs each command once and says whether its exit code is the expected one.
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(os.environ.get("ENSUE_ROOT") or Path(__file__).resolve().parents[2])
PROGRAM = Path(os.environ.get("ENSUE") or ROOT / "target" / "release" / "ensue").resolve()

# What is copied into each fresh project.
COPIED = ["rules", "seeds", "tests/profiles", "tests/tables", "docs/tutorial.ensue", "docs/tutorial.json"]

# Facts of every kind.
KINDS = """\
policy kinds "Who is called up"
  as of 2025-03-01

fact born "Day of birth" : date
fact children "Children" : whole number from 0 to 20
fact height "Height in metres" : number
fact registered "Is registered" : yes or no

fact reason "Why the person is away" : one of
    study "Studies",
    trade "Trades"

consequence called "Is called up" harm
consequence fined "Pays a fine" harm

rule called "Adults with fewer than three children are called up"
  when registered and years since born >= 18 and children < 3
  then called

rule fined "Whoever trades pays a fine"
  when reason is trade and height > 1.5
  then fined
"""

# Not in the canonical layout.
UNLAID = """\
policy   unlaid   "Cards"
  as of 2025-02-03
fact card    "Holds a card":yes or no
consequence   fined "Is fined"   harm
rule fined "Those without a card are fined"
     when not card
 then fined
"""

# One scenario stands twice.
TWICE = """\
policy twice "Cards"
  as of 2025-02-03

source nurses "Two nurses"

claim fined_without
  by nurses
  "Whoever has no card is fined."

fact card "Holds a card" : yes or no

consequence fined "Is fined" harm

rule fined "Those without a card are fined"
  per fined_without
  when not card
  then fined

scenario "without a card"
  given card no
  expect follows fined

scenario "once more without a card"
  given card no
  expect follows fined
"""

BROKEN = """\
policy broken "Cards"
  as of 2025-02-03

fact card "Holds a card" : yes or no

consequence fined "Is fined" harm

rule fined "Those without a card are fined"
  when not crad
  then fined
"""

WRITTEN = {
    "rules/kinds.ensue": KINDS,
    "rules/unlaid.ensue": UNLAID,
    "rules/twice.ensue": TWICE,
    "rules/broken.ensue": BROKEN,
    "tests/profiles/wrong.json": '{"ukrainian": 7, "residence": "nowhere"}\n',
    "tests/profiles/kinds.json": '{"born": "1990-05-01", "children": 1, "registered": true}\n',
    "there.html": "an older document\n",
}

PASSPORTS = ("rules/passports.ensue", "seeds/article-2025-03-07.ensue")
KHERSON = "tests/profiles/kherson.json"
TUTORIAL = "docs/tutorial.ensue"
HOUSEHOLDS = "tests/tables/households.csv"


def messages(*bodies):
    """Messages of the Language Server Protocol, one after another."""
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in map(str.encode, bodies))


EDITOR = messages(
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}',
    '{"jsonrpc":"2.0","method":"initialized","params":{}}',
    '{"jsonrpc":"2.0","id":2,"method":"shutdown"}',
    '{"jsonrpc":"2.0","method":"exit"}',
)

ANSWERS = b"yes\nkherson\nyes\nno\nyes\n"


@dataclass(frozen=True)
class Command:
    """A command line, run in a fresh project."""

    line: str
    # The files that it may read, and those that it may write: all else is forbidden.
    reads: tuple = ()
    writes: tuple = ()
    code: int = 0
    stdin: bytes | None = None

    @property
    def arguments(self):
        return self.line.split()

    @property
    def verb(self):
        return self.arguments[0]

    def __str__(self):
        return "ensue " + self.line + (" < …" if self.stdin is not None else "")


P = "rules/passports.ensue"
CSV = (ROOT / HOUSEHOLDS).read_bytes() if (ROOT / HOUSEHOLDS).exists() else b""
PROFILE = b'{"ukrainian": true, "residence": "kherson", "under_occupation": true, "russian_passport": false}\n'

COMMANDS = [
    Command("--help"),
    Command("--version"),
    Command("help tally"),
    Command("eval --help"),
    Command(f"eval {P} {KHERSON}", (*PASSPORTS, KHERSON)),
    Command(f"eval {P} {KHERSON} --verbose --format markdown", (*PASSPORTS, KHERSON)),
    Command(f"eval {P} {KHERSON} --set owns_property=null --format json", (*PASSPORTS, KHERSON)),
    Command(f"eval {P} tests/profiles/several.jsonl --format jsonl", (*PASSPORTS, "tests/profiles/several.jsonl")),
    Command(f"eval {P} -", PASSPORTS, stdin=PROFILE),
    Command(f"eval {P} - --format json", PASSPORTS, stdin=PROFILE),
    Command(f"eval {P} --schema", PASSPORTS),
    Command("eval rules/kinds.ensue tests/profiles/kinds.json --color always",
            ("rules/kinds.ensue", "tests/profiles/kinds.json")),
    Command(f"why {P} {KHERSON} no_healthcare", (*PASSPORTS, KHERSON)),
    Command(f"why {P} {KHERSON} no_healthcare --format json", (*PASSPORTS, KHERSON)),
    Command(f"why {P} - no_healthcare --format markdown", PASSPORTS, stdin=PROFILE),
    Command(f"compare {P} {KHERSON}", (*PASSPORTS, KHERSON)),
    Command(f"compare {P} --vary residence --format json", PASSPORTS),
    Command("compare docs/tutorial.ensue docs/tutorial.json --over 2020-01-01..2030-12-31 --set birth_date=2007-02-03",
            (TUTORIAL, "docs/tutorial.json")),
    Command(f"compare {P} --according-to uk_mod --according-to moscow_times --format markdown", PASSPORTS),
    Command(f"change {P} {KHERSON} no_healthcare", (*PASSPORTS, KHERSON)),
    Command(f"change {P} {KHERSON} no_healthcare --format json", (*PASSPORTS, KHERSON)),
    Command(f"ask {P}", PASSPORTS, stdin=ANSWERS),
    Command(f"ask {P} --save answers.json", PASSPORTS, ("answers.json",), stdin=ANSWERS),
    Command(f"ask {P} - --format json", PASSPORTS, stdin=PROFILE),
    Command(f"check {P} {TUTORIAL} --verbose", (*PASSPORTS, TUTORIAL)),
    Command("check rules/broken.ensue rules/unlaid.ensue", ("rules/broken.ensue", "rules/unlaid.ensue"), code=1),
    Command("check rules/kinds.ensue --select all --format json", ("rules/kinds.ensue",), code=1),
    Command("check rules/kinds.ensue --format sarif", ("rules/kinds.ensue",), code=1),
    Command("check rules/broken.ensue --format short", ("rules/broken.ensue",), code=1),
    Command("check rules/broken.ensue --format github", ("rules/broken.ensue",), code=1),
    Command("check rules/twice.ensue --fix", ("rules/twice.ensue",), ("rules/twice.ensue",)),
    Command(f"test {P}", PASSPORTS),
    Command(f"test {TUTORIAL} --format junit", (TUTORIAL,)),
    Command(f"test {TUTORIAL} --coverage --fail-under 90", (TUTORIAL,), code=1),
    Command(f"test {TUTORIAL} --coverage --format json", (TUTORIAL,)),
    Command(f"test {TUTORIAL} --coverage --write docs/tutorial.ensue", (TUTORIAL,), (TUTORIAL,)),
    Command(f"diff {TUTORIAL} --on 2024-01-01 --on 2030-01-01", (TUTORIAL,), code=1),
    Command("diff rules/twice.ensue rules/unlaid.ensue --format json", ("rules/twice.ensue", "rules/unlaid.ensue")),
    Command(f"claims {P}", PASSPORTS),
    Command(f"claims {P} --format csv", PASSPORTS),
    Command(f"claims {P} --format markdown", PASSPORTS),
    Command(f"graph {P} {KHERSON}", (*PASSPORTS, KHERSON)),
    Command(f"graph {P} --of no_healthcare --format dot", PASSPORTS),
    Command(f"graph {TUTORIAL} --set card=yes --format mermaid", (TUTORIAL,)),
    Command(f"report {P} {KHERSON}", (*PASSPORTS, KHERSON)),
    Command(f"report {P} {KHERSON} --format html --out report.html", (*PASSPORTS, KHERSON), ("report.html",)),
    Command(f"report {P} {KHERSON} --format html --out there.html --force", (*PASSPORTS, KHERSON), ("there.html",)),
    Command(f"report {P} --format csl-json", PASSPORTS),
    Command(f"page {P} --out page.html", PASSPORTS, ("page.html",)),
    Command(f"page {P}", PASSPORTS),
    Command(f"tally {P} {HOUSEHOLDS}", (*PASSPORTS, HOUSEHOLDS)),
    Command(f"tally {P} {HOUSEHOLDS} --by residence --weight weight --threads 2 --format json", (*PASSPORTS, HOUSEHOLDS)),
    Command(f"tally {P} {HOUSEHOLDS} --compare passport --format markdown --out tally.md", (*PASSPORTS, HOUSEHOLDS), ("tally.md",)),
    Command(f"tally {P} {HOUSEHOLDS} --profiles --min-cell 1", (*PASSPORTS, HOUSEHOLDS)),
    Command(f"tally {P} tests/tables/combinations.csv --reduced --format csv", (*PASSPORTS, "tests/tables/combinations.csv")),
    Command(f"tally {P} -", PASSPORTS, stdin=CSV),
    Command(f"tally {P} tests/tables/broken.csv --threads 1 --format csv --rejects rejects.txt --chart tally.svg --out tally.csv",
            (*PASSPORTS, "tests/tables/broken.csv"), ("rejects.txt", "tally.svg", "tally.csv"), code=1),
    Command(f"tally {P} tests/tables/broken.csv --threads 1 --max-rejects 0 --rejects rejects.txt --out tally.csv",
            (*PASSPORTS, "tests/tables/broken.csv"), ("rejects.txt",), code=2),
    Command(f"tally {P} tests/tables/named.csv", (*PASSPORTS, "tests/tables/named.csv"), code=2),
    Command(f"tally {P} tests/tables/headless.csv", (*PASSPORTS, "tests/tables/headless.csv"), code=2),
    Command(f"tally {P} --schema", PASSPORTS),
    Command(f"sql {P} --table survey --dialect duckdb", PASSPORTS),
    Command(f"sql {P} --table survey --dialect postgresql --tally", PASSPORTS),
    Command(f"sql {P} --table survey --dialect spark --by residence --out count.sql", PASSPORTS, ("count.sql",)),
    Command("fmt rules/unlaid.ensue --verbose", ("rules/unlaid.ensue",), ("rules/unlaid.ensue",)),
    Command("fmt rules/unlaid.ensue --check", ("rules/unlaid.ensue",), code=1),
    Command("fmt rules/unlaid.ensue --diff", ("rules/unlaid.ensue",), code=1),
    Command("fmt -", stdin=UNLAID.encode()),
    Command("new my-valley", (), ("my-valley",)),
    Command(f"new --population 40 --weights {P}", PASSPORTS),
    Command("new --population 3000 --seed 7 --out people.csv rules/kinds.ensue", ("rules/kinds.ensue",), ("people.csv",)),
    Command("explain"),
    Command("explain never_applies"),
    Command("completions bash"),
    Command("manual pages", (), ("pages",)),
    Command("lsp", stdin=EDITOR),
    # What fails.
    Command("eval rules/nowhere.ensue", ("rules/nowhere.ensue",), code=2),
    Command(f"eval {P} tests/profiles/nobody.json", (*PASSPORTS, "tests/profiles/nobody.json"), code=2),
    Command(f"eval {P} tests/profiles/wrong.json", (*PASSPORTS, "tests/profiles/wrong.json"), code=2),
    Command(f"eval {P} --set residence=nowhere", PASSPORTS, code=2),
    Command(f"eval {P} -", PASSPORTS, code=2, stdin=b'{"ukrainian": '),
    Command("eval rules/broken.ensue", ("rules/broken.ensue",), code=2),
    Command(f"why {P} no_such_consequence", PASSPORTS, code=2),
    Command(f"report {P} --out there.html", PASSPORTS, code=2),
    Command(f"eval {P} --frobnicate", (), code=2),
    Command("frobnicate", (), code=2),
]


@dataclass
class Run:
    """What a command did."""

    code: int
    stdout: bytes
    stderr: bytes


class Place:
    """A fresh project, and empty folders beside it where a program could leave something."""

    WATCHED = {
        "HOME": "home",
        "TMPDIR": "tmp",
        "XDG_CACHE_HOME": "cache",
        "XDG_CONFIG_HOME": "config",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "XDG_RUNTIME_DIR": "runtime",
    }

    def __init__(self, project="project"):
        self.temporary = tempfile.TemporaryDirectory(prefix="ensue-trust-")
        base = Path(self.temporary.name).resolve()
        base.chmod(0o755)
        self.watched = base / "watched"
        self.log = base / "log"
        self.log.mkdir()
        self.project = self.watched / project
        self.project.mkdir(parents=True)
        self.env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        for name, folder in self.WATCHED.items():
            (self.watched / folder).mkdir()
            self.env[name] = str(self.watched / folder)
        for name in COPIED:
            source, target = ROOT / name, self.project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)
        for name, text in WRITTEN.items():
            (self.project / name).write_text(text, encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def run(self, command, before=(), env=None, program=None, timeout=100):
        return self.start([*before, str(program or PROGRAM), *command.arguments], command.stdin, env, timeout)

    def start(self, line, stdin=None, env=None, timeout=100, **more):
        """Runs a whole command line in the project. A variable of the environment that is None is left out."""
        env = {name: value for name, value in {**self.env, **(env or {})}.items() if value is not None}
        given = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        ended = subprocess.run(line, cwd=self.project, env=env, capture_output=True, timeout=timeout,
                               umask=0o022, **given, **more)
        return Run(ended.returncode, ended.stdout, ended.stderr)

    def snapshot(self, folder=None):
        """Everything in the watched folders: what it is, and what it holds."""
        folder = folder or self.watched
        return {str(path.relative_to(folder)): entry(path) for path in sorted(folder.rglob("*"))}


def entry(path):
    """What stands under a name."""
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return ("link", os.readlink(path))
    if stat.S_ISREG(found.st_mode):
        return ("file", stat.S_IMODE(found.st_mode), path.read_bytes())
    return ("folder" if stat.S_ISDIR(found.st_mode) else "other", stat.S_IMODE(found.st_mode))


def tree(path):
    """What stands under a name, with all below it; None where there is nothing."""
    if not os.path.lexists(path):
        return None
    below = {str(it.relative_to(path)): entry(it) for it in path.rglob("*")} if path.is_dir() else {}
    return (entry(path), below)


def outputs(place, command):
    return {name: tree(place.project / name) for name in command.writes}


def verbs(program=None):
    """The verbs that the program has, by its own help."""
    text = subprocess.run([str(program or PROGRAM), "--help"], capture_output=True, text=True, check=False).stdout
    lines = text.partition("Commands:")[2].partition("Options:")[0].splitlines()
    return [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("   ")]


def usable(report):
    """The commands that this build has. Those that it does not have are named."""
    there()
    known, kept = verbs(), []
    with Place() as place:
        engine = place.start([str(PROGRAM), "page", P]).stderr
    for command in COMMANDS:
        verb = command.verb
        if verb in ("lsp", "page") and verb not in known:
            report.skip(f"{command}: this build has no `{verb}`")
        elif verb == "page" and b"built without" in engine:
            report.skip(f"{command}: this build has no engine of pages")
        else:
            kept.append(command)
    return kept


class Report:
    """One line for each promise, and what differs below it."""

    def __init__(self):
        self.kept = self.broken = self.skipped = 0

    def check(self, promise, faults, count=None, unit="commands"):
        told = f"{promise} ({count} {unit})" if count is not None else promise
        print(f"{'BROKEN' if faults else 'kept'}: {told}")
        for fault in faults:
            print(textwrap.indent(fault, "    "))
        self.broken += bool(faults)
        self.kept += not faults
        sys.stdout.flush()
        return not faults

    def skip(self, what):
        print(f"skipped: {what}")
        self.skipped += 1

    def end(self):
        print(f"{self.kept} promises kept, {self.broken} broken, {self.skipped} skipped.")
        sys.exit(1 if self.broken else 3 if self.skipped else 0)


def there():
    """Ends the script where there is no program, or no project."""
    if not PROGRAM.is_file():
        sys.exit(f"there is no program `{PROGRAM}`: build it, or name it in ENSUE")
    if not (ROOT / "rules").is_dir():
        sys.exit(f"there are no rules in `{ROOT}`")


def lacking(what):
    print(what, file=sys.stderr)
    sys.exit(3)


def need(*line):
    """Ends the script where a program that it needs does not work here."""
    try:
        ended = subprocess.run(line, capture_output=True, check=False)
    except FileNotFoundError:
        lacking(f"`{line[0]}` is not on this machine")
    if ended.returncode != 0:
        lacking(f"`{' '.join(line)}` does not work on this machine")


def works(*line):
    try:
        return subprocess.run(line, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def fake(folder, body):
    """A small program in the place of `ensue`, for the tests of the checks."""
    path = Path(folder) / "fake"
    path.write_text(f"#!{os.path.realpath(sys.executable)} -ISB\nimport os, sys\n{textwrap.dedent(body)}", encoding="utf-8")
    path.chmod(0o755)
    return path


def self_test(cases):
    """Runs a check against fake programs: `cases` holds (what it does, its text, what must be reported or None).

    Each case ends with a function from the program to a list of faults.
    """
    there()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="ensue-fake-") as folder:
        os.chmod(folder, 0o755)
        for does, body, wanted, check in cases:
            faults = check(fake(folder, body))
            found = "\n".join(faults)
            good = not faults if wanted is None else wanted in found
            wrong += not good
            print(f"{'good' if good else 'WRONG'}: a program that {does} is {'reported' if faults else 'not reported'}")
            if not good:
                print(textwrap.indent(found or "nothing was reported", "    "))
    print(f"{len(cases) - wrong} of {len(cases)} fake programs are told as they are.")
    sys.exit(1 if wrong else 0)


def short(data, limit=300):
    text = data.decode("utf-8", "replace").strip()
    return text if len(text) <= limit else text[:limit] + " …"


def first_difference(one, other):
    """Where two texts begin to differ."""
    at = next((at for at, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"at byte {at}: {one[max(0, at - 20):at + 40]!r} and {other[max(0, at - 20):at + 40]!r}"


def code_faults(command, run):
    if run.code != command.code:
        return [f"{command}\nexit code {run.code} and not {command.code}: {short(run.stderr)}"]
    return []


def main():
    report = Report()
    commands, faults = usable(report), []
    for command in commands:
        with Place() as place:
            run = place.run(command)
            faults += code_faults(command, run)
            missing = [name for name, found in outputs(place, command).items() if found is None]
            faults += [f"{command}\n`{name}` was not written" for name in missing]
    report.check("each command ends as it is expected to", faults, len(commands))
    unused = sorted(set(verbs()) - {command.verb for command in commands} - {"help"})
    report.check("each verb has a command", [f"`{verb}` has none" for verb in unused])
    report.end()


if __name__ == "__main__":
    main()
