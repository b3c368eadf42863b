"""Answers the protocol of README.md with the command `ensue` (or the file that ENSUE names).

One request a line comes in, one answer a line goes out. Each request starts the command once.
"""

import json
import os
import re
import subprocess
import sys

ENSUE = os.environ.get("ENSUE", "ensue")
PLACE = re.compile(r"^\s*-->\s+(.*\.ensue):(\d+):\d+\s*$", re.MULTILINE)


def run(arguments, text=""):
    return subprocess.run([ENSUE] + arguments, input=text.encode("utf-8"), capture_output=True, timeout=120)


def refusal(process):
    """What the command says where it refuses: the line is that of the first place in a rule text."""
    message = process.stderr.decode("utf-8", "replace")
    if process.returncode != 2:
        return {"failed": f"exit {process.returncode}: {message[:300]}"}
    place = PLACE.search(message)
    return {"refused": True, "line": int(place[2])} if place else {"refused": True}


def scenarios(request):
    process = run(["test", request["rules"], "--format", "json"])
    if process.returncode not in (0, 1) or not process.stdout:
        return refusal(process)
    found = [scenario for policy in json.loads(process.stdout)["policies"] for scenario in policy["scenarios"]]
    return {"scenarios": [scenario["passed"] for scenario in sorted(found, key=lambda it: it["line"])]}


def outcomes(request):
    arguments = ["eval", request["rules"], "-", "--format", "json"]
    for key, option in (("on", "--on"), ("known_by", "--known-by"), ("require", "--require")):
        if key in request:
            arguments.append(f"{option}={request[key]}")
    for key, option in (("according_to", "--according-to"), ("without", "--without")):
        arguments += [f"{option}={name}" for name in request.get(key, [])]
    text = request.get("profile_text")
    process = run(arguments, json.dumps(request.get("profile", {})) if text is None else text)
    if process.returncode != 0 or not process.stdout:
        return refusal(process)
    answer = {}
    for outcome in json.loads(process.stdout)["outcomes"]:
        found = {"status": outcome["status"]}
        if outcome["status"] == "undetermined":
            found["possible"], found["depends_on"] = outcome["possible"], list(outcome["depends_on"])
        else:
            found["because"] = list(outcome["because"])
        answer[outcome["consequence"]] = found
    return answer


def main():
    for line in sys.stdin:
        request = json.loads(line)
        answer = scenarios(request) if request.get("scenarios") else outcomes(request)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
