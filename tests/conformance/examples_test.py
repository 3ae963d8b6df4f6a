#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of the C interface, each on a title: examples_test.py PLAY PROBE SIGN DOWNLOAD OWN_HTTP CUSTOM_DRM
(programs)."""
import base64
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
PROGRAMS = dict(zip(("play", "probe", "sign", "download", "own_http", "custom_drm"), sys.argv[1:]))


CORPUS = pathlib.Path(__file__).resolve().parents[3] / "shared" / "media" / "shaka-packager" / "encryption"
KID, KEY = bytes.fromhex("31323334353637383930313233343536"), bytes.fromhex("32333435363738393021323334353637")
PSSH = "AAAANHBzc2gBAAAAEHfv7MCyTQKs4zweUuL7SwAAAAExMjM0NTY3ODkwMTIzNDU2AAAAAA=="


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def make_protected(folder):
    """The second segment of a title of the corpus: a second, all of it encrypted."""
    data = (CORPUS / "bear-640x360-video.mp4").read_bytes()
    starts, at = [], 0
    while at < len(data):
        if data[at + 4:at + 8] == b"moof":
            starts.append(at)
        at += int.from_bytes(data[at:at + 4], "big")
    folder.mkdir()
    (folder / "init.mp4").write_bytes(data[:starts[0]])
    (folder / "1.mp4").write_bytes(data[starts[1]:starts[2]])
    (folder / "media.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        f'#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,{PSSH}",KEYFORMAT='
        '"urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b",KEYFORMATVERSIONS="1"\n'
        '#EXT-X-MAP:URI="init.mp4"\n#EXTINF:1.001,\n1.mp4\n#EXT-X-ENDLIST\n')


class Picky(Quiet):
    """What lies below /signed/ is for who has the cookie; a licence holds what was asked for, or at /none nothing."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        keys = [{"kty": "oct", "kid": kid, "k": base64url(KEY)} for kid in asked["kids"] if kid == base64url(KID)]
        body = json.dumps({"keys": keys if self.path == "/licence" else [], "type": "temporary"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

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

    @unittest.skipUnless(CORPUS.exists(), "../shared/media is not beside the project")
    def test_custom_drm_has_the_keys_and_opens_the_samples(self):
        make_protected(self.folder / "vault")
        url = self.origin + "/vault/media.m3u8"
        status, out, err = self.run_one("custom_drm", self.origin + "/licence", url)
        self.assertEqual((status, out), (0, "640x360\n"), err)
        status, out, err = self.run_one("custom_drm", self.origin + "/none", url)
        self.assertEqual((status, out), (1, ""), err)
        self.assertIn("licence", err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
