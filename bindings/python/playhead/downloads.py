# SPDX-License-Identifier: Apache-2.0
"""Titles kept on the device."""
import ctypes

from . import _abi
from ._library import callback, check, lib, names, plain, sized, table, text


STATE_NAMES = {key: name for key, name in names("PLAYHEAD_DOWNLOAD_").items() if name != "ID_BYTES"}
RIGHTS_NAMES = names("PLAYHEAD_RIGHTS_")


def _download(raw):
    out = plain(raw)
    out.state_name, out.rights_name = STATE_NAMES[out.state], RIGHTS_NAMES[out.rights]
    return out


class _Listener:
    def __init__(self, changed, removed):
        self.changed, self.removed = changed, removed


@callback(_abi.playhead_download_listener, "changed")
def _changed(listener, raw):
    if listener.changed:
        listener.changed(_download(raw.contents))


@callback(_abi.playhead_download_listener, "removed")
def _removed(listener, name):
    if listener.removed:
        listener.removed(name.decode())


class Downloads:
    """The downloads of one folder. Close it before its client; a `with` does. Any thread.

    changed  a function of a download, called on the client's thread whenever one changes
    removed  a function of the id of one that is gone
    Other keywords are members of playhead_downloads_config: is_pumped, quota_bytes, allow_metered …
    """

    def __init__(self, client, path, changed=None, removed=None, **members):
        config = sized(_abi.playhead_downloads_config, path=str(path), **members)
        if changed or removed:
            listener = table(_abi.playhead_download_listener, _Listener(changed, removed), changed=_changed,
                             removed=_removed)
            config.listener = ctypes.pointer(listener)
        handle = ctypes.c_void_p()
        check(lib.playhead_downloads_open(client._handle, ctypes.byref(config), ctypes.byref(handle)))
        self._handle = handle

    def close(self):
        check(lib.playhead_downloads_close(self._handle))
        self._handle = ctypes.c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def add(self, title=None, url=None, **members):
        """Its id. Other keywords are members of playhead_download_request: max_height, audio_languages …"""
        request = sized(_abi.playhead_download_request, title_id=title, url=url, **members)
        room = _abi.PLAYHEAD_DOWNLOAD_ID_BYTES
        buffer = ctypes.create_string_buffer(room)
        check(lib.playhead_downloads_add(self._handle, ctypes.byref(request), buffer, room, None))
        return buffer.value.decode()

    def _of(self, name, download, *arguments):
        check(getattr(lib, f"playhead_downloads_{name}")(self._handle, text(download), *arguments))

    def pause(self, download):
        self._of("pause", download)

    def resume(self, download):
        self._of("resume", download)

    def remove(self, download):
        self._of("remove", download)

    def renew(self, download):
        self._of("renew", download)

    def verify(self, download):
        self._of("verify", download)

    def set_priority(self, download, priority):
        self._of("set_priority", download, priority)

    def pause_all(self):
        check(lib.playhead_downloads_pause_all(self._handle))

    def resume_all(self):
        check(lib.playhead_downloads_resume_all(self._handle))

    def remove_all(self):
        check(lib.playhead_downloads_remove_all(self._handle))

    def set_conditions(self, **members):
        """is_offline, is_metered, is_on_battery."""
        conditions = sized(_abi.playhead_download_conditions, **members)
        check(lib.playhead_downloads_set_conditions(self._handle, ctypes.byref(conditions)))

    def set_limits(self, **members):
        """allow_metered, only_charging, quota_bytes, free_space_floor_bytes, parallel_titles, parallel_segments."""
        limits = sized(_abi.playhead_download_limits, **members)
        check(lib.playhead_downloads_set_limits(self._handle, ctypes.byref(limits)))

    def pump(self, slice_us):
        """Only with is_pumped=1. True: there is more to do at once."""
        more = ctypes.c_int32()
        check(lib.playhead_downloads_pump(self._handle, slice_us, ctypes.byref(more)))
        return bool(more.value)

    def list(self):
        handle = ctypes.c_void_p()
        check(lib.playhead_downloads_list(self._handle, ctypes.byref(handle)))
        return _taken(handle)

    def find(self, download):
        handle = ctypes.c_void_p()
        check(lib.playhead_downloads_find(self._handle, text(download), ctypes.byref(handle)))
        return _taken(handle)[0]


def _taken(handle):
    try:
        out = []
        for index in range(lib.playhead_download_list_count(handle)):
            raw = sized(_abi.playhead_download)
            check(lib.playhead_download_list_get(handle, index, ctypes.byref(raw)))
            out.append(_download(raw))
        return out
    finally:
        lib.playhead_download_list_release(handle)
