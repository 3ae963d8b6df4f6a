# SPDX-License-Identifier: Apache-2.0
"""Playhead for Python, by ctypes over its C interface: for tests and tools, and as the shortest way to try it.

    import playhead
    with playhead.Client() as client, playhead.Player(client) as player:
        player.load(url="https://example.com/title.m3u8")
        player.play()
        for event in player.events():
            print(event)
            if event.name in ("SUMMARY", "FAILED"):
                break

Names, units (microseconds, bits a second) and threads are those of <playhead/playhead.h>, which is the manual; its
constants are in playhead.c (playhead.c.PLAYHEAD_PRESET_LIVE).
"""
from . import _abi as c
from ._library import Error, lib
from .client import Client
from .downloads import Downloads
from .player import Event, Player
from .service import Refused, Service
from .sinks import Frame
from .world import Cancelled, Transfer

__version__ = lib.playhead_version_string().decode()
__all__ = ["Cancelled", "Client", "Downloads", "Error", "Event", "Frame", "Player", "Refused", "Service", "Transfer", "c"]
