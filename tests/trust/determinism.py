"""The same command gives the same bytes, whenever, wherever and by whomever it is run.

Each command is run once, and then again: a second time; under other languages, time zones and
dates; as another user with another home; with and without backtraces; on a wide and a narrow
terminal's settings; in a project of another name; with 1, 2 and 7 threads; on one processor.
Standard output, standard error, exit code and every file must be the same.

Another date wants `faketime`, or gcc for a small library that answers for the clock; another user
wants `setpriv` and the right to use it, or `unshare -r`. What is not there is skipped.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commands import PROGRAM, Command, Place, Report, code_faults, first_difference, self_test, usable, works

CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
#define THEN 4102444800L /* 2100-01-01 */
time_t time(time_t *to) { if (to) *to = THEN; return THEN; }
int gettimeofday(struct timeval *to, void *zone) { to->tv_sec = THEN; to->tv_usec = 0; return 0; }
int clock_gettime(clockid_t clock, struct timespec *to) {
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) { to->tv_sec = THEN; to->tv_nsec = 0; return 0; }
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    return real(clock, to);
}
"""


def clock(folder):
    """What to put before a command, or into its environment, for another date; None where there is no way."""
    if shutil.which("faketime"):
        return ("faketime", "2100-01-01 00:00:00"), {}
    if not shutil.which("gcc"):
        return None
    source, library = Path(folder) / "clock.c", Path(folder) / "clock.so"
    source.write_text(CLOCK)
    if not works("gcc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"):
        return None
    env = {"LD_PRELOAD": str(library)}
    year = subprocess.run(["date", "+%Y"], env=env, capture_output=True, text=True, check=False).stdout.strip()
    return ((), env) if year == "2100" else None


def another_user():
    """What to put before a command to run it as somebody else; None where the machine does not allow it."""
    for line in [("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"), ("unshare", "-r", "-U")]:
        # The program, too, must be one that somebody else can run, and the project one that they can read.
        if works(*line, "true") and (not PROGRAM.is_file() or told(Command("check rules/kinds.ensue"), line)[0].code < 2):
            return line
    return None


def variants(report, folder):
    """Other circumstances: a name, what stands before the command, the environment, the project's name."""
    found = [("a second time", (), {}, "project")]
    for language in ["C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8"]:
        found.append((f"in the language {language}", (), {"LANG": language, "LC_ALL": language, "LANGUAGE": language}, "project"))
    found.append(("without a language", (), {"LC_ALL": None}, "project"))
    for zone in ["UTC", "Asia/Kathmandu", "America/New_York"]:
        found.append((f"in the time zone {zone}", (), {"TZ": zone}, "project"))
    other_date = clock(folder)
    if other_date:
        found.append(("in the year 2100", *other_date, "project"))
    else:
        report.skip("another date: there is neither `faketime` nor gcc, or the program is not linked dynamically")
    user = another_user()
    if user:
        found.append(("as another user", user, {}, "project"))
    else:
        report.skip("another user: neither `setpriv` nor `unshare -r -U` works here")
    names = {"USER": "somebody", "LOGNAME": "somebody", "HOSTNAME": "elsewhere", "HOME": "/nowhere"}
    found.append(("with other names of user and machine", (), names, "project"))
    found.append(("on a terminal of 40 columns", (), {"COLUMNS": "40", "LINES": "10", "TERM": "xterm"}, "project"))
    found.append(("on a terminal that can do nothing", (), {"TERM": "dumb"}, "project"))
    found += [(f"with RUST_BACKTRACE={value}", (), {"RUST_BACKTRACE": value}, "project") for value in ["0", "1", "full"]]
    found.append(("with other variables for Rust programs", (), {"RUST_LOG": "trace", "RUST_MIN_STACK": "9000000"}, "project"))
    found.append(("in a folder of another name", (), {}, "ein anderer Ordner, ґ"))
    found.append(("with nothing in the environment", ("env", "-i"), {}, "project"))
    if works("taskset", "-c", "0", "true"):
        found.append(("on one processor", ("taskset", "-c", "0"), {}, "project"))
    else:
        report.skip("one processor: `taskset` does not work here")
    return found


def told(command, before=(), env=None, project="project", program=PROGRAM):
    """All that a command says and leaves."""
    with Place(project) as place:
        if "setpriv" in before:
            for path in [place.project, *place.project.rglob("*")]:
                shutil.chown(path, 65534, 65534)
        run = place.run(command, before, env, program)
        files = {name.split("/", 1)[1] if "/" in name else "": it for name, it in place.snapshot().items()
                 if name.split("/")[0] == place.project.name}
        return run, files


def differs(command, variant, one, program=PROGRAM):
    what, before, env, project = variant
    (run, files), (other, other_files) = one, told(command, before, env, project, program)
    faults = []
    if run.code != other.code:
        faults.append(f"exit code {run.code}, then {other.code}: {other.stderr[:200]!r}")
    for name, a, b in [("standard output", run.stdout, other.stdout), ("standard error", run.stderr, other.stderr)]:
        if a != b:
            faults.append(f"{name} differs {first_difference(a, b)}")
    for name in sorted(files.keys() | other_files.keys()):
        if files.get(name) != other_files.get(name):
            a, b = files.get(name, ("nothing",)), other_files.get(name, ("nothing",))
            same_kind = a[0] == b[0] == "file"
            faults.append(f"`{name}` differs " + (first_difference(a[2], b[2]) if same_kind else f"{a[0]}, then {b[0]}"))
    return [f"{command}, {what}\n" + "\n".join(faults)] if faults else []


def threads(kept, pool):
    """Each tally with 1, 2 and 7 threads, also of a table that is long enough to be divided."""
    report_of = []
    tallies = [it for it in kept if it.verb == "tally" and "--schema" not in it.line and it.code != 2]
    for command in tallies:
        line = command.line.replace(" --threads 1", "").replace(" --threads 2", "")
        versions = [Command(f"{line} --threads {count}", command.reads, command.writes, command.code, command.stdin) for count in (1, 2, 7)]
        one = told(versions[0])
        for faults in pool.map(lambda it: differs(it, ("with other threads", (), {}, "project"), one), versions[1:]):
            report_of += faults
    with Place() as place:
        made = place.start([str(PROGRAM), "new", "--population", "60000", "--weights", "rules/kinds.ensue"]).stdout.splitlines(keepends=True)
        # A row in a thousand is none.
        made = [b"zq,zq\n" if number % 1000 == 999 else row for number, row in enumerate(made)]
        for more in ["", " --weight weight --by reason --format json", " --profiles", " --format csv --rejects rejects.txt"]:
            runs = []
            for count in (1, 2, 7):
                rejects = place.project / "rejects.txt"
                rejects.unlink(missing_ok=True)
                line = f"tally rules/kinds.ensue - --max-rejects 1000{more} --threads {count}"
                run = place.start([str(PROGRAM), *line.split()], b"".join(made))
                runs.append((line, (run.code, run.stdout, run.stderr, rejects.exists() and rejects.read_bytes())))
            report_of += [f"ensue {line}, of 60,000 rows\nit differs from that with one thread" for line, it in runs[1:] if it != runs[0][1]]
            if runs[0][1][0] != 1:
                report_of.append(f"ensue {runs[0][0]}, of 60,000 rows\nexit code {runs[0][1][0]}: {runs[0][1][2][:200]!r}")
    return len(tallies) + 4, report_of


def main():
    if "--self-test" in sys.argv:
        command, writing = Command("eval x"), Command("eval x --out out.txt", (), ("out.txt",))
        with tempfile.TemporaryDirectory(prefix="ensue-clock-") as folder:
            at = lambda variant, command=command: lambda it: differs(command, variant, told(command, program=it), it)
            again = ("a second time", (), {}, "project")
            cases = [
                ("prints a line", "print('fine')", None, at(again)),
                ("prints the time", "import time; print(time.time())", "standard output differs", at(again)),
                ("prints a random number to standard error", "print(os.urandom(9), file=sys.stderr)", "standard error differs", at(again)),
                ("writes its number as a process", "open('out.txt', 'w').write(str(os.getpid()))", "`out.txt` differs", at(again, writing)),
                ("ends with an exit code of its own each time", "sys.exit(os.getpid() % 200)", "exit code", at(again)),
                ("writes a file beside its output once", "open(f'{os.getpid()}', 'w')", "differs nothing", at(again)),
                ("prints the language", "print(os.environ.get('LC_ALL'))", "standard output differs",
                 at(("in another language", (), {"LC_ALL": "tr_TR.UTF-8"}, "project"))),
                ("prints the hour", "import time; time.tzset(); print(time.localtime(0).tm_hour)", "standard output differs",
                 at(("elsewhere", (), {"TZ": "Asia/Kathmandu"}, "project"))),
                ("prints its folder", "print(os.getcwd().split('/')[-1])", "standard output differs", at(("elsewhere", (), {}, "other"))),
            ]
            other_date = clock(folder)
            if other_date:
                cases.append(("prints the year", "import time; print(time.gmtime().tm_year)", "standard output differs",
                              at(("in 2100", *other_date, "project"))))
            user = another_user()
            if user:
                cases.append(("prints its user", "print(os.getuid(), open('/proc/self/uid_map').read())", "standard output differs",
                              at(("as another user", user, {}, "project"))))
            self_test(cases)
    report = Report()
    kept = usable(report)
    with tempfile.TemporaryDirectory(prefix="ensue-clock-") as folder, ThreadPoolExecutor(3) as pool:
        Path(folder).chmod(0o755)
        first = list(pool.map(told, kept))
        report.check("each command ends as it is expected to", [it for command, (run, _) in zip(kept, first) for it in code_faults(command, run)], len(kept))
        for variant in variants(report, folder):
            faults = list(pool.map(lambda pair: differs(pair[0], variant, pair[1]), zip(kept, first)))
            faults = [it for found in faults for it in found]
            # The help fits the terminal, and says so.
            is_help = re.compile(r"ensue (--help|help|\w+ --help)")
            faults = [it for it in faults if not ("40 columns" in variant[0] and is_help.match(it))]
            report.check(f"the same {variant[0]}", faults, len(kept))
        count, faults = threads(kept, pool)
        report.check("the same with 1, 2 and 7 threads", faults, count)
    report.end()


if __name__ == "__main__":
    main()
