#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs playhead-manifest over a folder of manifests and looks for crashes, hangs and hunger.

    manifest_sweep.py PROGRAM FOLDER [--every N] [--seconds S] [--megabytes M] [--arguments "..."]

Each file is one process. It must end by itself with status 0 (or 3: --lint found something), or 1 and one line
on standard error, within S seconds of processor time and M MB of memory. Prints what broke that and a summary; exit status 1 when
something did, 77 when the folder is not there.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import threading

ENDINGS = (".m3u8", ".mpd", ".xml", ".mpp", ".bin")


def manifests(folder):
    for root, _, names in os.walk(folder):
        for name in names:
            if name.endswith(ENDINGS):
                yield os.path.join(root, name)


def run(program, arguments, path, limit_s):
    """Exit status, lines on standard error, processor seconds, peak megabytes."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([program, *arguments, path], stdout=subprocess.DEVNULL, stderr=errors,
                                   env={**os.environ, "ASAN_OPTIONS": "allocator_may_return_null=0"})
        # A hang that burns nothing would wait for ever; far above any limit, so only that ends here.
        watchdog = threading.Timer(60 + 10 * limit_s, process.kill)
        watchdog.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            watchdog.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        lines = errors.read().decode(errors="replace").splitlines()
    return process.returncode, lines, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def verdict(status, lines, seconds, megabytes, options):
    if status not in (0, 1, 3):
        return f"status {status}: {lines[-1] if lines else ''}"
    if status == 1 and len(lines) != 1:
        return f"{len(lines)} lines instead of one: {lines[:1]}"
    if seconds > options.seconds:
        return f"{seconds:.2f} s"
    if megabytes > options.megabytes:
        return f"{megabytes:.0f} MB"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--every", type=int, default=1, help="only each Nth file")
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--megabytes", type=float, default=64.0)
    parser.add_argument("--arguments", type=shlex.split, default=["--json"])
    options = parser.parse_args()
    if not os.path.isdir(options.folder):
        print(f"skipped: no folder {options.folder}")
        return 77
    paths = sorted(manifests(options.folder))[::options.every]
    read = refused = broken = 0
    slowest, hungriest = (0, ""), (0, "")
    for path in paths:
        status, lines, seconds, megabytes = run(options.program, options.arguments, path, options.seconds)
        slowest = max(slowest, (seconds, path))
        hungriest = max(hungriest, (megabytes, path))
        problem = verdict(status, lines, seconds, megabytes, options)
        if problem:
            broken += 1
            print(f"{path}: {problem}")
        elif status != 1:
            read += 1
        else:
            refused += 1
    print(f"{len(paths)} files: {read} read, {refused} refused with one line, {broken} broken")
    print(f"slowest {slowest[0]:.3f} s {slowest[1]}")
    print(f"most memory {hungriest[0]:.1f} MB {hungriest[1]}")
    return 1 if broken or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
