#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast a title is downloaded, encrypted and synced to disk, beside curl, which fetches the same segments from
the same server on this machine into plain files; and how much memory it takes.

    download_speed.py --bin build/release/bin [--segments 150] [--segment-kb 2000] [--rounds 5] [--folder FOLDER]

They take turns. Printed are the medians, and the peak of the resident set above that of the same program with
nothing to download. curl leaves its files to the system's memory, a download may not: "synced" is curl with a sync of its
files behind it, which is the work of a download but for the cipher. Where syncing costs nothing (--folder /dev/shm) both
are alike, and what is measured is the library. "floor" is download_floor: the processor time of one thread that does
nothing but receive, hash, encrypt, write and sync the same bytes. Exit status 1 when the download has less than 80 % of
the speed of curl whose files are synced, or takes more than 32 MB.
"""
import argparse
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


def timed(command):
    """Seconds, seconds of processor time, and the peak of the resident set in MB."""
    begin = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def segment_urls(url, segments):
    base, query = url.rsplit("/", 1)[0], urllib.parse.urlsplit(url).query
    return [f"{base}/s{n}.ts?{query}" for n in range(segments)]


class Rival:
    """Something else that fetches the segments into a folder of its own."""

    def __init__(self, scratch, server, segments):
        self.scratch, self.server, self.segments = scratch, server, segments

    def run(self, number):
        folder = self.scratch / f"{type(self).__name__}{number}"
        folder.mkdir()
        took = timed(self.command(segment_urls(self.server.download_url("m_1"), self.segments), folder))
        subprocess.run(["rm", "-r", folder], check=True)
        return took


class Curl(Rival):
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
        return [self.program, self.server.port, self.scratch / "list", folder]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--segments", type=int, default=150)
    parser.add_argument("--segment-kb", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=pathlib.Path, help="on the disk to be measured; default: that of $TMPDIR")
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
    _, start, idle = timed([worker, "get", server.url, server.token, scratch / "idle"])
    print(f"idle: {idle:.1f} MB, {start:.2f} s of processor time to begin and end", flush=True)
    curl = Curl(scratch, server, arguments.segments)
    floor = Floor(arguments.bin / "download_floor", scratch, server, arguments.segments)
    synced = SyncedCurl(scratch, server, arguments.segments)
    theirs, durable, ours, least = [], [], [], []
    for number in range(arguments.rounds):
        theirs.append(curl.run(number))
        durable.append(synced.run(number))
        kept = scratch / f"kept{number}"
        ours.append(timed([worker, "get", server.url, server.token, kept, "m_1"]))
        subprocess.run(["rm", "-r", kept], check=True)
        least.append(floor.run(number))
        print(f"round {number + 1}: curl {megabytes / theirs[-1][0]:.0f} MB/s ({theirs[-1][1]:.2f} s of processor), synced "
              f"{megabytes / durable[-1][0]:.0f} MB/s, "
              f"download {megabytes / ours[-1][0]:.0f} MB/s ({ours[-1][1]:.2f} s), floor {least[-1][1]:.2f} s, "
              f"peak {ours[-1][2]:.1f} MB", flush=True)
    def share_of(rivals):
        return statistics.median(their[0] / our[0] for their, our in zip(rivals, ours))
    speeds = [megabytes / statistics.median(run[0] for run in runs) for runs in (theirs, durable, ours)]
    processor = [statistics.median(run[1] for run in runs) for runs in (theirs, ours, least)]
    memory = max(run[2] for run in ours) - idle
    share = share_of(durable)
    print(f"{megabytes:.0f} MB in {arguments.segments} segments: download {speeds[2]:.0f} MB/s; {100 * share_of(theirs):.0f} % of "
          f"curl ({speeds[0]:.0f} MB/s), {100 * share:.0f} % of curl whose files are synced ({speeds[1]:.0f} MB/s)\n"
          f"processor time: download {processor[1]:.2f} s, {processor[1] / processor[2]:.2f} times the floor "
          f"({processor[2]:.2f} s), curl {processor[0]:.2f} s; memory {memory:.1f} MB above idle ({idle:.1f} MB)")
    return 0 if share >= LEAST_SHARE and memory <= MOST_MEMORY_MB else 1


if __name__ == "__main__":
    sys.exit(main())
