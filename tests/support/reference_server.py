# SPDX-License-Identifier: Apache-2.0
"""The reference server on an ephemeral loopback port, for scripts."""
import json
import subprocess
import time
import urllib.request


class NotStarted(Exception):
    pass


class ReferenceServer:
    """`scratch`: where its data and its log lie; `media`: the titles; `options`: more of `serve`."""

    def __init__(self, binary, scratch, media, user="script", options=()):
        port_file, data = scratch / "port", scratch / "data"
        self.media, self._binary, self._data = media, binary, data
        self._log = open(scratch / "server.log", "wb")
        self._process = subprocess.Popen(
            [binary, "serve", "--data", data, "--media", media, "--port", "0", "--port-file", port_file,
             *options], stdout=self._log, stderr=self._log)
        while not (port_file.exists() and port_file.read_text().strip()):
            if self._process.poll() is not None:
                self._log.close()
                raise NotStarted((scratch / "server.log").read_text())
            time.sleep(0.02)
        self.port = int(port_file.read_text())
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = self.token_of(user)

    @property
    def pid(self):
        return self._process.pid

    def token_of(self, user):
        return subprocess.run([self._binary, "token", "--data", self._data, "--user", user, "--ttl", "86400"],
                              check=True, capture_output=True, text=True).stdout.strip()

    def download_url(self, title):
        """Signed; what the service tells who may download the title."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/download", json.dumps({"movie_id": title}).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["download_url"]

    def end(self):
        self._process.terminate()
        self._process.wait()
        self._log.close()
