"""No value of a profile or of a table is told where it was not asked for.

Values that are easily recognised (canaries) are put into bad profiles and bad tables, which are
given by file, on standard input, by `--set`, in wrong places of the command line, and as answers.
Each command must refuse them, and the canaries must be nowhere: not on standard output or error,
also with backtraces, and in no file of the project, HOME, TMPDIR or the XDG folders.

Then the program is made to crash while it holds them: it gets too little memory. What a crash
tells, with backtraces, has no canary either. At last it is stopped by a signal while it reads, where
the system keeps a picture of a stopped program's memory (a core file): it should have none made.
"""

import fcntl
import gzip
import itertools
import json
import os
import resource
import signal
import struct
import subprocess
import sys
import termios
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commands import PROGRAM, Place, Report, Run, lacking, self_test, short, there

TEXT, NUMBER, DATE = "zq7canary0017x", "918273645546372819", "2741-13-77"
# What of them is looked for: also the beginning of one that is cut, and a number in another notation.
TRACES = [b"zq7can", b"canary0017", b"9182736", b"6372819", b"9.182736", b"2741-1", b"2741", b"z\0q\0007\0c"]
RULES = "rules/kinds.ensue"
FACTS = {"born": '"1990-05-01"', "children": "1", "height": "1.7", "registered": "true", "reason": '"study"'}
ENV = {"RUST_BACKTRACE": "full"}


def text(value):
    return json.dumps(value)


# Values that are none of any fact, as JSON.
VALUES = {
    "a text": text(TEXT),
    "a text with what only a terminal understands": text("\x1b[31m" + TEXT + "\x07"),
    "a text of two lines": text(TEXT + "\n" + TEXT),
    "a text with a null": text(TEXT + "\0"),
    "a long text": text(TEXT * 5000),
    "half of a surrogate pair": '"' + TEXT + '\\ud800"',
    "a number as a text": text("+" + NUMBER + " "),
    "a number that is too large": NUMBER + "e999999999",
    "a number with too many digits": NUMBER * 40 + "." + NUMBER,
    "a number that is not JSON's": "0" + NUMBER,
    "a number with a letter": NUMBER + "x",
    "a date that is none": text(DATE),
    "a date with a time": text("2741-12-11T00:00:00Z"),
    "a list": f"[{text(TEXT)}, {NUMBER}]",
    "an object": f'{{"{TEXT}": {text(TEXT)}}}',
    "a word": TEXT,
    "a text in single quotes": f"'{TEXT}'",
}
# Values that are none of some fact only.
SOME = {
    "children": {"out of its range": NUMBER, "negative": "-" + NUMBER, "not whole": "9.18273645546372819"},
    "registered": {"a number": NUMBER, "a date": text(DATE)},
    "reason": {"a number": NUMBER, "nearly a name": text("studi" + TEXT)},
    "born": {"a number": NUMBER, "the year alone": "2741", "a year that is too late": text("27411-01-01"), "a day that is none": text("2741-02-30")},
    "height": {"a list of numbers": f"[{NUMBER}]"},
}


def profile(**facts):
    return "{" + ", ".join(f'"{name}": {value}' for name, value in {**FACTS, **facts}.items()) + "}"


def profiles():
    """Bad profiles: what each is, and its bytes."""
    for fact in FACTS:
        for what, value in {**VALUES, **SOME[fact]}.items():
            yield f"`{fact}` is {what}", profile(**{fact: value}).encode()
    yield "all is wrong", profile(**{fact: text(TEXT) for fact in FACTS}).encode()
    yield "a fact that is none", profile(reasn=text(TEXT)).encode()
    yield "facts in a fact that is none", profile(facts=profile(reason=text(TEXT), children=NUMBER)).encode()
    yield "a fact twice", f'{{"reason": {text(TEXT)}, "reason": {text(TEXT)}}}'.encode()
    yield "a fact twice, once right", f'{{"reason": "study", "reason": {text(TEXT)}}}'.encode()
    whole = profile(reason=text(TEXT), born=text(DATE), children=NUMBER).encode()
    for at in range(1, len(whole), 7):
        yield f"cut after {at} bytes", whole[:at]
    yield "no JSON", TEXT.encode()
    yield "a text alone", text(TEXT).encode()
    yield "a number alone", NUMBER.encode()
    yield "a list", f"[{profile(reason=text(TEXT))}]".encode()
    yield "more behind it", (profile() + " " + TEXT).encode()
    yield "a comment", (profile() + f" // {TEXT}").encode()
    yield "YAML", f"reason: {TEXT}\nborn: {DATE}\nchildren: {NUMBER}\n".encode()
    yield "CSV", f"born,children,reason\n{DATE},{NUMBER},{TEXT}\n".encode()
    yield "words in place of keys", f"{{reason: {TEXT}}}".encode()
    yield "a value in the place of a key", f'{{{TEXT}: "reason"}}'.encode()
    yield "a value without a key", f'{{"{TEXT}"}}'.encode()
    yield "a bad escape", f'{{"reason": "\\{TEXT}"}}'.encode()
    yield "a raw line end in a text", f'{{"reason": "{TEXT}\n{TEXT}"}}'.encode()
    yield "no UTF-8", b'{"reason": "' + TEXT.encode() + b'\xff' + TEXT.encode() + b'"}'
    yield "no UTF-8 at the end", f'{{"reason": "{TEXT}"}}'.encode() + b"\xc3"
    yield "UTF-16", profile(reason=text(TEXT)).encode("utf-16")
    yield "a mark and no JSON", b"\xef\xbb\xbf" + TEXT.encode()
    yield "nulls", TEXT.encode() + b"\0" * 50
    yield "deep lists", (f'{{"reason": ' + "[" * 100_000 + text(TEXT)).encode()
    yield "deep objects", (f'{{"reason": ' + f'{{"{TEXT}":' * 10_000).encode()
    yield "a very long one", f'{{"reason": "{TEXT * 600_000}"}}'.encode()
    yield "two lines, one wrong", (profile() + "\n" + profile(reason=text(TEXT)) + "\n").encode()
    yield "two lines, one cut", (profile() + "\n" + profile(reason=text(TEXT))[:-9] + "\n").encode()


# How a bad profile is given: arguments with its place, and whether on standard input.
GIVEN = [
    ("eval", RULES, "{}"),
    ("eval", RULES, "-"),
    ("eval", RULES, "{}", "--format", "json", "--color", "always"),
    ("eval", RULES, "-", "--verbose", "--format", "jsonl"),
    ("why", RULES, "{}", "fined"),
    ("change", RULES, "-", "fined", "--format", "json"),
    ("compare", RULES, "{}", "--vary", "reason"),
    ("compare", RULES, "-", "--over", "2020-01-01..2026-01-01"),
    ("graph", RULES, "{}"),
    ("report", RULES, "{}", "--out", "report.html", "--format", "html"),
    ("report", RULES, "-"),
    ("ask", RULES, "{}", "--save", "answers.json"),
    ("ask", RULES, "-", "--format", "json"),
]
NAMES = ["profile.json", "profile.jsonl"]


def settings():
    """Values in `--set`, and in wrong places of a command line."""
    plain = {TEXT, NUMBER, NUMBER + "e99999", DATE, f" {TEXT}", f"{TEXT}={TEXT}", text(TEXT), f"[{NUMBER}]", "\x1b[31m" + TEXT, TEXT * 5000}
    for fact, value in itertools.product(FACTS, sorted(plain)):
        if (fact, value) != ("height", NUMBER):
            yield ["eval", RULES, "--set", f"{fact}={value}"]
    for verb in (["why", RULES, "fined"], ["compare", RULES], ["change", RULES, "fined"], ["ask", RULES], ["graph", RULES], ["report", RULES]):
        yield [*verb, "--set", f"reason={TEXT}"]
        yield [*verb, f"reason={TEXT}"]
    yield ["eval", RULES, "--set", TEXT]
    yield ["eval", RULES, f"--set={TEXT}"]
    yield ["eval", RULES, f"--set=reason={TEXT}"]
    yield ["eval", RULES, "--set", f"reason:{TEXT}"]
    yield ["eval", RULES, "--set", f"reason {TEXT}"]
    yield ["eval", RULES, "--set", "reason", TEXT]
    yield ["eval", RULES, "--set", f"resaon={TEXT}"]
    yield ["eval", RULES, "--set", f"reason={TEXT}", "--set", f"reason={TEXT}"]
    yield ["eval", RULES, f"reason={TEXT}"]
    yield ["eval", RULES, f"resaon={TEXT}"]
    yield ["eval", RULES, f"reason={TEXT}/x"]
    yield ["eval", f"reason={TEXT}", RULES]
    yield ["eval", RULES, "--sett", f"reason={TEXT}"]
    yield ["eval", RULES, f"--sett=reason={TEXT}"]
    yield ["eval", RULES, "-set", f"reason={TEXT}"]
    yield ["eval", RULES, f"-reason={TEXT}"]
    yield ["eval", RULES, f"--reason={TEXT}"]
    yield ["eval", RULES, "--reason", TEXT]
    yield ["eval", RULES, "--reason", f"reason={TEXT}"]
    yield ["eval", RULES, f"--set-reason={TEXT}"]
    yield ["eval", RULES, "\u2014set", f"reason={TEXT}"]
    yield ["eval", RULES, profile(reason=text(TEXT))]
    yield ["eval", RULES, "--format", f"reason={TEXT}"]
    yield ["eval", RULES, f"--format=reason={TEXT}"]
    yield ["eval", RULES, "--on", f"reason={TEXT}"]
    yield ["eval", RULES, "--require", f"reason={TEXT}"]
    yield ["eval", RULES, "--without", f"reason={TEXT}"]
    yield ["eval", RULES, f"--quiet=reason={TEXT}"]
    yield ["why", RULES, f"reason={TEXT}", "--set", "children=1"]
    yield ["compare", RULES, "--vary", f"reason={TEXT}"]
    yield ["compare", RULES, "--over", f"reason={TEXT}"]
    yield ["ask", RULES, "--of", f"reason={TEXT}"]
    yield ["change", RULES, "fined", "--keep", f"reason={TEXT}"]
    yield ["change", RULES, "fined", "--to", f"reason={TEXT}"]
    yield [f"reason={TEXT}"]
    yield ["eval", f"reason={TEXT}"]
    yield ["--set", f"reason={TEXT}", "eval", RULES]
    yield ["evall", RULES, "--set", f"reason={TEXT}"]


HEADER = "born,children,height,registered,reason"
ROW = "1990-05-01,1,1.7,yes,study"
CELLS = {
    "a text": TEXT, "a number": NUMBER + "e999", "a date": DATE, "a quoted text": f'"{TEXT}"', "a stray quotation mark": f'{TEXT}"{TEXT}',
    "a quotation mark that is not closed": f'"{TEXT}', "what only a terminal understands": "\x1b[31m" + TEXT,
    "a long text": TEXT * 5000, "a null": TEXT + "\0", "spaces": f"  {TEXT}  ", "a doubled quotation mark": f'"{TEXT}""{TEXT}"', "a formula": f'=HYPERLINK("{TEXT}")',
}


def tables():
    """Bad tables: what each is, the end of its name, its bytes, and more options."""
    good = [ROW] * 8
    for fact, (what, cell) in itertools.product(range(5), CELLS.items()):
        cells = ROW.split(",")
        cells[fact] = cell
        yield f"`{HEADER.split(',')[fact]}` is {what}", "csv", "\n".join([HEADER, *good, ",".join(cells), *good, ""]).encode(), []
    lines = lambda *rows: "\n".join([HEADER, *rows, ""]).encode()
    yield "out of its range", "csv", lines(f"1990-05-01,{NUMBER},1,yes,study"), []
    yield "short rows", "csv", lines(TEXT, f"{DATE},{NUMBER}", *good), []
    yield "long rows", "csv", lines(ROW + "," + TEXT, ROW + ",," + NUMBER, *good), []
    yield "no UTF-8", "csv", lines(*good) + b"1990-05-01,1,1.7,yes," + TEXT.encode() + b"\xff\n", []
    yield "no UTF-8 in the header", "csv", TEXT.encode() + b"\xff," + lines(*good), []
    yield "cells of several lines", "csv", lines(f'1990-05-01,1,1.7,yes,"{TEXT}\n{TEXT}"', *good), []
    yield "cells of several lines, allowed", "csv", lines(f'1990-05-01,1,1.7,yes,"{TEXT}\n{TEXT}"', f'1990-05-01,1,1.7,yes,"{TEXT}', *good), ["--multiline-cells"]
    yield "too many bad rows", "csv", lines(*[f"1990-05-01,1,1.7,yes,{TEXT}"] * 300), []
    yield "no bad row is allowed", "csv", lines(*good, f"1990-05-01,1,1.7,yes,{TEXT}"), ["--max-rejects", "0"]
    yield "another delimiter", "csv", lines(f"1990-05-01;1;1.7;yes;{TEXT}"), ["--delimiter", ";"]
    yield "other delimiters in rows", "csv", lines(f"1990-05-01\t1\t1.7\tyes\t{TEXT}"), []
    yield "carriage returns alone", "csv", lines(*good, f"{TEXT},1").replace(b"\n", b"\r"), []
    yield "UTF-16", "csv", lines(f"1990-05-01,1,1.7,yes,{TEXT}").decode().encode("utf-16"), []
    yield "no header but a row", "csv", f"1990-05-01,{NUMBER},1.7,yes,{TEXT}\n{DATE},1,1.7,yes,study\n".encode(), []
    yield "no header but a row of persons", "csv", f"{TEXT}@example.org,+38 {NUMBER},{TEXT} {TEXT}\n{TEXT}@example.org,{NUMBER},x\n".encode(), []
    yield "no header but one word", "csv", f"{TEXT}\n{TEXT}\n".encode(), []
    yield "a header with a value in it", "csv", f"{HEADER},{TEXT},{NUMBER},{DATE}\n{ROW},,,\n{TEXT},,,,,,,\n".encode(), []
    yield "a column that is missing", "csv", f"born,children,height,registered,other\n1990-05-01,1,1.7,yes,{TEXT}\n".encode(), []
    yield "a column twice", "csv", f"{HEADER},reason\n{ROW},{TEXT}\n".encode(), []
    yield "a value twice in the header", "csv", f"{HEADER},{TEXT},{TEXT}\n{ROW},{TEXT},{TEXT}\n".encode(), []
    yield "persons", "csv", f"{HEADER},name,phone,passport_number\n{ROW},{TEXT},{NUMBER},{NUMBER}\n".encode(), []
    yield "weights", "csv", f"{HEADER},weight\n{ROW},{TEXT}\n{ROW},{NUMBER}\n{ROW},-{NUMBER}\n".encode(), ["--weight", "weight"]
    yield "a weight that is not there", "csv", f"{HEADER}\n1990-05-01,1,1.7,yes,{TEXT}\n".encode(), ["--weight", "weight"]
    yield "numbers of rows", "csv", f"{HEADER},rows\n{ROW},{TEXT}\n{ROW},{NUMBER}{NUMBER}\n{ROW},-{NUMBER}\n".encode(), ["--reduced"]
    objects = lambda *rows: "\n".join([*([profile()] * 8), *rows, ""]).encode()
    for fact, (what, value) in itertools.product(FACTS, VALUES.items()):
        if "\n" not in value:
            yield f"`{fact}` is {what}", "jsonl", objects(profile(**{fact: value})), []
    yield "out of its range", "jsonl", objects(profile(children=NUMBER)), []
    yield "no objects", "jsonl", f"{TEXT}\n[{NUMBER}]\n{text(TEXT)}\n".encode(), []
    yield "objects that are cut", "jsonl", objects(profile(reason=text(TEXT))[:-5], profile(born=text(DATE))[:30]), []
    yield "more behind an object", "jsonl", objects(profile() + TEXT), []
    yield "a fact twice", "jsonl", objects(f'{{"reason": {text(TEXT)}, "reason": {text(TEXT)}}}'), []
    yield "deep", "jsonl", objects(f'{{"reason": ' + "[" * 50_000 + text(TEXT)), []
    yield "no UTF-8", "jsonl", objects() + b'{"reason": "' + TEXT.encode() + b'\xff"}\n', []
    yield "an object with a list of rows", "jsonl", f'{{"rows": [{profile(reason=text(TEXT))}]}}\n'.encode(), []
    yield "an array of all", "json", f"[{profile(reason=text(TEXT))}]".encode(), []
    yield "persons", "jsonl", f'{{"name": {text(TEXT)}, "phone": {NUMBER}, {profile()[1:]}\n'.encode(), []
    packed = gzip.compress(lines(*[f"1990-05-01,1,1.7,yes,{TEXT}"] * 20))
    yield "packed", "csv.gz", packed, []
    yield "packed, and cut", "csv.gz", packed[:-12], []
    yield "not packed, by its name only", "csv.gz", TEXT.encode(), []
    yield "packed by zstd, by its first bytes only", "csv.zst", b"\x28\xb5\x2f\xfd" + TEXT.encode(), []
    yield "Parquet, by its first bytes only", "parquet", b"PAR1" + TEXT.encode() + b"PAR1", []
    yield "nothing of a table", "txt", TEXT.encode(), []


COUNTED = [
    ["--threads", "1", "--format", "csv", "--rejects", "rejects.txt", "--chart", "chart.svg", "--out", "tally.csv"],
    ["--threads", "2", "--missing-as-unknown", "--verbose"],
]


def traces(place, run, given):
    """Where canaries are; `given` are the files that were made with them."""
    found = []
    for what, data in [("standard output", run.stdout), ("standard error", run.stderr)]:
        hit = seen(data)
        if hit:
            found.append(f"{what} has `{hit}`: {' '.join(around(data, hit).decode(errors='replace').split())}")
    for name, it in place.snapshot().items():
        if name.split("/", 1)[-1] in given:
            continue
        hit = seen(name.encode()) or it[0] == "file" and seen(it[2])
        if hit:
            found.append(f"the file `{name}` has `{hit}`")
    return found


def seen(data):
    lower = data.lower()
    return next((trace.decode() for trace in TRACES if trace in lower), None)


def around(data, hit):
    at = data.lower().find(hit.encode())
    return data[max(0, at - 60):at + 30]


def refuses(arguments, stdin=None, files=None, codes=(2,), program=PROGRAM):
    """A command that must refuse what it is given, and tell nothing of it."""
    with Place() as place:
        for name, data in (files or {}).items():
            (place.project / name).write_bytes(data)
        line = [str(program), *arguments]
        run = place.start(line, stdin if stdin is not None else b"", ENV, timeout=60)
        faults = traces(place, run, files or {})
        if b"panicked" in run.stderr or run.code not in codes:
            faults.append(f"exit code {run.code}: {short(run.stderr) or short(run.stdout)}")
    shown = " ".join(it if len(it) < 100 else it[:100] + "…" for it in arguments)
    return [f"ensue {shown}\n" + "\n".join(faults)] if faults else []


def refused_profile(what, data, number, program=PROGRAM):
    faults = []
    for at, given in enumerate(GIVEN):
        # Every bad profile goes through `eval`, by file and by standard input, and through some others.
        if at > 1 and (at + number) % 4:
            continue
        name = NAMES[0]
        if what.startswith("two lines"):
            name = NAMES[1]
        arguments = [it.format(name) for it in given]
        stdin = data if "-" in given else None
        faults += [f"{it}\nof a profile: {what}" for it in refuses(arguments, stdin, {name: data} if stdin is None else {}, program=program)]
    return faults


def refused_table(what, end, data, more, program=PROGRAM):
    faults = []
    name = f"table.{end}"
    for counted in COUNTED:
        faults += refuses(["tally", RULES, name, *more, *counted], None, {name: data}, (0, 1, 2), program)
        faults += refuses(["tally", RULES, "-", *more, *counted], data, {}, (0, 1, 2), program)
    return [f"{it}\nof a table: {what}, as .{end}" for it in faults]


def interviews(program=PROGRAM):
    faults = []
    bad = [TEXT, NUMBER + "e999", DATE, f"/{TEXT}", f"reason={TEXT}", "\x1b[31m" + TEXT, TEXT * 5000, f"yes {TEXT}", f'{{"reason": "{TEXT}"}}']
    asked = [
        "".join(f"{it}\n" for it in bad).encode(),
        "".join(f"{it}\nskip\n" for it in bad).encode(),
        "\r\n".join(bad).encode() + b"\r\n",
        TEXT.encode(),
        TEXT.encode() + b"\xff\n" + TEXT.encode(),
        TEXT.encode("utf-16"),
        b"back\n" + TEXT.encode() + b"\nquit\n" + TEXT.encode() + b"\n",
    ]
    for answers in asked:
        for more in ([], ["--format", "markdown"], ["--of", "fined", "--verbose", "--save", "answers.json"]):
            faults += refuses(["ask", RULES, *more], answers, {}, (0, 2), program)
    return len(asked) * 3, faults


SOUND = profile(born='"2741-01-07"', height="9182736.455", children="1").encode()


# A profile or a table in the place of a rule file.
SLIPS = [
    ["check", "{}"], ["check", RULES, "{}"], ["check", "{}", "--format", "json"], ["test", "{}"], ["test", RULES, "--write", "{}"], ["claims", "{}"],
    ["diff", "{}", RULES], ["diff", RULES, "{}"], ["page", "{}"], ["report", "{}"], ["graph", "{}"], ["sql", "{}", "--table", "t", "--dialect", "duckdb"],
    ["eval", "{}", RULES], ["eval", "{}"], ["why", "{}", RULES, "fined"], ["tally", "{}", RULES], ["tally", "{}", "{}"], ["new", "--population", "3", "{}"],
    ["fmt", "{}"], ["fmt", "--check", "{}"], ["fmt", "--diff", "{}"],
]
TABLE = f"{HEADER}\n{TEXT},{NUMBER},1,yes,{TEXT}\n".encode()


def slips(program=PROGRAM):
    """What is wrong where a profile or a table stands in the place of a rule file."""
    files = [("profile.json", SOUND), ("profile.jsonl", SOUND), ("profile.JSON", SOUND), ("profile.txt", SOUND), ("profile", SOUND), ("table.csv", TABLE),
             ("table.CSV", TABLE), ("table.tsv", TABLE.replace(b",", b"\t")), ("headless.csv", TABLE.split(b"\n", 1)[1])]
    faults = []
    for line, (name, data) in itertools.product(SLIPS, files):
        faults += refuses([it.format(name) for it in line], None, {name: data}, (0, 1, 2), program)
    faults += refuses(["fmt", "-"], SOUND, {}, (2,), program)
    return len(SLIPS) * len(files) + 1, faults


def other_failures(program=PROGRAM):
    """Good profiles, and commands that fail for other reasons."""
    lines = [
        ["why", RULES, "{}", "no_such_consequence"], ["eval", RULES, "{}", "--without", "nobody"], ["eval", "rules/broken.ensue", "{}"],
        ["eval", RULES, "{}", "--on", "never"], ["report", RULES, "{}", "--out", "there.html"], ["report", RULES, "{}", "--out", "nowhere/x.html"],
        ["ask", RULES, "{}", "--save", "there.html"], ["ask", RULES, "{}", "--of", "nothing"], ["change", RULES, "{}", "fined", "--keep", "nothing"],
        ["compare", RULES, "{}", "--vary", "nothing"], ["graph", RULES, "{}", "--of", "nothing"], ["eval", RULES, "{}", "{}x"],
        ["eval", RULES, "{}", "--set", "children=many"], ["tally", RULES, "{}", "--by", "nothing"], ["tally", RULES, "{}", "--out", "there.html"],
    ]
    faults = []
    for line in lines:
        faults += refuses([it.format("profile.json") for it in line], None, {"profile.json": SOUND}, (2,), program)
    return len(lines), faults


# Enough of a profile and of a table that room for them must be asked for.
LARGE = {"profile.json": profile(reason=text(TEXT * 200_000)).encode(), "table.csv": f"{HEADER}\n".encode() + f"{ROW}\n1,{TEXT},{NUMBER},,\n".encode() * 50_000}
HOLDING = [["eval", RULES, "profile.json"], ["report", RULES, "profile.json"], ["tally", RULES, "table.csv", "--max-rejects", "99999", "--min-cell", "1"]]


def crashed(arguments, most="unlimited", program=PROGRAM):
    """Whether a program that holds a profile or a table crashes with so much memory, in KiB; and what it tells."""
    with Place() as place:
        for name, data in LARGE.items():
            (place.project / name).write_bytes(data)
        run = place.start(["sh", "-c", f'ulimit -v {most}; exec "$@"', "sh", str(program), *arguments], b"", ENV)
        faults = traces(place, run, LARGE)
    has_crashed = b"panicked" in run.stderr or b"memory allocation of" in run.stderr
    return has_crashed, [f"ensue {' '.join(arguments)}, where it is made to crash\n" + "\n".join(faults)] if faults else []


def starved(arguments, program=PROGRAM):
    """With ever more memory, in KiB: how often it crashes, and what it tells."""
    found = [crashed(arguments, most, program) for most in range(8_000, 40_000, 400)]
    return sum(it for it, _ in found), [fault for _, faults in found for fault in faults]


def core_file(arguments, stop, program=PROGRAM):
    """What is left of the memory of a program that is stopped while it reads."""
    with Place() as place:
        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        unlimited = lambda: resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        env = {**place.env, **ENV}
        with subprocess.Popen([str(program), *arguments], cwd=place.project, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, preexec_fn=unlimited) as process:
            process.stdin.write(f'{HEADER}\n{ROW}\n{TEXT},{NUMBER}\n{{"reason": "{TEXT}"'.encode())
            process.stdin.flush()
            until = time.monotonic() + 10
            while unread(process.stdin) and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(0.1)
            limits = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
            # Rust's own handler lets the first SIGSEGV that came from outside pass.
            ended, until = 0, time.monotonic() + 5
            while not ended:
                os.kill(process.pid, stop if time.monotonic() < until else signal.SIGKILL)
                time.sleep(0.05)
                ended, status = os.waitpid(process.pid, os.WNOHANG)
            process.returncode = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
            out, err = process.stdout.read(), process.stderr.read()
            try:
                process.stdin.close()
            except BrokenPipeError:
                pass
        faults = traces(place, Run(process.returncode, out, err), {})
        if os.WIFSIGNALED(status) and os.WCOREDUMP(status):
            limit = next((" ".join(it.split()) for it in limits if it.startswith("Max core")), "")
            faults.append(f"the system made a core file ({limit})")
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != stop:
            faults.append(f"it was not stopped: exit code {process.returncode}, {short(err)}")
        return [f"ensue {' '.join(arguments)}, stopped by {stop.name}\n" + "\n".join(faults)] if faults else []


def unread(pipe):
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]


READING = [["eval", RULES, "-"], ["report", RULES, "-"], ["ask", RULES], ["tally", RULES, "-"], ["ask", RULES, "-", "--format", "json"]]


def tests():
    bad = ("a text", profile(reason=text(TEXT)).encode())
    given = lambda it: refused_profile(*bad, 0, it)
    table = lambda it: refused_table("a text", "csv", f"{HEADER}\n{TEXT}\n".encode(), [], it)
    setting = lambda it: refuses(["eval", RULES, "--set", f"reason={TEXT}"], program=it)
    read = "data = sys.stdin.read(); path = next((it for it in sys.argv if it.startswith(('profile.json', 'table.'))), None)\n" \
           "data = open(path).read() if path else data\n"
    whole = lambda more: read + more + "\nsys.exit(2)"
    core = lambda it: core_file(READING[0], signal.SIGABRT, it)
    wait = "import resource, time\n%sos.read(0, 9999); time.sleep(30)"
    cases = [
        ("refuses and tells nothing", whole("print('error', file=sys.stderr)"), None, lambda it: given(it) + table(it) + setting(it)),
        ("takes what is bad", read, "exit code 0", given),
        ("shows a profile", whole("print('error: not a profile:', data, file=sys.stderr)"), "standard error has", given),
        ("shows a part of it", whole("print('error: near', data[data.find('zq7'):][:8])"), "standard output has", given),
        ("shows a number in another notation", whole(f"print(float({NUMBER}))"), "standard output has", given),
        ("keeps a profile in HOME", whole("open(os.environ['HOME'] + '/x', 'w').write(data)"), "the file `home/x`", given),
        ("keeps a profile in TMPDIR", whole("open(os.environ['TMPDIR'] + '/x', 'w').write(data)"), "the file `tmp/x`", given),
        ("names a file as a value", whole("open(os.environ['XDG_CACHE_HOME'] + '/' + 'zq7canary0017x', 'w')"), "the file `cache/zq7", given),
        ("shows a rejected row", whole("open('rejects.txt', 'w').write(data)"), "the file `project/rejects.txt`", table),
        ("shows its arguments", "print(sys.argv); sys.exit(2)", "standard output has", setting),
        ("panics", whole("print('panicked', file=sys.stderr)"), "exit code 2", given),
        ("crashes, and tells what it holds", "import signal; print(open('profile.json').read(), file=sys.stderr); os.kill(os.getpid(), signal.SIGABRT)",
         "standard error has", lambda it: crashed(HOLDING[0], program=it)[1]),
        ("lets the system keep its memory", wait % "", "the system made a core file", core),
        ("lets the system keep nothing", wait % "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n", None, core),
    ]
    self_test(cases)


def main():
    if not os.access("/proc/self/limits", os.R_OK):
        lacking("there is no /proc on this machine")
    if "--self-test" in sys.argv:
        tests()
    there()
    report = Report()
    with ThreadPoolExecutor(3) as pool:
        gather = lambda found: [it for faults in found for it in faults]
        bad = list(profiles())
        faults = gather(pool.map(lambda it: refused_profile(*it[1], it[0]), enumerate(bad)))
        report.check("nothing of a bad profile is told", faults, len(bad), "profiles")
        lines = list(settings())
        faults = gather(pool.map(refuses, lines))
        report.check("nothing of a value on the command line is told", faults, len(lines), "command lines")
        bad = list(tables())
        faults = gather(pool.map(lambda it: refused_table(*it), bad))
        report.check("nothing of a bad table is told", faults, len(bad), "tables")
        count, faults = interviews()
        report.check("nothing of a bad answer is told", faults, count, "interviews")
        count, faults = other_failures()
        report.check("nothing of a good profile is told where something else fails", faults, count, "command lines")
        count, faults = slips()
        report.check("nothing of a profile or a table is told that stands in the place of a rule file", faults)
        found = list(pool.map(starved, HOLDING))
        faults = [f"ensue {' '.join(line)}\nit never crashed" for line, (count, _) in zip(HOLDING, found) if not count]
        faults += gather(faults for _, faults in found)
        report.check("nothing is told by a program that crashes for lack of memory", faults, sum(count for count, _ in found), "crashes")
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        report.skip("core files: this machine makes none for anybody")
        report.end()
    faults = [it for line in READING for stop in (signal.SIGABRT, signal.SIGSEGV) for it in core_file(line, stop)]
    report.check("a program that is stopped while it reads leaves no core file", faults)
    report.end()


if __name__ == "__main__":
    main()
