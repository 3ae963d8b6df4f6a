# SPDX-License-Identifier: Apache-2.0
"""Where pictures and sound go. Callbacks come from the player's engine thread: hand over and go."""
import ctypes

from . import _abi
from ._library import callback, check, lib, plain, sized, table


class Frame:
    """A decoded picture. Keep it as long as you like: it counts as a reference of its own."""

    def __init__(self, handle):
        self._handle = ctypes.c_void_p(lib.playhead_frame_retain(handle))
        self._info = sized(_abi.playhead_frame_info)
        check(lib.playhead_frame_get_info(self._handle, ctypes.byref(self._info)))
        for name, value in vars(plain(self._info)).items():  # format, time_us, width, height, strides …
            setattr(self, name, value)

    def plane(self, index):
        """Bytes of a plane, rows of `strides[index]` bytes: 0 is Y, then U and V (I420) or both interleaved (NV12)."""
        rows = self.height if index == 0 else (self.height + 1) // 2
        return ctypes.string_at(self._info.planes[index], rows * self.strides[index])

    def __del__(self):
        handle, self._handle = getattr(self, "_handle", None), None
        if handle:
            lib.playhead_frame_release(handle)


@callback(_abi.playhead_video_sink, "show")
def _show(sink, frame):
    sink.show(Frame(frame))


@callback(_abi.playhead_video_sink, "clear")
def _clear(sink):
    sink.clear()


def video_table(sink):
    """For an object with show(frame) and clear()."""
    return table(_abi.playhead_video_sink, sink, show=_show, clear=_clear)


@callback(_abi.playhead_audio_sink, "open", default=-_abi.PLAYHEAD_ERROR_INTERNAL)
def _open(sink, wanted, opened):
    rate, channels = sink.open(wanted.contents.sample_rate, wanted.contents.channels)
    opened.contents.sample_rate, opened.contents.channels = rate, channels
    sink.playhead_channels = channels
    return 0


@callback(_abi.playhead_audio_sink, "close")
def _close(sink):
    sink.close()


@callback(_abi.playhead_audio_sink, "write")
def _write(sink, samples, frames):
    sink.write(ctypes.string_at(samples, frames * sink.playhead_channels * 4), frames)


@callback(_abi.playhead_audio_sink, "frames_played", default=0)
def _frames_played(sink, now_us):
    return sink.frames_played(now_us)


@callback(_abi.playhead_audio_sink, "pause")
def _pause(sink):
    sink.pause()


@callback(_abi.playhead_audio_sink, "resume")
def _resume(sink):
    sink.resume()


@callback(_abi.playhead_audio_sink, "flush")
def _flush(sink):
    sink.flush()


@callback(_abi.playhead_audio_sink, "set_volume")
def _set_volume(sink, volume):
    sink.set_volume(volume)


def audio_table(sink):
    """For an object with open(rate, channels) -> (rate, channels), close(), write(bytes of float, frames),
    frames_played(now_us), pause(), resume(), flush(), set_volume(volume)."""
    return table(_abi.playhead_audio_sink, sink, open=_open, close=_close, write=_write, frames_played=_frames_played,
                 pause=_pause, resume=_resume, flush=_flush, set_volume=_set_volume)
