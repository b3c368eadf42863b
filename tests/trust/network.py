"""No command touches the network.

1. Under strace, no command makes a socket of any kind.
2. The same for an interview on a terminal, with one exception: a pair of sockets that are
   joined with one another (`socketpair`), through which the program tells itself of a signal.
   Such a pair has no address, and nothing else can be reached through it.
3. The program takes from the system none of the functions that open a way to elsewhere.
4. Without a network, each command gives the same bytes and exit code.

Needs strace and `unshare -n -r`.
"""

import os
import pty
import re
import select
import subprocess
import sys
import time

from commands import PASSPORTS, PROGRAM, Command, Place, Report, first_difference, need, self_test, usable, works

# Also io_uring, by which sockets could be made without such calls.
TRACED = "trace=%network,io_uring_setup"
ELSEWHERE = {"socket", "connect", "bind", "listen", "accept", "accept4", "sendto", "getaddrinfo", "gethostbyname",
             "gethostbyname_r", "res_query", "res_search", "io_uring_setup"}


def calls(log):
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if re.match(r"^(\d+ +)?\w+\(", line)]


def sockets(command, program=PROGRAM):
    """What a command does with the network."""
    with Place() as place:
        log = place.log / "strace"
        place.run(command, ("strace", "-f", "-qq", "-o", str(log), "-e", TRACED), program=program)
        if not log.exists():
            return [f"{command}\nstrace wrote nothing"]
        return [f"{command}\n{call}" for call in calls(log)]


def without_network(command, program=PROGRAM):
    """What differs where there is no network."""
    with Place() as here, Place() as apart:
        one = here.run(command, program=program)
        other = apart.run(command, ("unshare", "-n", "-r"), program=program)
        faults = []
        if one.code != other.code:
            faults.append(f"{command}\nexit code {one.code}, and {other.code} without a network")
        pairs = [("standard output", one.stdout, other.stdout), ("standard error", one.stderr, other.stderr)]
        faults += [f"{command}\n{what} differs {first_difference(a, b)}" for what, a, b in pairs if a != b]
        if here.snapshot() != apart.snapshot():
            faults.append(f"{command}\nthe files differ")
        return faults


def on_terminal(program=PROGRAM):
    """What an interview on a terminal does with the network; whether it got as far as its outcomes."""
    with Place() as place:
        log = place.log / "strace"
        line = ["strace", "-f", "-qq", "-o", str(log), "-e", TRACED, str(program), "ask", PASSPORTS[0]]
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(place.project)
            os.execvpe(line[0], line, {**place.env, "TERM": "xterm"})
        seen, until, sent = b"", time.monotonic() + 20, 0.0
        while time.monotonic() < until:
            ready, _, _ = select.select([terminal], [], [], 0.2)
            if ready:
                try:
                    part = os.read(terminal, 65536)
                except OSError:
                    break
                seen += part
                if b"\x1b[6n" in part:
                    os.write(terminal, b"\x1b[1;1R")
            elif time.monotonic() - sent > 0.4:
                sent = time.monotonic()
                os.write(terminal, b"\r")
        else:
            os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)
        found = calls(log)
    # Only calls on the pair itself are allowed: they name no address.
    pair = re.compile(r"socketpair\(AF_UNIX, |(sendto|recvfrom)\(\d+, .*NULL, (0|NULL)\)|(send|recv)msg\(\d+, \{msg_name=NULL")
    faults = [call for call in found if not pair.search(call)]
    if b"Where does the person live" not in seen:
        faults.append(f"the interview did not begin: {seen[-300:]!r}")
    return faults, any("socketpair" in call for call in found)


def imported():
    text = subprocess.run(["readelf", "--dyn-syms", "-W", str(PROGRAM)], capture_output=True, text=True, check=True).stdout
    names = {words[7].split("@")[0] for words in map(str.split, text.splitlines()) if len(words) > 7 and words[6] == "UND"}
    return sorted(names & ELSEWHERE)


def main():
    need("strace", "-f", "-e", TRACED, "true")
    if "--self-test" in sys.argv:
        need("unshare", "-n", "-r", "true")
        command = Command("eval rules/passports.ensue")
        self_test([
            ("prints a line", "print('fine')", None, lambda it: sockets(command, it) + without_network(command, it)),
            ("makes a socket of the Internet", "import socket; socket.socket()", "socket(AF_INET", lambda it: sockets(command, it)),
            ("makes a socket of the machine", "import socket; socket.socket(socket.AF_UNIX)", "socket(AF_UNIX",
             lambda it: sockets(command, it)),
            ("lets another program make a socket", """
                if os.fork() == 0:
                    import socket; socket.socket()
                else: os.wait()
             """, "socket(AF_INET", lambda it: sockets(command, it)),
            ("tells what networks there are", "print(os.listdir('/sys/class/net') and open('/proc/self/net/dev').read().count(':'))",
             "standard output differs", lambda it: without_network(command, it)),
            ("asks on a terminal, and connects", """
                import socket, time
                print('Where does the person live'); sys.stdout.flush(); time.sleep(0.3)
                try: socket.socket().connect(('127.0.0.1', 9))
                except OSError: pass
             """, "connect(", lambda it: on_terminal(it)[0]),
        ])
    report = Report()
    kept = usable(report)
    report.check("no command makes a socket of any kind", [it for command in kept for it in sockets(command)], len(kept))
    faults, pair = on_terminal()
    report.check("an interview on a terminal makes no socket" + (" but a pair that is joined with itself" if pair else ""), faults)
    if works("readelf", "--version"):
        report.check("the program takes no function from the system that opens a way to elsewhere",
                     [f"`{name}`" for name in imported()])
    else:
        report.skip("what the program takes from the system: there is no `readelf`")
    if works("unshare", "-n", "-r", "true"):
        report.check("without a network, each command gives the same bytes and exit code",
                     [it for command in kept for it in without_network(command)], len(kept))
    else:
        report.skip("without a network: `unshare -n -r` does not work here")
    report.end()


if __name__ == "__main__":
    main()
