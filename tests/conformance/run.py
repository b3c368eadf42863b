"""Runs the conformance suite. See README.md.

    run.py                    checks that reference.py gives every recorded answer
    run.py --write            records the answers of reference.py, and prints what changed
    run.py -- COMMAND ARGS    checks another implementation, which answers the protocol of README.md
"""

import json
import pathlib
import subprocess
import sys

import reference

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
        return [f"no answer: {written(given)}"]
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
            if isinstance(value, list):
                one, two = sorted(value), sorted(two) if isinstance(two, list) else two
            if one != two:
                found.append(f"{name}: {key} is {written(other.get(key))} instead of {written(value)}")
    found += [f"{name}: not asked for" for name in given if name not in expected]
    return found


def check(answers):
    """Compares the answers, one for each case; prints each difference and the totals."""
    cases = load()
    failed = 0
    for (folder, case), given in zip(cases, answers):
        differences = unlike(case["expect"], given)
        failed += bool(differences)
        for difference in differences:
            print(f"{case['number']} {folder.name}/{case['rules']}: {difference}")
            print(f"    {case['says']}")
    print(f"{len(cases)} cases, {len(cases) - failed} as recorded, {failed} different")
    return 1 if failed else 0


def ask(command):
    """Starts the command once; one request a line, one answer a line."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               encoding="utf-8")
    for folder, case in load():
        try:
            process.stdin.write(json.dumps(request_of(folder, case)) + "\n")
            process.stdin.flush()
            yield json.loads(process.stdout.readline())
        except (OSError, ValueError):
            yield None
    try:
        process.stdin.close()
    except OSError:
        pass
    process.wait()


def main(arguments):
    if arguments == ["--write"]:
        record()
        return 0
    if arguments[:1] == ["--"] and len(arguments) > 1:
        return check(ask(arguments[1:]))
    if arguments:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    return check(reference.answer(request_of(folder, case)) for folder, case in load())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
