#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays titles of the real server and kills the player's process (SIGKILL), again and again, at random instants, while
the network between the two fails: connections refused, nothing answered, answers lost. In the end the server's totals
are compared with what each process wrote down before it died.

    client_kills.py --bin build/release/bin [--kills 1000] [--seed N] [--viewers 4] [--media FOLDER]

A series: an account with a storage folder of its own plays ten titles, each in two lives that are killed. Then the
network is well, what waits is delivered, and it fails when, of a title,
  - the position the server has, or the second life began at, is none that the play had within its last beat,
  - play time by heartbeats is more than was played, or lacks more than a beat of each life,
  - an event is missing that the process was told of more than --grace-ms before its end, or one is there twice,
  - anything that was answered with 204 is not there.
A beat is a second of play: so often positions are reported and heartbeats sent. Starts are by GET /api/v1/stream and by
POST /v1/playback/start in turns, drawn from the seed, which is printed. At the end FAULTS are planted into a copy of
the server's totals; each has to be found.
"""
import argparse
import collections
import contextlib
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests/support"))
from lives import Wrong, live  # noqa: E402
from reference_server import ReferenceServer  # noqa: E402
from relay import Relay  # noqa: E402

TITLES = 10             # of a series
LIVES = 2               # of each
BEAT_MS = 1000          # as client_worker has it
NEAR_MS = 400           # a position is said by the worker every 50 ms, and by the player when it likes
WATCHED = 0.95          # from there on a title begins anew
PLAY_SHARE = 0.75       # of the lives whose time counts from when they play; of the others, from their start
OUTAGES = ("refuse", "silent", "lose")
OUTAGE_SHARE = 0.6      # of the lives
LONGEST_OUTAGE = 2.5    # seconds
# Of these two of a session may look alike: seeks that overtook each other, requests that broke together. Two lives may
# begin in the same millisecond by the time they know, the service's to a second: each has a session of its own.
MAY_LOOK_ALIKE = ("seek", "warning", "error", "quality_change")
# What is done to a user's rows, and words of which one is in what has to be said of it.
FAULTS = {
    "events lost": ("DELETE FROM playback_event WHERE user_id = ?", ("events", "not there")),
    "events twice": ("INSERT INTO playback_event SELECT user_id, event_id || '+', session_id, type, at_ms,"
                     " received_at_ms, body FROM playback_event WHERE user_id = ? AND type = 'start'",
                     ("events", "twice")),
    "play time lost": ("DELETE FROM heartbeat WHERE user_id = ?", ("play time", "not there")),
    "play time added": ("UPDATE heartbeat SET duration_ms = duration_ms + 60000 WHERE user_id = ?", ("play time",)),
    "another position": ("UPDATE position SET position_ms = position_ms + 100000 WHERE user_id = ?", ("position",)),
}


def copy_titles(source, folder):
    """One title under many names."""
    facts = json.loads((source / "title.json").read_text())
    for number in range(1, TITLES + 1):
        title = folder / f"m_{number}"
        shutil.copytree(source, title)
        (title / "title.json").write_text(json.dumps({**facts, "id": title.name}))
    return round(facts["duration_seconds"] * 1000)


Moment = collections.namedtuple("Moment", "at position played covered")


class Truth:
    """What one life wrote down."""

    def __init__(self, path, begun, ended):
        self.ended = ended
        self.moments, self.events, self.resumes = [], [], []
        text = path.read_text() if path.exists() else ""
        for line in text.split("\n")[:-1]:
            at, kind, *rest = line.split(" ")
            if not begun <= float(at) <= ended:
                raise Wrong(f"the player's clock is another than this process's: {at}, {begun} to {ended}")
            if kind == "at":
                self.moments.append(Moment(float(at), *map(int, rest)))
            if kind == "event":
                self.events.append((float(at), rest[0]))
            if kind == "resume":
                self.resumes.append(int(rest[0]))

    def before(self, grace):
        """The last moment that is so long before the end."""
        return next((each for each in reversed(self.moments) if each.at <= self.ended - grace), None)

    def late_positions(self, grace):
        """Those of its last beat of play; all of a life that did not play so long. And whether it did."""
        then = self.before(grace)
        least = then.played - BEAT_MS if then else 0
        late = {each.position for each in self.moments if each.played >= least}
        if self.moments:  # it may have played on without having said so
            last = self.moments[-1]
            unsaid = int((self.ended - last.at) * 1000)
            late |= {last.position + after for after in range(0, unsaid, NEAR_MS)}
        return late, least > 0

    def least_covered(self, grace):
        then = self.before(grace)
        return max(then.covered - BEAT_MS, 0) if then else 0

    def most_covered(self):
        if not self.moments:
            return 0
        return self.moments[-1].covered + (self.ended - self.moments[-1].at) * 1000


class Disturbance:
    """What the network does to one life."""

    def __init__(self, relay, numbers):
        self._relay, self._is_over = relay, threading.Event()
        self._plan = []
        if numbers.random() < OUTAGE_SHARE:
            self._plan = [(numbers.uniform(0, 2), numbers.choice(OUTAGES), numbers.uniform(0.2, LONGEST_OUTAGE))]
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        for delay, mode, lasts in self._plan:
            if self._is_over.wait(delay):
                return
            self._relay.mode = mode
            # Sometimes the fault outlives the process.
            time.sleep(lasts)
            self._relay.mode = "pass"

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()


class Series:
    def __init__(self, arguments, server, database, scratch, name, seed, duration_ms):
        self.worker, self.database = arguments.bin / "client_worker", database
        self.grace = arguments.grace_ms / 1000
        self.longest = arguments.longest_ms / 1000
        self.scratch = scratch / name
        self.scratch.mkdir()
        self.name, self.numbers, self.duration = name, random.Random(seed), duration_ms
        self.relay = Relay(server.port, notes=True)
        self.token = server.token_of(name)
        self.truths = collections.defaultdict(list)
        self.kills = self.acknowledged = self.events = self.repeated = 0
        self.played_ms = self.missing_ms = 0

    def run(self, kills):
        lives = [f"m_{number}" for number in range(1, TITLES + 1) for _ in range(LIVES)][:kills]
        for title in lives:
            self.one_life(title)
        self.relay.mode = "pass"
        last = live([self.worker, "flush", self.relay.url, self.token, self.scratch / "store"], None)
        if last.exit_code != 0:
            raise Wrong(f"{self.name}: what waits cannot be delivered: {last.lines}")
        self.check_all()
        self.relay.end()
        shutil.rmtree(self.scratch)

    def check_all(self):
        for title in self.truths:
            self.check(title)
        self.check_acknowledged()

    def unnoticed(self, folder):
        """Which FAULTS nobody finds."""
        missed = []
        for name, (words, found_by) in FAULTS.items():
            copy = folder / f"{name}.db"
            with contextlib.closing(sqlite3.connect(self.database)) as source, \
                    contextlib.closing(sqlite3.connect(copy)) as target:
                source.backup(target)
                is_planted = target.execute(words, (self.name,)).rowcount > 0
                target.commit()
            if not is_planted:  # it had nothing of the kind
                continue
            whole, self.database, said = self.database, copy, "nothing"
            try:
                self.check_all()
            except Wrong as wrong:
                said = str(wrong)
            self.database = whole
            if not any(each in said for each in found_by):
                missed.append(f"{name}: {said}")
        return missed

    def one_life(self, title):
        truth = self.scratch / f"{title}.{len(self.truths[title])}"
        how = self.numbers.choice(("stream", "session"))
        plays_first = self.numbers.random() < PLAY_SHARE
        with Disturbance(self.relay, self.numbers):
            life = live([self.worker, "play", self.relay.url, self.token, self.scratch / "store", title, truth, how,
                         self.numbers.randrange(1 << 30)], self.numbers.uniform(0, self.longest),
                        "playing" if plays_first else None)
        if not life.was_killed:
            raise Wrong(f"{self.name}: a player ended by itself with {life.exit_code}: {life.lines[-3:]}")
        self.kills += 1
        self.truths[title].append(Truth(truth, life.ended - life.lasted, life.ended))

    def rows(self, words, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute(words, values).fetchall()

    def check(self, title):
        lives = self.truths[title]
        self.check_resumes(title, lives)
        position = self.rows("SELECT position_ms FROM position WHERE user_id=? AND movie_id=?", self.name, title)
        self.expect_near(f"{title}: the server's position", position[0][0] if position else None, lives)
        self.check_play_time(title, lives)
        self.check_events(title, lives)

    def check_resumes(self, title, lives):
        for number, life in enumerate(lives[1:], 1):
            if life.resumes:
                self.expect_near(f"{title}: the resume position", life.resumes[0], lives[:number], may_begin_anew=True)

    def expect_near(self, what, found, lives, may_begin_anew=False):
        """`found` is where the last of the lives was, or the one before when that did not play for a beat."""
        allowed = set()
        has_played = False
        for life in reversed(lives):
            positions, has_played = life.late_positions(self.grace)
            allowed |= positions
            if has_played:
                break
        if found is None or found == 0:
            is_watched = any(position >= WATCHED * self.duration for position in allowed)
            if not has_played or (may_begin_anew and is_watched):
                return
        if not any(abs(position - found) <= NEAR_MS for position in allowed):
            raise Wrong(f"{self.name} {what} is {found}, the play was at {sorted(allowed)}")

    def check_play_time(self, title, lives):
        sums = self.rows("SELECT coalesce(sum(duration_ms), 0) FROM heartbeat WHERE user_id=? AND movie_id=?",
                         self.name, title)
        found = sums[0][0]
        least = sum(life.least_covered(self.grace) for life in lives)
        most = sum(life.most_covered() for life in lives) + NEAR_MS
        if not least <= found <= most:
            raise Wrong(f"{self.name} {title}: play time {found} ms, expected {least} to {most:.0f}")
        self.played_ms += sum(life.moments[-1].covered for life in lives if life.moments)
        self.missing_ms += max(sum(life.moments[-1].covered for life in lives if life.moments) - found, 0)

    def check_events(self, title, lives):
        rows = self.rows("SELECT e.type, e.body, e.session_id FROM playback_event e JOIN playback_session s USING(session_id)"
                         " WHERE e.user_id=? AND s.movie_id=?", self.name, title)
        found = collections.Counter(kind for kind, _, _ in rows)
        told = collections.Counter(kind for life in lives for _, kind in life.events)
        safe = collections.Counter(kind for life in lives for at, kind in life.events if at <= life.ended - self.grace)
        for kind, count in safe.items():
            if found[kind] < count:
                raise Wrong(f"{self.name} {title}: {found[kind]} events {kind}, at least {count} were told: {told}")
        for kind in told | found:
            # What the player said last the process did not live to hear.
            if kind not in ("warning", "error", "stop") and found[kind] > told[kind] + len(lives):
                raise Wrong(f"{self.name} {title}: {found[kind]} events {kind}, {told[kind]} were told")
        bodies = collections.Counter(
            (session, json.dumps({key: value for key, value in json.loads(body).items() if key != "event_id"},
                                 sort_keys=True)) for kind, body, session in rows if kind not in MAY_LOOK_ALIKE)
        twice = [body for (_, body), count in bodies.items() if count > 1]
        if twice:
            raise Wrong(f"{self.name} {title}: twice: {twice[:3]} among {rows}")
        self.events += len(rows)

    def check_acknowledged(self):
        events = {row[0] for row in self.rows("SELECT event_id FROM playback_event WHERE user_id=?", self.name)}
        beats = set(self.rows("SELECT session_id, known_by FROM heartbeat WHERE user_id=?", self.name))
        sent = collections.Counter()
        for exchange in self.relay.exchanges:
            if exchange.status != 204:
                continue
            body = json.loads(exchange.body)
            if exchange.target == "/v1/playback/events":
                ids = [event["event_id"] for event in body["events"]]
                missing = set(ids) - events
            elif exchange.target == "/api/playback/heartbeat":
                ids = [(body["session_id"], "id " + body["heartbeat_id"])]
                missing = set(ids) - beats
            else:
                continue
            if missing:
                raise Wrong(f"{self.name}: acknowledged and not there: {missing}")
            sent.update(ids)
            self.acknowledged += exchange.is_told
        self.repeated += sum(count - 1 for count in sent.values())


class Trial:
    def __init__(self, arguments, server, database, scratch, duration_ms):
        self.arguments, self.server, self.database = arguments, server, database
        self.scratch, self.duration = scratch, duration_ms
        self.numbers, self.lock = random.Random(arguments.seed), threading.Lock()
        self.left, self.next_name = arguments.kills, 0
        self.totals, self.wrong = collections.Counter(), []
        self.fullest = None  # of the series: that with the most events

    def next_series(self):
        with self.lock:
            kills = min(self.left, self.arguments.series, TITLES * LIVES)
            self.left -= kills
            self.next_name += 1
            seed = self.numbers.randrange(1 << 32)
            return kills, Series(self.arguments, self.server, self.database, self.scratch, f"u{self.next_name}", seed,
                                 self.duration)

    def view(self):
        while self.left > 0 and not self.wrong:
            kills, series = self.next_series()
            try:
                series.run(kills)
            except Exception as error:  # noqa: BLE001: told by the main thread
                is_finding = isinstance(error, Wrong)
                self.wrong.append(str(error) if is_finding else "".join(traceback.format_exception(error)))
                return
            with self.lock:
                self.totals["series"] += 1
                if self.fullest is None or series.events > self.fullest.events:
                    self.fullest = series
                for name in ("kills", "acknowledged", "events", "repeated", "played_ms", "missing_ms"):
                    self.totals[name] += getattr(series, name)
                if self.left > 0:
                    print(f"{self.totals['kills']} kills", flush=True)

    def run(self):
        viewers = [threading.Thread(target=self.view) for _ in range(self.arguments.viewers)]
        for viewer in viewers:
            viewer.start()
        for viewer in viewers:
            viewer.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--series", type=int, default=TITLES * LIVES, help="kills of an account, at most")
    parser.add_argument("--viewers", type=int, default=4, help="accounts at once")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--media", type=pathlib.Path, help="folder with m_1001; without it, it is made")
    parser.add_argument("--seconds", type=int, default=20, help="length of the title that is made")
    parser.add_argument("--longest-ms", type=int, default=3000, help="latest instant of a kill")
    parser.add_argument("--grace-ms", type=int, default=500,
                        help="what was told so shortly before the end may not have been saved")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="playhead-kills-") as name:
        scratch = pathlib.Path(name)
        media = arguments.media or scratch / "made"
        if not arguments.media:
            subprocess.run([REPOSITORY / "server/make-titles", "--out", media, "--id", "m_1001", "--ladder", "tiny",
                            "--seconds", str(arguments.seconds)], check=True, stdout=subprocess.DEVNULL)
        duration_ms = copy_titles(media / "m_1001", scratch / "media")
        server = ReferenceServer(arguments.bin / "playhead-server", scratch, scratch / "media",
                                 options=("--rate-limit", "0", "--heartbeat", "1"))
        trial = Trial(arguments, server, scratch / "data" / "playhead.db", scratch, duration_ms)
        try:
            trial.run()
            unnoticed = [] if trial.wrong else trial.fullest.unnoticed(scratch)
        finally:
            server.end()
        totals = trial.totals
        if trial.wrong:
            print(f"WRONG after {totals['kills']} kills, seed {arguments.seed}:", *trial.wrong, sep="\n")
            return 1
        print(f"{totals['kills']} kills in {totals['series']} series, {time.monotonic() - begin:.0f} s: "
              f"{totals['played_ms'] / 1000:.0f} s played, of which heartbeats lack {totals['missing_ms'] / 1000:.0f} s; "
              f"{totals['events']} events, {totals['acknowledged']} reports acknowledged, {totals['repeated']} came "
              f"again and counted once; nothing lost, nothing twice; {len(FAULTS)} faults planted, not found: "
              f"{unnoticed or 'none'}")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
