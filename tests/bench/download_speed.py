#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast a title is downloaded, encrypted and synced to disk, beside curl, which fetches the same segments from
the same server on this machine into plain files; and how much memory it takes.

    download_speed.py --bin build/release/bin [--segments 150] [--segment-kb 2000] [--rounds 5] [--folder FOLDER]

The two take turns. Printed are the medians, and the peak of the resident set above that of the same program with
nothing to download. Exit status 1 when the download has less than 80 % of curl's speed, or takes more than 32 MB.
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
import urllib.request

PARALLEL = 4  # segments at once: what the library does unless told otherwise
LEAST_SHARE = 0.8
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
        (title / f"s{number}.ts").write_bytes(numbers.randbytes(size))
        lines += ["#EXTINF:4,", f"s{number}.ts"]
    (title / "v.m3u8").write_text("\n".join(lines + ["#EXT-X-ENDLIST", ""]))


class Server:
    def __init__(self, binary, scratch, media):
        port_file, data = scratch / "port", scratch / "data"
        self.process = subprocess.Popen([binary, "serve", "--data", data, "--media", media, "--port", "0",
                                         "--port-file", port_file], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        while not (port_file.exists() and port_file.read_text().strip()):
            if self.process.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}"
        self.token = subprocess.run([binary, "token", "--data", data, "--user", "bench", "--ttl", "86400"],
                                    check=True, capture_output=True, text=True).stdout.strip()

    def title_url(self):
        request = urllib.request.Request(
            f"{self.url}/api/v1/download", b'{"movie_id":"m_1"}',
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["download_url"]

    def end(self):
        self.process.terminate()
        self.process.wait()


def timed(command):
    """Seconds, seconds of processor time, and the peak of the resident set in MB."""
    begin = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def write_curl_list(path, url, segments, folder):
    base, query = url.rsplit("/", 1)[0], urllib.parse.urlsplit(url).query
    path.write_text("".join(f'url = "{base}/s{n}.ts?{query}"\noutput = "{folder}/s{n}.ts"\n'
                            for n in range(segments)))


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
        server = Server(arguments.bin / "playhead-server", scratch, scratch / "media")
        try:
            return measure(arguments, scratch, server, worker)
        finally:
            server.end()


def measure(arguments, scratch, server, worker):
    megabytes = arguments.segments * arguments.segment_kb / 1000
    _, _, idle = timed([worker, "get", server.url, server.token, scratch / "idle"])
    print(f"idle: {idle:.1f} MB", flush=True)
    theirs, ours = [], []
    for number in range(arguments.rounds):
        plain = scratch / f"curl{number}"
        plain.mkdir()
        write_curl_list(scratch / "list", server.title_url(), arguments.segments, plain)
        theirs.append(timed(["curl", "--no-progress-meter", "--fail", "--noproxy", "*", "--parallel", "--parallel-max",
                             PARALLEL, "--config", scratch / "list"]))
        subprocess.run(["rm", "-r", plain], check=True)
        kept = scratch / f"kept{number}"
        ours.append(timed([worker, "get", server.url, server.token, kept, "m_1"]))
        subprocess.run(["rm", "-r", kept], check=True)
        print(f"round {number + 1}: curl {megabytes / theirs[-1][0]:.0f} MB/s, download "
              f"{megabytes / ours[-1][0]:.0f} MB/s, peak {ours[-1][2]:.1f} MB", flush=True)
    share = statistics.median(their[0] / our[0] for their, our in zip(theirs, ours))
    curl, download = (statistics.median(run[0] for run in runs) for runs in (theirs, ours))
    memory = max(run[2] for run in ours) - idle
    print(f"{megabytes:.0f} MB in {arguments.segments} segments: curl {megabytes / curl:.0f} MB/s "
          f"({statistics.median(run[1] for run in theirs):.2f} s of processor time), download "
          f"{megabytes / download:.0f} MB/s ({statistics.median(run[1] for run in ours):.2f} s), "
          f"{100 * share:.0f} % of curl's speed, {memory:.1f} MB above idle ({idle:.1f} MB)")
    return 0 if share >= LEAST_SHARE and memory <= MOST_MEMORY_MB else 1


if __name__ == "__main__":
    sys.exit(main())
