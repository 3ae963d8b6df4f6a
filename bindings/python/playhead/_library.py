# SPDX-License-Identifier: Apache-2.0
"""The shared library, found and checked; and what every part of the package stands on."""
import ctypes
import ctypes.util
import itertools
import os
import pathlib
import sys
import threading
import types

from . import _abi

_NAMES = {"darwin": "libplayhead.dylib", "win32": "playhead.dll"}


def _candidates():
    """$PLAYHEAD_LIBRARY alone where it is set; else beside this package, else where the system looks."""
    named = os.environ.get("PLAYHEAD_LIBRARY")
    if named:
        return [named]
    name = _NAMES.get(sys.platform, "libplayhead.so")
    beside = pathlib.Path(__file__).resolve().parent / name
    return [str(path) for path in (beside,) if path.exists()] + [found for found in (ctypes.util.find_library("playhead"),
                                                                                     name) if found]


def _load():
    reasons = []
    for path in _candidates():
        try:
            library = ctypes.CDLL(path)
            break
        except OSError as error:
            reasons.append(str(error))
    else:
        raise ImportError("the Playhead library is not there, PLAYHEAD_LIBRARY may name it: " + "; ".join(reasons))
    for name, (result, arguments) in _abi.FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{path} has no {name}: it is older than this package") from None
        function.restype, function.argtypes = result, arguments
    return library


lib = _load()


class Error(Exception):
    """What a call refused. `code` is a PLAYHEAD_ERROR_… number, `name` its word: "INVALID_STATE"."""

    def __init__(self, status):
        self.code = abs(status)
        self.name = lib.playhead_error_name(self.code).decode()
        super().__init__(f"{self.name}: {lib.playhead_error_meaning(self.code).decode()}")


def check(status):
    if status != 0:
        raise Error(status)


def names(prefix):
    """What the constants that begin so are called, by their values."""
    return {value: name[len(prefix):] for name, value in vars(_abi).items() if name.startswith(prefix)}


def text(value):
    """For a call: bytes, or None."""
    return None if value is None else str(value).encode()


def sized(kind, **members):
    """A zeroed struct with its size, and these members; strings become bytes, None stays what zero means."""
    value = kind()
    value.struct_size = ctypes.sizeof(kind)
    for name, member in members.items():
        if isinstance(member, str):
            member = member.encode()
        if member is not None:
            setattr(value, name, member)
    return value


def plain(struct):
    """The struct as a namespace that needs nothing of the library any more: str, int, float; nested structs the same,
    addresses of anything else are left out."""
    out = types.SimpleNamespace()
    for name, kind in struct._fields_:
        value = getattr(struct, name)
        if name in ("struct_size", "reserved", "reserved2") or kind is ctypes.c_void_p:
            continue
        if kind is ctypes.c_char_p:
            value = "" if value is None else value.decode(errors="replace")
        elif isinstance(value, ctypes._Pointer):
            if not issubclass(kind._type_, ctypes.Structure):
                continue
            value = plain(value.contents) if value else None
        elif isinstance(value, ctypes.Array):
            value = list(value)
        setattr(out, name, value)
    return out


class _Lent:
    """Python objects that the library holds as `user` of a callback table, by a number, until it calls destroy."""

    def __init__(self):
        self._lock = threading.Lock()
        self._objects = {}
        self._numbers = itertools.count(1)

    def add(self, value):
        with self._lock:
            number = next(self._numbers)
            self._objects[number] = value
            return number

    def __getitem__(self, number):
        return self._objects[number]

    def drop(self, number):
        with self._lock:
            self._objects.pop(number, None)

    def __len__(self):
        return len(self._objects)


lent = _Lent()


def report(error, function):
    """As Python does with errors nobody can catch."""
    sys.unraisablehook(types.SimpleNamespace(exc_type=type(error), exc_value=error, exc_traceback=error.__traceback__,
                                             err_msg=None, object=function))


def callback(kind, member, default=None):
    """Makes a method of the object lent to the library the callback `member` of a table. What it raises is told by
    report(), and `default` is answered."""
    prototype = dict(kind._fields_)[member]

    def decorate(function):
        def call(user, *arguments):
            try:
                return function(lent[user], *arguments)
            except BaseException as error:  # the library is C: nothing may pass through it
                report(error, function)
                return default
        return prototype(call)
    return decorate


_destroyers = {}


def table(kind, value, **callbacks):
    """A callback table for `value`, which lives until the library lets go of it."""
    destroy = _destroyers.setdefault(kind, dict(kind._fields_)["destroy"](lent.drop))
    return sized(kind, user=lent.add(value), destroy=destroy, **callbacks)
