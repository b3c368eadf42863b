"""Runs the conformance suite. See README.md.

    run.py                       checks that reference.py gives every recorded answer
    run.py --write               records the answers of reference.py, and prints what changed
    run.py -- COMMAND ARGS       checks another implementation, which answers the protocol of README.md
    run.py 03 12 -- COMMAND ARGS the same, of the folders whose names begin so
"""

import json
import pathlib
import subprocess
import sys
from collections import Counter

HERE = pathlib.Path(__file__).resolve().parent
INPUTS = ["on", "according_to", "without", "known_by", "require", "scenarios", "profile", "profile_text"]
ORDER = ["number", "paragraph", "rules", "says"] + INPUTS + ["expect"]


def case_files():
    return sorted(HERE.glob("[0-9][0-9]-*/cases.json"))


def load():
    """All cases, with the folder of each, in the order of their numbers."""
    found = []
    for path in case_files():
        found += [(path.parent, case) for case in json.loads(path.read_text(encoding="utf-8"))]
    numbers = [case["number"] for _, case in found]
    if numbers != list(range(1, len(numbers) + 1)):
        sys.exit("the numbers of the cases are not consecutive")
    return found


def request_of(folder, case):
    request = {"number": case["number"], "rules": str(folder / case["rules"])}
    request.update((key, case[key]) for key in INPUTS if key in case)
    return request


def written(value):
    return json.dumps(value, ensure_ascii=False)


def block(case):
    """One case as JSON text: one line for each part, and one for each consequence where all is too long."""
    lines = []
    for key in ORDER:
        if key not in case:
            continue
        line = f"    {written(key)}: {written(case[key])}"
        if len(line) > 118 and isinstance(case[key], dict):
            parts = [f"      {written(name)}: {written(part)}" for name, part in case[key].items()]
            line = f"    {written(key)}: {{\n" + ",\n".join(parts) + "\n    }"
        lines.append(line)
    return "  {\n" + ",\n".join(lines) + "\n  }"


def record():
    import reference

    changed = 0
    for path in case_files():
        cases = json.loads(path.read_text(encoding="utf-8"))
        for case in cases:
            answer = reference.answer(request_of(path.parent, case))
            if case.get("expect") != answer:
                changed += 1
                print(f"{case['number']}: {written(case.get('expect'))} -> {written(answer)}")
                case["expect"] = answer
        path.write_text("[\n" + ",\n".join(block(case) for case in cases) + "\n]\n", encoding="utf-8")
    print(f"{len(load())} cases recorded, {changed} changed")


def unlike(expected, given):
    """What differs between an expected and a given answer: a list of sentences."""
    if not isinstance(given, dict):
        return [f"no answer, but {written(given)}"]
    if expected.get("refused") is True:
        if given.get("refused") is not True:
            return ["is not refused"]
        if "line" in expected and given.get("line") != expected["line"]:
            return [f"refused in line {given.get('line')} instead of line {expected['line']}"]
        return []
    if given.get("refused") is True:
        return [f"is refused: {written(given)}"]
    if isinstance(expected.get("scenarios"), list):
        if given.get("scenarios") != expected["scenarios"]:
            return [f"scenarios {written(given.get('scenarios'))} instead of {written(expected['scenarios'])}"]
        return []
    found = []
    for name, outcome in expected.items():
        other = given.get(name)
        if not isinstance(other, dict):
            found.append(f"{name}: no outcome")
            continue
        for key, value in outcome.items():
            one, two = value, other.get(key)
            if isinstance(value, list) and isinstance(two, list) and all(isinstance(it, str) for it in two):
                one, two = set(value), set(two)
            if one != two:
                found.append(f"{name}: {key} is {written(other.get(key))} instead of {written(value)}")
    # No consequence is called so: it is a word of the language.
    found += [f"{name}: not asked for" for name in given if name not in expected and name != "number"]
    return found


def check(cases, answers):
    """Compares the answers, one for each case; prints each difference and the totals."""
    failed, asked = Counter(), Counter()
    for (folder, case), given in zip(cases, answers, strict=True):
        differences = unlike(case["expect"], given)
        asked[folder.name] += 1
        failed[folder.name] += bool(differences)
        for difference in differences:
            print(f"{case['number']} {folder.name}/{case['rules']}: {difference}")
            print(f"    {case['says']}")
    for name in asked:
        if failed[name]:
            print(f"{name}: {failed[name]} of {asked[name]} different")
    print(f"{len(cases)} cases, {len(cases) - failed.total()} as recorded, {failed.total()} different")
    return 1 if failed.total() else 0


def ask(command, cases):
    """Starts the command once; one request a line, one answer a line."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error}")
    for folder, case in cases:
        try:
            process.stdin.write(json.dumps(request_of(folder, case)) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (OSError, UnicodeDecodeError) as error:
            line = "" if isinstance(error, OSError) else str(error)
        if not line:
            sys.exit(f"it ended before it answered case {case['number']}: exit code {process.wait()}")
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            given = line.strip()
        if isinstance(given, dict) and given.get("number", case["number"]) != case["number"]:
            sys.exit(f"asked for case {case['number']}, it answered case {written(given['number'])}")
        yield given
    try:
        process.stdin.close()
    except OSError:
        pass
    more = process.stdout.read()
    if more.strip() or process.wait() != 0:
        sys.exit(f"after the last answer it said {written(more[:200])} and ended with exit code {process.wait()}")


def main(arguments):
    if arguments == ["--write"]:
        record()
        return 0
    at = arguments.index("--") if "--" in arguments else len(arguments)
    begins, command = tuple(arguments[:at]), arguments[at + 1:]
    cases = [it for it in load() if not begins or it[0].name.startswith(begins)]
    is_there = lambda name: any(folder.name.startswith(name) for folder, _ in cases)
    if at < len(arguments) and not command or not all(map(is_there, begins)):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    if command:
        return check(cases, ask(command, cases))
    # Another implementation needs nothing of it.
    import reference

    return check(cases, (reference.answer(request_of(folder, case)) for folder, case in cases))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
