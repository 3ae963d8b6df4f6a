# SPDX-License-Identifier: Apache-2.0
"""What the players of one app share."""
import ctypes
import os
import threading

from . import _abi
from ._library import callback, check, lib, sized, table, text
from .world import clock_table, store_table, transport_table

LOG_LEVELS = ("error", "warning", "info", "debug")


@callback(_abi.playhead_log_sink, "log")
def _log(sink, level, module, message):
    sink(LOG_LEVELS[level], module.decode(), message.decode(errors="replace"))


@callback(_abi.playhead_token_provider, "request_token")
def _request_token(provider, refresh, request):
    # On a thread of its own: the client's may not wait.
    def answer():
        token = None
        try:
            token = provider(bool(refresh))
        finally:
            lib.playhead_token_request_answer(request, text(token))
    threading.Thread(target=answer, daemon=True).start()


class Client:
    """Makes players, downloads and questions to a service. Close it after them; a `with` does.

    storage  folder for unsent positions and remembered facts, None: nothing is remembered; or the app's own place for them,
             an object with write(writes) -> version and list(collection, after, limit) -> iterable of (key, value, version),
             called on a thread of the client's. All `writes` (kind "PUT", "ERASE" or "ERASE_IF_VERSION", collection, key, value,
             version), or an exception and none; the version is greater than all before. Keys are bytes greater than `after`,
             in their order
    http     the app's HTTP, a function (request, transfer) called on a thread of its own for each request, which tells the
             answer to `transfer` (playhead.Transfer) and returns when it is complete; an OSError, or a playhead.Error that
             says more, when it is not. Redirects, retries and time-outs are the library's. request: method, url, headers
             (pairs), body, kind, range_first, range_last, connect_timeout_us, first_byte_timeout_us, stall_timeout_us
    clock    a function -> microseconds since 1970, called on any thread, often
    api      origin of the service; None: only URLs can be played
    token    the service's bearer token, or a function refresh -> token, called on a thread of its own
    log      a function (level, module, message), called on any thread
    service  members of playhead_service_config, as a dict
    drm      members of playhead_drm_config that are numbers and strings, as a dict
    Other keywords are members of playhead_client_config that are numbers and strings.
    """

    def __init__(self, storage=None, api=None, token=None, log=None, service=None, drm=None, http=None, clock=None,
                 **members):
        config = sized(_abi.playhead_client_config, header_version=lib.playhead_version(), api_url=api, **members)
        if storage is None or isinstance(storage, (str, os.PathLike)):
            config.storage_path = text(storage)
        else:
            config.store = ctypes.pointer(store_table(storage))
        if http is not None:
            config.transport = ctypes.pointer(transport_table(http))
        if clock is not None:
            config.clock = ctypes.pointer(clock_table(clock))
        if token is not None:
            provider = token if callable(token) else lambda refresh: None if refresh else token
            tokens = table(_abi.playhead_token_provider, provider, request_token=_request_token)
            config.token_provider = ctypes.pointer(tokens)
        if log is not None:
            config.log_sink = ctypes.pointer(table(_abi.playhead_log_sink, log, log=_log))
        if service is not None:
            config.service = ctypes.pointer(sized(_abi.playhead_service_config, **service))
        if drm is not None:
            config.drm = ctypes.pointer(sized(_abi.playhead_drm_config, **drm))
        handle = ctypes.c_void_p()
        check(lib.playhead_client_create(ctypes.byref(config), ctypes.byref(handle)))
        self._handle = handle

    def close(self):
        handle, self._handle = self._handle, ctypes.c_void_p()
        lib.playhead_client_destroy(handle)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def flush(self, timeout_ms=5000):
        """Tries to deliver what waits for the service."""
        check(lib.playhead_client_flush(self._handle, timeout_ms))

    def network_changed(self, is_online=True):
        check(lib.playhead_client_network_changed(self._handle, int(is_online)))

    def low_memory(self):
        """The system runs out of memory: players keep about a segment ahead."""
        check(lib.playhead_client_low_memory(self._handle))

    def set_network(self, name):
        check(lib.playhead_client_set_network(self._handle, text(name)))
