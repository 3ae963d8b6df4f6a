#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether waiting for a licence delays the first frame. A protected title is played over an emulated link
(../shared/tools/linkem) while its licence takes longer and longer to come; each play is a process of its own.

    licence_start.py --bin build/release/bin --media build/dev/test-media [--rtt 50] [--kbps 1000] [--rounds 5]

`--media` has the titles "tiny" and "tiny-cbcs" of server/make-titles and server/encrypt-titles (tests leave them in
build/*/test-media). Printed are medians in milliseconds, all delays taking turns. The licence is asked for with the
first segments: exit status 1 when one that takes up to half as long as they do delays the first frame by more than a
tenth.
"""
import argparse
import base64
import http.server
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

LINKEM = pathlib.Path(__file__).resolve().parents[3] / "shared/tools/linkem"
PROTECTED, CLEAR = "tiny-cbcs", "tiny"
MOST_DELAY = 0.1  # of the first frame without waiting


class LicenceService(http.server.ThreadingHTTPServer):
    """Gives the title's keys to anybody, `delay_s` after being asked."""

    def __init__(self, keys):
        super().__init__(("127.0.0.1", 0), LicenceHandler)
        url64 = lambda text: base64.urlsafe_b64encode(bytes.fromhex(text)).rstrip(b"=").decode()
        self.licence = json.dumps({"type": "temporary", "keys": [
            {"kty": "oct", "kid": url64(key["kid"]), "k": url64(key["key"])} for key in keys]}).encode()
        self.delay_s = 0.0
        threading.Thread(target=self.serve_forever, daemon=True).start()


class LicenceHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.server.delay_s)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.licence)))
        self.end_headers()
        self.wfile.write(self.server.licence)

    def log_message(self, *_):
        pass


class Link:
    """A folder served over the emulated link; anew for each play, so that nothing is warm."""

    def __init__(self, program, folder, scratch, options):
        port_file = scratch / "port"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen([program, "--root", folder, "--port", "0", "--port-file", port_file,
                                         "--rtt", str(options.rtt), "--kbps", str(options.kbps)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (port_file.exists() and port_file.read_text().strip()):
            if self.process.poll() is not None:
                sys.exit("linkem did not start")
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def play(demo, url, licence_url):
    """Milliseconds from play to the first frame, and to the licence (None: there was none)."""
    words = [demo, "--headless", "--url", url, "--storage", "", "--exit-after-first-frame",
             "--events", "-"]
    if licence_url:
        words += ["--license-url", licence_url]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if event["event"] == "first_frame":
            return event["startup_ms"], event.get("license_ms")
    sys.exit(f"no first frame of {url}:\n{done.stdout}\n{done.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of playhead-demo")
    parser.add_argument("--media", type=pathlib.Path, required=True, help="folder of the sample titles")
    parser.add_argument("--rtt", type=int, default=50, help="of the link, ms")
    parser.add_argument("--kbps", type=int, default=1000, help="of the link")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    demo = options.bin.resolve() / "playhead-demo"
    if not LINKEM.exists():
        sys.exit(f"skipped: {LINKEM} is not there")
    keys = json.loads((options.media / PROTECTED / "keys.json").read_text())["keys"]
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="licence-start-"))
    try:
        link_program = scratch / "linkem"
        subprocess.run([LINKEM / "build.sh", link_program], check=True)
        service = LicenceService(keys)
        licence_url = f"http://127.0.0.1:{service.server_port}/"

        def one(delay_ms):
            title = CLEAR if delay_ms is None else PROTECTED
            service.delay_s = (delay_ms or 0) / 1000
            with Link(link_program, options.media / title, scratch, options) as link:
                return play(demo, f"{link.url}/cmaf/manifest.mpd", None if delay_ms is None else licence_url)

        # How long the first frame takes when a licence is there at once; this also warms the disk's cache.
        slack = round(statistics.median(first - licence for first, licence in (one(0) for _ in range(3))))
        delays = [None, 0, slack // 4, slack // 2, slack * 3]
        taken = {delay: [] for delay in delays}
        for _ in range(options.rounds):
            for delay in delays:
                taken[delay].append(one(delay))
    finally:
        shutil.rmtree(scratch)

    print(f"{options.rtt} ms, {options.kbps} kbit/s, {options.rounds} plays each")
    print("licence takes | licence is there after | first frame after")
    median = {delay: statistics.median(first for first, _ in plays) for delay, plays in taken.items()}
    for delay, plays in taken.items():
        there = [licence for _, licence in plays if licence is not None]
        print(f"{'clear title' if delay is None else f'{delay} ms':>13} | "
              f"{f'{statistics.median(there):.0f} ms' if there else '-':>22} | {median[delay]:.0f} ms")
    worst = max(median[delay] for delay in delays[2:4])
    if worst > median[0] * (1 + MOST_DELAY):
        sys.exit(f"a licence in time delays the first frame: {worst:.0f} ms in place of {median[0]:.0f} ms")


if __name__ == "__main__":
    main()
