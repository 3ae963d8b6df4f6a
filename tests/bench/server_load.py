#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the reference server carries on this machine, with the load made on the same cores.

    server_load.py --bin build/release/bin [--seconds 10] [--rounds 3] [progress|stream|media|overload|offered ...]

progress  POST /api/v1/stream/progress, each on disk before its 204 (wrk): at least 20,000/s, p99 at most 25 ms
stream    GET /api/v1/stream of titles that are known (wrk): at least 30,000/s
media     ranges of 100 kB of signed files (wrk), beside nginx: at least half of its answers per second of CPU
overload  twice as many positions, due at their time whatever the server answers (open_load), as the same number of
          clients gets done that ask again at once (sustained: what the server carries with so many connections), from
          2,000 and from 8,000 that keep to Retry-After; and where 500 writes may wait, from 2,000, twice what 500 such
          get done. Done is what has its 204 within a second of being due: later, who was told Retry-After: 1 would have
          come again. At least 90 % of what is sustained is done, and who is refused hears of it within a second. A
          client has one request on its way: what finds none free was not sent.

offered   twice the load, all of it offered: to a server that gets a twenty-fifth of a processor (it is stopped
          whenever it had more), so that there are clients enough. 9,000 of them have together twice as many positions
          due as the same 9,000 get done in time at best, at a few rates up to where 97 % are no longer; each is one
          client's own (open_load, own). While that is away, as it was told, its positions are not sent: the newest
          is, when it comes back. While it waits for an answer they are not either, which a server that is quick
          enough keeps rare: a round with more than 5 % of them says so and counts as missed (a wait of
          0.2 s takes 4 % of the 5 s between two of a client). Counted for 30 s at
          least, after 30 s in which those who are too many are sent away. Done, late and refused are as above. (What
          keeps a whole machine from such a load is the number of connections: 10,000 clients with a request each wait
          0.13 s at 76,000/s.)

The rounds take turns; printed are their medians. Exit status 1 when something is missed, 3 when wrk or nginx is not
installed (Debian: wrk, nginx-light).
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from reference_server import ReferenceServer  # noqa: E402

USERS, TITLES = 64, 20
CLIENTS = (2000, 8000)  # of the 10,000 connections there may be; 4,096 writes may wait
FEW_WAITING = 500
DEADLINE_MS = 1000
SHARE = 0.04  # of a processor, for a throttled server
ASKING_AT_ONCE, OFFERING = 500, 9000  # clients
SHARES = (0.5, 0.6, 0.7, 0.8)  # of what few clients that ask at once get done, that many may be served
OFFERED = 0.95  # of what is due, at least: the rest found its client waiting for an answer
SETTLING_S = 30  # until who is too many is away
FILE_BYTES, RANGE_BYTES = 8_000_000, 100_000
TICKS = os.sysconf("SC_CLK_TCK")
BODIES = """
local tokens = {%s}
local requests, at = {}, 0
function init(args)
  for i = 1, 8192 do
    local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. tokens[i %% #tokens + 1] }
    requests[i] = wrk.format("POST", "/api/v1/stream/progress", headers,
      string.format('{"movie_id":"m_%%d","position_seconds":%%d}', i %% %d + 1, i %% 600))
  end
end
function request()
  at = at %% #requests + 1
  return requests[at]
end
"""
TITLES_ASKED = """
local at = 0
function request()
  at = at %% %d + 1
  return wrk.format("GET", "/api/v1/stream?movie_id=m_" .. at)
end
"""
RANGES = """
local paths = {%s}
local at = 0
function request()
  at = at + 1
  local from = at * 100000 %% 7900000
  return wrk.format("GET", paths[at %% #paths + 1], { ["Range"] = "bytes=" .. from .. "-" .. from + 99999 })
end
"""


def make_titles(folder):
    noise = os.urandom(FILE_BYTES)
    for number in range(1, TITLES + 1):
        title = folder / f"m_{number}"
        title.mkdir(parents=True)
        (title / "title.json").write_text(json.dumps(
            {"id": title.name, "name": f"Title {number}", "genre": "Drama", "year": 2024, "duration_seconds": 600,
             "manifests": {"hls": "a.m3u8"}}))
        (title / "a.m3u8").write_text("#EXTM3U\n")
        (title / "s.m4s").write_bytes(noise)


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


class Server(ReferenceServer):
    def media_path(self, token, title):
        request = urllib.request.Request(f"{self.url}/api/v1/stream?movie_id={title}",
                                         headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request) as answer:
            url = json.load(answer)["stream_url"]
        return url[len(self.url):].replace("a.m3u8", "s.m4s")

    def pids(self):
        return [self.pid]


class Throttle:
    """While it lives, a process gets no more than a share of one processor, and saves nothing of it up."""

    def __init__(self, pid):
        self.pid, self.ends = pid, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        used = (~self.pid << 3) | 2  # its CPU-time clock: MAKE_PROCESS_CPUCLOCK of Linux
        is_stopped, begun = False, time.monotonic() - time.clock_gettime(used) / SHARE
        while not self.ends.wait(0.001):
            now, earned_until = time.monotonic(), begun + time.clock_gettime(used) / SHARE
            begun += max(0, now - earned_until - 0.05)
            if (earned_until > now) != is_stopped:
                is_stopped = not is_stopped
                os.kill(self.pid, signal.SIGSTOP if is_stopped else signal.SIGCONT)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()
        os.kill(self.pid, signal.SIGCONT)


class Nginx:
    """One that serves the same folder under the same paths; signatures mean nothing to it."""

    def __init__(self, scratch, media):
        folder = scratch / "nginx"
        folder.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # Its workers must be able to read a folder that is ours alone.
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "conf").write_text(f"""
{user} daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000000; types {{ video/iso.segment m4s; }}
  open_file_cache max=1000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; location /media/ {{ alias {media}/; }} }}
}}""")
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "conf"], stderr=subprocess.DEVNULL)
        self.wait(port)
        self.url = f"http://127.0.0.1:{port}"

    def wait(self, port):
        for _ in range(250):
            if self.process.poll() is not None:
                sys.exit("nginx did not start")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        sys.exit("nginx does not listen")

    def pids(self):
        return [int(pid) for pid in
                subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()]

    def end(self):
        self.process.terminate()
        self.process.wait()


def write_requests(file, tokens):
    """As open_load reads them."""
    with open(file, "wb") as out:
        for number in range(8192):
            body = json.dumps({"movie_id": f"m_{number % TITLES + 1}", "position_seconds": number % 600})
            out.write(f"POST /api/v1/stream/progress HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                      f"Authorization: Bearer {tokens[number % len(tokens)]}\r\nContent-Length: {len(body)}\r\n\r\n"
                      f"{body}\0".encode())


UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


def wrk(server, scratch, script, seconds, connections, header=None):
    """Answers per second, p99 in ms, share of answers that are no success, answers per second of the server's CPU."""
    file = scratch / "load.lua"
    file.write_text(script)
    before = cpu_seconds(server.pids())
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", file]
    text = subprocess.run([str(word) for word in command + (["-H", header] if header else []) + [server.url]],
                          check=True, capture_output=True, text=True).stdout
    spent = cpu_seconds(server.pids()) - before
    count = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", text).groups()
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    lost = re.search(r"Socket errors: (.*)", text)
    if lost:
        print(f"  {lost[0]}")
    return rate, float(value) * UNITS[unit], (int(failed[1]) if failed else 0) / max(1, count), count / max(spent, 0.01)


def row(name, text, good):
    print(f"{name:9} {text}  {'' if good else 'MISSED'}", flush=True)
    return good


class Bench:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        self.media = scratch / "titles"
        make_titles(self.media)
        self.server = Server(options.bin / "playhead-server", scratch, self.media,
                             options=("--rate-limit", "0", "--threads", "2"))
        self.tokens = [self.server.token_of(f"user{n}") for n in range(USERS)]
        self.bearer = f"Authorization: Bearer {self.tokens[0]}"
        self.requests = scratch / "requests"
        write_requests(self.requests, self.tokens)
        self.progress_script = BODIES % (",".join(f'"{token}"' for token in self.tokens), TITLES)

    def medians(self, run):
        rounds = [run() for _ in range(self.options.rounds)]
        return [statistics.median(column) for column in zip(*rounds)]

    def progress(self):
        rate, p99, failed, per_cpu = self.medians(
            lambda: wrk(self.server, self.scratch, self.progress_script, self.options.seconds, self.options.clients))
        return row("progress", f"{rate:,.0f}/s, p99 {p99:.1f} ms, {per_cpu:,.0f} per CPU second, {failed:.2%} failed",
                   rate >= 20_000 and p99 <= 25 and failed == 0)

    def stream(self):
        rate, p99, failed, per_cpu = self.medians(
            lambda: wrk(self.server, self.scratch, TITLES_ASKED % TITLES, self.options.seconds, 128, self.bearer))
        return row("stream", f"{rate:,.0f}/s, p99 {p99:.1f} ms, {per_cpu:,.0f} per CPU second, {failed:.2%} failed",
                   rate >= 30_000 and failed == 0)

    def media_ranges(self):
        signed = [self.server.media_path(self.tokens[0], f"m_{n}") for n in range(1, TITLES + 1)]
        script = RANGES % ",".join(f'"{path}"' for path in signed)
        nginx = Nginx(self.scratch, self.media)
        ours, theirs = [], []
        for _ in range(self.options.rounds):
            ours.append(wrk(self.server, self.scratch, script, self.options.seconds, 64))
            theirs.append(wrk(nginx, self.scratch, script, self.options.seconds, 64))
        nginx.end()
        shutil.rmtree(self.scratch / "nginx")
        per_cpu = [statistics.median(one[3] for one in side) for side in (ours, theirs)]
        rates = [statistics.median(one[0] for one in side) for side in (ours, theirs)]
        failed = max(one[2] for one in ours + theirs)
        return row("media", f"{rates[0]:,.0f}/s beside nginx {rates[1]:,.0f}/s; per CPU second {per_cpu[0]:,.0f} beside "
                   f"{per_cpu[1]:,.0f} ({per_cpu[0] / per_cpu[1]:.2f}), {failed:.2%} failed",
                   per_cpu[0] >= 0.5 * per_cpu[1] and failed == 0)

    def open_load(self, server, clients, rate, throttle=None, how=("heed",), seconds=None):
        """Of a second: what open_load counted, and processor time of the two. `throttle`: once all are connected."""
        seconds = seconds or self.options.seconds
        words = [self.options.bin / "open_load", server.port, self.requests, clients, seconds, int(rate), DEADLINE_MS,
                 *how]
        with subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True) as load:
            if load.stdout.readline() != "ready\n":
                sys.exit("open_load did not begin")
            before, began = cpu_seconds(server.pids()), time.monotonic()
            with throttle or contextlib.nullcontext():
                told = json.loads(load.stdout.read())
            took = time.monotonic() - began
        per_second = {name: value if name.endswith("_ms") else value / seconds for name, value in told.items()}
        return {**per_second, "load_cpu": told["cpu_seconds"] / took,
                "server_cpu": (cpu_seconds(server.pids()) - before) / took}

    def overload(self):
        few = Server(self.options.bin / "playhead-server", self.folder("few"), self.media,
                     options=("--rate-limit", "0", "--threads", "2", "--max-waiting-writes", str(FEW_WAITING),
                              "--secret-file", str(self.scratch / "data" / "secrets")))
        # Name: which server, by how many clients, how many times what the other does (0: they ask at once), beside which.
        runs = {}
        for server, sustaining, clients, where in (
                *((self.server, clients, clients, "") for clients in CLIENTS),
                (few, FEW_WAITING, CLIENTS[0], f" where {FEW_WAITING} may wait")):
            sustained = f"{sustaining} clients at once{where}"
            runs[sustained] = (server, sustaining, 0, sustained)
            runs[f"{clients} clients, twice that{where}"] = (server, clients, 2, sustained)
        rounds = []
        for _ in range(self.options.rounds):
            done = {}
            for name, (server, clients, times, beside) in runs.items():
                rate = times * done[beside]["done"] if times else 0
                done[name] = self.open_load(server, clients, rate)
            rounds.append(done)
        few.end()
        good = True
        for name, (_, _, _, beside) in runs.items():
            got = {what: statistics.median(one[name][what] for one in rounds) for what in rounds[0][name]}
            share = statistics.median(one[name]["done"] / one[beside]["done"] for one in rounds)
            good &= row("overload", f"{name}: {got['due']:,.0f}/s due, {got['sent']:,.0f} sent, {got['done']:,.0f} done "
                        f"({share:.0%}, p50 {got['done_p50_ms']:.0f} ms), {got['refused']:,.0f} refused (p50 "
                        f"{got['refused_p50_ms']:.0f}, p99 {got['refused_p99_ms']:.0f} ms), {got['late']:,.0f} late, "
                        f"{got['failed']:,.0f} failed; processors: server {got['server_cpu']:.2f}, load {got['load_cpu']:.2f}",
                        share >= 0.9 and got["failed"] == 0 and got["refused_p99_ms"] <= DEADLINE_MS)
        return good

    def offered(self):
        throttled = Server(self.options.bin / "playhead-server", self.folder("throttled"), self.media,
                           options=("--rate-limit", "0", "--threads", "2",
                                    "--secret-file", str(self.scratch / "data" / "secrets")))
        rounds = []
        try:
            for _ in range(self.options.rounds):
                sustained = self.sustained(throttled)
                twice = self.open_load(throttled, OFFERING, 2 * sustained, Throttle(throttled.pid),
                                       ("own", SETTLING_S), max(30, self.options.seconds))
                rounds.append({**twice, "sustained": sustained, "share": twice["done"] / sustained,
                               "offered": 1 - twice["busy"] / twice["due"]})
        finally:
            throttled.end()
        got = {what: statistics.median(one[what] for one in rounds) for what in rounds[0]}
        least = min(one["offered"] for one in rounds)
        worst = min(one["share"] for one in rounds)
        text = (f"{got['sustained']:,.0f}/s sustained; twice that: {got['due']:,.0f}/s due, {got['away']:,.0f} of those "
                f"away, {got['busy']:,.0f} waiting, {got['sent']:,.0f} sent, {got['done']:,.0f} done ({got['share']:.0%}, {worst:.0%} at least, p50 "
                f"{got['done_p50_ms']:.0f} ms), {got['refused']:,.0f} refused (p99 {got['refused_p99_ms']:.0f} ms), "
                f"{got['late']:,.0f} late, {got['failed']:,.0f} failed" + (", NOT OFFERED" if least < OFFERED else ""))
        return row("offered", text, least >= OFFERED and worst >= 0.9 and got["failed"] == 0 and
                   got["refused_p99_ms"] <= DEADLINE_MS)

    def sustained(self, throttled):
        """The most positions a second that so many clients have done in time, at rates up to where 97 % are no longer."""
        at_once = self.open_load(throttled, ASKING_AT_ONCE, 0, Throttle(throttled.pid))["done"]
        most = 0
        for share in SHARES:
            got = self.open_load(throttled, OFFERING, share * at_once, Throttle(throttled.pid), ("own",))
            most = max(most, got["done"])
            if got["done"] < 0.97 * got["due"]:
                break
        return most

    def folder(self, name):
        (self.scratch / name).mkdir()
        return self.scratch / name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of playhead-server")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=400, help="connections of progress")
    parser.add_argument("what", nargs="*", help="default: all five")
    options = parser.parse_args()
    asked = set(options.what or ["media", "stream"])
    makers = (("wrk", {"progress", "stream", "media"}), ("nginx", {"media"}))
    missing = [tool for tool, rows in makers if asked & rows and not shutil.which(tool)]
    if missing:
        print(f"skipped: {', '.join(missing)} not installed", file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory(prefix="playhead-load-") as folder:
        bench = Bench(options, pathlib.Path(folder))
        runs = {"progress": bench.progress, "stream": bench.stream, "media": bench.media_ranges,
                "overload": bench.overload, "offered": bench.offered}
        try:
            return 0 if all([runs[what]() for what in options.what or runs]) else 1
        finally:
            bench.server.end()


if __name__ == "__main__":
    sys.exit(main())
