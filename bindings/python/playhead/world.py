# SPDX-License-Identifier: Apache-2.0
"""HTTP, storage and a clock of the app's, in the place of the library's: Client(http=, storage=, clock=)."""
import ctypes
import itertools
import threading
import types

from . import _abi
from ._library import Error, callback, check, lib, names, plain, report, table

STORE_KINDS = names("PLAYHEAD_STORE_")


class Cancelled(Exception):
    """Nothing of the request is wanted any more: out of it, which is no failure."""


class Transfer:
    """What a function for HTTP tells of its answer, from one thread at a time.

    cancelled  set once nothing more is wanted; then all calls raise Cancelled
    on_cancel  a function called then, if set, by a thread that must not wait: what shuts the socket down
    """

    def __init__(self, handle):
        self._handle = handle
        self._room = threading.Event()
        self.cancelled = threading.Event()
        self.on_cancel = None

    def _told(self, status):
        if self.cancelled.is_set() or status == -_abi.PLAYHEAD_ERROR_INVALID_HANDLE:
            raise Cancelled
        if status < 0:
            raise Error(status)
        if status == _abi.PLAYHEAD_TRANSFER_WAIT:
            self._room.wait()
            if self.cancelled.is_set():
                raise Cancelled

    def sent(self):
        """The request is on its way: from here on the answer's head is waited for."""
        self._told(lib.playhead_transfer_sent(self._handle))

    def head(self, status, headers=()):
        """The head of the answer, redirects and errors too; `headers` are pairs. Waits while there is no room."""
        words = [word.encode("latin-1") for pair in headers for word in pair] + [None]
        self._room.clear()  # before the call: room may come while it is on
        self._told(lib.playhead_transfer_head(self._handle, status, (ctypes.c_char_p * len(words))(*words)))

    def body(self, data):
        """The next bytes. Waits while there is no room."""
        self._room.clear()
        self._told(lib.playhead_transfer_body(self._handle, bytes(data), len(data)))

    def _finish(self, status, detail=0):
        lib.playhead_transfer_finish(self._handle, status, None, detail)

    def _resume(self):
        self._room.set()

    def _cancel(self):
        self.cancelled.set()
        self._room.set()
        if self.on_cancel:
            self.on_cancel()


class _Http:
    """Runs the app's function for each request, on a thread of its own: the client's may not wait."""

    def __init__(self, function):
        self.function = function
        self.transfers = {}  # the client's thread and those of requests, one step of a dict at a time

    def run(self, handle, transfer, request):
        try:
            self.function(request, transfer)
            transfer._finish(0)
        except Cancelled:
            pass
        except Error as error:
            transfer._finish(-error.code)
        except OSError as error:
            transfer._finish(-_abi.PLAYHEAD_ERROR_CONNECTION_LOST, error.errno or 0)
        except BaseException as error:
            transfer._finish(-_abi.PLAYHEAD_ERROR_CONNECTION_LOST)
            report(error, self.function)
        finally:
            self.transfers.pop(handle, None)


def _copied(address, size):
    return ctypes.string_at(address, size) if address else b""


@callback(_abi.playhead_transport, "start")
def _start(http, handle, raw):
    request = plain(raw.contents)
    request.body = _copied(raw.contents.body, raw.contents.body_bytes)
    words = [word.decode("latin-1") for word in itertools.takewhile(bool, raw.contents.headers)]
    request.headers = list(zip(words[::2], words[1::2]))
    transfer = http.transfers[handle] = Transfer(handle)
    try:
        threading.Thread(target=http.run, args=(handle, transfer, request), daemon=True).start()
    except BaseException:  # no thread to be had, or Python ends: the request does not wait for it
        del http.transfers[handle]
        transfer._finish(-_abi.PLAYHEAD_ERROR_CONNECTION_LOST)
        raise


@callback(_abi.playhead_transport, "cancel")
def _cancel(http, handle):
    transfer = http.transfers.get(handle)
    if transfer:
        transfer._cancel()


@callback(_abi.playhead_transport, "resume")
def _resume(http, handle):
    transfer = http.transfers.get(handle)
    if transfer:
        transfer._resume()


def transport_table(function):
    return table(_abi.playhead_transport, _Http(function), start=_start, cancel=_cancel, resume=_resume)


@callback(_abi.playhead_store, "write", default=-_abi.PLAYHEAD_ERROR_STORE_IO)
def _write(store, raw, count, out_version):
    writes = []
    for index in range(count):
        one = raw[index].contents
        writes.append(types.SimpleNamespace(
            kind=STORE_KINDS[one.kind], collection=one.collection.decode(), key=_copied(one.key, one.key_bytes),
            value=_copied(one.value, one.value_bytes), version=one.version))
    version = store.write(writes)
    if version is not None:
        out_version[0] = version
    return 0


@callback(_abi.playhead_store, "list", default=-_abi.PLAYHEAD_ERROR_STORE_IO)
def _list(store, collection, after, after_bytes, limit, page):
    for key, value, version in itertools.islice(store.list(collection.decode(), _copied(after, after_bytes), limit), limit):
        check(lib.playhead_store_page_add(page, key, len(key), value, len(value), version))
    return 0


def store_table(store):
    """For an object with write(writes) -> version and list(collection, after, limit) -> (key, value, version)s."""
    return table(_abi.playhead_store, store, write=_write, list=_list)


@callback(_abi.playhead_clock, "now_us", default=0)
def _now_us(clock):
    return clock()


def clock_table(clock):
    return table(_abi.playhead_clock, clock, now_us=_now_us)
