#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real run over real sockets: ffmpeg makes a channel in real time, a small server delivers it, the demo plays it
without a window. It must start near the edge, never stall, and end when ffmpeg ends. Takes about 100 s of real time,
so it is run by hand.

    live_run.py --demo build/release/bin/playhead-demo [--seconds 40]
"""
import argparse
import functools
import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from event_lines import read_events

SEGMENT_SECONDS = 2
HEAD_START_SECONDS = 12  # made before the player comes


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


def serve(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}/"


def encoder(folder, is_dash, seconds):
    """ffmpeg, as fast as time passes."""
    source = ["ffmpeg", "-v", "error", "-y", "-re", "-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={seconds}",
              "-re", "-f", "lavfi", "-i", f"sine=d={seconds}", "-c:v", "libx264", "-preset", "ultrafast",
              "-tune", "zerolatency", "-b:v", "300k", "-g", "50", "-sc_threshold", "0", "-c:a", "aac", "-b:a", "64k"]
    if is_dash:
        return subprocess.Popen(source + ["-f", "dash", "-seg_duration", str(SEGMENT_SECONDS), "-use_timeline", "1",
                                          "-streaming", "1", "-window_size", "10", "live.mpd"], cwd=folder)
    return subprocess.Popen(source + ["-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_list_size", "10",
                                      "-hls_segment_type", "fmp4", "-hls_flags", "program_date_time", "live.m3u8"],
                            cwd=folder)


def run(arguments, is_dash):
    name = "DASH" if is_dash else "HLS"
    with tempfile.TemporaryDirectory(prefix="playhead-live-") as folder:
        scratch = pathlib.Path(folder)
        server, url = serve(folder)
        made = encoder(folder, is_dash, arguments.seconds + HEAD_START_SECONDS)
        try:
            time.sleep(HEAD_START_SECONDS)
            events = scratch / "events"
            began = time.monotonic()
            subprocess.run([arguments.demo, "--url", url + ("live.mpd" if is_dash else "live.m3u8"), "--headless",
                            "--storage", "", "--seconds", str(arguments.seconds + 60), "--events", events],
                           timeout=arguments.seconds + 120, check=False)
            took = time.monotonic() - began
            return verdict(name, read_events(events), took)
        finally:
            made.kill()
            made.wait()
            server.shutdown()


def verdict(name, events, took):
    kinds = [e.get("event") for e in events]
    summary = next((e for e in events if e.get("event") == "summary"), None)
    problems = []
    if "error" in kinds:
        problems.append("an error")
    if "ended" not in kinds:
        problems.append("no end")
    if not summary or summary["rebuffer_count"] != 0:
        problems.append("stalls")
    print(f"{name}: {', '.join(problems) or 'ok'}: took {took:.1f} s, summary {json.dumps(summary)}")
    for event in events if problems else []:
        if event.get("event") not in ("segment", "segment_loaded"):
            print("   ", json.dumps(event))
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", required=True)
    parser.add_argument("--seconds", type=int, default=40)
    arguments = parser.parse_args()
    return 0 if all([run(arguments, False), run(arguments, True)]) else 1


if __name__ == "__main__":
    sys.exit(main())
