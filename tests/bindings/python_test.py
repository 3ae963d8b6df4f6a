#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Python package against the shared library ($PLAYHEAD_LIBRARY): titles over real sockets, every callback."""
import asyncio
import contextlib
import ctypes
import functools
import gc
import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings" / "python"))
import playhead  # noqa: E402
from playhead import _library  # noqa: E402
from python_world import Http, Storage  # noqa: E402

SECONDS, RATE = 2, 25
PATIENCE_MS = 60_000  # of a machine that does other things


class Web(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def do_GET(self):
        if not self.path.startswith("/api/"):
            return super().do_GET()
        self.server.tokens.append(self.headers.get("Authorization"))
        good = self.headers.get("Authorization") == "Bearer second"
        status, body = (200, {"rows": [{"id": "new", "name": "New", "items": []}]}) if good else \
            (401, {"error": {"code": "unauthorized", "message": "no"}})
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Screen:
    def __init__(self):
        self.frames, self.cleared = [], 0

    def show(self, frame):
        self.frames.append((frame.time_us, frame.width, frame.height, len(frame.plane(0))))

    def clear(self):
        self.cleared += 1


class Speaker:
    """Plays at once whatever it gets."""

    def __init__(self):
        self.rate = self.channels = self.written = self.heard = 0
        self.calls = set()
        self.runs = False

    def open(self, rate, channels):
        self.rate, self.channels = rate, channels
        return rate, channels

    def write(self, samples, frames):
        assert len(samples) == frames * self.channels * 4
        self.written += frames
        self.heard += frames

    def frames_played(self, now_us):
        return self.written

    def flush(self):
        self.written = 0

    def resume(self):
        self.runs = True

    def pause(self):
        self.runs = False

    def close(self):
        self.calls.add("close")

    def set_volume(self, volume):
        self.calls.add(f"volume {volume}")


class PythonTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="playhead-python-")
        cls.addClassCleanup(cls.folder.cleanup)
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=s=160x90:r={RATE}:d={SECONDS}", "-f", "lavfi", "-i",
             f"sine=d={SECONDS}", "-c:v", "libx264", "-preset", "ultrafast", "-g", str(RATE), "-c:a", "aac", "-hls_time", "1",
             "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "title.m3u8"], check=True, cwd=cls.folder.name)
        handler = functools.partial(Web, directory=cls.folder.name)
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        cls.server.tokens = []
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.origin = f"http://127.0.0.1:{cls.server.server_port}"
        cls.url = cls.origin + "/title.m3u8"

    def setUp(self):
        self.logged = []
        self.open = contextlib.ExitStack()
        self.addCleanup(self.end)

    def end(self):
        self.open.close()
        gc.collect()
        self.assertEqual(len(_library.lent), 0, "the library holds on to what was lent to it")

    def client(self, **members):
        log = functools.partial(lambda *line: self.logged.append(line))
        return self.open.enter_context(playhead.Client(log=log, **members))

    def player(self, client=None, **members):
        return self.open.enter_context(playhead.Player(client or self.client(), **members))

    def until(self, player, *names):
        seen = []
        for event in player.events(PATIENCE_MS):
            seen.append(event)
            if event.name in names:
                return seen
        self.fail(f"none of {names} after {seen}")

    def test_layout_is_that_of_the_library(self):
        kind, rows = None, 0
        for line in (ROOT / "bindings/c/abi.txt").read_text().splitlines():
            words = line.split()
            if words[:1] == ["struct"] and hasattr(playhead.c, words[1]):
                kind = getattr(playhead.c, words[1])
                self.assertEqual(ctypes.sizeof(kind), int(words[3]), words[1])
            elif words[:1] == ["struct"]:
                kind = None
            elif line.startswith("  ") and kind:
                field = getattr(kind, words[0])
                self.assertEqual((field.offset, field.size), (int(words[2]), int(words[4])), f"{kind.__name__}.{words[0]}")
                rows += 1
            elif words[:1] == ["constant"]:
                self.assertEqual(getattr(playhead.c, words[1], int(words[2])), int(words[2]))
        self.assertGreater(rows, 400)
        self.assertEqual(subprocess.run([sys.executable, ROOT / "bindings/python/make_abi.py", "--check"]).returncode, 0)

    def test_a_title_is_played_to_its_end(self):
        screen = Screen()
        player = self.player(video=screen, max_height=720)
        player.load(url=self.url)
        player.play()
        events = self.until(player, "SUMMARY")
        names = [event.name for event in events]
        self.assertEqual([name for name in ("LOAD_STARTED", "MANIFEST_LOADED", "FIRST_FRAME", "ENDED", "SUMMARY")
                          if name in names],
                         ["LOAD_STARTED", "MANIFEST_LOADED", "FIRST_FRAME", "ENDED", "SUMMARY"])
        self.assertEqual(len(screen.frames) + events[-1].qoe.dropped_frames, SECONDS * RATE)
        self.assertEqual(screen.frames[0], (0, 160, 90, 90 * (screen.frames[0][3] // 90)))
        self.assertEqual(screen.frames, sorted(screen.frames))
        self.assertGreater(events[-1].qoe.bytes, 1000)

    def test_sound_goes_where_the_app_says(self):
        speaker = Speaker()
        player = self.player(audio=speaker)
        player.load(url=self.url)
        player.set_volume(0.5)
        player.play()
        self.until(player, "SUMMARY")
        self.assertAlmostEqual(speaker.heard / speaker.rate, SECONDS, delta=0.2)
        player.close()
        self.assertLessEqual({"close", "volume 0.5"}, speaker.calls)

    def test_what_cannot_be_played_says_why(self):
        player = self.player()
        player.load(url=self.origin + "/none.m3u8")
        failure = self.until(player, "FAILED")[-1]
        self.assertEqual((failure.error_name, failure.error_code, failure.error_detail),
                         ("NOT_FOUND", playhead.c.PLAYHEAD_ERROR_NOT_FOUND, 404))
        self.assertGreater(len(failure.message), 10)

    def test_mistakes_are_exceptions(self):
        with self.assertRaises(playhead.Error) as caught:
            self.player().set_speed(float("nan"))
        self.assertEqual(caught.exception.name, "INVALID_ARGUMENT")
        with self.assertRaises(playhead.Error):
            playhead.Player(self.client(), preset=99)
        self.assertEqual([(level, module) for level, module, _ in self.logged], [("error", "capi")])

    def test_seek_and_snapshot(self):
        player = self.player(video=Screen())
        player.load(url=self.url, paused=True)
        self.until(player, "FIRST_FRAME")
        player.seek(1_500_000, user_tag=7)
        done = self.until(player, "SEEK_DONE")[-1]
        self.assertEqual((done.user_tag, done.target_us // 40_000), (7, 1_500_000 // 40_000))
        status = player.snapshot()
        self.assertEqual((status.is_paused, status.duration_us // 1_000_000), (1, SECONDS))
        self.assertEqual([one.is_selected for one in status.representations], [1])
        self.assertIn("\n", player.decision_log())

    def test_events_for_asyncio(self):
        async def watch():
            names = []
            async for event in player.aevents():
                names.append(event.name)
                if event.name == "SUMMARY":
                    return names
        player = self.player()
        player.load(url=self.url)
        player.play()
        self.assertIn("ENDED", asyncio.run(asyncio.wait_for(watch(), PATIENCE_MS / 1000)))

    def test_a_callback_that_fails_is_told_and_nothing_more(self):
        class Broken(Screen):
            def show(self, frame):
                raise ValueError("on purpose")
        told = []
        hook, sys.unraisablehook = sys.unraisablehook, lambda told_of: told.append(told_of.exc_type)
        try:
            player = self.player(video=Broken())
            player.load(url=self.url)
            player.play()
            self.until(player, "SUMMARY")
        finally:
            sys.unraisablehook = hook
        self.assertEqual(set(told), {ValueError})

    def test_downloads(self):
        with tempfile.TemporaryDirectory() as folder:
            changes, gone = [], threading.Event()
            done = threading.Event()

            def changed(download):
                changes.append(download.state_name)
                if download.state_name in ("COMPLETED", "FAILED"):
                    done.set()
            client = self.client()
            downloads = self.open.enter_context(
                playhead.Downloads(client, folder, changed=changed, removed=lambda name: gone.set(),
                                   free_space_floor_bytes=-1))
            name = downloads.add(url=self.url)
            self.assertTrue(done.wait(PATIENCE_MS / 1000))
            self.assertEqual([one.state_name for one in downloads.list()], ["COMPLETED"])
            self.assertEqual(downloads.find(name).request.url, self.url)
            player = self.player(client)
            player.load(download=name)
            player.play()
            self.assertEqual(self.until(player, "SUMMARY")[-1].qoe.is_offline, 1)
            downloads.remove(name)
            self.assertTrue(gone.wait(PATIENCE_MS / 1000))
            self.assertEqual(downloads.list(), [])
            self.open.close()

    def test_questions_to_a_service_and_a_token_that_is_refused(self):
        asked = []

        def token(refresh):
            asked.append(refresh)
            return "second" if refresh else "first"
        self.server.tokens.clear()
        service = self.open.enter_context(playhead.Service(self.client(api=self.origin, token=token)))
        self.assertEqual([row.id for row in service.home().result(PATIENCE_MS / 1000).rows], ["new"])
        self.assertEqual((asked, self.server.tokens), ([False, True], ["Bearer first", "Bearer second"]))
        with self.assertRaises(playhead.Refused) as caught:
            service.title("").result(PATIENCE_MS / 1000)
        self.assertEqual(caught.exception.name, "INVALID_ARGUMENT")

    def test_http_storage_and_clock_of_the_app(self):
        web, storage, asked = Http(), Storage(), []

        def clock():
            asked.append(None)
            return 4_102_444_800_000_000  # 2100
        client = self.client(http=web, storage=storage, clock=clock, api=self.origin, token="t")
        player = self.player(client, video=Screen())
        player.load(url=self.url)
        summary = self.until(player, "SUMMARY")[-1]
        self.assertEqual(summary.qoe.shown_frames + summary.qoe.dropped_frames, SECONDS * RATE)
        kinds = {kind for kind, _ in web.asked}
        self.assertLessEqual({playhead.c.PLAYHEAD_RESOURCE_MANIFEST, playhead.c.PLAYHEAD_RESOURCE_INIT,
                              playhead.c.PLAYHEAD_RESOURCE_MEDIA}, kinds)
        self.assertGreater(len(asked), 0)
        self.open.close()
        self.assertGreater(sum(map(len, storage.records.values())), 0)
        storage.was_read.clear()
        self.client(storage=storage)
        self.assertTrue(storage.was_read.wait(PATIENCE_MS / 1000))

    def test_http_of_the_app_that_fails_says_why(self):
        def refuse(request, transfer):
            raise playhead.Error(playhead.c.PLAYHEAD_ERROR_TLS_FAILURE)

        def redirect(request, transfer):
            if request.url.endswith("/moved.m3u8"):
                transfer.head(302, [("Location", self.url)])
            else:
                web(request, transfer)
        web = Http()
        for fetch, path, name in ((refuse, "/title.m3u8", "TLS_FAILURE"), (web, "/none.m3u8", "NOT_FOUND"),
                                  (redirect, "/moved.m3u8", None)):
            player = self.player(self.client(http=fetch), video=Screen())
            player.load(url=self.origin + path)
            end = self.until(player, "FAILED", "ENDED")[-1]
            self.assertEqual(getattr(end, "error_name", "") or None, name)

    def test_http_of_the_app_is_told_when_nothing_more_is_wanted(self):
        started, ended = threading.Event(), threading.Event()

        def wait(request, transfer):
            transfer.on_cancel = ended.set
            started.set()
            transfer.cancelled.wait()
            transfer.body(b"too late")
        player = self.player(self.client(http=wait))
        player.load(url=self.url)
        self.assertTrue(started.wait(PATIENCE_MS / 1000))
        player.stop()
        self.assertTrue(ended.wait(PATIENCE_MS / 1000))


if __name__ == "__main__":
    unittest.main()
