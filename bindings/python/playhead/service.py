# SPDX-License-Identifier: Apache-2.0
"""What there is to watch, and for whom."""
import concurrent.futures
import ctypes
import itertools
import threading

from . import _abi
from ._library import callback, check, lib, plain, sized, table, text


class Refused(Exception):
    """The service's answer was an error: `code`, `name` ("PIN_WRONG"), `detail` (an HTTP status, say)."""

    def __init__(self, info):
        self.code, self.name, self.detail = info.error_code, info.error_name, info.error_detail
        super().__init__(info.message)


class _Questions:
    """Those that wait for an answer, by their tags."""

    def __init__(self):
        self._lock, self._tags, self._waiting = threading.Lock(), itertools.count(1), {}

    def begin(self):
        with self._lock:
            tag, future = next(self._tags), concurrent.futures.Future()
            self._waiting[tag] = future
            return tag, future

    def take(self, tag):
        with self._lock:
            return self._waiting.pop(tag)

    def cancel_all(self):
        with self._lock:
            for future in self._waiting.values():
                future.cancel()
            self._waiting.clear()


@callback(_abi.playhead_service_listener, "answered")
def _answered(questions, tag, answer):
    future = questions.take(tag)
    try:
        future.set_result(_read(answer))
    except Exception as error:
        future.set_exception(error)
    finally:
        lib.playhead_answer_release(answer)


def _read(answer):
    def get(what, kind, *index):
        out = sized(kind)
        name = f"playhead_answer_{what}"
        check(getattr(lib, name)(answer, *index, ctypes.byref(out)))
        return plain(out)
    info = get("get", _abi.playhead_answer_info)
    if info.error_code != 0:
        raise Refused(info)
    info.rows = [get("row", _abi.playhead_row, i) for i in range(info.row_count)]
    for number, row in enumerate(info.rows):
        row.items = [get("item", _abi.playhead_item, number, i) for i in range(row.item_count)]
    info.profiles = [get("profile", _abi.playhead_profile, i) for i in range(info.profile_count)]
    info.title = get("title", _abi.playhead_title) if info.has_title else None
    if info.title:
        info.title.chapters = [get("chapter", _abi.playhead_chapter, i) for i in range(info.title.chapter_count)]
    return info


class Service:
    """Asks the client's service. Every question answers a concurrent.futures.Future: result() is what was asked for
    (members of playhead_answer_info, rows with their items, profiles, title with its chapters), or raises Refused.
    From asyncio: `await asyncio.wrap_future(service.home())`. Close it before its client; a `with` does."""

    def __init__(self, client):
        self._questions = _Questions()
        listener = table(_abi.playhead_service_listener, self._questions, answered=_answered)
        handle = ctypes.c_void_p()
        check(lib.playhead_service_open(client._handle, ctypes.byref(listener), ctypes.byref(handle)))
        self._handle = handle

    def close(self):
        handle, self._handle = self._handle, ctypes.c_void_p()
        lib.playhead_service_close(handle)
        self._questions.cancel_all()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def _ask(self, name, *arguments):
        tag, future = self._questions.begin()
        try:
            check(getattr(lib, f"playhead_service_{name}")(self._handle, *arguments, tag))
        except Exception:
            self._questions.take(tag)
            raise
        return future

    def home(self, cursor=None, limit=0):
        return self._ask("home", text(cursor), limit)

    def search(self, words, limit=0):
        return self._ask("search", text(words), limit)

    def title(self, title):
        return self._ask("title", text(title))

    def continue_watching(self, limit=0):
        return self._ask("continue_watching", limit)

    def recommendations(self, limit=0, device=_abi.PLAYHEAD_DEVICE_OTHER, utc_offset_minutes=0):
        return self._ask("recommendations", limit, device, utc_offset_minutes)

    def rate(self, title, stars):
        return self._ask("rate", text(title), stars)

    def profiles(self):
        return self._ask("profiles")

    def put_profile(self, **members):
        """Members of playhead_profile_change: name, maturity, pin …"""
        return self._ask("put_profile", ctypes.byref(sized(_abi.playhead_profile_change, **members)))

    def choose_profile(self, profile=None, pin=None):
        return self._ask("choose_profile", text(profile), text(pin))
