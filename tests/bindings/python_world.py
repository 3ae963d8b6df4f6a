# SPDX-License-Identifier: Apache-2.0
"""What an app may bring in the place of the library's own, in Python: HTTP by http.client, storage in memory."""
import http.client
import socket
import threading
import urllib.parse


class Http:
    """A connection for each request; http only."""

    def __init__(self):
        self.asked = []  # (kind, path) of each request

    def __call__(self, request, transfer):
        url = urllib.parse.urlsplit(request.url)
        target = urllib.parse.urlunsplit(("", "", url.path or "/", url.query, ""))
        self.asked.append((request.kind, url.path))
        connection = http.client.HTTPConnection(url.netloc, timeout=request.connect_timeout_us / 1e6)
        try:
            connection.connect()
            connection.sock.settimeout(None)  # the library's time-outs count
            transfer.on_cancel = lambda: connection.sock and connection.sock.shutdown(socket.SHUT_RDWR)
            connection.request(request.method, target, request.body or None, dict(request.headers))
            transfer.sent()
            answer = connection.getresponse()
            transfer.head(answer.status, answer.getheaders())
            while piece := answer.read1(65536):
                transfer.body(piece)
        finally:
            transfer.on_cancel = None
            connection.close()


class Storage:
    """Keeps what it is given as long as it lives."""

    def __init__(self):
        self._lock = threading.Lock()
        self.records = {}  # collection: key: (value, version)
        self.version = 0
        self.was_read = threading.Event()  # something that was there

    def write(self, writes):
        with self._lock:
            self.version += 1
            for one in writes:
                kept = self.records.setdefault(one.collection, {})
                if one.kind == "PUT":
                    kept[one.key] = (one.value, self.version)
                elif one.kind == "ERASE" or kept.get(one.key, (b"", 0))[1] == one.version:
                    kept.pop(one.key, None)
            return self.version

    def list(self, collection, after, limit):
        with self._lock:
            kept = self.records.get(collection, {})
            found = [(key, *kept[key]) for key in sorted(kept) if key > after][:limit]
            if found:
                self.was_read.set()
            return found
