#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes playhead/_abi.py: what the C headers declare, as ctypes.

    make_abi.py [--check]

The headers are ours and keep to one style; what this does not understand is an error, never left out.
--check: writes nothing; exit status 1 when the file is not what the headers say.
"""
import argparse
import pathlib
import re
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
HEADERS = HERE.parent / "c" / "include" / "playhead" / "c"
TARGET = HERE / "playhead" / "_abi.py"
ORDER = ["error_codes", "base", "interceptor", "drm", "decoders", "storage", "transport", "client", "cues", "events", "sinks", "player",
         "snapshot",
         "download", "downloads", "catalogue", "service"]
SCALARS = {"int32_t": "c_int32", "uint32_t": "c_uint32", "int64_t": "c_int64", "uint64_t": "c_uint64",
           "uint8_t": "c_uint8", "double": "c_double", "float": "c_float", "size_t": "c_size_t",
           "playhead_status": "c_int32"}


class Unknown(Exception):
    pass


def declarations(text):
    """The header's declarations without comments, preprocessor lines and linkage, each ended by its semicolon."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"#if(?:def __cplusplus).*?(?=#else|#endif)", "", text, flags=re.S)
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", "", text, flags=re.M)
    text = " ".join(text.split())
    depth, begin = 0, 0
    for at, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == ";" and depth == 0:
            yield text[begin:at].strip()
            begin = at + 1
    if text[begin:].strip():
        raise Unknown(text[begin:])


def defines(text):
    return re.findall(r"^#define (PLAYHEAD_\w+) (\d+)$", text, flags=re.M)


class Abi:
    def __init__(self):
        self.constants, self.structs, self.functions = [], {}, []

    def type_of(self, text):
        """A C type as a ctypes expression; pointers to what nobody looks into are addresses."""
        words = text.replace("const ", "").replace(" const", "").replace("const*", "*").strip()
        base = words.rstrip("* ")
        stars = words.count("*")
        if stars == 0:
            if base == "void":
                return "None"
            if base in SCALARS:
                return SCALARS[base]
            if base == "playhead_cdm_entry_function":
                return "c_void_p"
            raise Unknown(text)
        if base == "char":
            inner = "c_char_p"
        elif base == "void" or base == "playhead_cdm_entry_function" or base not in SCALARS and base not in self.structs:
            if base != "void" and not base.startswith("playhead_"):
                raise Unknown(text)
            inner = "c_void_p"
        else:
            inner = f"POINTER({SCALARS.get(base, base)})"
        for _ in range(stars - 1):
            inner = f"POINTER({inner})"
        return inner

    def argument(self, text):
        text = text.strip()
        if text in ("void", ""):
            return None
        name = re.search(r"(\w+)$", text)[1]
        kind = text[: -len(name)].strip() if not text.endswith("*") else text
        return self.type_of(kind or name)

    def arguments(self, text):
        return [kind for kind in map(self.argument, text.split(",")) if kind]

    def member(self, text):
        """The members that one declaration inside a struct makes."""
        call = re.fullmatch(r"(.+?)\(\*(\w+)\)\((.*)\)", text)
        if call:
            return [(call[2], f"CFUNCTYPE({', '.join([self.type_of(call[1])] + self.arguments(call[3]))})")]
        several = re.fullmatch(r"((?:const )?\w+(?: const)?)\b(.*)", text)
        made = []
        for one in several[2].split(","):
            match = re.fullmatch(r"((?:\s|\*|const\b)*)(\w+)(?:\[(\d+)\])?", one.strip())
            if not match:
                raise Unknown(text)
            kind = self.type_of(f"{several[1]}{match[1]}")
            made.append((match[2], f"{kind} * {match[3]}" if match[3] else kind))
        return made

    def take(self, text):
        enum = re.fullmatch(r"enum \{(.*?),?\s*\}", text)
        struct = re.fullmatch(r"typedef struct (\w+) \{(.*)\} (\w+)", text)
        call = re.fullmatch(r"PLAYHEAD_API (.+?)(\w+)\((.*)\) PLAYHEAD_NOEXCEPT", text)
        if enum:
            for pair in enum[1].split(","):
                name, value = pair.split("=")
                self.constants.append((name.strip(), int(value)))
        elif struct:
            members = [line.strip() for line in struct[2].split(";") if line.strip()]
            self.structs[struct[1]] = [made for line in members for made in self.member(line)]
        elif call:
            self.functions.append((call[2], self.type_of(call[1].strip()), self.arguments(call[3])))
        elif not re.fullmatch(r"typedef struct (\w+) \1|typedef int32_t playhead_status", text):
            raise Unknown(text)

    def text(self):
        out = ["# SPDX-License-Identifier: Apache-2.0",
               "# Made by make_abi.py from the C headers; do not edit.",
               "from ctypes import (CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_float, c_int32, c_int64, c_uint8, c_uint32,",
               "                    c_uint64, c_void_p)", ""]
        out += [f"{name} = {value}" for name, value in self.constants]
        for name, members in self.structs.items():
            fields = ", ".join(f'("{member}", {kind})' for member, kind in members)
            out += ["", "", f"class {name}(Structure):"]
            out += textwrap.wrap(f"_fields_ = [{fields}]", 120, initial_indent="    ", subsequent_indent=" " * 16)
        out += ["", "", "FUNCTIONS = {"]
        for name, result, arguments in self.functions:
            line = f'    "{name}": ({result}, [{", ".join(arguments)}]),'
            out += textwrap.wrap(line, 120, subsequent_indent=" " * 8)
            out[-1] = out[-1] if out[-1].startswith("    ") else "    " + out[-1]
        return "\n".join(out + ["}", ""])


def read_headers():
    present = {path.stem for path in HEADERS.glob("*.h")}
    if present != set(ORDER):
        raise Unknown(f"headers and ORDER differ: {sorted(present ^ set(ORDER))}")
    abi = Abi()
    for name in ORDER:
        text = (HEADERS / f"{name}.h").read_text()
        abi.constants += [(key, int(value)) for key, value in defines(text)]
        for declaration in declarations(text):
            declaration = re.sub(r'^extern "C" \{', "", declaration).lstrip("} ")
            if declaration:
                abi.take(declaration)
    return abi


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    try:
        text = read_headers().text()
    except Unknown as error:
        print(f"make_abi.py: does not understand: {error}", file=sys.stderr)
        return 2
    if not options.check:
        TARGET.write_text(text)
        return 0
    if TARGET.exists() and TARGET.read_text() == text:
        return 0
    print(f"{TARGET} is not what the headers say: run {pathlib.Path(__file__).name}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
