#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What make-titles makes of somebody's film, as the server shows it: packager_test.py SERVER SOURCE_FOLDER

Skipped (77) where there is no FFmpeg.
"""
import array
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

SERVER, SOURCE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
SECONDS = 12
CHAPTERS = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=7000
title=The "first" | a\\\\b
[CHAPTER]
TIMEBASE=1/1000
START=7000
END=11000
"""
# One of them is on screen when a segment ends.
SUBTITLES = {"eng": ("1\n00:00:01,000 --> 00:00:02,500\nOne\n\n2\n00:00:03,000 --> 00:00:05,500\nTwo\nlines\n"),
             "ger": ("1\n00:00:09,000 --> 00:00:10,000\nGrüße\n")}
# One rate is television's; of the other no second is a whole number of pictures.
RATES = {"calm": "31/3", "busy": "30000/1001"}
PICTURES = {"calm": "color=c=navy:size=426x240", "busy": "testsrc2=size=426x240,noise=alls=3:allf=t"}
SOUNDS = {"eng": 440, "ger": 294}  # Hz
SOUND_HZ, FRAME = 48_000, 1024     # samples: of a second, of an AAC frame


class PackagerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="playhead-packager-")
        cls.folder = pathlib.Path(cls.temporary.name)
        (cls.folder / "chapters").write_text(CHAPTERS)
        text = []  # of the busy one
        for number, (language, cues) in enumerate(SUBTITLES.items()):
            (cls.folder / f"{language}.srt").write_text(cues)
            text.append((["-i", cls.folder / f"{language}.srt"],
                         ["-map", str(3 + number), f"-metadata:s:s:{number}", f"language={language}"]))
        for name, picture in PICTURES.items():
            film = cls.folder / f"{name}.mkv"
            inputs, maps = (sum(parts, []) for parts in zip(*text)) if name == "busy" else ([], [])
            subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", picture.replace("x240", f"x240:rate={RATES[name]}"), "-f", "lavfi", "-i", "sine=440",
                            "-i", cls.folder / "chapters", *inputs, "-map", "0", "-map", "1", *maps, "-map_metadata", "2",
                            "-t", str(SECONDS), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-c:a", "flac",
                            "-c:s", "srt", film], check=True, stdin=subprocess.DEVNULL)
            subprocess.run([SOURCE / "server/make-titles", "--out", cls.folder / "titles", "--id", name, "--source", film,
                            "--ladder", "auto", "--seconds", str(SECONDS)], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        before = cls.describe()
        subprocess.run([SOURCE / "server/encrypt-titles", "--media", cls.folder / "titles", "--server", SERVER, "--from", "busy",
                        "--id", "closed"], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        (cls.folder / "titles/busy/title.json").write_text(before)
        cls.server = subprocess.Popen([SERVER, "serve", "--data", cls.folder / "data", "--media", cls.folder / "titles"],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.url = cls.server.stdout.readline().split()[-1]
        cls.token = subprocess.run([SERVER, "token", "--data", cls.folder / "data"], check=True, capture_output=True,
                                   text=True).stdout.strip()

    # What an editor adds to a title, in a layout of his own; the answer is what was there.
    @classmethod
    def describe(cls):
        file = cls.folder / "titles/busy/title.json"
        before = file.read_text()
        cls.clear = json.loads(before) | {
            "name": "Calm \"sea\" – тихо", "genre": "Nature", "countries": ["DE"], "maturity_rating": "R", "cast": ["A. Body"],
            "description": "Long\nand { odd: \"name\": }", "intro": {"start_seconds": 1, "end_seconds": 2.5},
            "credits": {"start_seconds": 10, "end_seconds": 12}, "drm": None, "codecs": ["avc1"], "house": {"number": 7}}
        file.write_text(json.dumps(cls.clear, separators=(",", ":")))
        return before

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.communicate()
        cls.temporary.cleanup()

    def get(self, url):
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def test_the_ladder_spends_what_the_picture_needs(self):
        rates = {}
        for name in PICTURES:
            master = (self.folder / "titles" / name / "cmaf/master.m3u8").read_text()
            rates[name] = int(re.search(r"AVERAGE-BANDWIDTH=(\d+)", master)[1])
        self.assertGreater(rates["busy"], 2 * rates["calm"])

    # Functions of the ladder, with what make-titles gives them.
    def ladder(self, script, name="busy"):
        given = (f'set -euo pipefail; . "{SOURCE}/server/titles/ladder.sh"; WORK="{self.folder}"; SOURCE_FILTER=""; FPS=30; '
                 f'VIDEO_IN=(-i "{self.folder}/{name}.mkv"); run_ffmpeg() {{ ffmpeg -loglevel error -nostdin -y "$@"; }}; '
                 'probe() { ffprobe -v error -of csv=p=0 "$@"; }; gop_pictures() { echo 120; }; ')
        return subprocess.run(["bash", "-c", given + script], capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def test_the_ladder_measures_pictures(self):
        points = {}
        for name, quality in (("busy", 18), ("busy", 36), ("calm", 36)):
            told = self.ladder(f"probe_point 1 426 240 {quality}", name)
            self.assertEqual(told.returncode, 0, told.stderr)
            points[name, quality] = tuple(map(float, told.stdout.split()))
        self.assertGreater(points["busy", 18][0], 2 * points["busy", 36][0])
        self.assertGreater(points["busy", 18][1], points["busy", 36][1] + 0.03)
        self.assertGreater(points["busy", 36][1], 0.1)
        self.assertGreater(points["calm", 36][1], 0.99)

    def test_the_ladder_reaches_its_goal_by_what_was_measured(self):
        def rate(*points, most=3000):
            told = self.ladder(f"printf '%s\\n' {' '.join(repr(point) for point in points)} | rate_for_goal {most}")
            return int(told.stdout) if told.returncode == 0 else told.stderr.strip()

        # Between 800 and 400 kbit/s, half the way in the logarithm of the rate.
        self.assertEqual(rate("1600 0.985", "800 0.965", "400 0.945", "200 0.9"), 570)
        self.assertEqual(rate("1600 0.985", "800 0.965", "400 0.945", "200 0.9", most=500), 500)
        self.assertEqual(rate("1600 0.9", "800 0.8", "400 0.7", "200 0.6"), 1600)
        self.assertEqual(rate("1600 0.985", "800 0", "400 0.945", "200 0.9"), "ladder: ffmpeg told no SSIM")

    def test_what_was_made_is_as_good_as_the_ladder_meant(self):
        for name, (least, most) in {"calm": (0.99, 1), "busy": (0.94, 0.97)}.items():  # 0.955 is the goal
            told = subprocess.run(["ffmpeg", "-hide_banner", "-nostdin", "-allowed_extensions", "ALL", "-i",
                                   self.folder / "titles" / name / "cmaf/video-0.m3u8", "-i", self.folder / f"{name}.mkv",
                                   "-lavfi", "[0:v]setpts=N/30/TB[made];[1:v]setpts=N/30/TB[film];[made][film]ssim", "-an", "-f", "null", "-"], check=True, capture_output=True,
                                  text=True, stdin=subprocess.DEVNULL).stderr
            quality = float(re.search(r"SSIM .*All:([\d.]+)", told)[1])
            self.assertTrue(least <= quality <= most, f"{name}: {quality}")

    def test_the_picture_is_that_of_the_film(self):
        film = subprocess.run(["ffmpeg", "-loglevel", "error", "-allowed_extensions", "ALL", "-i",
                               self.folder / "titles/calm/cmaf/video-0.m3u8", "-frames:v", "1", "-pix_fmt", "gray", "-f",
                               "rawvideo", "-"], check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
        self.assertLess(max(film) - min(film), 8)  # of one colour, nothing is drawn into it

    def test_the_frame_rate_is_that_of_the_film(self):
        for name, rate in RATES.items():
            top, bottom = map(int, rate.split("/"))
            for path in ("cmaf/video-0.m3u8", "ts/video-0.m3u8"):
                playlist = self.folder / "titles" / name / path
                found = subprocess.run(["ffprobe", "-v", "error", "-allowed_extensions", "ALL", "-select_streams", "v",
                                        "-show_entries", "stream=avg_frame_rate", "-of", "csv=p=0", playlist], check=True,
                                       capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.split()
                above, below = map(int, found[0].strip(",").split("/"))
                self.assertAlmostEqual(above / below, top / bottom, places=1, msg=f"{name}/{path}")
                # Every segment begins with the first picture of its 4 s.
                start, starts = 0, []
                for seconds in re.findall(r"#EXTINF:([\d.]+)", playlist.read_text()):
                    starts.append(start)
                    start += float(seconds)
                self.assertEqual(len(starts), 3, f"{name}/{path}")
                for number, start in enumerate(starts):
                    first = -(-4 * number * top // bottom) * bottom / top
                    self.assertAlmostEqual(start, first, delta=0.002, msg=f"{name}/{path} {number}")
            master = (self.folder / "titles" / name / "cmaf/master.m3u8").read_text()
            self.assertIn(f"FRAME-RATE={top / bottom:.3f}", master)

    def test_chapters_are_those_of_the_film(self):
        title = json.loads(self.get(self.url + "/api/v1/titles/busy"))
        self.assertEqual([(chapter["name"], chapter["start_seconds"], chapter["end_seconds"])
                          for chapter in title["chapters"]], [('The "first" | a\\b', 0, 7), ("Chapter 2", 7, 11)])

    def test_protection_keeps_what_the_title_is(self):
        closed = json.loads((self.folder / "titles/closed/title.json").read_text())
        self.assertEqual(set(closed["drm"]), {"persistent", "entitled", "keys"})
        self.assertEqual(closed, self.clear | {
            "id": "closed", "drm": closed["drm"], "manifests": {"hls": "cmaf/master.m3u8", "dash": "cmaf/manifest.mpd"}})
        with self.assertRaises(urllib.error.HTTPError) as refused:   # nobody says which country this is
            self.get(self.url + "/api/v1/stream?movie_id=closed")
        with refused.exception as answer:
            self.assertEqual((answer.code, json.loads(answer.read())["error"]["code"]), (403, "geo_blocked"))
        self.assertEqual(sorted(path.name for path in (self.folder / "titles/closed/thumbnails").iterdir()),
                         ["001.jpg", "index.vtt"])

    def cues(self, path):
        return re.findall(r"^(\S+ --> \S+)\n(.+(?:\n.+)*)", (self.folder / "titles" / path).read_text(), re.MULTILINE)

    def test_subtitles_are_those_of_the_film(self):
        two = ("00:03.000 --> 00:05.500", "Two\nlines")
        self.assertEqual(self.cues("busy/cmaf/text/eng.vtt"), [("00:01.000 --> 00:02.500", "One"), two])
        self.assertEqual(self.cues("busy/cmaf/text/ger.vtt"), [("00:09.000 --> 00:10.000", "Grüße")])
        # Both segments that it is in have it, in both kinds of HLS.
        for kind in ("cmaf", "ts"):
            self.assertIn(two, self.cues(f"busy/{kind}/text/eng-00000.vtt"))
            self.assertEqual(self.cues(f"busy/{kind}/text/eng-00001.vtt"), [two])
            self.assertEqual(self.cues(f"busy/{kind}/text/eng-00002.vtt"), [])
            master = (self.folder / "titles/busy" / kind / "master.m3u8").read_text()
            self.assertEqual(re.findall(r'TYPE=SUBTITLES.*LANGUAGE="(\w+)".*URI="(.+)"', master),
                             [("eng", "text/eng.m3u8"), ("ger", "text/ger.m3u8")])
            self.assertEqual((self.folder / "titles/busy" / kind / "text/ger.m3u8").read_text().count("#EXTINF"), 3)
        manifest = (self.folder / "titles/busy/cmaf/manifest.mpd").read_text()
        self.assertEqual(re.findall(r'mimeType="text/vtt" lang="(\w+)"', manifest), ["eng", "ger"])
        self.assertIn('media="text/ger.vtt"', manifest)

    def test_a_film_without_subtitles_has_none(self):
        for kind in ("cmaf", "ts"):
            self.assertNotIn("SUBTITLES", (self.folder / "titles/calm" / kind / "master.m3u8").read_text())
        self.assertNotIn("text/vtt", (self.folder / "titles/calm/cmaf/manifest.mpd").read_text())

    def test_thumbnails_cover_the_film(self):
        places = json.loads(self.get(self.url + "/api/v1/titles/busy"))["thumbnails_url"]
        cues = re.findall(r"--> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)", self.get(places).decode())
        self.assertEqual(len(cues), -(-SECONDS // 5))
        self.assertTrue(cues[-1][0].startswith("00:00:12"), cues)
        sheet = self.get(places.replace("index.vtt", cues[0][1]))
        self.assertEqual(sheet[:2], b"\xff\xd8")
        self.assertEqual([cue[2:] for cue in cues], [(str(160 * n), "0", "160", "90") for n in range(3)])


class AlternateSoundTest(unittest.TestCase):
    """A film with two languages, each a tone of its own."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="playhead-packager-")
        folder = pathlib.Path(cls.temporary.name)
        cls.film, cls.cmaf = folder / "two.mkv", folder / "titles/two/cmaf"
        inputs, maps = [], []
        for number, (language, hertz) in enumerate(SOUNDS.items()):
            inputs += ["-f", "lavfi", "-i", f"sine={hertz}:sample_rate={SOUND_HZ}"]
            maps += ["-map", str(1 + number), f"-metadata:s:a:{number}", f"language={language}"]
        subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=256x144:rate=24", *inputs, "-map", "0",
                        *maps, "-t", "6", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "flac", cls.film], check=True,
                       stdin=subprocess.DEVNULL)
        subprocess.run([SOURCE / "server/make-titles", "--out", folder / "titles", "--id", "two", "--source", cls.film, "--ladder",
                        "tiny"], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def decoded(self, *source):
        """The samples of one channel."""
        return array.array("h", subprocess.run(["ffmpeg", "-loglevel", "error", *source, "-ac", "1", "-f", "s16le", "-"], check=True,
                                               capture_output=True, stdin=subprocess.DEVNULL).stdout)

    def test_hls_and_dash_name_the_same_sounds(self):
        master = (self.cmaf / "master.m3u8").read_text()
        media = re.findall(r'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="(\w+)".*LANGUAGE="(\w+)",DEFAULT=(\w+),.*URI="(.+)"', master)
        self.assertEqual([row[:3] for row in media], [("audio", "eng", "YES"), ("audio", "ger", "NO")])
        variants = re.findall(r"#EXT-X-STREAM-INF:(.+)", master)
        self.assertTrue(variants and all('AUDIO="audio"' in variant for variant in variants), variants)
        manifest = (self.cmaf / "manifest.mpd").read_text()
        sets = re.findall(r'<AdaptationSet [^>]*contentType="audio"[^>]* lang="(\w+)">(.*?)</AdaptationSet>', manifest, re.DOTALL)
        self.assertEqual([language for language, _ in sets], list(SOUNDS))
        for (_, _, _, playlist), (language, representations) in zip(media, sets):
            names = re.findall(r'<Representation id="(\d+)"', representations)
            self.assertEqual(len(names), 1, language)
            self.assertIn(f'#EXT-X-MAP:URI="init-{names[0]}.m4s"', (self.cmaf / playlist).read_text(), language)

    def test_sound_is_cut_where_the_pictures_are(self):
        longest = int(re.search(r'maxSegmentDuration="PT(\d+)S"', (self.cmaf / "manifest.mpd").read_text())[1])
        for name in ("audio-0", "audio-1", "video-0"):
            seconds = [float(text) for text in re.findall(r"#EXTINF:([\d.]+)", (self.cmaf / f"{name}.m3u8").read_text())]
            self.assertEqual(len(seconds), 2, name)
            self.assertAlmostEqual(seconds[0], 4, delta=0.1, msg=name)  # sound ends with what is decoded by then
            self.assertLessEqual(max(seconds), longest, name)

    def test_each_sound_is_that_of_the_film_and_as_long(self):
        for number, (language, hertz) in enumerate(SOUNDS.items()):
            playlist = ["-allowed_extensions", "ALL", "-i", self.cmaf / f"audio-{number}.m3u8"]
            first = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "packet=pts", "-of", "csv=p=0", *playlist], check=True,
                                   capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.split()[0].strip(",")
            film = self.decoded("-i", self.film, "-map", f"0:a:{number}")
            made = self.decoded(*playlist)[-int(first):]  # what lies before 0 is what the encoder needs to begin
            self.assertAlmostEqual(len(made), len(film), delta=FRAME, msg=language)
            second = made[2 * SOUND_HZ:3 * SOUND_HZ]
            crossings = sum((one < 0) != (next_one < 0) for one, next_one in zip(second, second[1:]))
            self.assertAlmostEqual(crossings, 2 * hertz, delta=4, msg=language)


if __name__ == "__main__":
    if not shutil.which("ffmpeg"):
        print("skipped: FFmpeg is not installed")
        sys.exit(77)
    unittest.main(verbosity=2)
