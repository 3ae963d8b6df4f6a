# SPDX-License-Identifier: Apache-2.0
"""Processes that are killed at an instant, for the scripts of this folder."""
import collections
import select
import signal
import subprocess
import time

STUCK_SECONDS = 120   # one life that does not end by itself


class Wrong(Exception):
    """What must not be."""


# `ended` by time.monotonic(): just after the kill, or the end.
Life = collections.namedtuple("Life", "lines was_killed exit_code lasted ended")


def live(command, limit, first_line=None):
    """Runs a worker for at most `limit` seconds, then kills it; without a limit, to its end. `first_line`: they count
    from when it has said that."""
    begin = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE)
    output, was_killed = b"", False
    waits = first_line is not None
    end = begin + (STUCK_SECONDS if limit is None or waits else limit)
    while True:
        ready, _, _ = select.select([process.stdout], [], [], max(0, end - time.monotonic()))
        if not ready:
            process.send_signal(signal.SIGKILL)
            ended, was_killed = time.monotonic(), True
            output += process.stdout.read()
            break
        piece = process.stdout.read1(1 << 20)
        if not piece:
            ended = time.monotonic()
            break
        output += piece
        if waits and limit is not None and output.startswith(f"{first_line}\n".encode()):
            end, waits = time.monotonic() + limit, False
    process.stdout.close()
    code = process.wait()
    # A line that was cut off was never said.
    lines = output.decode(errors="replace").split("\n")[:-1]
    if was_killed and (limit is None or waits):
        raise Wrong(f"nothing more came of {command[1]}: {lines[-3:]}")
    return Life(lines, was_killed, code, ended - begin, ended)
