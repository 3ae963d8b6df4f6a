#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the server while positions are written, and looks whether one that was acknowledged is lost (H09).

    server_kills.py --bin build/release/bin [--kills 200] [--seed 1] [--clients 16] [--load 64]

Every client reports ever later positions of its own titles, over a connection it keeps, and knows which were answered
with 204. Beside them open_load reports for others as fast as the server lets it, over --load connections, so that it is
killed in the middle of commits of many; what became of those is not looked at. After each SIGKILL (after 5 to 200 ms of load) the server is started again, and asked where each title is:
nowhere before what was acknowledged, nowhere after what was sent. Exit status 1 when anything is lost or the database
is damaged.
"""
import argparse
import http.client
import json
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

TITLES = 4  # of each client
FIRST, LAST = 2000, 33_000  # seconds: inside of what is resumed, of a title of ten hours


def make_titles(folder, count):
    for number in range(1, count + 1):
        title = folder / f"m_{number}"
        title.mkdir(parents=True)
        (title / "title.json").write_text(json.dumps(
            {"id": title.name, "name": f"Title {number}", "genre": "Drama", "year": 2024, "duration_seconds": 36_000,
             "manifests": {"hls": "a.m3u8"}}))
        (title / "a.m3u8").write_text("#EXTM3U\n")


class Server:
    def __init__(self, binary, scratch):
        self.command = [binary, "serve", "--data", scratch / "data", "--media", scratch / "titles", "--rate-limit", "0",
                        "--threads", "2"]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the server did not start")
        self.address = line.split("//")[1].strip()

    def writes(self):
        """Since its start."""
        with urllib.request.urlopen(f"http://{self.address}/metrics") as page:
            return sum(int(line.split()[1]) for line in page.read().decode().splitlines()
                       if line.startswith("playhead_commit_writes_sum "))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class Load:
    """Others that report, while the server runs."""

    def __init__(self, binary, scratch, tokens, connections):
        self.connections, self.binary, self.file, self.process = connections, binary, scratch / "requests", None
        requests = []
        for token in tokens:
            for title in range(1, TITLES + 1):
                body = json.dumps({"movie_id": f"m_{title}", "position_seconds": FIRST})
                requests.append(f"POST /api/v1/stream/progress HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
                                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}\0")
        self.file.write_text("".join(requests))

    def start(self, address):
        if self.connections == 0:
            return
        self.process = subprocess.Popen(
            [self.binary, address.split(":")[1], self.file, str(self.connections), "600", "0", "1000"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if self.process.stdout.readline() != "ready\n":
            sys.exit("open_load did not start")

    def wait(self):
        """The server is gone, and so is it."""
        if self.process:
            self.process.communicate()


class Client:
    def __init__(self, token):
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.acknowledged = {f"m_{n + 1}": 0 for n in range(TITLES)}
        self.sent = dict(self.acknowledged)
        self.writes = 0

    def load(self, address):
        """Until the server is gone."""
        connection = http.client.HTTPConnection(address, timeout=30)
        try:
            while True:
                for title in self.sent:
                    position = self.sent[title] + 1 if FIRST <= self.sent[title] < LAST else FIRST
                    if position == FIRST and self.sent[title] >= LAST:
                        return  # nothing later can be said of it
                    self.sent[title] = position
                    body = json.dumps({"movie_id": title, "position_seconds": position})
                    connection.request("POST", "/api/v1/stream/progress", body, self.headers)
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status == 204:
                        self.acknowledged[title] = position
                        self.writes += 1
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def check(self, address):
        """What is wrong with the positions, in words."""
        wrong = []
        connection = http.client.HTTPConnection(address, timeout=30)
        for title, least in self.acknowledged.items():
            connection.request("GET", f"/api/v1/stream?movie_id={title}", headers=self.headers)
            found = json.loads(connection.getresponse().read())["resume_position_seconds"]
            if not least <= found <= self.sent[title]:
                wrong.append(f"{title} at {found}, acknowledged {least}, sent {self.sent[title]}")
            # What arrived without being acknowledged counts from now on.
            self.acknowledged[title] = self.sent[title] = int(found)
        connection.close()
        return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of playhead-server")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--load", type=int, default=64, help="connections that report for others beside them")
    options = parser.parse_args()
    numbers = random.Random(options.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="playhead-kills-") as folder:
        scratch = pathlib.Path(folder)
        make_titles(scratch / "titles", TITLES)
        server = Server(options.bin / "playhead-server", scratch)

        def token_of(user):
            return subprocess.run([options.bin / "playhead-server", "token", "--data", scratch / "data", "--user", user],
                                  check=True, capture_output=True, text=True).stdout.strip()

        clients = [Client(token_of(f"u{n}")) for n in range(options.clients)]
        load = Load(options.bin / "open_load", scratch, [token_of(f"other{n}") for n in range(4)], options.load)
        lost, writes = [], 0
        for kill in range(1, options.kills + 1):
            load.start(server.address)
            threads = [threading.Thread(target=client.load, args=(server.address,)) for client in clients]
            for thread in threads:
                thread.start()
            time.sleep(numbers.uniform(0.005, 0.2))
            writes += server.writes()
            server.kill()
            load.wait()
            for thread in threads:
                thread.join()
            server.start()
            for client in clients:
                lost += [f"kill {kill}: {words}" for words in client.check(server.address)]
            if sys.stderr.isatty():
                print(f"\r{kill} of {options.kills}", end="", file=sys.stderr)
        server.kill()
        with sqlite3.connect(scratch / "data" / "playhead.db") as database:
            verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
        for words in lost[:20]:
            print(words)
        print(f"{options.kills} kills in {time.monotonic() - began:.0f} s: {sum(client.writes for client in clients):,} "
              f"positions acknowledged of {writes:,} written, {len(lost)} lost, database {verdict}")
        return 0 if not lost and verdict == "ok" else 1


if __name__ == "__main__":
    sys.exit(main())
