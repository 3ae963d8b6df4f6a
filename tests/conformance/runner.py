#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""runner.py SCENARIOS ORIGIN FOLDER SERVICE TOKEN: plays them through the Python package, over HTTP and storage in Python;
see README.md."""
import pathlib
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bindings" / "python"), str(ROOT / "tests" / "bindings")]
import playhead  # noqa: E402
from python_world import Http, Storage  # noqa: E402

PATIENCE_MS = 60_000
ROWS = {
    "MANIFEST_LOADED": lambda e: f"{(e.duration_us + 50_000) // 100_000} {e.video_representations} {e.audio_tracks}",
    "FIRST_FRAME": lambda e: "",
    "SEEK_DONE": lambda e: f"{e.user_tag} {e.target_us // 40_000}",
    "ENDED": lambda e: "",
    "FAILED": lambda e: f"{e.error_name} {e.error_detail}",
    "SUMMARY": lambda e: f"{e.qoe.shown_frames + e.qoe.dropped_frames} {e.qoe.is_offline}",
}


class Run:
    def __init__(self, origin, folder, service, token):
        self.origin, self.hash, self.player, self.kept = origin, 14695981039346656037, None, ""
        self.client = playhead.Client(api=service, token=token, http=Http(), storage=Storage())
        self.told = threading.Semaphore(0)
        self.downloads = playhead.Downloads(self.client, folder, changed=lambda download: self.told.release(),
                                            removed=lambda name: self.told.release(), free_space_floor_bytes=-1)

    def write(self, line):
        for byte in f"{line}\n".encode():
            self.hash = (self.hash ^ byte) * 1099511628211 % (1 << 64)
        print(line)

    def scenario(self, name):
        if self.player:
            self.player.close()
        self.write(f"scenario {name}")
        self.player = playhead.Player(self.client)

    def load(self, path, paused=False):
        self.player.load(url=f"{self.origin}/{path}", paused=paused)

    def load_paused(self, path):
        self.load(path, paused=True)

    def load_title(self, title):
        self.player.load(title=title, paused=True)

    def load_download(self, _):
        self.player.load(download=self.kept)

    def play(self, _):
        self.player.play()

    def pause(self, _):
        self.player.pause()

    def stop(self, _):
        self.player.stop()

    def seek(self, words):
        at_ms, tag = map(int, words.split())
        self.player.seek(at_ms * 1000, user_tag=tag)

    def representation(self, height):
        found = [one for one in self.player.snapshot().representations if one.height == int(height)]
        self.player.select_representation(found[0].id)

    def until(self, wanted):
        for event in self.player.events(PATIENCE_MS):
            if event.name == "REPRESENTATION_CHANGED" and event.reason == playhead.c.PLAYHEAD_SWITCH_MANUAL:
                self.write(f"{event.name} {event.width}x{event.height}")
            elif event.name in ROWS:
                self.write(f"{event.name} {ROWS[event.name](event)}".rstrip())
            if event.name == wanted:
                return
        raise TimeoutError(wanted)

    def download(self, path):
        self.keep(url=f"{self.origin}/{path}")

    def download_title(self, title):
        self.keep(title=title)

    def keep(self, **what):
        self.kept = self.downloads.add(**what)
        while (one := self.downloads.find(self.kept)).state_name not in ("COMPLETED", "FAILED"):
            self.told.acquire(timeout=PATIENCE_MS / 1000)
        self.write(f"DOWNLOAD {one.error_name or one.state_name}")

    def renew(self, _):
        self.downloads.renew(self.kept)
        while self.downloads.find(self.kept).rights != playhead.c.PLAYHEAD_RIGHTS_EXPIRED:
            self.told.acquire(timeout=PATIENCE_MS / 1000)
        self.write("DOWNLOAD EXPIRED")

    def remove(self, _):
        self.downloads.remove(self.kept)
        while any(one.id == self.kept for one in self.downloads.list()):
            self.told.acquire(timeout=PATIENCE_MS / 1000)

    def close(self):
        self.player.close()
        self.downloads.close()
        self.client.close()


def main():
    scenarios, *world = sys.argv[1:]
    run = Run(*world)
    for line in pathlib.Path(scenarios).read_text().splitlines():
        word, _, rest = line.partition(" ")
        if word:
            getattr(run, word)(rest)
    run.close()
    print(f"hash {run.hash:016x}")


if __name__ == "__main__":
    main()
