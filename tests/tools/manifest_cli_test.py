# SPDX-License-Identifier: Apache-2.0
"""playhead-manifest as an operator meets it: files, pipes, URLs, mistakes.

    manifest_cli_test.py PROGRAM
"""
import functools
import http.server
import json
import os
import pty
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
#EXT-X-VERSION:3
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
# Segments of 4 s, of which the first ends 4 s after the start of availability; none expires.
LIVE_MPD = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" availabilityStartTime="2026-01-01T00:00:00Z"
 publishTime="2026-01-01T00:00:00Z" minimumUpdatePeriod="PT4S" minBufferTime="PT2S" profiles="urn:mpeg:dash:profile:isoff-live:2011">
 <Period id="1" start="PT0S"><AdaptationSet mimeType="video/mp4"><SegmentTemplate media="v-$Number$.m4s"
  initialization="v.mp4" duration="4"/>
  <Representation id="v" bandwidth="500000" codecs="avc1.4d401e" width="640" height="360"/>
 </AdaptationSet></Period></MPD>
"""
# Line 3 is unknown; the segment of line 7 lasts longer than EXT-X-TARGETDURATION allows.
DUBIOUS = """#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-SOMETHING-NEW:1
#EXTINF:4,
a.ts
#EXTINF:9,
b.ts
#EXT-X-ENDLIST
"""


def run(*arguments, stdin=None, **environment):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, timeout=60, check=False,
                          env={**os.environ, **environment})


def run_at_terminal(*arguments, **environment):
    """What the program writes when its standard output is a terminal."""
    main, terminal = pty.openpty()
    process = subprocess.Popen([PROGRAM, *arguments], stdout=terminal, stderr=subprocess.PIPE,
                               env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, **environment})
    os.close(terminal)
    written = b""
    try:
        while block := os.read(main, 4096):
            written += block
    except OSError:  # the other end is closed
        pass
    os.close(main)
    process.communicate(timeout=60)
    return written


class Folder(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="playhead-manifest-cli-")
        self.addCleanup(self._folder.cleanup)
        for name, text in (("master.m3u8", MULTIVARIANT), ("video.m3u8", MEDIA), ("audio.m3u8", MEDIA),
                           ("title.mpd", MPD), ("live.mpd", LIVE_MPD), ("dubious.m3u8", DUBIOUS)):
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

    def test_now_decides_what_of_a_live_title_is_listed(self):
        for now, count in (("2026-01-01T00:00:20Z", 5), ("2026-01-01T01:00:23.9+01:00", 5),
                           ("2026-01-01T00:00:24Z", 6)):
            with self.subTest(now):
                model = self.model("--now", now, self.path("live.mpd"))
                segments = model["periods"][0]["adaptation_sets"][0]["representations"][0]["segments"]
                self.assertEqual(segments["count"], count)

    def test_the_clock_is_now_when_nothing_else_is_said(self):
        model = self.model(self.path("live.mpd"))
        segments = model["periods"][0]["adaptation_sets"][0]["representations"][0]["segments"]
        # Neither everything that was announced nor nothing: between 2026 and 2086.
        self.assertLess(segments["count"], 15 * 60 * 24 * 366 * 60)


class Linting(Folder):
    def test_a_line_for_each_finding_and_status_3(self):
        path = self.path("dubious.m3u8")
        ran = run("--lint", path)
        self.assertEqual(ran.returncode, 3, ran.stderr)
        lines = ran.stdout.decode().splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertEqual(lines[0], path + ":3: skipped: unknown tag #EXT-X-SOMETHING-NEW")
        self.assertTrue(lines[1].startswith(path + ":7: violation [RFC 8216bis 4.4.3.1]: "), lines)
        self.assertEqual(ran.stderr, b"")

    def test_nothing_to_say_is_status_0(self):
        for name in ("video.m3u8", "master.m3u8", "live.mpd"):
            with self.subTest(name):
                ran = run("--lint", self.path(name))
                self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, b"", b""))

    def test_what_is_only_passed_over_is_status_0(self):
        ran = run("--lint", "-", stdin=MEDIA.replace("#EXT-X-END", "#EXT-X-NEW\n#EXT-X-END").encode())
        self.assertEqual(ran.returncode, 0)
        self.assertIn(b"-:12: skipped: ", ran.stdout)

    def test_mpd(self):
        ran = run("--lint", self.path("title.mpd"))
        self.assertEqual(ran.returncode, 3)
        self.assertIn(b"title.mpd:2: violation [ISO/IEC 23009-1 ", ran.stdout)

    def test_beside_the_model_as_json(self):
        path = self.path("dubious.m3u8")
        ran = run("--lint", "--json", path)
        self.assertEqual(ran.returncode, 3)
        model = json.loads(ran.stdout)
        self.assertEqual(model["format"], "hls")
        self.assertEqual(model["violations"], 1)
        skipped, violation = model["diagnostics"]
        self.assertEqual((skipped["source"], skipped["line"], skipped["severity"]), (path, 3, "skipped"))
        self.assertEqual((violation["line"], violation["byte"], violation["severity"], violation["rule"]),
                         (7, DUBIOUS.index("b.ts"), "violation", "RFC 8216bis 4.4.3.1"))
        self.assertTrue(violation["message"])
        clean = self.model("--lint", self.path("video.m3u8"))
        self.assertEqual((clean["diagnostics"], clean["violations"]), ([], 0))
        self.assertNotIn("diagnostics", self.model(path))

    def test_followed_playlists_are_linted_under_their_url(self):
        with open(self.path("audio.m3u8"), "w", encoding="utf-8") as file:
            file.write(DUBIOUS)
        self.assertEqual(run("--lint", self.path("master.m3u8")).returncode, 0)
        ran = run("--lint", "--follow", self.path("master.m3u8"))
        self.assertEqual(ran.returncode, 3)
        self.assertIn(f"file://{self.path('audio.m3u8')}:7: violation ".encode(), ran.stdout)

    def test_findings_before_an_error_are_told(self):
        ran = run("--lint", "-", stdin=DUBIOUS.replace("#EXTINF:9", "#EXTINF:-9").encode())
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"-:3: skipped: ", ran.stdout)
        self.assertEqual(ran.stderr.count(b"\n"), 1)

    def test_beyond_the_cap_violations_still_count(self):
        new = "#EXT-X-NEW\n" * 1500
        text = DUBIOUS.replace("#EXTINF:4", new + "#EXTINF:4").encode()
        ran = run("--lint", "-", stdin=text)
        self.assertEqual(ran.returncode, 3)
        self.assertEqual(len(ran.stdout.splitlines()), 1001)
        self.assertTrue(ran.stdout.endswith(b"502 more are not listed\n"), ran.stdout[-80:])
        model = json.loads(run("--lint", "--json", "-", stdin=text).stdout)
        self.assertEqual((model["violations"], model["diagnostics_unlisted"]), (1, 502))

    def test_colours_are_for_terminals(self):
        path = self.path("dubious.m3u8")
        self.assertIn(b"\x1b[31mviolation\x1b[0m", run_at_terminal("--lint", path))
        self.assertIn(b"\x1b[31mviolation\x1b[0m", run_at_terminal("--lint", path, NO_COLOR=""))
        self.assertNotIn(b"\x1b", run_at_terminal("--lint", path, NO_COLOR="1"))
        self.assertNotIn(b"\x1b", run("--lint", path).stdout)

    def test_control_characters_stay_off_the_terminal(self):
        text = DUBIOUS.replace("SOMETHING-NEW", "\x1b]0;title\x07").encode()
        self.assertNotIn(b"\x1b", run("--lint", "-", stdin=text).stdout)

    def test_strict_refuses_at_the_first_violation(self):
        ran = run("--strict", self.path("dubious.m3u8"))
        self.assertEqual((ran.returncode, ran.stdout), (1, b""))
        self.assertIn(b"line 7: ", ran.stderr)
        self.assertIn(b"[MANIFEST_SYNTAX]", ran.stderr)
        self.assertEqual(ran.stderr.count(b"\n"), 1)
        self.assertEqual(run("--strict", self.path("video.m3u8")).returncode, 0)
        self.assertEqual(run("--strict", self.path("title.mpd")).returncode, 1)

    def test_strict_follows(self):
        with open(self.path("audio.m3u8"), "w", encoding="utf-8") as file:
            file.write(DUBIOUS)
        self.assertEqual(run("--follow", self.path("master.m3u8")).returncode, 0)
        ran = run("--strict", "--follow", self.path("master.m3u8"))
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"audio.m3u8: line 7: ", ran.stderr)
        self.assertEqual(ran.stderr.count(b"\n"), 1)


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


REMOTE_MPD = MPD.replace(" <Period>", """ <Period xmlns:xlink="http://www.w3.org/1999/xlink"
  xlink:href="{href}" duration="PT1S"/>
 <Period>""")
REMOTE_PERIOD = """<Period id="far" duration="PT4S"><AdaptationSet mimeType="video/mp4"><SegmentTemplate
 media="far-$Number$.m4s" duration="4"/><Representation id="f" bandwidth="1"/></AdaptationSet></Period>
"""


class RemoteElements(Network):
    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def periods(self, *arguments):
        return [period["id"] for period in self.model(*arguments)["periods"]]

    def test_beside_a_file(self):
        self.write("far.xml", REMOTE_PERIOD)
        path = self.write("ads.mpd", REMOTE_MPD.format(href="far.xml"))
        self.assertEqual(self.periods(path), ["far", "p1"])
        self.assertNotIn(b"remote element", run("--lint", path).stdout)

    def test_of_a_url(self):
        self.write("far.xml", REMOTE_PERIOD)
        self.write("ads.mpd", REMOTE_MPD.format(href="far.xml"))
        self.assertEqual(self.periods(self.origin + "/ads.mpd"), ["far", "p1"])

    def test_on_the_network_of_a_file(self):
        self.write("far.xml", REMOTE_PERIOD)
        path = self.write("ads.mpd", REMOTE_MPD.format(href=self.origin + "/far.xml"))
        self.assertEqual(self.periods(path), ["p1"])
        self.assertEqual(self.periods("--follow", path), ["far", "p1"])

    def test_what_cannot_be_had_is_a_violation_with_its_line(self):
        self.write("wrong.xml", "<AdaptationSet/>")
        for href, words in (("none.xml", "there is no file"), ("wrong.xml", "it is no Period"),
                            ("../far.xml", "below the manifest's folder"), ("ads.mpd", "back to itself"),
                            (self.origin + "/none.xml", "--follow"), ("ftp://h.example/x", "no URL")):
            with self.subTest(href):
                path = self.write("ads.mpd", REMOTE_MPD.format(href=href))
                ran = run("--lint", path)
                self.assertEqual(ran.returncode, 3)
                lines = [line for line in ran.stdout.decode().splitlines() if "remote element" in line]
                self.assertEqual(len(lines), 1, ran.stdout)
                self.assertIn(f"{path}:3: violation [ISO/IEC 23009-1 5.5]", lines[0])
                self.assertIn(words, lines[0])
                self.assertEqual(self.periods(path), ["p1"])


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

    def test_what_is_too_large_is_never_in_memory(self):
        path = self.path("large.m3u8")
        with open(path, "wb") as file:
            file.truncate(4 << 30)  # takes no room on the disk
        ran = run(path)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"larger than a manifest may be [TOO_LARGE]", ran.stderr)
        with open("/dev/zero", "rb") as endless:
            process = subprocess.run([PROGRAM, "-"], stdin=endless, capture_output=True, timeout=60, check=False)
        self.assertEqual(process.returncode, 1)
        self.assertIn(b"[TOO_LARGE]", process.stderr)

    def test_wrong_command_lines(self):
        for arguments in ([], ["--what", "x"], ["x", "--segments", "-1"], ["x", "--segments", "many"],
                          ["x", "--now", "yesterday"]):
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
