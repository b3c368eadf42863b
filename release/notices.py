"""Writes the notices of all libraries that are built into the program and into the engine of pages.

    python3 release/notices.py TARGET >THIRD-PARTY.txt

Names, versions and licences are Cargo's; the texts are the files that each library's package has. A library
without one is named with its licence alone.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """Ensue is built with the libraries below; each may be given on under its licence, which stands with it.
The program is linked with the GNU C library, which is under the GNU Lesser General Public License, version 2.1
or later: https://www.gnu.org/software/libc/
"""
MANIFESTS = {"Cargo.toml": None, "web/engine/Cargo.toml": "wasm32-unknown-unknown"}


def built_in(manifest, target):
    """The packages that a crate is built of, but for what only builds or tests it."""
    line = ["cargo", "metadata", "--format-version=1", "--locked", "--filter-platform", target, "--manifest-path", manifest]
    told = json.loads(subprocess.run(line, cwd=ROOT, capture_output=True, check=True).stdout)
    packages = {package["id"]: package for package in told["packages"]}
    nodes = {node["id"]: node for node in told["resolve"]["nodes"]}
    found, left = set(), [told["resolve"]["root"]]
    while left:
        at = left.pop()
        if at not in found:
            found.add(at)
            is_normal = lambda dep: any(kind["kind"] is None for kind in dep["dep_kinds"])
            left += [dep["pkg"] for dep in nodes[at]["deps"] if is_normal(dep)]
    return [packages[it] for it in found if packages[it]["source"]]


def texts(package):
    folder = Path(package["manifest_path"]).parent
    names = ("license", "licence", "copying", "notice", "copyright", "unlicense")
    return [it for it in sorted(folder.iterdir()) if it.is_file() and it.name.lower().startswith(names)]


def main():
    packages = {}
    for manifest, target in MANIFESTS.items():
        for package in built_in(manifest, target or sys.argv[1]):
            packages[package["name"], package["version"]] = package
    print(HEAD)
    for (name, version), package in sorted(packages.items()):
        print(f"{'=' * 78}\n{name} {version}: {package['license']}\n{package['repository'] or ''}\n")
        for path in texts(package):
            print(path.read_text(encoding="utf-8", errors="replace").strip(), "\n")


if __name__ == "__main__":
    main()
