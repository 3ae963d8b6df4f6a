#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real run over real sockets: what a viewer sees when a CDN dies in the middle of a segment, and when
the network is silent for eight seconds. Takes about 75 s of real time, so it is run by hand.

    failover_run.py --demo build/release/bin/playhead-demo --linkem LINKEM
"""
import argparse
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

from event_lines import read_events

SECONDS = 60
BITRATE_KBPS = 1200


def make_title(folder):
    """One minute of moving picture and sound, DASH, segments of 2 s."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s=640x360:r=25:d={SECONDS}",
         "-f", "lavfi", "-i", f"sine=d={SECONDS}", "-c:v", "libx264", "-preset", "ultrafast",
         "-b:v", f"{BITRATE_KBPS}k", "-minrate", f"{BITRATE_KBPS}k", "-maxrate", f"{BITRATE_KBPS}k",
         "-bufsize", f"{BITRATE_KBPS}k", "-x264-params", "nal-hrd=cbr", "-g", "50", "-sc_threshold", "0",
         "-c:a", "aac", "-b:a", "64k", "-f", "dash", "-seg_duration", "2", "-use_timeline", "0",
         str(folder / "title.mpd")], check=True)


class Link:
    """One linkem: a CDN behind a link."""

    def __init__(self, binary, content, scratch, name, *options):
        self.log = scratch / f"{name}.jsonl"
        port_file = scratch / f"{name}.port"
        self.process = subprocess.Popen(
            [binary, "--root", content, "--port", "0", "--port-file", port_file, "--log", self.log,
             *options], stdout=subprocess.DEVNULL)
        while not (port_file.exists() and port_file.read_text().strip()):
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}/"

    def requests(self):
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


def play(demo, url, events, seconds):
    return subprocess.Popen([demo, "--url", url, "--headless", "--storage", "", "--seconds", str(seconds),
                             "--events", events])


def verdict(name, events):
    summary = [e for e in events if e.get("event") == "summary"]
    failed = [e for e in events if e.get("event") == "error"]
    starved = [e for e in events if e.get("event") == "rebuffer_start"]
    ok = len(summary) == 1 and summary[0]["rebuffer_count"] == 0 and not failed and not starved
    played = summary[0]["play_s"] if summary else 0
    print(f"{name}: {'ok' if ok else 'FAILED'}: played {played} s, stalls {len(starved)}, errors {len(failed)}")
    if not ok:
        for event in events[-15:]:
            print("   ", json.dumps(event))
    return ok


def cdn_dies(arguments, content, scratch):
    # A little faster than the title: a segment is nearly always on its way while the buffer fills.
    rate = ["--rtt", "50", "--kbps", str(BITRATE_KBPS * 2)]
    a = Link(arguments.linkem, content, scratch, "a", *rate)
    b = Link(arguments.linkem, content, scratch, "b", *rate)
    mpd = (content / "title.mpd").read_text()
    bases = "".join(f'<BaseURL serviceLocation="{n}">{u}</BaseURL>' for n, u in (("a", a.url), ("b", b.url)))
    (content / "two.mpd").write_text(re.sub(r"(<MPD[^>]*>)", r"\1" + bases, mpd, count=1))
    events = scratch / "dies.events"
    player = play(arguments.demo, b.url + "two.mpd", events, SECONDS - 5)
    try:
        time.sleep(14)  # about ten seconds of buffer by now, at twice the bitrate
        of_b = b.requests()
        a.kill()
        player.wait(timeout=SECONDS + 30)
        print(f"CDN A served {a.requests()} requests, B {of_b} before and {b.requests() - of_b} after A died")
        return verdict("CDN dies in the middle of a segment", read_events(events)) and b.requests() > of_b + 10
    finally:
        player.kill()
        a.kill()
        b.kill()


def outage(arguments, content, scratch):
    trace = scratch / "outage.csv"
    trace.write_text("20000,20000,50\n8000,0,50\n600000,20000,50\n")
    link = Link(arguments.linkem, content, scratch, "outage", "--trace", str(trace), "--no-loop")
    events = scratch / "outage.events"
    player = play(arguments.demo, link.url + "title.mpd", events, 50)
    try:
        player.wait(timeout=90)
        return verdict("silence of 8 s", read_events(events))
    finally:
        player.kill()
        link.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", required=True)
    parser.add_argument("--linkem", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="playhead-failover-") as name:
        scratch = pathlib.Path(name)
        content = scratch / "content"
        content.mkdir()
        make_title(content)
        results = [cdn_dies(arguments, content, scratch), outage(arguments, content, scratch)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
