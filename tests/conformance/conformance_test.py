#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the media, serves them and has every runner play scenarios.txt; see README.md.

    conformance_test.py SERVER TITLES LANGUAGE COMMAND... [-- LANGUAGE COMMAND...]...

SERVER is the reference server, TITLES a folder with its title tiny-cenc.
"""
import functools
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from reference_server import ReferenceServer  # noqa: E402

PATIENCE_S = 240  # of a machine that does other things
SECONDS, RATE = 2, 25


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # players hang up


class Ending(http.server.BaseHTTPRequestHandler):
    """The service; but whoever asks for a permission to keep something once more hears that it has ended."""
    protocol_version = "HTTP/1.1"

    def __init__(self, *rest, service, granted):
        self.service, self.granted = service, granted
        super().__init__(*rest)

    def log_message(self, *unused):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) if self.command == "POST" else None
        passed = {name: value for name, value in self.headers.items()
                  if name.lower() not in ("host", "connection", "content-length", "accept-encoding")}
        try:
            answer = urllib.request.urlopen(urllib.request.Request(self.service + self.path, body, passed))
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            text = answer.read()
        if self.path == "/api/v1/download":
            if self.headers["Authorization"] in self.granted:
                # An hour ago: what ended a week ago has lost its bytes, too.
                end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
                text = json.dumps({**json.loads(text), "expires_at": end}).encode()
            self.granted.add(self.headers["Authorization"])
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST


def serve(handler):
    """A running server on a port of its own."""
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def ffmpeg(folder, *arguments):
    source = ["-f", "lavfi", "-i", f"testsrc=s=320x180:r={RATE}:d={SECONDS}", "-f", "lavfi", "-i", f"sine=d={SECONDS}"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-g", str(RATE), "-c:a", "aac"]
    subprocess.run(["ffmpeg", "-v", "error", *source, *codecs, "-hls_time", "1", "-hls_playlist_type", "vod", *arguments],
                   check=True, cwd=folder, stdin=subprocess.DEVNULL)


def make_media(root):
    title, protected = root / "title", root / "protected"
    title.mkdir()
    protected.mkdir()
    ffmpeg(title, "-filter_complex", "[0:v]split[a][b];[b]scale=160:90[c]", "-map", "[a]", "-map", "[c]", "-map", "1:a",
           "-b:v:0", "600k", "-b:v:1", "200k", "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init%v.mp4",
           "-master_pl_name", "master.m3u8", "-var_stream_map", "v:0,agroup:s v:1,agroup:s a:0,agroup:s,default:yes",
           "media%v.m3u8")
    (title / "nonsense.m3u8").write_text("nothing that plays\n")
    (protected / "key").write_bytes(bytes(range(16)))
    (protected / "info").write_text("key\nkey\n")
    ffmpeg(protected, "-hls_key_info_file", "info", "media.m3u8")
    playlist = (protected / "media.m3u8").read_text()
    (protected / "lost.m3u8").write_text(playlist.replace('URI="key"', 'URI="gone"'))


def main():
    binary, titles, *words = sys.argv[1:]
    runners = {}
    while words:
        end = words.index("--") if "--" in words else len(words)
        runners[words[0]], words = words[1:end], words[end + 1:]
    with tempfile.TemporaryDirectory(prefix="playhead-conformance-") as folder:
        root = pathlib.Path(folder)
        make_media(root)
        server = serve(functools.partial(Quiet, directory=folder))
        origin = f"http://127.0.0.1:{server.server_port}"
        service = ReferenceServer(binary, root, titles)
        gate = serve(functools.partial(Ending, service=service.url, granted=set()))
        started = {language: subprocess.Popen([*command, HERE / "scenarios.txt", origin, root / f"kept-{language}",
                                               f"http://127.0.0.1:{gate.server_port}", service.token_of(language)],
                                              stdout=subprocess.PIPE, text=True)
                   for language, command in runners.items()}
        logs = {language: (process.communicate(timeout=PATIENCE_S)[0], process.returncode)
                for language, process in started.items()}
        for one in (gate, server):
            one.shutdown()
            one.server_close()
        service.end()
    golden = HERE / "log.txt"
    if os.environ.get("PLAYHEAD_UPDATE_GOLDENS") == "1":
        golden.write_text(next(iter(logs.values()))[0])
    bad = 0
    for language, (log, status) in logs.items():
        if status == 0 and log == golden.read_text():
            print(f"{language}: {log.splitlines()[-1]}")
            continue
        bad += 1
        print(f"{language}: status {status}, its log is another:\n{log}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
