#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""playhead-pssh as people run it: pssh_cli_test.py PROGRAM"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)

KID = "ad13f9ea-2be6-98b8-75f5-04a8e3ccea64"
COMMON = bytes.fromhex("00000034" "70737368" "01000000" "1077efecc0b24d02ace33c1e52e2fb4b"
                       "00000001" "ad13f9ea2be698b875f504a8e3ccea64" "00000000")
WIDEVINE = bytes.fromhex("00000040" "70737368" "00000000" "edef8ba979d64acea3c827dcd51d21ed" "00000020"
                         "0801" "1210ad13f9ea2be698b875f504a8e3ccea64" "1a0161" "22011b" "48e3dc959b06")
HEADER = ('<WRMHEADER version="4.1.0.0"><DATA><PROTECTINFO><KID ALGID="AESCTR" '
          'VALUE="6vkTreYruJh19QSo48zqZA==" CHECKSUM="jYFNf0yf4is="></KID></PROTECTINFO>'
          '<LA_URL>https://l.example/?a=1&amp;b=2</LA_URL></DATA></WRMHEADER>').encode("utf-16-le")
OBJECT = ((len(HEADER) + 10).to_bytes(4, "little") + b"\1\0\1\0" + len(HEADER).to_bytes(2, "little") + HEADER)
KEYIDS = '{"kids":["rRP56ivmmLh19QSo48zqZA"]}'


def run(*arguments, stdin=b""):
    done = subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class PsshCommand(unittest.TestCase):
    def explain(self, *arguments, stdin=b""):
        status, out, err = run("--json", *arguments, stdin=stdin)
        self.assertEqual((status, err), (0, ""))
        return json.loads(out)

    def test_box_in_every_spelling(self):
        text = base64.b64encode(COMMON).decode()
        expected = {"format": "pssh", "box": [{
            "system": "w3c-common", "system_id": "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b", "version": 1,
            "bytes": 52, "key_ids": [KID], "data_bytes": 0}]}
        for given in (text, text.rstrip("="), text.replace("+", "-").replace("/", "_"), COMMON.hex(),
                      "0x" + COMMON.hex().upper(), "data:text/plain;base64," + text):
            with self.subTest(given=given):
                self.assertEqual(self.explain(given), expected)
        self.assertEqual(self.explain("-", stdin=COMMON), expected)
        self.assertEqual(self.explain("-", stdin=(text[:40] + "\n" + text[40:] + "\n").encode()), expected)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "box.bin")
            with open(path, "wb") as file:
                file.write(COMMON)
            self.assertEqual(self.explain(path), expected)

    def test_list_with_widevine(self):
        boxes = self.explain((COMMON + WIDEVINE).hex())["box"]
        self.assertEqual([box["system"] for box in boxes], ["w3c-common", "widevine"])
        self.assertEqual(boxes[1]["widevine"], {
            "algorithm": "AES-CTR", "key_ids": [KID], "provider": "a", "content_id": "0x1b",
            "protection_scheme": "cenc"})

    def test_playready_object(self):
        expected = {"records": [{"type": 1, "kind": "header", "bytes": len(HEADER)}], "version": "4.1.0.0",
                    "keys": [{"key_id": KID, "algorithm": "AESCTR", "checksum": "jYFNf0yf4is="}],
                    "licence_url": "https://l.example/?a=1&b=2"}
        self.assertEqual(self.explain("-", stdin=OBJECT), {"format": "playready", "playready": expected})
        system = bytes.fromhex("9a04f07998404286ab92e65be0885f95")
        box = b"pssh\0\0\0\0" + system + len(OBJECT).to_bytes(4, "big") + OBJECT
        box = (len(box) + 4).to_bytes(4, "big") + box
        self.assertEqual(self.explain("-", stdin=box)["box"][0]["playready"], expected)

    def test_key_ids(self):
        self.assertEqual(self.explain(KEYIDS), {"format": "keyids", "key_ids": [KID]})

    def test_for_people(self):
        status, out, err = run(COMMON.hex())
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out, "format: pssh\nbox:\n  system: w3c-common\n"
                              "  system_id: 1077efec-c0b2-4d02-ace3-3c1e52e2fb4b\n  version: 1\n  bytes: 52\n"
                              f"  key_ids: {KID}\n  data_bytes: 0\n")

    def test_foreign_text_does_not_reach_the_terminal_raw(self):
        data = bytes.fromhex("1a061b5b316dff07")
        box = bytes.fromhex("70737368" "00000000" "edef8ba979d64acea3c827dcd51d21ed") + len(data).to_bytes(4, "big")
        box = (len(box) + len(data) + 4).to_bytes(4, "big") + box + data
        done = subprocess.run([PROGRAM, box.hex()], capture_output=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn(b"\x1b", done.stdout)
        self.assertIn("provider", self.explain(box.hex())["box"][0]["widevine"])

    def test_a_part_that_cannot_be_read(self):
        box = WIDEVINE[:-2] + b"\xff\xff"
        status, out, err = run("--json", (box + COMMON).hex())
        self.assertEqual(status, 1)
        self.assertIn("a part of it cannot be read", err)
        boxes = json.loads(out)["box"]
        self.assertIn("cut off", boxes[0]["error"])
        self.assertEqual(boxes[1]["key_ids"], [KID])

    def test_what_cannot_be_read(self):
        for given in ("nonsense!", "00", COMMON.hex()[:-2], '{"kids":[]}', "/no/such/file", "=" * 5000):
            with self.subTest(given=given[:40]):
                status, out, err = run(given)
                self.assertEqual((status, out), (1, ""))
                self.assertTrue(err.startswith("playhead-pssh: ") and err.count("\n") == 1)
        self.assertEqual(run("-")[0], 1)
        self.assertEqual(run("-", stdin=b"0" * (5 << 20))[0], 1)

    def test_command_line(self):
        self.assertEqual(run()[0], 2)
        self.assertEqual(run("--nothing", "a")[0], 2)
        status, out, _ = run("--help")
        self.assertEqual(status, 0)
        self.assertIn("Exit status: 0 read", out)
        self.assertEqual(run("--version")[0], 0)


if __name__ == "__main__":
    unittest.main()
