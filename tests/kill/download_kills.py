#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Downloads titles of the real server and kills the process that does it (SIGKILL), again and again, at
random instants: while the folder is opened, while titles are fetched, while they are removed.

    download_kills.py --bin build/release/bin [--kills 1000] [--seed N] [--media FOLDER] [--longest-ms N]
    download_kills.py --bin build/release/bin --licences [--kills 100]
    download_kills.py --bin build/release/bin --faults

After each kill the folder is opened again and goes on. When all titles are complete every resource is
read through the vault and compared with what the server sends; then they are removed, and it begins again.
It fails when
  - the folder cannot be opened, or a download fails,
  - bytes that were on disk once are gone, or a title that was told to be done is not,
  - what a call has answered is not so afterwards: added, its priority, paused, removed,
  - a finished title differs from the server's in one byte,
  - a file lies in the folder that belongs to nothing.
--licences does the same with protected titles, and renews them in between: titles that are whole have their licences,
whenever the process was killed while these were got or replaced.

The seed is printed; the same one gives the same instants, as far as a machine repeats itself.

--faults looks whether these checks notice anything: each of FAULTS is planted by hand, and has to be found in the words
that belong to it. What a kill cannot show is a sync that was left out: the system keeps what was written. That is
tests/unit/offline/store/power_cut_test.cpp.
"""
import argparse
import collections
import contextlib
import json
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests/support"))
from lives import Wrong, live  # noqa: E402
from reference_server import ReferenceServer  # noqa: E402

TITLES = ("m_1001", "m_1002", "m_1003")
FIRST_TITLE = TITLES[:1]
REMOVAL_SHARE = 0.4   # removals are shorter than downloads, and so is the latest instant of a kill
OPEN_SHARE = 0.7      # of the lives whose time counts from when the folder is open; of the others, from their start


def make_titles(folder, seconds, ladder, titles):
    for number, title in enumerate(titles):
        subprocess.run([REPOSITORY / "server/make-titles", "--out", folder, "--id", title, "--ladder", ladder,
                        "--seconds", str(seconds + 4 * number)], check=True, stdout=subprocess.DEVNULL)


def fetch(url, query, start, size):
    request = urllib.request.Request(f"{url}?{query}")
    if start is not None:
        request.add_header("Range", f"bytes={start}-{start + size - 1}")
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def first_line(from_open):
    """Of a worker, from which its time counts; None: from its start."""
    return "open" if from_open else None


def without_signatures(body):
    return re.sub(rb"[?&](exp|sig)=[0-9A-Za-z_.~-]+", b"", body)


class Trial:
    def __init__(self, arguments, scratch, server, titles=TITLES, name="downloads"):
        self.titles = titles
        self.worker = arguments.bin / "download_worker"
        self.kills_wanted = arguments.kills
        self.longest = arguments.longest_ms / 1000
        self.random = random.Random(arguments.seed)
        self.folder = scratch / name
        self.scratch = scratch
        self.server = server
        self.kills = collections.Counter()
        self.titles_whole = self.resources_compared = self.bytes_compared = 0
        self.goes_on = self.rounds = 0
        self.done = {}   # id -> title, as it was told
        self.bytes = {}  # id -> most bytes that were on disk
        self.added, self.priority, self.paused = {}, {}, set()  # as calls have answered
        self.removed = set()  # ids never come again

    def run(self):
        while self.kills.total() < self.kills_wanted:
            self.rounds += 1
            self.download()
            self.compare()
            self.remove()

    def limit(self, share=1.0):
        """None: no kill any more."""
        if self.kills.total() >= self.kills_wanted:
            return None
        return self.random.uniform(0, self.longest * share)

    def count(self, life):
        if not life.was_killed:
            return
        where = "while opening"
        if "open" in life.lines:
            where = "under way"
        self.kills[where] += 1
        if self.kills.total() % 100 == 0:
            print(f"{self.kills.total()} kills, {self.titles_whole} titles whole", flush=True)

    def download(self):
        self.done, self.bytes = {}, {}
        self.added, self.priority, self.paused = {}, {}, set()
        while True:
            life = self.one_download(self.limit(), self.random.random() < OPEN_SHARE)
            self.count(life)
            self.check_lines(life.lines)
            if life.was_killed:
                continue
            if life.exit_code != 0:
                raise Wrong(f"a download ended with {life.exit_code}: {life.lines[-3:]}")
            if sorted(self.done.values()) != sorted(self.titles):
                raise Wrong(f"done are {self.done}")
            return

    def one_download(self, limit, from_open=False, how="get-and-tell"):
        return live([self.worker, how, self.server.url, self.server.token, self.folder, *self.titles], limit,
                    first_line(from_open))

    def list_downloads(self):
        return live([self.worker, "get", self.server.url, self.server.token, self.folder], None).lines

    def check_lines(self, lines):
        has, before = {}, set(self.added)
        for line in lines:
            word, *rest = line.split(" ")
            if word == "failed":
                raise Wrong(line)
            self.note_answer(word, rest)
            if word == "has":
                has[rest[0]] = int(rest[2])
                self.check_answers(*rest)
                if rest[0] in self.done and rest[3] != "whole":
                    raise Wrong(f"{rest[0]} was told to be done and is not")
            if word == "done":
                self.done[rest[0]] = rest[1]
        if "listed" in lines:
            lost = before - set(has)
            if lost:
                raise Wrong(f"{sorted(lost)} told to be added, and not there")
            for download, size in self.bytes.items():
                if has.get(download, -1) < size:
                    raise Wrong(f"{download} had {size} bytes, has {has.get(download)}")
        self.goes_on += any(has.values())
        self.bytes.update(has)

    def note_answer(self, word, rest):
        if word == "added":
            self.added[rest[0]] = rest[1]
        elif word == "priority":
            self.priority[rest[0]] = int(rest[1])
        elif word == "paused":
            self.paused.add(rest[0])
        elif word == "resumes":
            self.paused.discard(rest[0])

    def check_answers(self, download, _title, _size, whole, priority, paused):
        if download in self.removed:
            raise Wrong(f"{download} was told to be removed and is there")
        # A call may have done its work and not have said so, in each life anew.
        told = self.priority.get(download, 0)
        if int(priority) not in (told, told + 1):
            raise Wrong(f"{download} was told to have priority {told} and has {priority}")
        self.priority[download] = int(priority)  # what the list says has been told
        if download in self.paused and whole != "whole" and paused != "paused":
            raise Wrong(f"{download} was told to be paused and is not")

    def exported(self, out):
        out.mkdir()
        life = live([self.worker, "export", self.folder, out], None)
        if life.exit_code != 0:
            raise Wrong(f"the folder cannot be read: {life.lines[-1:]}")
        return [json.loads(line) for line in life.lines]

    def compare(self):
        with tempfile.TemporaryDirectory(dir=self.scratch) as out:
            rows = self.exported(pathlib.Path(out) / "media")
            queries = {title: urllib.parse.urlsplit(self.server.download_url(title)).query for title in self.titles}
            for row in rows:
                self.compare_row(row, (pathlib.Path(out) / "media" / row["copy"]).read_bytes(),
                                 queries[row["title"]])
        if {row["id"] for row in rows} != set(self.done):
            raise Wrong(f"told to be done: {self.done}, complete: {sorted({row['id'] for row in rows})}")
        self.titles_whole += len(self.done)
        self.check_files({(row["id"], row["file"]) for row in rows})

    def compare_row(self, row, body, query):
        name = f"{row['title']} {row['url']}"
        if not row["is_done"]:
            raise Wrong(f"{name} is not done in a complete title")
        if not row["is_as_kept"]:
            raise Wrong(f"{name} is not what the journal says")
        served = fetch(row["url"], query, row.get("start"), row.get("size"))
        # Manifests are signed anew for each request.
        if body != served and without_signatures(body) != without_signatures(served):
            raise Wrong(f"{name} differs: {len(body)} bytes, the server has {len(served)}")
        self.resources_compared += 1
        self.bytes_compared += len(body)

    def check_files(self, known):
        content = self.folder / "content"
        found = {(path.parent.name, path.name) for path in content.rglob("*") if path.is_file()}
        if found != known:
            raise Wrong(f"files of nothing: {sorted(found - known)}, missing: {sorted(known - found)}")
        folders = {path.name for path in content.iterdir()} if content.exists() else set()
        if folders != {download for download, _ in known}:
            raise Wrong(f"folders of nothing: {folders}")

    def remove(self):
        while True:
            life = live([self.worker, "remove", self.folder], self.limit(REMOVAL_SHARE),
                        first_line(self.random.random() < OPEN_SHARE))
            self.count(life)
            self.check_lines([line for line in life.lines if line.startswith("failed")])
            self.check_removed(life.lines)
            if life.was_killed:
                continue
            if life.exit_code != 0:
                raise Wrong(f"a removal ended with {life.exit_code}: {life.lines[-3:]}")
            break
        self.check_files(set())

    def check_removed(self, lines):
        for line in lines:
            word, *rest = line.split(" ")
            if word == "has" and rest[0] in self.removed:
                raise Wrong(f"{rest[0]} was told to be removed and is there")
            if word == "removed":
                self.removed.add(rest[0])

    def report(self):
        return (f"{self.kills.total()} kills ({self.kills['while opening']} before the folder was open), "
                f"{self.rounds} rounds, {self.goes_on} starts went on with bytes on disk, "
                f"{self.titles_whole} titles whole: {self.resources_compared} resources, "
                f"{self.bytes_compared / 1e6:.1f} MB compared, nothing lost, no file of nothing")


class LicenceTrial(Trial):
    """Protected titles: got, renewed and removed under kills."""

    def run(self):
        while self.kills.total() < self.kills_wanted:
            self.rounds += 1
            self.download()
            self.check_licences()
            self.compare()
            self.renew()
            self.check_licences()
            self.remove()

    def renew(self):
        while True:
            life = live([self.worker, "renew", self.server.url, self.server.token, self.folder],
                        self.limit(REMOVAL_SHARE), first_line(self.random.random() < OPEN_SHARE))
            self.count(life)
            self.check_lines([line for line in life.lines if line.startswith("failed")])
            if life.was_killed:
                continue
            if life.exit_code != 0:
                raise Wrong(f"a renewal ended with {life.exit_code}: {life.lines[-3:]}")
            return

    def check_licences(self):
        with contextlib.closing(sqlite3.connect(self.folder / "offline.db")) as journal:
            rows = journal.execute(
                "SELECT CAST(d.id AS TEXT), count(l.row), coalesce(min(length(l.sealed)), 0) FROM download d"
                " LEFT JOIN licence l ON l.download = d.row AND l.state = 0 GROUP BY d.row").fetchall()
        self.licences = {download: count for download, count, _ in rows}
        for download, count, least in rows:
            if count == 0 or least == 0:
                raise Wrong(f"{download} is whole and has no licence")
        if set(self.licences) != set(self.done):
            raise Wrong(f"licences of {sorted(self.licences)}, told to be done: {self.done}")


def finished_files(folder):
    """Largest first."""
    return sorted((folder / "content").glob("*/*.vault"), key=lambda path: -path.stat().st_size)


def turn_byte(path):
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))


def say_done_early(trial):
    """A worker that tells a title to be done when it begins, and is killed."""
    trial.check_lines(trial.one_download(None, how="get-and-lie").lines)
    trial.check_lines(trial.one_download(None).lines)


def leave_out_title(trial):
    trial.download()
    trial.done["d0"] = "m_0"
    trial.compare()


def turn_a_byte(trial):
    trial.download()
    turn_byte(finished_files(trial.folder)[0])
    trial.compare()


def change_a_digest(trial):
    trial.download()
    with contextlib.closing(sqlite3.connect(trial.folder / "offline.db")) as journal:
        journal.execute("UPDATE resource SET digest = randomblob(32) WHERE row = (SELECT max(row) FROM resource)")
        journal.commit()
    trial.compare()


def serve_another_byte(trial):
    trial.download()
    media = sorted((path for path in trial.server.media.rglob("*") if path.suffix in (".m4s", ".mp4", ".ts")),
                   key=lambda path: path.stat().st_size)
    for path in media:
        turn_byte(path)
    try:
        trial.compare()
    finally:
        for path in media:
            turn_byte(path)


def lose_a_file(trial):
    trial.download()
    finished_files(trial.folder)[0].unlink()
    trial.compare()


def lose_bytes(trial):
    trial.download()
    trial.check_lines(trial.one_download(None).lines)
    with contextlib.closing(sqlite3.connect(trial.folder / "offline.db")) as journal:
        journal.execute("UPDATE resource SET state = 0, digest = NULL WHERE size = (SELECT max(size) FROM resource)")
        journal.execute("UPDATE download SET state = 4")  # paused: fetched again they would be there before the list
        journal.commit()
    trial.done = {}  # titles under way may lose no bytes either
    trial.check_lines(trial.list_downloads())


def leave_a_file(trial):
    trial.download()
    (finished_files(trial.folder)[0].parent / "999999.vault").write_bytes(b"x")
    trial.check_files({(path.parent.name, path.name) for path in finished_files(trial.folder)
                       if path.name != "999999.vault"})


def leave_a_folder(trial):
    trial.download()
    trial.remove()
    (trial.folder / "content" / "d0000000000000000").mkdir(parents=True)
    trial.check_files(set())


def lose_an_added(trial):
    trial.check_lines(["open", "listed", "added d1 m_1"])
    trial.check_lines(["open", "listed"])


def lose_a_priority(trial):
    trial.check_lines(["added d1 m_1", "priority d1 4"])
    trial.check_lines(["has d1 m_1 0 part 3 not", "listed"])


def lose_a_pause(trial):
    trial.check_lines(["added d1 m_1", "paused d1"])
    trial.check_lines(["has d1 m_1 0 part 0 not", "listed"])


def bring_back_a_removed(trial):
    trial.check_removed(["has d1 m_1 9 whole 0 not", "listed", "removed d1"])
    trial.check_removed(["has d1 m_1 9 whole 0 not"])


FAULTS = (
    (lose_an_added, "told to be added, and not there"),
    (lose_a_priority, "was told to have priority 4 and has 3"),
    (lose_a_pause, "was told to be paused and is not"),
    (bring_back_a_removed, "was told to be removed and is there"),
    (say_done_early, "was told to be done and is not"),
    (leave_out_title, "told to be done: "),
    (turn_a_byte, "the folder cannot be read"),
    (change_a_digest, " is not what the journal says"),
    (serve_another_byte, " differs: "),
    (lose_a_file, "the folder cannot be read"),
    (lose_bytes, " bytes, has "),
    (leave_a_file, "files of nothing: "),
    (leave_a_folder, "folders of nothing: "),
)


def plant_faults(arguments, scratch, server):
    """What was not noticed."""
    arguments.kills = 0
    unnoticed = []
    for fault, words in FAULTS:
        name = fault.__name__
        said = "nothing"
        try:
            fault(Trial(arguments, scratch, server, FIRST_TITLE, name))
        except Wrong as wrong:
            said = str(wrong)
        print(f"{name}: {said}", flush=True)
        if words not in said:
            unnoticed.append(name)
    return unnoticed


def protect(arguments, media, title):
    """A title that may be kept, in the place of the clear one."""
    clear = f"{title}-clear"
    (media / title).rename(media / clear)
    facts = json.loads((media / clear / "title.json").read_text())
    (media / clear / "title.json").write_text(json.dumps({**facts, "id": clear}))
    subprocess.run([REPOSITORY / "server/encrypt-titles", "--media", media, "--server",
                    (arguments.bin / "playhead-server").resolve(), "--from", clear, "--id", title, "--scheme", "cenc"],
                   check=True, stdout=subprocess.DEVNULL)
    facts = json.loads((media / title / "title.json").read_text())
    facts["drm"] |= {"persistent": True, "persistent_seconds": 86400}
    (media / title / "title.json").write_text(json.dumps(facts))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--media", type=pathlib.Path, help="folder with m_1001, m_1002 and m_1003; without it they are made")
    parser.add_argument("--seconds", type=int, default=40, help="length of titles that are made")
    parser.add_argument("--ladder", default="small")
    parser.add_argument("--longest-ms", type=int, default=900, help="latest instant of a kill")
    parser.add_argument("--licences", action="store_true", help="protected titles, renewed in between")
    parser.add_argument("--faults", action="store_true", help="plant faults instead of killing")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="playhead-kills-") as name:
        scratch = pathlib.Path(name)
        media = arguments.media or scratch / "media"
        if not arguments.media:
            make_titles(media, arguments.seconds, arguments.ladder, FIRST_TITLE if arguments.faults else TITLES)
        if arguments.licences:
            for title in TITLES:
                protect(arguments, media, title)
        server = ReferenceServer(arguments.bin / "playhead-server", scratch, media)
        trial = (LicenceTrial if arguments.licences else Trial)(arguments, scratch, server)
        try:
            if arguments.faults:
                unnoticed = plant_faults(arguments, scratch, server)
                print(f"{len(FAULTS)} faults planted, not noticed: {unnoticed or 'none'}")
                return 1 if unnoticed else 0
            trial.run()
        except Wrong as wrong:
            print(f"WRONG after {trial.kills.total()} kills, seed {arguments.seed}: {wrong}")
            return 1
        finally:
            server.end()
        print(f"{trial.report()}; {time.monotonic() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
