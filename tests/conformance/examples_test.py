#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of the C interface, each on a title: examples_test.py PLAY PROBE SIGN DOWNLOAD OWN_HTTP
(programs)."""
import functools
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from conformance_test import RATE, SECONDS, Quiet, make_media, serve

PATIENCE_S = 240
COOKIE = "viewer=7"
PROGRAMS = dict(zip(("play", "probe", "sign", "download", "own_http"), sys.argv[1:]))


class Picky(Quiet):
    """What lies below /signed/ is for who has the cookie."""

    def do_GET(self):
        if self.path.startswith("/signed/") and self.headers.get("Cookie") != COOKIE:
            return self.send_error(403)
        self.path = self.path.replace("/signed/", "/title/")
        return super().do_GET()


class ExamplesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="playhead-examples-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        make_media(cls.folder)
        server = serve(functools.partial(Picky, directory=folder.name))
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.origin = f"http://127.0.0.1:{server.server_port}"

    def run_one(self, name, *arguments):
        done = subprocess.run([PROGRAMS[name], *arguments], capture_output=True, text=True, timeout=PATIENCE_S)
        return done.returncode, done.stdout, done.stderr

    def test_probe_tells_what_a_viewer_noticed(self):
        status, out, _ = self.run_one("probe", self.origin + "/title/master.m3u8")
        told = json.loads(out)
        self.assertEqual((status, told["error"], told["shown_frames"] + told["dropped_frames"]), (0, 0, SECONDS * RATE))
        self.assertGreater(told["startup_us"], 0)

    def test_probe_fails_with_a_reason(self):
        status, out, err = self.run_one("probe", self.origin + "/none.m3u8")
        self.assertEqual((status, json.loads(out)["startup_us"]), (1, -1))
        self.assertIn("404", err)

    def test_sign_plays_what_play_may_not(self):
        url = self.origin + "/signed/master.m3u8"
        self.assertEqual(self.run_one("play", url)[0], 1)
        self.assertEqual(self.run_one("sign", COOKIE, url)[0], 0)

    def test_own_http_plays_all_by_itself(self):
        status, _, err = self.run_one("own_http", self.origin + "/title/master.m3u8")
        self.assertEqual((status, err), (0, ""))
        status, _, err = self.run_one("own_http", self.origin + "/none.m3u8")
        self.assertEqual((status, err), (1, "the host does not have the resource\n"))

    def test_download(self):
        kept = self.folder / "kept"
        status, _, err = self.run_one("download", self.origin + "/title/master.m3u8", str(kept))
        self.assertEqual((status, kept.is_dir()), (0, True), err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
