#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast a title is downloaded, encrypted and synced to disk, beside curl, which fetches the same segments from
the same server on this machine into plain files of the same folder, as many at once; and how much memory it takes.

    download_speed.py --bin build/release/bin [--segments 150] [--segment-kb 2000] [--rounds 5] [--folder FOLDER]

They take turns. A download counts from the moment it is asked for until it is complete; what it takes to begin and end a
process, linking its libraries above all, is left out, of curl's as well. Printed are medians: speed, and its share of that
of curl in the same round; seconds of processor time of the program and of the server meanwhile; "at best" is the time both
would take if they kept all processors busy. Memory is the peak of the resident set above that of the same program with
nothing to download.

curl leaves its files to the system's memory, a download may not: "synced" is curl with a sync of its files behind it,
which is the work of a download but for the cipher. Where syncing costs nothing (--folder /dev/shm) both are alike, and what
is measured is the library. "floor" is download_floor with as many threads: nothing but receive, encrypt, write and sync the
same bytes, and no thread ever waits for another. Exit status 1 when the download has less than 80 % of the speed of curl,
synced or not, or takes more than 32 MB. With --memory the download is alone, and its memory counts: for titles of very
many segments (--segments 108000 --segment-kb 1: ten hours of six tracks).
"""
import argparse
import dataclasses
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from reference_server import ReferenceServer  # noqa: E402

PARALLEL = 4  # segments at once: what the library does unless told otherwise
LEAST_SHARE = 0.8
NOISE_BYTES = 1 << 18
MOST_MEMORY_MB = 32


def make_title(folder, segments, size):
    """HLS whose segments are noise: nothing here looks into them."""
    title = folder / "m_1"
    title.mkdir(parents=True)
    (title / "title.json").write_text(json.dumps(
        {"id": "m_1", "name": "One", "genre": "Drama", "year": 2024, "duration_seconds": 4 * segments,
         "manifests": {"hls": "a.m3u8"}}))
    (title / "a.m3u8").write_text(
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=854x480,CODECS=\"avc1.64001e,mp4a.40.2\"\nv.m3u8\n")
    numbers = random.Random(1)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:4"]
    for number in range(segments):
        # In small pieces: what is the most a process ever had counts what it was forked from had, too.
        with open(title / f"s{number}.ts", "wb") as file:
            for at in range(0, size, NOISE_BYTES):
                file.write(numbers.randbytes(min(NOISE_BYTES, size - at)))
        lines += ["#EXTINF:4,", f"s{number}.ts"]
    (title / "v.m3u8").write_text("\n".join(lines + ["#EXT-X-ENDLIST", ""]))


@dataclasses.dataclass
class Run:
    seconds: float
    processor: float  # seconds, of the program
    server: float  # the same of the server
    peak_mb: float

    @property
    def at_best(self):
        return (self.processor + self.server) / os.cpu_count()


def processor_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(command, server, begins="", ends=""):
    """`begins`, `ends`: the words on its output between which it is timed; none: from its start, to its end."""
    before = processor_of(server.pid)
    begin = time.monotonic()
    end = None
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if begins and line.startswith(begins):
            begin = time.monotonic()
        if ends and line.startswith(ends):
            end = time.monotonic()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return Run((end or time.monotonic()) - begin, usage.ru_utime + usage.ru_stime, processor_of(server.pid) - before,
               usage.ru_maxrss / 1024)


def segment_urls(url, segments):
    base, query = url.rsplit("/", 1)[0], urllib.parse.urlsplit(url).query
    return [f"{base}/s{n}.ts?{query}" for n in range(segments)]


class Rival:
    """Something that fetches the segments into a folder of its own."""
    start = Run(0, 0, 0, 0)  # what beginning and ending it takes

    def __init__(self, scratch, server, segments):
        self.scratch, self.server, self.segments = scratch, server, segments
        self.runs = []

    def run(self, number):
        folder = self.scratch / f"{type(self).__name__}{number}"
        folder.mkdir()
        run = self.measure(folder)
        run.seconds -= self.start.seconds
        run.processor -= self.start.processor
        self.runs.append(run)
        subprocess.run(["rm", "-r", folder], check=True)

    def measure(self, folder):
        return run(self.command(segment_urls(self.server.download_url("m_1"), self.segments), folder), self.server)

    def median(self, field):
        return statistics.median(getattr(run, field) for run in self.runs)


class Curl(Rival):
    def __init__(self, *rest):
        super().__init__(*rest)
        self.start = min((run(["curl", "--version"], self.server) for _ in range(5)), key=lambda r: r.seconds)

    def command(self, urls, folder):
        (self.scratch / "list").write_text(
            "".join(f'url = "{url}"\noutput = "{folder}/s{n}.ts"\n' for n, url in enumerate(urls)))
        return ["curl", "--no-progress-meter", "--fail", "--noproxy", "*", "--parallel", "--parallel-max", PARALLEL,
                "--config", self.scratch / "list"]


class SyncedCurl(Curl):
    def command(self, urls, folder):
        return ["sh", "-c", '"$@" && sync "$0"/*', folder] + super().command(urls, folder)


class Floor(Rival):
    def __init__(self, program, *rest):
        super().__init__(*rest)
        self.program = program

    def command(self, urls, folder):
        origin = len(self.server.url)
        (self.scratch / "list").write_text("".join(f"{url[origin:]}\n" for url in urls))
        return [self.program, self.server.port, self.scratch / "list", folder, PARALLEL]


class Download(Rival):
    def __init__(self, worker, *rest):
        super().__init__(*rest)
        self.worker = worker
        idle = run([worker, "get", self.server.url, self.server.token, self.scratch / "idle"], self.server)
        self.start = Run(0, idle.processor, 0, idle.peak_mb)

    def measure(self, folder):
        return run([self.worker, "get", self.server.url, self.server.token, folder, "m_1"], self.server, "listed", "done")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--segments", type=int, default=150)
    parser.add_argument("--segment-kb", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=pathlib.Path, help="on the disk to be measured; default: that of $TMPDIR")
    parser.add_argument("--memory", action="store_true", help="of the download alone")
    arguments = parser.parse_args()
    worker = arguments.bin / "download_worker"
    with tempfile.TemporaryDirectory(prefix="playhead-speed-", dir=arguments.folder) as name:
        scratch = pathlib.Path(name)
        make_title(scratch / "media", arguments.segments, arguments.segment_kb * 1000)
        server = ReferenceServer(arguments.bin / "playhead-server", scratch, scratch / "media")
        try:
            return measure(arguments, scratch, server, worker)
        finally:
            server.end()


def measure(arguments, scratch, server, worker):
    megabytes = arguments.segments * arguments.segment_kb / 1000
    same = (scratch, server, arguments.segments)
    curl, synced, download = Curl(*same), SyncedCurl(*same), Download(worker, *same)
    rivals = {"curl": curl, "curl, synced": synced, "download": download,
              "floor": Floor(arguments.bin / "download_floor", *same)}
    if arguments.memory:
        rivals = {"download": download}
    for number in range(arguments.rounds):
        for rival in rivals.values():
            rival.run(number)
    memory = max(run.peak_mb for run in download.runs) - download.start.peak_mb
    if arguments.memory:
        print(f"{arguments.segments} segments in {download.median('seconds'):.0f} s: "
              f"{memory:.1f} MB above {download.start.peak_mb:.1f} MB")
        return 0 if memory <= MOST_MEMORY_MB else 1
    print(f"{megabytes:.0f} MB in {arguments.segments} segments, medians of {arguments.rounds}")
    for name, rival in rivals.items():
        print(f"{name:13} {megabytes / rival.median('seconds'):5.0f} MB/s, {100 * share_of(curl, rival):3.0f} % of curl; "
              f"processor {rival.median('processor'):.2f} s, server {rival.median('server'):.2f} s, "
              f"at best {megabytes / rival.median('at_best'):5.0f} MB/s")
    shares = share_of(curl, download), share_of(synced, download)
    print(f"{100 * shares[0]:.0f} % of curl, {100 * shares[1]:.0f} % of curl whose files are synced; "
          f"{memory:.1f} MB above {download.start.peak_mb:.1f} MB")
    return 0 if min(shares) >= LEAST_SHARE and memory <= MOST_MEMORY_MB else 1


def share_of(their, our):
    return statistics.median(t.seconds / o.seconds for t, o in zip(their.runs, our.runs))


if __name__ == "__main__":
    sys.exit(main())
