"""No command reads or writes a file that it was not asked for.

Under strace, each command:
1. writes and creates nothing but the output that was asked for, through a file beside it that
   is renamed (or a folder, for `ensue new DIR`);
2. opens nothing but the files named on its command line, what these import, and the files of
   the system that are listed below;
3. starts no other program;
4. leaves nothing in the project, HOME, TMPDIR or the XDG folders but that output.

Needs strace.
"""

import os
import re
import sys

from commands import PROGRAM, Command, Place, Report, need, outputs, self_test, usable

TRACED = "trace=%file,%desc,%process"

# What may be opened for reading beside the files of a command.
SYSTEM = [
    (r"/etc/ld\.so\.(cache|preload)", "which libraries there are"),
    (r"(/usr)?/lib(64)?/.*\.so(\.[0-9.]+)?", "the system's libraries"),
    (r"/proc/self/maps|/proc/[0-9]+/maps", "where the stack ends, for Rust's guard page"),
    (r"/proc/self/cgroup|/proc/[0-9]+/cgroup|/proc/self/mountinfo|/proc/[0-9]+/mountinfo|/sys/fs/cgroup/.*",
     "how many threads may run"),
    (r"/sys/devices/system/cpu/online|/proc/stat", "how many processors there are"),
    (r"/dev/null", "a stream that is closed"),
]

# Calls that change what stands under a name, and how many of their arguments are paths.
CHANGES = {"mkdir", "mkdirat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink",
           "unlinkat", "rmdir", "truncate", "chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat", "utime",
           "utimes", "utimensat", "futimesat", "mknod", "mknodat", "setxattr", "lsetxattr", "removexattr", "mount",
           "pivot_root", "chroot", "creat"}
# Calls that change an open file.
FILLS = {"write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate", "fallocate", "sendfile", "copy_file_range",
         "splice", "fchmod", "fchown", "fsetxattr"}
PROGRAMS = {"execve", "execveat", "fork", "vfork"}

# The names of what is written beside an output until it is whole.
BESIDE = r"\.tmp[A-Za-z0-9]{6}"
BESIDE_FOLDER = r"\.ensue-new-[A-Za-z0-9]{6}"

CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+|\?)(.*)$")
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def told(log):
    """The calls of a log: name, arguments, whether it failed. Calls in two parts are put together."""
    begun = {}
    for line in log.read_text(errors="replace").splitlines():
        pid = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[pid] = line.removesuffix("<unfinished ...>").rstrip()
            continue
        resumed = re.match(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$", line)
        if resumed:
            line = begun.pop(pid, "") + resumed[2]
        found = CALL.match(line)
        if found:
            yield found[1], found[2], found[3].startswith("-"), line


def paths(arguments, folder):
    """The paths of a call, each after the folder to which it is relative."""
    found, base = [], folder
    for part in re.finditer(r'(?:AT_FDCWD|\b\d+)<([^>]*)>|"((?:[^"\\]|\\.)*)"', arguments):
        if part[1] is not None:
            base = part[1]
        else:
            found.append(os.path.normpath(os.path.join(base, part[2])))
    return found


def is_beside(path, wanted):
    """Whether a path is that of an output, or of what is written beside it."""
    for output in wanted:
        parent = os.path.dirname(output)
        inside = path == output or path.startswith(output + "/")
        name = os.path.relpath(path, parent)
        if inside or re.fullmatch(BESIDE, name) or re.fullmatch(BESIDE_FOLDER + "(/.*)?", name):
            return True
    return False


def opened(command, program=PROGRAM, more=()):
    """Whatever a command reads, writes or starts that it was not asked for."""
    faults = []
    with Place() as place:
        log, project = place.log / "strace", str(place.project)
        before = place.snapshot()
        place.run(command, ("strace", "-f", "-y", "-qq", "-s", "0", "-o", str(log), "-e", TRACED), program=program)
        after = place.snapshot()
        writes = [os.path.join(project, name) for name in command.writes]
        reads = {os.path.join(project, name) for name in command.reads} | {str(program)}
        system = [pattern for pattern, _ in (*SYSTEM, *more)]

        def fault(what, line):
            faults.append(f"{command}\n{what}: {line}")

        started = 0
        for name, arguments, failed, line in told(log):
            if name in PROGRAMS:
                started += 1
                if started > 1 or name != "execve":
                    fault("it starts a program", line)
            elif name in ("open", "openat", "openat2"):
                path, = paths(arguments, project)[:1] or ["?"]
                if re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)", arguments):
                    if not is_beside(path, writes) and path != "/dev/null":
                        fault("it opens a file to write it", line)
                elif "O_DIRECTORY" in arguments and (is_beside(path, writes) or path == project):
                    pass
                elif not (path in reads or is_beside(path, writes) or any(re.fullmatch(it, path) for it in system)):
                    fault("it reads another file", line)
            elif name in CHANGES:
                for path in paths(arguments, project):
                    if not is_beside(path, writes):
                        fault("it changes what stands under a name", line)
            elif name in FILLS:
                file = re.match(r"(\d+)<([^>]*)>", arguments)
                if file is None or not (int(file[1]) in (1, 2) or is_beside(file[2], writes)):
                    fault("it writes to another file", line)
        if not started:
            faults.append(f"{command}\nstrace wrote nothing")
        faults += left(command, before, after, place.project.name)
    return faults


def left(command, before, after, project):
    """What is new, changed or gone, but for the output."""
    names = [f"{project}/{name}" for name in command.writes]
    wanted = lambda path: any(path == name or path.startswith(name + "/") for name in names)
    differ = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return [f"{command}\nit left or changed `{path}`" for path in differ if not wanted(path)]


def as_asked(command, program=PROGRAM):
    """Whether the output that was asked for is there, and who can read and write it."""
    faults = []
    with Place() as place:
        place.run(command, program=program)
        for name, found in outputs(place, command).items():
            if found is None:
                faults.append(f"{command}\n`{name}` was not written")
            elif found[0][1] & 0o022:
                faults.append(f"{command}\nothers can write `{name}`")
            elif name in ("report.html", "answers.json") and found[0][1] & 0o077:
                faults.append(f"{command}\nothers can read `{name}`, which tells of a person")
    return faults


def main():
    need("strace", "-f", "-y", "-e", TRACED, "true")
    if "--self-test" in sys.argv:
        python = [(re.escape(os.path.realpath(sys.base_prefix)) + "/.*", "Python"), (r"/(usr|etc|dev|sys|proc)/.*", "the system"),
                  (r".*/fake|.*/pyvenv.cfg", "the fake program")]
        plain, writing = Command("eval rules/passports.ensue"), Command("eval x --out out.txt", (), ("out.txt",))
        reading = lambda command: lambda program: opened(command, program, python)
        self_test([
            ("prints a line", "print('fine')", None, reading(plain)),
            ("writes its output beside it and renames it", """
                open('.tmpabcdef', 'w').write('whole'); os.rename('.tmpabcdef', 'out.txt')
             """, None, reading(writing)),
            ("keeps a history in HOME", "open(os.environ['HOME'] + '/.history', 'a').write('x')", "to write it", reading(plain)),
            ("keeps a cache and says nothing of it", "os.mkdir(os.environ['XDG_CACHE_HOME'] + '/ensue')", "it left or changed `cache/ensue`",
             reading(plain)),
            ("makes a temporary copy and takes it away", """
                path = os.environ['TMPDIR'] + '/copy'; open(path, 'w').write('x'); os.unlink(path)
             """, "copy", reading(plain)),
            ("writes a temporary file in another folder than its output", """
                path = os.environ['TMPDIR'] + '/.tmpabcdef'; open(path, 'w').write('x'); os.rename(path, 'out.txt')
             """, "to write it", reading(writing)),
            ("leaves a file beside its output", "open('.tmpabcdef', 'w').write('x')", "it left or changed", reading(writing)),
            ("reads a profile that it was not given", "open('tests/profiles/kherson.json').read()", "it reads another file",
             reading(plain)),
            ("reads above the project", "os.open('../home', os.O_RDONLY)", "it reads another file",
             reading(plain)),
            ("starts another program", "os.spawnl(os.P_WAIT, '/bin/true', 'true')", "it starts a program", reading(plain)),
            ("changes who may read a file", "os.chmod('rules/passports.ensue', 0o600)", "it changes", reading(plain)),
            ("writes an output that all can write", "os.umask(0); open('out.txt', 'w')", "others can write", lambda it: as_asked(writing, it)),
            ("writes no output", "pass", "was not written", lambda it: as_asked(writing, it)),
        ])
    report = Report()
    kept = usable(report)
    print("Beside the files of a command, these may be opened for reading:")
    for pattern, why in SYSTEM:
        print(f"    {pattern}: {why}")
    faults = [it for command in kept for it in opened(command)]
    kinds = [
        ("no command writes or changes what it was not asked for", ("to write it", "changes what", "to another file")),
        ("no command reads what it was not given", ("reads another", "strace wrote")),
        ("no command starts another program", ("starts a program",)),
        ("no command leaves anything in the project, HOME, TMPDIR or the XDG folders", ("it left",)),
    ]
    for promise, words in kinds:
        report.check(promise, [it for it in faults if any(word in it.split("\n")[1] for word in words)], len(kept))
    writing = [command for command in kept if command.writes]
    report.check("each output is there, others cannot write it, nor read it where it tells of a person",
                 [it for command in writing for it in as_asked(command)], len(writing))
    report.end()


if __name__ == "__main__":
    main()
