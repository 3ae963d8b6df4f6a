# SPDX-License-Identifier: Apache-2.0
"""Stands between a client and a plain HTTP/1.1 server, at an origin of its own: passes requests on one by one, notes
them, and fails as networks do."""
import contextlib
import socket
import threading
import time


class Exchange:
    """A request that came, and what became of it. Names of headers are in small letters."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.at = time.monotonic()
        self.status = None      # as the server answered
        self.is_told = False    # all of the answer was passed on


class Relay:
    """`mode`, at any time: "pass"; "refuse": connections are closed; "silent": nothing is answered; "lose": the server
    gets requests, the client no answers. `notes`: whether exchanges are kept."""

    def __init__(self, upstream_port=None, notes=False):
        self.upstream_port = upstream_port  # may be set before the first request
        self._notes = notes
        self.exchanges = []
        self._lock = threading.Lock()
        self._sockets = set()
        self._mode, self._changed = "pass", threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._is_ended = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def mode(self):
        return self._mode

    @mode.setter
    def mode(self, mode):
        with self._changed:
            self._mode = mode
            self._changed.notify_all()
        if mode == "refuse":
            self._cut()

    def end(self):
        self._is_ended = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.mode = "refuse"

    def _cut(self):
        with self._lock:
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while not self._is_ended:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._mode == "refuse":
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        server = None
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._sockets.add(client)
        try:
            incoming = client.makefile("rb")
            while True:
                request = self._read_request(incoming)
                if request is None:
                    return
                self._wait_while_silent()
                if self._mode == "refuse":
                    return
                if server is None:
                    server = socket.create_connection(("127.0.0.1", self.upstream_port))
                    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    answers = server.makefile("rb")
                head, exchange = request
                server.sendall(head + exchange.body)
                if not self._answer(answers, client, exchange):
                    return
        except (OSError, ValueError):
            return
        finally:
            with self._lock:
                self._sockets.discard(client)
            client.close()
            if server is not None:
                server.close()

    def _wait_while_silent(self):
        with self._changed:
            self._changed.wait_for(lambda: self._mode != "silent")

    def _read_request(self, incoming):
        head = read_head(incoming)
        if not head:
            return None
        first, headers = parse_head(head)
        method, target, _ = first.split(" ", 2)
        exchange = Exchange(method, target, headers, incoming.read(int(headers.get("content-length", 0))))
        if self._notes:
            self.exchanges.append(exchange)
        return head, exchange

    def _answer(self, answers, client, exchange):
        """Whether the connection goes on."""
        head = read_head(answers)
        if not head:
            return False
        first, headers = parse_head(head)
        exchange.status = int(first.split(" ")[1])
        has_body = exchange.method != "HEAD" and exchange.status not in (204, 304)
        left = int(headers["content-length"]) if has_body else 0
        if self._mode == "lose":
            answers.read(left)
            return False
        client.sendall(head)
        while left > 0:
            piece = answers.read1(min(left, 1 << 16))
            if not piece:
                return False
            client.sendall(piece)
            left -= len(piece)
        exchange.is_told = True
        return headers.get("connection", "").lower() != "close"


def read_head(incoming):
    lines = []
    while True:
        line = incoming.readline(1 << 16)
        lines.append(line)
        if not line.endswith(b"\n"):
            return b""
        if line in (b"\r\n", b"\n"):
            return b"".join(lines)


def parse_head(head):
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return first, {name.strip().lower(): value.strip() for name, value in pairs}
