# SPDX-License-Identifier: Apache-2.0
"""playhead-manifest as an operator meets it: files, pipes, URLs, mistakes.

    manifest_cli_test.py PROGRAM
"""
import functools
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM = None

MULTIVARIANT = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",DEFAULT=YES,URI="audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="avc1.4d401e,mp4a.40.2",AUDIO="a"
video.m3u8
"""
MEDIA = """#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.500Z
#EXTINF:4,
a.ts
#EXTINF:4,
b.ts
#EXTINF:2.5,
c.ts
#EXT-X-ENDLIST
"""
MPD = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT8S">
 <Period><AdaptationSet mimeType="video/mp4"><SegmentTemplate media="v-$Number$.m4s"
  initialization="v.mp4" duration="4"/>
  <Representation id="v" bandwidth="500000" codecs="avc1.4d401e" width="640" height="360"/>
 </AdaptationSet></Period></MPD>
"""


def run(*arguments, stdin=None):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, timeout=60, check=False)


class Folder(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="playhead-manifest-cli-")
        self.addCleanup(self._folder.cleanup)
        for name, text in (("master.m3u8", MULTIVARIANT), ("video.m3u8", MEDIA), ("audio.m3u8", MEDIA),
                           ("title.mpd", MPD)):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)

    def path(self, name):
        return os.path.join(self._folder.name, name)

    def model(self, *arguments, stdin=None):
        ran = run("--json", *arguments, stdin=stdin)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)


class Reading(Folder):
    def test_media_playlist_of_a_file(self):
        model = self.model(self.path("video.m3u8"))
        self.assertEqual((model["format"], model["type"], model["duration_s"]), ("hls", "vod", 10.5))
        segments = model["periods"][0]["adaptation_sets"][0]["representations"][0]["segments"]
        self.assertEqual(segments["count"], 3)
        self.assertEqual(segments["listed"][1]["number"], 8)
        self.assertEqual(segments["listed"][1]["media"]["url"], "file://" + self.path("b.ts"))

    def test_mpd_as_text(self):
        ran = run(self.path("title.mpd"))
        self.assertEqual(ran.returncode, 0)
        self.assertIn(b"format=dash", ran.stdout)
        self.assertIn(b"v-2.m4s", ran.stdout)

    def test_standard_input_and_base(self):
        model = self.model("-", "--base", "https://cdn.example/x/y.m3u8", stdin=MEDIA.encode())
        segment = model["periods"][0]["adaptation_sets"][0]["representations"][0]["segments"]["listed"][0]
        self.assertEqual(segment["media"]["url"], "https://cdn.example/x/a.ts")

    def test_follow_reads_what_the_manifest_names(self):
        plain = self.model(self.path("master.m3u8"))
        followed = self.model("--follow", self.path("master.m3u8"))
        for model, has_segments in ((plain, False), (followed, True)):
            for adaptation_set in model["periods"][0]["adaptation_sets"]:
                for representation in adaptation_set["representations"]:
                    self.assertEqual("segments" in representation, has_segments)

    def test_segments_are_cut_in_the_middle(self):
        def listed(count):
            model = self.model("--segments", count, self.path("video.m3u8"))
            segments = model["periods"][0]["adaptation_sets"][0]["representations"][0]["segments"]
            return [segment["number"] for segment in segments["listed"]]

        self.assertEqual(listed("all"), [7, 8, 9])
        self.assertEqual(listed("1"), [7, 9])
        self.assertEqual(listed("0"), [9])
        self.assertEqual(listed("2"), [7, 8, 9])

    def test_bytes_that_are_not_utf8_still_give_json(self):
        text = MEDIA.encode().replace(b"b.ts", b"b\xff\xfe.ts")
        self.assertEqual(self.model("-", stdin=text)["format"], "hls")


class Network(Folder):
    def setUp(self):
        super().setUp()

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                if self.path == "/moved.m3u8":
                    self.send_response(302)
                    self.send_header("Location", "/master.m3u8")
                    self.end_headers()
                else:
                    super().do_GET()

        handler = functools.partial(Quiet, directory=self._folder.name)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self._server.server_close)
        self.addCleanup(self._server.shutdown)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def test_url_after_redirects_is_the_base(self):
        model = self.model("--follow", self.origin + "/moved.m3u8")
        self.assertEqual(model["url"], self.origin + "/master.m3u8")
        video = model["periods"][0]["adaptation_sets"][0]["representations"][0]
        self.assertEqual(video["segments"]["listed"][0]["media"]["url"], self.origin + "/a.ts")

    def test_missing_resource_is_one_line(self):
        ran = run(self.origin + "/nothing.m3u8")
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"[NOT_FOUND]", ran.stderr)
        self.assertEqual(ran.stderr.count(b"\n"), 1)


class Mistakes(Folder):
    def test_each_is_one_line_and_a_status(self):
        with open(self.path("page.m3u8"), "w", encoding="utf-8") as file:
            file.write("<!doctype html><html>not here</html>")
        with open(self.path("broken.m3u8"), "w", encoding="utf-8") as file:
            file.write(MEDIA.replace("#EXT-X-TARGETDURATION:4", "#EXT-X-TARGETDURATION:x"))
        cases = (
            ("no such file", [self.path("none")], 1, b"there is no file"),
            ("a folder", [self._folder.name], 1, b"is a folder"),
            ("a web page", [self.path("page.m3u8")], 1, b"HTML page"),
            ("nobody listens", ["http://127.0.0.1:1/x.mpd"], 1, b"[NETWORK_UNREACHABLE]"),
            ("nothing in it", [os.devnull], 1, b"[MANIFEST_EMPTY]"),
        )
        for name, arguments, status, words in cases:
            with self.subTest(name):
                ran = run(*arguments)
                self.assertEqual(ran.returncode, status, ran.stderr)
                self.assertIn(words, ran.stderr)
                self.assertEqual(ran.stderr.count(b"\n"), 1)
                self.assertEqual(ran.stdout, b"")

    def test_wrong_command_lines(self):
        for arguments in ([], ["--what", "x"], ["x", "--segments", "-1"], ["x", "--segments", "many"]):
            with self.subTest(arguments):
                ran = run(*arguments)
                self.assertEqual(ran.returncode, 2)
                self.assertIn(b"--help", ran.stderr)

    def test_help_and_version(self):
        for flag in ("--help", "--version"):
            ran = run(flag)
            self.assertEqual(ran.returncode, 0)
            self.assertIn(b"playhead-manifest", ran.stdout)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
