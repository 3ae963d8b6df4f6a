# SPDX-License-Identifier: Apache-2.0
"""The player: one title at a time."""
import asyncio
import ctypes

from . import _abi
from ._library import Error, callback, check, lib, names, plain, sized, table, text
from .sinks import audio_table, video_table


EVENT_NAMES = names("PLAYHEAD_EVENT_")
STATE_NAMES = names("PLAYHEAD_STATE_")


class Event:
    """What happened. `name` is its type ("FIRST_FRAME"); other members are those of playhead_event, of which the type
    sets some; `cues` is a list, `qoe`, `metadata` and `thumbnail` are None where there is none."""

    def __init__(self, raw):
        vars(self).update(vars(plain(raw)))
        self.name = EVENT_NAMES.get(raw.type, str(raw.type))
        self.cues = _cues(raw.cues) if raw.cues else []
        if self.metadata:
            _add_bytes(self.metadata, raw.metadata.contents)
        if self.thumbnail:
            image = raw.thumbnail.contents
            self.thumbnail.image = ctypes.string_at(image.image, image.image_bytes)

    def __repr__(self):
        return f"<{self.name} at {self.position_us} us>"


def _add_bytes(metadata, raw):
    metadata.message = ctypes.string_at(raw.message, raw.message_bytes) if raw.message else b""
    metadata.attributes = {raw.attribute_names[i].decode(): raw.attribute_values[i].decode()
                           for i in range(raw.attribute_count)}


def _cues(handle):
    cues = []
    for index in range(lib.playhead_cues_count(handle)):
        cue = sized(_abi.playhead_cue)
        check(lib.playhead_cues_get(handle, index, ctypes.byref(cue)))
        made = plain(cue)
        made.spans = []
        for at in range(cue.span_count):
            span = sized(_abi.playhead_cue_span)
            check(lib.playhead_cues_get_span(handle, index, at, ctypes.byref(span)))
            made.spans.append(plain(span))
        cues.append(made)
    return cues


class _Wakeup:
    def __init__(self, wake):
        self.wake = wake


@callback(_abi.playhead_wakeup, "wake")
def _wake(wakeup):
    wakeup.wake()


def _source(title=None, url=None, download=None, start_us=None, paused=False, profile=None):
    return sized(_abi.playhead_source, title_id=title, url=url, download_id=download, has_start=int(start_us is not None),
                 start_us=start_us or 0, start_paused=int(paused), profile_id=profile)


class Player:
    """Plays what load() names. Commands return at once; what becomes of them comes as events. Close it before its
    client; a `with` does. Any thread; next_event() one at a time.

    video, audio  sinks, see sinks.py; None: decoded and timed, shown and heard nowhere
    Other keywords are members of playhead_player_config: max_height, preset, buffer_target_us …

    load(), prepare() and set_next() take title= of the service, url= or download=, and start_us=, paused=, profile=.
    """

    def __init__(self, client, video=None, audio=None, **members):
        config = sized(_abi.playhead_player_config, **members)
        if video is not None:
            config.video = ctypes.pointer(video_table(video))
        if audio is not None:
            config.audio = ctypes.pointer(audio_table(audio))
        handle = ctypes.c_void_p()
        check(lib.playhead_player_create(client._handle, ctypes.byref(config), ctypes.byref(handle)))
        self._handle = handle

    def close(self):
        handle, self._handle = self._handle, ctypes.c_void_p()
        lib.playhead_player_destroy(handle)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def _do(self, name, *arguments):
        check(getattr(lib, f"playhead_player_{name}")(self._handle, *arguments))

    def load(self, **source):
        self._do("load", ctypes.byref(_source(**source)))

    def prepare(self, **source):
        self._do("prepare", ctypes.byref(_source(**source)))

    def set_next(self, **source):
        """Nothing named: nothing follows."""
        self._do("set_next", ctypes.byref(_source(**source)) if source else None)

    def play_next(self):
        self._do("play_next")

    def play(self):
        self._do("play")

    def pause(self):
        self._do("pause")

    def stop(self):
        self._do("stop")

    def seek(self, position_us, fast=False, user_tag=0):
        self._do("seek_fast" if fast else "seek", position_us, user_tag)

    def go_live(self):
        self._do("go_live")

    def set_speed(self, speed):
        self._do("set_speed", speed)

    def trick_play(self, rate):
        self._do("trick_play", rate)

    def scrub(self, position_us):
        self._do("scrub", position_us)

    def request_thumbnail(self, position_us, user_tag=0):
        self._do("request_thumbnail", position_us, user_tag)

    def set_surface(self, is_there):
        """False: what pictures are shown on is lost; True: there is one again."""
        self._do("set_surface", int(is_there))

    def set_volume(self, volume):
        self._do("set_volume", volume)

    def set_limits(self, **members):
        self._do("set_limits", ctypes.byref(sized(_abi.playhead_limits, **members)))

    def select_representation(self, name=None):
        self._do("select_representation", text(name))

    def select_audio(self, name=None):
        self._do("select_audio", text(name))

    def select_text(self, name=None):
        self._do("select_text", text(name))

    def next_event(self, timeout_ms=-1):
        """The oldest event; None when there was none in time, or the player is closed meanwhile."""
        raw = sized(_abi.playhead_event)
        status = lib.playhead_player_next_event(self._handle, timeout_ms, ctypes.byref(raw))
        if status in (-_abi.PLAYHEAD_ERROR_TIMED_OUT, -_abi.PLAYHEAD_ERROR_CLOSED):
            return None
        check(status)
        return Event(raw)

    def events(self, timeout_ms=-1):
        """Events as they come, until none came for so long."""
        while (event := self.next_event(timeout_ms)) is not None:
            yield event

    async def aevents(self):
        """Events as they come, for asyncio; ends when it is left. Instead of next_event(), not beside it."""
        loop, waiting = asyncio.get_running_loop(), asyncio.Event()
        wakeup = table(_abi.playhead_wakeup, _Wakeup(lambda: loop.call_soon_threadsafe(waiting.set)), wake=_wake)
        self._do("set_wakeup", ctypes.byref(wakeup))
        try:
            while True:
                waiting.clear()
                while (event := self.next_event(0)) is not None:
                    yield event
                await waiting.wait()
        finally:
            if self._handle:
                self._do("set_wakeup", None)

    def now_us(self):
        return lib.playhead_player_now_us(self._handle)

    def snapshot(self):
        """How it stands: status (and its state_name), qoe, live, and the lists representations and tracks."""
        handle = ctypes.c_void_p()
        self._do("snapshot", ctypes.byref(handle))
        try:
            def get(what, kind, *index):
                out = sized(kind)
                check(getattr(lib, f"playhead_snapshot_get_{what}")(handle, *index, ctypes.byref(out)))
                return plain(out)
            status = get("status", _abi.playhead_player_status)
            status.state_name = STATE_NAMES[status.state]
            status.qoe = get("qoe", _abi.playhead_qoe)
            status.live = get("live", _abi.playhead_live)
            status.representations = [get("representation", _abi.playhead_representation, i)
                                      for i in range(status.representation_count)]
            status.tracks = [get("track", _abi.playhead_track, i) for i in range(status.track_count)]
            return status
        finally:
            lib.playhead_snapshot_release(handle)

    def decision_log(self):
        """Why the pictures are what they are: text that playhead-abr-sim --replay reads."""
        room = 1 << 16
        while True:
            buffer, needed = ctypes.create_string_buffer(room), ctypes.c_uint64()
            self._do("decision_log", buffer, room, ctypes.byref(needed))
            if needed.value <= room:
                return buffer.value.decode()
            room = 2 * needed.value


__all__ = ["Error", "Event", "Player", "EVENT_NAMES", "STATE_NAMES"]
