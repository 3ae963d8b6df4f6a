#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stock browser players on the server's titles: browser_test.py SERVER SOURCE_FOLDER WORK_FOLDER

hls.js and shaka-player in headless Chromium play HLS and DASH, clear and Clear Key. WORK_FOLDER keeps the titles and
the players for the next time. Ends with 77 (skipped) when Chromium, FFmpeg or npm is missing, or the players cannot be
had.
"""
import http.server
import json
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request

SERVER, SOURCE, WORK = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1)), pathlib.Path(sys.argv.pop(1))
SKIPPED = 77
PLAYERS = ("hls.js@1", "shaka-player@4")
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
                None)
PLAY_UNTIL_S = 5  # beyond the first segment

PAGE = """<!doctype html><video id="v" muted width="320"></video><script src="/player.js"></script><script>
const job = %s, video = document.getElementById("v");
const say = (words) => fetch("/result", {method: "POST", body: JSON.stringify(words)});
const fail = (why) => say({error: String(why && why.message || why)});
window.onerror = (message) => fail(message);
video.ontimeupdate = () => {
  if (video.currentTime < %d) return;
  video.ontimeupdate = null;
  const quality = video.getVideoPlaybackQuality();
  say({time: video.currentTime, height: video.videoHeight, pictures: quality.totalVideoFrames,
       decoded_sound: video.webkitAudioDecodedByteCount});
};
video.onerror = () => fail("media error " + video.error.code + ": " + video.error.message);
(async () => {
  if (job.player === "hls") {
    const hls = new Hls();
    hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) fail(data.type + ": " + data.details); });
    hls.loadSource(job.url);
    hls.attachMedia(video);
  } else {
    const player = new shaka.Player();
    await player.attach(video);
    if (job.license_url) player.configure({drm: {servers: {"org.w3.clearkey": job.license_url}}});
    player.addEventListener("error", (event) => fail("shaka " + event.detail.code));
    await player.load(job.url);
  }
  await video.play();
})().catch(fail);
</script>"""


class Pages(http.server.ThreadingHTTPServer):
    """Serves one page at a time and hears what became of it."""

    def __init__(self, modules):
        super().__init__(("127.0.0.1", 0), Handler)
        self.scripts = {"hls": modules / "hls.js/dist/hls.min.js",
                        "shaka": modules / "shaka-player/dist/shaka-player.compiled.js"}
        self.job, self.results = None, queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/player.js":
            return self.answer("text/javascript", self.server.scripts[self.server.job["player"]].read_bytes())
        if self.path == "/":
            return self.answer("text/html", (PAGE % (json.dumps(self.server.job), PLAY_UNTIL_S)).encode())
        self.send_error(404)

    def do_POST(self):
        self.server.results.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer("text/plain", b"")

    def answer(self, mime, body):
        self.send_response(200)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def prepare():
    for tool in ("ffmpeg", "npm"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")
    if CHROMIUM is None:
        skip("Chromium is not installed")
    WORK.mkdir(parents=True, exist_ok=True)
    modules = WORK / "node_modules"
    if not (modules / "shaka-player").exists() or not (modules / "hls.js").exists():
        got = subprocess.run(["npm", "install", "--prefix", WORK, "--no-audit", "--no-fund", *PLAYERS],
                             capture_output=True, text=True)
        if got.returncode != 0:
            skip("npm has not got the players: " + got.stderr.strip().splitlines()[-1])
    titles = WORK / "titles"
    subprocess.run([SOURCE / "server/make-titles", "--out", titles, "--id", "tiny", "--seconds", "12", "--ladder", "tiny"],
                   check=True, stdout=subprocess.DEVNULL)
    for name, *scheme in (("tiny-aes", "aes-128"), ("tiny-cenc", "cenc"), ("tiny-cbcs", "cbcs"),
                          ("tiny-identity", "cbcs", "--identity")):
        subprocess.run([SOURCE / "server/encrypt-titles", "--media", titles, "--server", SERVER, "--from", "tiny", "--id",
                        name, "--scheme", *scheme], check=True, stdout=subprocess.DEVNULL)
    return modules, titles


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        modules, titles = prepare()
        cls.folder = tempfile.TemporaryDirectory(prefix="playhead-browser-")
        data = pathlib.Path(cls.folder.name) / "data"
        cls.server = subprocess.Popen([SERVER, "serve", "--data", data, "--media", titles], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, text=True)
        cls.url = cls.server.stdout.readline().split()[-1]
        cls.token = subprocess.run([SERVER, "token", "--data", data], check=True, capture_output=True,
                                   text=True).stdout.strip()
        cls.pages = Pages(modules)

    @classmethod
    def tearDownClass(cls):
        cls.pages.shutdown()
        cls.pages.server_close()
        cls.server.terminate()
        cls.server.communicate()
        cls.folder.cleanup()

    def play(self, player, title, kind):
        request = urllib.request.Request(f"{self.url}/api/v1/stream?movie_id={title}&format={kind}",
                                         headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request) as answer:
            stream = json.load(answer)
        self.pages.job = {"player": player, "url": stream["stream_url"],
                          "license_url": (stream.get("drm") or {}).get("license_url")}
        profile = tempfile.mkdtemp(dir=self.folder.name)
        browser = subprocess.Popen(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--mute-audio", "--no-first-run",
             "--no-proxy-server", "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={profile}",
             f"http://127.0.0.1:{self.pages.server_address[1]}/"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            result = self.pages.results.get(timeout=120)
        finally:
            browser.terminate()
            browser.wait()
        self.assertNotIn("error", result)
        self.assertGreaterEqual(result["time"], PLAY_UNTIL_S)
        self.assertIn(result["height"], (144, 240))
        self.assertGreater(result["pictures"], 24 * PLAY_UNTIL_S // 2)
        self.assertGreater(result["decoded_sound"], 0)

    def test_hls_js_plays_fragmented_mp4(self):
        self.play("hls", "tiny", "hls")

    def test_hls_js_plays_mpeg_ts(self):
        self.play("hls", "tiny", "hls-ts")

    def test_hls_js_plays_aes_128(self):
        self.play("hls", "tiny-aes", "hls")

    def test_shaka_plays_hls(self):
        self.play("shaka", "tiny", "hls")

    def test_shaka_plays_dash(self):
        self.play("shaka", "tiny", "dash")

    def test_shaka_plays_clear_key_cenc_by_dash(self):
        self.play("shaka", "tiny-cenc", "dash")

    def test_shaka_plays_clear_key_cbcs_by_dash(self):
        self.play("shaka", "tiny-cbcs", "dash")

    # As identity keys: others of HLS Shaka 4 takes for no Clear Key (its error 4026). hls.js 1 plays neither, with emeEnabled.
    def test_shaka_plays_clear_key_cbcs_by_hls(self):
        self.play("shaka", "tiny-identity", "hls")


if __name__ == "__main__":
    unittest.main(verbosity=2)
