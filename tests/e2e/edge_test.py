#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The edge in front of the real server, over real sockets, alone and in a chain; and both by HTTPS: edge_test.py SERVER

What a client gets must be what the origin has; the origin may be gone for what was asked for before.
"""
import hashlib
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from urllib.parse import urlsplit

SERVER = sys.argv.pop(1)
SEGMENT_BYTES = 1_300_000  # three slices of an edge


class Process:
    """A playhead-server that serves or is an edge; `url` is where it listens."""

    def __init__(self, *arguments, descriptors=None):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PLAYHEAD_")}
        self.process = subprocess.Popen([SERVER, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=environment,
                                        preexec_fn=descriptors and (lambda: resource.setrlimit(
                                            resource.RLIMIT_NOFILE, (descriptors // 2, descriptors))))
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.process.communicate()[1])
        self.url = line.split()[-1]

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


def get(url, headers=None, method="GET", trust=None):
    parts = urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=30, context=trust)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


class Titles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="playhead-edge-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        title = self.folder / "titles" / "m_1"
        title.mkdir(parents=True)
        (title / "title.json").write_text(json.dumps(
            {"id": "m_1", "name": "One", "genre": "Drama", "year": 2024, "duration_seconds": 8,
             "manifests": {"hls": "a.m3u8"}}))
        (title / "a.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:4\n" +
                                      "".join(f"#EXTINF:4,\ns{n}.m4s\n" for n in range(2)) + "#EXT-X-ENDLIST\n")
        self.segments = [os.urandom(SEGMENT_BYTES) for _ in range(2)]
        for number, data in enumerate(self.segments):
            (title / f"s{number}.m4s").write_bytes(data)

    def start(self, *arguments, **how):
        process = Process(*arguments, **how)
        self.addCleanup(lambda: process.process.poll() is None and process.end(signal.SIGKILL))
        return process

    def start_server(self, *arguments, **how):
        return self.start("serve", "--data", self.folder / "data", "--media", self.folder / "titles", *arguments, **how)

    def start_edge(self, origin, name, *arguments):
        return self.start("edge", "--origin", origin, "--cache", self.folder / name, "--secret-file",
                          self.folder / "data" / "secrets", *arguments)

    def stream_url(self, server, trust=None, title="m_1"):
        token = subprocess.run([SERVER, "token", "--data", self.folder / "data"], check=True, capture_output=True,
                               text=True).stdout.strip()
        status, _, body = get(server.url + "/api/v1/stream?movie_id=" + title, {"Authorization": f"Bearer {token}"},
                              trust=trust)
        self.assertEqual(status, 200, body)
        return json.loads(body)["stream_url"]

    def watch(self, manifest, trust=None):
        """All segments, by the URLs the manifest names."""
        status, _, playlist = get(manifest, trust=trust)
        self.assertEqual(status, 200, playlist)
        base = manifest.split("?")[0].rsplit("/", 1)[0]
        lines = [line for line in playlist.decode().splitlines() if line and not line.startswith("#")]
        return [get(f"{base}/{line}", trust=trust) for line in lines]

    def metric(self, edge, name, trust=None):
        return int(re.search(rf"^{name} (\d+)$", get(edge.url + "/metrics", trust=trust)[2].decode(), re.M)[1])


class EdgeTest(Titles):
    def test_a_chain_of_edges_gives_what_the_origin_has_also_when_that_is_gone(self):
        server = self.start_server()
        region = self.start_edge(server.url, "region")
        edge = self.start_edge(region.url, "edge", "--threads", "2")
        manifest = self.stream_url(server).replace(server.url, edge.url)
        answers = self.watch(manifest)
        self.assertEqual([answer[2] for answer in answers], self.segments)
        self.assertEqual(self.metric(edge, "playhead_edge_misses_total"), 6)
        self.assertEqual(self.metric(region, "playhead_edge_miss_bytes_total"), 2 * SEGMENT_BYTES)
        whole = answers[0][1]
        segment = manifest.replace("a.m3u8", "s0.m4s")
        status, headers, part = get(segment, {"Range": "bytes=524200-524399", "If-Range": whole["ETag"]})
        self.assertEqual((status, part), (206, self.segments[0][524200:524400]))
        self.assertEqual(headers["Content-Range"], f"bytes 524200-524399/{SEGMENT_BYTES}")
        self.assertEqual(get(segment, {"If-None-Match": whole["ETag"]})[0], 304)
        status, headers, body = get(segment, method="HEAD")
        self.assertEqual((status, headers["Content-Length"], body), (200, str(SEGMENT_BYTES), b""))
        self.assertEqual(server.end()[0], 0)
        self.assertEqual(region.end()[0], 0)
        self.assertEqual(get(segment)[2], self.segments[0])
        status, _, body = get(manifest.replace("a.m3u8", "other.m4s"))
        self.assertEqual((status, json.loads(body)["error"]["code"]), (502, "origin_failed"))
        # What is on disk outlives a kill.
        edge.end(signal.SIGKILL)
        again = self.start_edge(server.url, "edge")
        self.assertEqual(get(segment.replace(edge.url, again.url))[2], self.segments[0])

    def test_signatures_are_checked_without_the_origin(self):
        server = self.start_server()
        url = self.stream_url(server)
        edge = self.start_edge("http://127.0.0.1:1", "edge")
        good = url.replace(server.url, edge.url).replace("a.m3u8", "s0.m4s")
        for bad in (good.split("?")[0], good[:-3] + "AAA", good.replace("exp=", "exp=9"), good.replace("m_1", "m_2")):
            self.assertEqual(get(bad)[0], 403, bad)
        self.assertEqual(get(good)[0], 502)
        self.assertEqual(get(edge.url + "/api/v1/home")[0], 404)
        self.assertEqual(get(good, method="POST")[0], 405)
        self.assertEqual(get(edge.url + "/healthz")[0], 200)

    def test_there_are_descriptors_for_all_who_may_connect(self):
        server = self.start_server(descriptors=128)
        url = self.stream_url(server)
        address = urlsplit(server.url).netloc.split(":")
        first = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
        self.addCleanup(first.close)
        first.request("GET", "/healthz")
        first.getresponse().read()
        told = []
        for _ in range(200):
            client = socket.create_connection(address, timeout=30)
            self.addCleanup(client.close)
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            try:
                told.append(client.recv(12)[9:])
            except ConnectionResetError:
                told.append(b"")
        self.assertEqual(told.count(b"200"), 47)
        self.assertGreater(told.count(b"503"), 0)
        first.request("GET", (parts := urlsplit(url)).path.replace("a.m3u8", "s0.m4s") + "?" + parts.query)
        self.assertEqual(first.getresponse().read(), self.segments[0])
        code, errors = server.end()
        self.assertEqual(code, 0)
        self.assertIn("fewer_connections", errors)
        self.assertNotIn("accept_failed", errors)

    def test_the_cache_stays_within_its_size(self):
        server = self.start_server()
        edge = self.start_edge(server.url, "edge", "--cache-size", "1500KB")
        manifest = self.stream_url(server).replace(server.url, edge.url)
        for _ in range(2):
            self.assertEqual([answer[2] for answer in self.watch(manifest)], self.segments)
            self.assertLessEqual(sum(file.stat().st_size for file in (self.folder / "edge").iterdir()), 1_500_000)
        self.assertGreater(self.metric(edge, "playhead_edge_evicted_total"), 0)

    def test_the_next_titles_beginning_is_there_before_it_is_asked_for(self):
        titles = self.folder / "titles"
        for number in range(20):
            (titles / "m_1" / f"v-{number}.m4s").write_bytes(b"x" * 100)
        second = titles / "m_2"
        second.mkdir()
        (second / "title.json").write_text((titles / "m_1" / "title.json").read_text().replace("m_1", "m_2"))
        (self.folder / "next").write_text('{"m_1": "m_2"}')
        server = self.start_server()
        edge = self.start_edge(server.url, "edge", "--next-file", self.folder / "next")
        first, other = (self.stream_url(server, title=title).replace(server.url, edge.url).replace("a.m3u8", "{}")
                        for title in ("m_1", "m_2"))
        self.assertEqual(get(other.format("v-0.m4s"))[0], 404)  # asked for once, and so a beginning
        (second / "v-0.m4s").write_bytes(b"y" * 1000)
        for number in range(20):
            self.assertEqual(self.metric(edge, "playhead_edge_warmed_total"), 0)
            self.assertEqual(get(first.format(f"v-{number}.m4s"))[0], 200)
        self.assertEqual(self.metric(edge, "playhead_edge_warmed_total"), 1)
        while self.metric(edge, "playhead_edge_miss_bytes_total") < 20 * 100 + 1000:
            pass
        self.assertEqual(server.end()[0], 0)
        self.assertEqual(get(other.format("v-0.m4s"))[2], b"y" * 1000)

    def test_what_cannot_start_says_why(self):
        (self.folder / "data").mkdir()
        (self.folder / "next").write_text("[]")
        self.start_server()
        for arguments, word in (
                (("--secret-file", self.folder / "none"), "none cannot be opened"),
                (("--secret-file", self.folder / "data" / "secrets", "--next-file", self.folder / "next"), "next titles")):
            run = subprocess.run([SERVER, "edge", "--origin", "http://127.0.0.1:1", "--cache", self.folder / "c",
                                  *arguments], capture_output=True, text=True, timeout=30)
            self.assertEqual(run.returncode, 1)
            self.assertIn(word, run.stderr)


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class TlsTest(Titles):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)
        self.trust = ssl.create_default_context(cafile=self.certificate)

    def test_titles_are_served_by_https(self):
        server = self.start_server("--tls-cert", self.certificate, "--tls-key", self.key)
        self.assertTrue(server.url.startswith("https://"))
        url = self.stream_url(server, self.trust)
        self.assertTrue(url.startswith(server.url), url)
        answers = self.watch(url, self.trust)
        self.assertEqual([hashlib.sha256(answer[2]).digest() for answer in answers],
                         [hashlib.sha256(segment).digest() for segment in self.segments])
        status, _, part = get(url.replace("a.m3u8", "s1.m4s"), {"Range": "bytes=-5"}, trust=self.trust)
        self.assertEqual((status, part), (206, self.segments[1][-5:]))
        with self.assertRaises(ssl.SSLError):
            get(url, trust=ssl.create_default_context())
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            get(url.replace("https://", "http://"))
        self.assertEqual(server.end()[0], 0)

    def test_a_connection_serves_many_requests_and_ends_properly(self):
        server = self.start_server("--tls-cert", self.certificate, "--tls-key", self.key, "--max-connections", "1")
        connection = http.client.HTTPSConnection(urlsplit(server.url).netloc, timeout=30, context=self.trust)
        for _ in range(20):
            connection.request("GET", "/healthz")
            self.assertEqual(connection.getresponse().read(), b'{"status":"ok"}')
        status, headers, body = get(server.url + "/healthz", trust=self.trust)  # one too many
        self.assertEqual((status, headers["Retry-After"], json.loads(body)["error"]["code"]), (503, "1", "overloaded"))
        connection.request("GET", "/healthz", headers={"Connection": "close"})
        self.assertEqual(connection.getresponse().read(), b'{"status":"ok"}')
        connection.close()

    def test_who_is_slow_is_told_so(self):
        # The handshake has that time too, on a machine that is as busy as may be.
        server = self.start_server("--tls-cert", self.certificate, "--tls-key", self.key, "--request-timeout", "3")
        with socket.create_connection((parts := urlsplit(server.url)).netloc.split(":"), timeout=30) as plain, \
                self.trust.wrap_socket(plain, server_hostname=parts.hostname) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
            answer = http.client.HTTPResponse(client)
            answer.begin()
            self.assertEqual((answer.status, json.loads(answer.read())["error"]["code"]), (408, "request_timeout"))
            self.assertEqual(client.recv(1), b"")  # and properly, not cut

    def test_who_never_shakes_hands_is_not_waited_for(self):
        server = self.start_server("--tls-cert", self.certificate, "--tls-key", self.key, "--request-timeout", "0.3")
        for begun in (b"", b"\x16\x03\x01"):  # nothing; the head of a record
            with socket.create_connection(urlsplit(server.url).netloc.split(":"), timeout=9) as plain:  # 10 s at most
                plain.sendall(begun)
                try:
                    self.assertEqual(plain.recv(1), b"")
                except ConnectionResetError:
                    pass

    def test_who_takes_nothing_of_an_answer_is_given_up(self):
        huge = 256 << 20  # more than the system holds for one connection
        with open(self.folder / "titles" / "m_1" / "s1.m4s", "wb") as file:
            file.truncate(huge)
        server = self.start_server("--tls-cert", self.certificate, "--tls-key", self.key, "--write-timeout", "0.3")
        url = urlsplit(self.stream_url(server, self.trust).replace("a.m3u8", "s1.m4s"))
        plain = socket.create_connection(url.netloc.split(":"), timeout=30)
        with self.trust.wrap_socket(plain, server_hostname=url.hostname) as client:
            client.sendall(f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            self.assertTrue(client.recv(12).startswith(b"HTTP/1.1 200"))
            deadline = time.monotonic() + 60
            while self.metric(server, "playhead_connections", self.trust) > 1:  # who asks is one
                self.assertLess(time.monotonic(), deadline)
            came = 0
            try:
                while piece := client.recv(1 << 20):
                    came += len(piece)
            except (ssl.SSLError, ConnectionResetError):  # cut, not ended
                pass
            self.assertLess(came, huge)

    def test_who_asks_before_it_sends_is_told_and_who_sends_too_much_is_told_why(self):
        server = self.start_server("--tls-cert", self.certificate, "--tls-key", self.key)
        parts = urlsplit(server.url)

        def connect():
            plain = socket.create_connection(parts.netloc.split(":"), timeout=30)
            return self.trust.wrap_socket(plain, server_hostname=parts.hostname)

        head = b"POST /api/v1/token/refresh HTTP/1.1\r\nHost: a\r\n"
        with connect() as client:
            client.sendall(head + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            self.assertEqual(client.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            client.sendall(b"{}")
            answer = http.client.HTTPResponse(client)
            answer.begin()
            self.assertEqual(answer.status, 400)
        for _ in range(5):
            with connect() as client:
                client.sendall(head + b"Content-Length: 3000000\r\n\r\n" + b"x" * 3_000_000)
                answer = http.client.HTTPResponse(client)
                answer.begin()
                self.assertEqual((answer.status, json.loads(answer.read())["error"]["code"]), (413, "body_too_large"))

    def test_a_certificate_that_does_not_serve_is_named(self):
        for certificate, key, word in ((self.key, self.key, "certificate"), (self.certificate, self.certificate, "key")):
            run = subprocess.run([SERVER, "serve", "--data", self.folder / "d", "--media", self.folder / "titles",
                                  "--tls-cert", certificate, "--tls-key", key], capture_output=True, text=True,
                                 timeout=30)
            self.assertEqual(run.returncode, 1)
            self.assertIn(word, run.stderr)
        run = subprocess.run([SERVER, "serve", "--data", self.folder / "d", "--media", self.folder / "titles",
                              "--tls-cert", self.certificate], capture_output=True, text=True, timeout=30)
        self.assertEqual(run.returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
