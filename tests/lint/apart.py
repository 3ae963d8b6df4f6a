#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether every source compiles by itself: whether it includes what it uses.

tests/run and demo-player/run compile several sources at a time, and standard headers before all of them, so that one may
live of another's includes; a project that adds this one by add_subdirectory() does neither. This looks at each alone,
syntax only; exit status 1 names those that do not compile.
"""

import argparse
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile


def compile_alone(entry):
    command = shlex.split(entry["command"])
    while "ccache" in os.path.basename(command[0]) or command[0].endswith("cmake") or command[0] == "-E" \
            or command[0] == "env" or ("=" in command[0] and not command[0].startswith("-")):
        command = command[1:]
    command[command.index("-o") + 1] = os.devnull
    done = subprocess.run(command + ["-fsyntax-only"], cwd=entry["directory"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return entry["file"], done.returncode, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at a time (default: processors)")
    parser.add_argument("--only", default="", help="sources whose path contains this text alone")
    options = parser.parse_args()
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with tempfile.TemporaryDirectory() as build:
        subprocess.run(["cmake", "--preset", "dev", "-B", build, "-G", "Ninja", "-DPLAYHEAD_UNITY=OFF",
                        "-DPLAYHEAD_PRECOMPILE=OFF", "-DPLAYHEAD_SANITIZE=", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"],
                       cwd=root, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
            entries = [entry for entry in json.load(file)
                       if options.only in entry["file"] and entry["file"].startswith(root + os.sep)]
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for count, (path, status, said) in enumerate(pool.map(compile_alone, entries), 1):
                if status != 0:
                    failed += 1
                    print(f"{os.path.relpath(path, root)} does not compile by itself:\n{said}", flush=True)
                elif sys.stderr.isatty():
                    print(f"\r{count}/{len(entries)}", end="", file=sys.stderr, flush=True)
    print(f"{len(entries) - failed} sources compile by themselves, {failed} do not")
    return 1 if failed or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
