"""A file is the old one or the whole new one, whatever goes wrong; and imports stay in the project.

For each command that writes files, each of its calls that open, write, sync, rename or close a
file is made to fail, once by ENOSPC and once by EIO, and once the program is killed in it:
1. under each name that was asked for there is what was there before, or the whole new file;
2. where a call fails, the command ends with its whole output, or with exit code 2 and a message
   that names the file; it leaves nothing else;
3. where it is killed, nothing but a file with a temporary name is left;
4. where reading fails, the same: no file is made of half of what was to be read.

Then: no threads, a full disk, standard output that is full or closed, and files that cannot be imported.

Needs strace. Without `unshare -r -m` the full disk is skipped, without `prlimit` files that get too large.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commands import (P, PROGRAM, Command, Place, Report, Run, entry, messages, need, outputs, self_test, short, usable,
                      verbs, works)
from files import BESIDE, BESIDE_FOLDER

WRITING = ["openat", "write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "close", "rename", "renameat",
           "renameat2", "link", "linkat", "mkdir", "mkdirat", "chmod", "fchmod", "fchmodat", "unlink", "unlinkat", "rmdir"]
# Where taking away fails, what was to be taken away stays: nothing can be asked then.
ONLY_KILLED = {"unlink", "unlinkat", "rmdir"}
CALL = re.compile(r"^(?:(\d+) +)?(\w+)\((.*)$")


# With this, only the calls that are looked at are slowed down; but no signal is sent in them.
QUICK = ("--seccomp-bpf",) if works("strace", "-f", "--seccomp-bpf", "-e", "trace=write", "true") else ()


def strace(log, *options):
    quick = () if any("signal=" in it for it in options) else QUICK
    return ("strace", "-f", *quick, "-qq", "-s", "64", "-o", str(log), *options)


def calls(command, traced, program):
    """The calls that a command makes once it was loaded: name, how often it was made in its thread, its arguments."""
    with Place() as place:
        log = place.log / "strace"
        place.run(command, strace(log, "-e", "trace=" + ",".join({*traced, "openat", "close"})), program=program)
        lines = log.read_text(errors="replace").splitlines()
    counts, found, loaded, loading = Counter(), [], 0, True
    for line in lines:
        call = CALL.match(line)
        if call is None:
            continue
        counts[call[1], call[2]] += 1
        found.append((call[2], counts[call[1], call[2]], call[3]))
        # The libraries are loaded when the last of them is closed.
        if call[2] == "openat" and re.search(r'"(/etc/ld\.so|/proc/self/maps|[^"]*\.so[.0-9]*")', call[3]):
            loading = True
        elif call[2] == "close" and loading:
            loaded, loading = len(found), False
    wanted = lambda name, given: name in traced and (name != "openat" or re.search("O_(CREAT|WRONLY|RDWR)", given))
    return sorted({(name, count, given) for name, count, given in found[loaded:] if wanted(name, given)})


class Faults:
    """What a command leaves when one of its calls fails."""

    def __init__(self, command, program=PROGRAM):
        self.command, self.program = command, program
        with Place() as place:
            self.before = outputs(place, command)
            self.files_before = place.snapshot()
            self.run = place.run(command, program=program)
            self.after = outputs(place, command)
        self.left = Counter()

    def fails(self, call, how):
        """What is wrong where a call fails; `how` is what strace does then."""
        name, count, given = call
        with Place() as place:
            log = place.log / "strace"
            inject = f"inject={name}:{how}:when={count}"
            run = place.run(self.command, strace(log, "-e", "trace=" + name, "-e", inject), program=self.program)
            told = log.read_text(errors="replace")
            killed = "signal" in how
            if ("killed by SIGKILL" if killed else "(INJECTED)") not in told:
                # A close, say, that came otherwise this time.
                return ["the fault did not come about"] if name != "close" else []
            wrong = list(self.wrong(place, run, killed, call))
            given = given.replace(str(place.watched.parent), "…")
            return [f"{self.command}\n{inject} in {name}({given[:100]}\n" + "\n".join(wrong)] if wrong else []

    def wrong(self, place, run, killed, call):
        found = outputs(place, self.command)
        for name, now in found.items():
            if now not in (self.before[name], self.after[name]):
                yield f"`{name}` is neither what it was nor the whole new one: {shape(now)}"
        if b"panicked" in run.stderr:
            yield f"it panicked: {' '.join(run.stderr.decode(errors='replace').splitlines()[1:3])}"
        names = [f"{place.project.name}/{name}" for name in self.command.writes]
        now = place.snapshot()
        others = [path for path in now.keys() | self.files_before.keys()
                  if now.get(path) != self.files_before.get(path)
                  and not any(path == name or path.startswith(name + "/") for name in names)]
        temporary = set()
        for path in others:
            found_part = next((part for part in path.split("/") if re.fullmatch(BESIDE + "|" + BESIDE_FOLDER, part)), None)
            if found_part and killed:
                temporary.add(re.sub("[A-Za-z0-9]{6}$", "??????", found_part))
            else:
                yield f"it left or changed `{path}`"
        self.left.update(temporary)
        if killed or b"panicked" in run.stderr:
            return
        stream = re.match(r"([12]), ", call[2]) if call[0] in ("write", "writev", "close") else None
        whole = found == self.after and run.code == self.run.code
        if whole and (stream is not None and stream[1] == "2" or run.stdout == self.run.stdout):
            return
        if run.code != 2:
            yield f"exit code {run.code}, and not all was written: {short(run.stderr) or 'no message'}"
        named = ["standard output"] if stream and stream[1] == "1" else [*self.command.writes, *self.command.reads, "standard input"]
        if not (stream and stream[1] == "2") and not any(name.encode() in run.stderr for name in named):
            yield f"its message does not name the file: {short(run.stderr) or 'no message'}"

    def all(self, traced, hows, pool):
        jobs = [(call, how) for call in calls(self.command, traced, self.program) for how in hows
                if "signal" in how or call[0] not in ONLY_KILLED]
        found = list(pool.map(lambda job: self.fails(*job), jobs))
        return len(jobs), [fault for faults in found for fault in faults]


def shape(found):
    if found is None:
        return "nothing"
    if found[1]:
        return ", ".join(sorted(found[1]))
    return f"{len(found[0][2])} bytes" if found[0][0] == "file" else found[0][0]


def synced(command, program=PROGRAM):
    """Files that took their name before they were on the disk."""
    with Place() as place:
        log = place.log / "strace"
        place.run(command, ("strace", "-f", "-y", "-qq", "-o", str(log), "-e", "trace=openat,fsync,fdatasync,/rename,/link"), program=program)
        lines = log.read_text(errors="replace").splitlines()
    made, safe, faults = [], set(), []
    for line in lines:
        made += [found for found in re.findall(r"openat\(.*O_CREAT.* = \d+<([^>]*)>", line)]
        safe |= set(re.findall(r"f(?:data)?sync\(\d+<([^>]*)>\) += 0", line))
        if re.search(r"\b(rename|link)(at2?)?\(", line):
            faults += [f"{command}\nno fsync of `{Path(file).name}` before {line.split('(', 1)[0].split()[-1]}"
                       for file in made if file not in safe]
            made = []
    return faults


FULL_DISK = [
    Command(f"page {P} --out small/page.html", writes=("small/page.html",)),
    Command("new --population 3000 --out small/people.csv rules/kinds.ensue", writes=("small/people.csv",)),
    Command(f"report {P} --out small/report.md", writes=("small/report.md",)),
    Command("new small/valley", writes=("small/valley",)),
    Command(f"tally {P} tests/tables/broken.csv --chart small/chart.svg --out small/tally.txt", writes=("small/chart.svg", "small/tally.txt")),
]


def full_disk(command, program=PROGRAM):
    """On a disk of 4 KiB: nothing is left there, and a message tells the file."""
    with Place() as place:
        (place.project / "small").mkdir()
        script = 'mount -t tmpfs -o size=4k none small || exit 99; "$@"; code=$?; ls -A small >"$LEFT"; exit $code'
        line = ["unshare", "-r", "-m", "sh", "-c", script, "sh", str(program), *command.arguments]
        left = place.log / "left"
        run = place.start(line, env={"LEFT": str(left)})
        faults = []
        if run.code == 99:
            return [f"{command}\nthe small disk could not be made: {short(run.stderr)}"]
        if run.code != 2 or not any(name.encode() in run.stderr for name in command.writes):
            faults.append(f"{command}\nexit code {run.code}: {short(run.stderr)}")
        if left.read_text():
            faults.append(f"{command}\nit left {left.read_text().split()}")
        return faults


def too_large(command, program=PROGRAM):
    """Where files may have at most 2 KiB, the system stops the program: the file is not there, or the old one."""
    reference = Faults(command, program)
    with Place() as place:
        run = place.run(command, ("prlimit", "--fsize=2048", "--core=0"), program=program)
        return [f"{command}\n{it}" for it in reference.wrong(place, run, True, ("", 0, ""))]


def without_threads(number, program=PROGRAM):
    """Where no thread can be started from one of them on, a table is counted all the same."""
    count = ["tally", "rules/kinds.ensue", "table.csv", "--min-cell", "1", "--threads", "4"]
    with Place() as place:
        rows = "1990-05-01,1,1.7,yes,study\n" * 100_000
        (place.project / "table.csv").write_text(f"born,children,height,registered,reason\n{rows}")
        whole = place.start([str(program), *count])
        log = place.log / "strace"
        run = place.start([*strace(log, "-e", "trace=clone,clone3", "-e", f"inject=clone,clone3:error=EAGAIN:when={number}+"), str(program), *count])
        if "(INJECTED)" not in log.read_text(errors="replace"):
            return [f"ensue {' '.join(count)}\nit started no thread {number}"]
    if whole.code or (run.code, run.stdout) != (whole.code, whole.stdout):
        return [f"ensue {' '.join(count)}, without thread {number}\nexit code {run.code}: {short(run.stderr)}"]
    return []


def with_stdout(command, stdout, stderr=subprocess.PIPE, program=PROGRAM):
    with Place() as place:
        given = {"input": command.stdin} if command.stdin is not None else {"stdin": subprocess.DEVNULL}
        ended = subprocess.run([str(program), *command.arguments], cwd=place.project, env=place.env, stdout=stdout,
                               stderr=stderr, timeout=100, check=False, **given)
        return Run(ended.returncode, b"", ended.stderr or b"")


def full(command, program=PROGRAM):
    """Standard output has no room: exit code 2 and a message."""
    with open("/dev/full", "wb") as stream:
        run = with_stdout(command, stream, program=program)
    if b"panicked" in run.stderr:
        return [f"{command}\nit panicked: {short(run.stderr)}"]
    if run.code == 0 or not run.stderr.strip():
        return [f"{command} > /dev/full\nexit code {run.code}: {short(run.stderr) or 'no message'}"]
    return []


def closed(command, program=PROGRAM):
    """Nobody reads: the command ends quietly, never by a panic or a signal."""
    faults = []
    for what, stdout, stderr in [("standard output", True, False), ("standard error", False, True), ("both", True, True)]:
        read, write = os.pipe()
        os.close(read)
        with open(write, "wb") as pipe:
            run = with_stdout(command, pipe if stdout else subprocess.DEVNULL, pipe if stderr else subprocess.PIPE, program)
        if b"panicked" in run.stderr or run.code not in (0, 1, 2):
            faults.append(f"{command}, {what} closed\nexit code {run.code}: {short(run.stderr)}")
    # A reader that goes away in the midst.
    with Place() as place:
        script = '"$@" | head -c 1'
        run = place.start(["bash", "-c", f'{script}; exit "${{PIPESTATUS[0]}}"', "bash", str(program), *command.arguments], command.stdin or b"")
        if b"panicked" in run.stderr or run.code not in (0, 1, 2):
            faults.append(f"{command} | head -c 1\nexit code {run.code}: {short(run.stderr)}")
    return faults


CANARY = "zq7canary0017x"
SECRET = f'source zq7 "{CANARY}"\n\nclaim {CANARY}\n  by zq7\n  "{CANARY}"\n'
RULES = 'policy importing "Imports"\n  as of 2025-03-07\n\nimport "%s"\n\nfact card "Holds a card" : yes or no\n'


def link(to):
    return lambda place: (place.project / "seeds" / "link.ensue").symlink_to(to if isinstance(to, str) else to(place))


def link_folder(place):
    (place.project / "seeds" / "folder").symlink_to(place.watched / "outside")


def folder(place):
    (place.project / "seeds" / "folder.ensue").mkdir()


def fifo(place):
    os.mkfifo(place.project / "seeds" / "fifo.ensue")


def inside_link_out(place):
    """A link to a link that points outside."""
    (place.project / "seeds" / "first.ensue").symlink_to(place.watched / "outside" / "secret.ensue")
    (place.project / "seeds" / "link.ensue").symlink_to("first.ensue")


def other_case(place):
    (place.project / "seeds" / "secret.ensue").write_text(SECRET)


def chain(place):
    """A file inside that imports one outside."""
    (place.project / "seeds" / "chain.ensue").write_text('import "../../outside/secret.ensue"\n')


def relative_link(place):
    (place.project / "seeds" / "link.ensue").symlink_to("../../outside/secret.ensue")


secret = lambda place: str(place.watched / "outside" / "secret.ensue")
# What is imported, how it is made, the exit codes of `eval` and `check`.
IMPORTS = [
    ("by `..`", "../../outside/secret.ensue", None, 2, 1),
    ("by more `..` than there are folders", "../" * 40 + "{outside}/secret.ensue", None, 2, 1),
    ("by `..` after a folder inside", "../seeds/../../outside/secret.ensue", None, 2, 1),
    ("by an absolute path", "{outside}/secret.ensue", None, 2, 1),
    ("by the file of a process", "/proc/self/cwd/../outside/secret.ensue", None, 2, 1),
    ("by a link", "../seeds/link.ensue", link(secret), 2, 1),
    ("by a relative link", "../seeds/link.ensue", relative_link, 2, 1),
    ("by a link to a link", "../seeds/link.ensue", inside_link_out, 2, 1),
    ("by a link of a folder", "../seeds/folder/secret.ensue", link_folder, 2, 1),
    ("from a file inside", "../seeds/chain.ensue", chain, 2, 1),
    ("standard input by a link", "../seeds/link.ensue", link("/dev/stdin"), 2, 1),
    ("standard input by its name", "/dev/stdin", None, 2, 1),
    ("standard input as the file of a process", "../seeds/link.ensue", link("/proc/self/fd/0"), 2, 1),
    ("an endless device by a link", "../seeds/link.ensue", link("/dev/zero"), 2, 1),
    ("an endless device by its name", "/dev/zero", None, 2, 1),
    ("a link to itself", "../seeds/link.ensue", link("link.ensue"), 2, 1),
    ("a link to nothing", "../seeds/link.ensue", link("nothing.ensue"), 2, 1),
    ("a FIFO", "../seeds/fifo.ensue", fifo, 2, 1),
    ("a folder", "../seeds/folder.ensue", folder, 2, 1),
    ("the folder above", "..", None, 2, 1),
    ("a file in another letter case", "../seeds/SECRET.ensue", other_case, 2, 1),
    ("a folder in another letter case", "../Seeds/secret.ensue", other_case, 2, 1),
]
VERBS = ["eval", "check", "report", "page", "graph", "claims", "fmt --diff", "sql --table t --dialect duckdb"]


def imports(what, path, make, code, check_code, program=PROGRAM, verbs=VERBS):
    """Where something outside is imported: the exit code, and nothing of what it holds."""
    faults = []
    for verb in verbs:
        with Place() as place:
            outside = place.watched / "outside"
            outside.mkdir()
            (outside / "secret.ensue").write_text(SECRET)
            (place.project / "rules" / "importing.ensue").write_text(RULES % path.format(outside=str(outside)))
            if make is not None:
                make(place)
            name, *options = verb.split()
            try:
                run = place.start([str(program), name, "rules/importing.ensue", *options], SECRET.encode(), timeout=10)
            except subprocess.TimeoutExpired:
                faults.append(f"ensue {verb}, importing {what}\nit waits without an end")
                continue
            # The layout of a file is looked at without what it imports.
            wanted = {"check": check_code, "fmt": 0}.get(name, code)
            if run.code != wanted:
                faults.append(f"ensue {verb}, importing {what}\nexit code {run.code} and not {wanted}: {short(run.stderr)}")
            if CANARY.encode() in run.stdout + run.stderr:
                faults.append(f"ensue {verb}, importing {what}\nit shows what the file holds: {short(run.stdout + run.stderr)}")
            if b"panicked" in run.stderr:
                faults.append(f"ensue {verb}, importing {what}\nit panicked: {short(run.stderr)}")
    return faults


def in_editor(program=PROGRAM):
    """The same in an editor, which also completes names of what is imported."""
    faults = []
    for what, path, make, _, _ in IMPORTS:
        with Place() as place:
            outside = place.watched / "outside"
            outside.mkdir()
            (outside / "secret.ensue").write_text(SECRET)
            if make is not None:
                make(place)
            file = place.project / "rules" / "importing.ensue"
            rules = RULES % path.format(outside=str(outside)) + '\nrule r "R"\n  per \n'
            file.write_text(rules)
            uri, line = file.as_uri(), rules.count("\n") - 1
            say = lambda method, given, number=None: json.dumps(
                {"jsonrpc": "2.0", **({"id": number} if number else {}), "method": method, "params": given})
            at = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 6}}
            talk = messages(
                say("initialize", {"processId": None, "rootUri": place.project.as_uri(), "capabilities": {}}, 1), say("initialized", {}),
                say("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "ensue", "version": 1, "text": rules}}),
                say("textDocument/completion", at, 2), say("textDocument/documentSymbol", {"textDocument": {"uri": uri}}, 3),
                say("workspace/symbol", {"query": ""}, 4), say("shutdown", None, 5), say("exit", None))
            try:
                run = place.start([str(program), "lsp"], talk, timeout=10)
            except subprocess.TimeoutExpired:
                faults.append(f"ensue lsp, importing {what}\nit waits without an end")
                continue
            if CANARY.encode() in run.stdout + run.stderr:
                faults.append(f"ensue lsp, importing {what}\nit shows what the file holds: {short(run.stdout + run.stderr)}")
            if run.code != 0 or b"importing.ensue" not in run.stdout:
                faults.append(f"ensue lsp, importing {what}\nexit code {run.code}, without its findings: {short(run.stderr)}")
    return faults


def inside_link(program=PROGRAM):
    """A link inside the project to a file inside: read, or refused by a message."""
    with Place() as place:
        (place.project / "seeds" / "secret.ensue").write_text(SECRET)
        (place.project / "seeds" / "link.ensue").symlink_to("secret.ensue")
        (place.project / "rules" / "importing.ensue").write_text(RULES % "../seeds/link.ensue")
        run = place.start([str(program), "claims", "rules/importing.ensue"])
        read = run.code == 0 and CANARY.encode() in run.stdout
        refused = run.code == 2 and b"link.ensue" in run.stderr
        return "read" if read else "refused", [] if read or refused else [f"exit code {run.code}: {short(run.stderr)}"]


def written_link(program=PROGRAM):
    """A link stays a link when the file it names is laid out; an import outside is not mended."""
    faults = []
    with Place() as place:
        path = place.project / "rules" / "link.ensue"
        path.symlink_to("unlaid.ensue")
        run = place.start([str(program), "fmt", "rules/link.ensue"])
        if run.code != 0 or entry(path)[0] != "link":
            faults.append(f"ensue fmt, of a link\nexit code {run.code}, and it is a {entry(path)[0]} now")
    with Place() as place:
        (place.project / "there.html").unlink()
        (place.project / "there.html").symlink_to(place.watched / "home" / "elsewhere.html")
        run = place.start([str(program), "page", P, "--out", "there.html"])
        if run.code != 2 or (place.watched / "home" / "elsewhere.html").exists():
            faults.append(f"ensue page --out, to a link that leads to nothing\nexit code {run.code}")
    return faults


def tests():
    writing = Command("eval x --out out.txt", (), ("out.txt",))
    replacing = Command("eval x --out there.html --force", (), ("there.html",))
    hows = ["signal=SIGKILL", "error=ENOSPC", "error=EIO"]

    def of(command):
        def check(program):
            with ThreadPoolExecutor(2) as pool:
                return Faults(command, program).all(WRITING, hows, pool)[1]
        return check

    careful = """
        name = sys.argv[sys.argv.index('--out') + 1]
        try:
            file = os.open('.tmpabcdef', os.O_CREAT | os.O_WRONLY)
            try:
                os.write(file, b'whole\\n'); os.fsync(file); %s
                os.rename('.tmpabcdef', name)
            except OSError:
                os.unlink('.tmpabcdef'); raise
        except OSError as error:
            os.write(2, f'error: cannot write {name}: {error}\\n'.encode()); os._exit(2)
        os._exit(0)
    """
    first = lambda *given: lambda program: imports(*given, program=program, verbs=["eval"])
    self_test([
        ("writes beside and renames", careful % "", None, of(writing)),
        ("writes beside and replaces", careful % "", None, of(replacing)),
        ("writes in place", "open('out.txt', 'w').write('whole\\n')", "neither what it was", of(writing)),
        ("empties the old file first", "open('there.html', 'w').write('whole\\n')", "neither what it was", of(replacing)),
        ("leaves its temporary file", (careful % "").replace("os.unlink('.tmpabcdef'); raise", "raise"), "it left or changed", of(writing)),
        ("ignores a failed write", careful.replace("raise", "os._exit(0)") % "", "exit code 0, and not all", of(writing)),
        ("does not name the file", (careful % "").replace("cannot write {name}", "cannot write"), "does not name the file", of(writing)),
        ("panics", (careful % "").replace("error: cannot write", "panicked at"), "it panicked", of(writing)),
        ("does not sync", (careful % "").replace("os.fsync(file);", ""), "no fsync", lambda it: synced(writing, it)),
        ("ignores a full standard output", "try: os.write(1, b'x')\nexcept OSError: pass\nos._exit(0)", "exit code 0", lambda it: full(writing, it)),
        ("panics where nobody reads", "try: os.write(1, b'x')\nexcept OSError: os.write(2, b'panicked'); os._exit(101)", "exit code 101",
         lambda it: closed(writing, it)),
        ("dies where files may not be large", "open('out.txt', 'wb', 0).write(b'x' * 9999)", "neither what it was", lambda it: too_large(writing, it)),
        ("shows what it imports", "print(open('../outside/secret.ensue').read()); sys.exit(2)", "shows what the file holds", first(*IMPORTS[0])),
        ("waits for a FIFO", "open('seeds/fifo.ensue').read()", "waits without an end", first(*IMPORTS[17])),
        ("takes an import from outside", "sys.exit(0)", "exit code 0 and not 2", first(*IMPORTS[3])),
        ("shows in an editor what it imports", "print(open('../outside/secret.ensue').read())", "shows what the file holds", in_editor),
        ("needs threads", "import threading\nthreading.Thread(target=print).start()", "without thread 1", lambda it: without_threads(1, it)),
        ("leaves a part on a full disk", "open('small/page.html', 'wb', 0).write(b'x' * 9999)", "it left", lambda it: full_disk(FULL_DISK[0], it)),
        ("makes a plain file of a link", "os.unlink('rules/link.ensue') if 'fmt' in sys.argv else 0; open('rules/link.ensue', 'w')", "it is a file now",
         written_link),
    ])


def main():
    need("strace", "-f", "-e", "trace=write", "-e", "inject=write:error=EIO:when=999", "true")
    if "--self-test" in sys.argv:
        tests()
    report = Report()
    kept = usable(report)
    writing = [command for command in kept if command.writes]
    here = {command.verb for command in kept}
    filling = [command for command in FULL_DISK if command.verb in here]
    left = Counter()
    with ThreadPoolExecutor(4) as pool:
        for how, what in [("signal=SIGKILL", "killed in any call"), ("error=ENOSPC", "where a call fails by ENOSPC"), ("error=EIO", "where a call fails by EIO")]:
            count, faults = 0, []
            for command in writing:
                reference = Faults(command)
                done, found = reference.all(WRITING, [how], pool)
                count, left, faults = count + done, left + reference.left, faults + found
            report.check(f"{what}, a file is the old one or the whole new one", faults, count, "faults")
        print(f"    left by a killed program, with temporary names: {', '.join(f'{name} ({n})' for name, n in sorted(left.items())) or 'nothing'}")
        report.check("where no thread can be started, a table is counted all the same", [it for number in (1, 2, 3) for it in without_threads(number)], 3, "faults")
        count, faults = 0, []
        for command in writing:
            done, found = Faults(command).all(["read", "pread64", "readv"], ["error=EIO"], pool)
            count, faults = count + done, faults + found
        report.check("where reading fails, a file is the old one or the whole new one", faults, count, "faults")
        found = [it for command in writing for it in synced(command)]
        report.check("each file is on the disk before it takes its name", found)
        if works("prlimit", "--fsize=2048", "true"):
            report.check("stopped because a file gets too large, it is the old one or the whole new one",
                         [it for faults in pool.map(too_large, writing) for it in faults], len(writing))
        else:
            report.skip("files that get too large: `prlimit` does not work here")
        if works("unshare", "-r", "-m", "sh", "-c", "mount -t tmpfs -o size=4k none /mnt"):
            report.check("on a full disk, nothing is left, and the message names the file",
                         [it for faults in pool.map(full_disk, filling) for it in faults], len(filling))
        else:
            report.skip("a full disk: `unshare -r -m` and `mount` do not work here")
        speaking = []
        for command in kept:
            with Place() as place:
                if place.run(command).stdout:
                    speaking.append(command)
        faults = [it for found in pool.map(full, speaking) for it in found]
        report.check("where standard output is full, a command fails with a message", faults, len(speaking))
        report.check("where nobody reads, a command ends without a panic", [it for found in pool.map(closed, kept) for it in found], len(kept))
        for case, faults in zip(IMPORTS, pool.map(lambda it: imports(*it), IMPORTS)):
            report.check(f"importing {case[0]} is refused, and nothing of it is shown", faults, len(VERBS))
    if "lsp" in verbs():
        report.check("in an editor, nothing of such an import is shown", in_editor(), len(IMPORTS), "imports")
    else:
        report.skip("imports in an editor: this build has no `lsp`")
    how, faults = inside_link()
    report.check(f"importing a file of the project by a link is {how}", faults)
    report.check("a link stays a link, and nothing is written where it leads", written_link())
    report.end()


if __name__ == "__main__":
    main()
