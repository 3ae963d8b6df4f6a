#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the shape of the source tree: who may include what, banned calls, sizes.

    lint.py ROOT      prints `file:line: rule: text` for every violation; exit status 1 when there is one

The tables below are the only statement of these rules. A new module or dependency is a new row here.
"""
import fnmatch
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


# --- who may include whom -------------------------------------------------------------------------------
# module -> (folder, modules it may include beside itself). `public` are the contracts in sdk/include.
# The longest matching folder decides. Arrows run downwards only.
MODULES = {
    "public": ("sdk/include/playhead", ()),
    "base": ("sdk/src/base", ("public",)),
    "net": ("sdk/src/net", ("public", "base")),
    "recorder": ("sdk/src/recorder", ("public", "base", "text", "drm")),
    "container": ("sdk/src/container", ("public", "base")),
    "manifest": ("sdk/src/manifest", ("public", "base", "container")),
    "text": ("sdk/src/text", ("public", "base", "container")),
    "session": ("sdk/src/session", ("public", "base", "net", "drm")),
    "abr": ("abr", ("public",)),
    "abr-sim": ("abr/sim", ("public", "base", "abr")),  # a command beside the library
    "drm": ("drm", ("public",)),
    "streaming": ("sdk/src/streaming",
                  ("public", "base", "net", "manifest", "container", "text", "abr", "drm")),
    "decode": ("sdk/src/decode", ("public", "base", "container", "drm")),
    "player": ("sdk/src/player",
               ("public", "base", "recorder", "net", "container", "manifest", "text", "session", "streaming",
                "decode", "abr", "drm")),
    "tools": ("sdk/tools", ("public", "base", "net", "container", "manifest")),
    "pssh-tool": ("sdk/tools/pssh", ("public", "drm")),
    "offline": ("offline", ("public", "base", "net", "container", "manifest", "session", "streaming", "drm")),
    "bindings": ("bindings", ("public", "abr", "drm", "offline")),
    "demo-player": ("demo-player", ()),  # the C header, see EXTRA_INCLUDES
    "server": ("server", ()),            # shares no code with the library
}

# The folders of a module that has many: each may include those before it.
PARTS = {
    "offline/src": ("files", "vault", "trust", "store", "licences", "plan", "playback", "engine"),
}

# Single files that may include one module more than their own may.
EXTRA_INCLUDES = [
    ("sdk/src/manifest/manifest_source.*", "net"),  # the one place where manifests are fetched
    ("offline/src/engine/download_manager.cpp", "player"),  # the client it is opened with
]

# Commands beside the library that show what its private parts make of an input.
PRIVATE_READERS = {"pssh-tool": ("drm",)}

# Headers any module may include whatever the table says: the C header is for everybody above it.
SHARED_HEADERS = {"demo-player": ("bindings/c/include/playhead/playhead.h",)}

# Headers the build writes: they stand in no source folder.
GENERATED = {"playhead/version.h": "bindings"}

# Where `#include "x/y.h"` is looked for, as the build does.
INCLUDE_ROOTS = ("sdk/include", "sdk/src", "abr/include", "abr/src", "abr/sim", "drm/include", "drm/src",
                 "offline/include", "offline/src", "bindings/c/include", "bindings/c/src", "demo-player",
                 "server", "server/src", "tests")

# --- third-party and system headers: pattern of the header -> the only product files that may see it ------
# Tests may include anything, public headers nothing of this.
THIRD_PARTY = [
    ("curl/*", ("sdk/src/net/curl_*.cpp", "sdk/src/net/curl_handle.h", "server/src/edge/http_upstream.cpp")),
    ("sqlite3.h", ("sdk/src/base/sqlite_database.cpp", "server/src/sqlite_connection.cpp")),
    ("nlohmann/*", ("sdk/src/session/*.cpp", "sdk/src/session/json_fields.h", "sdk/src/manifest/steering_manifest.cpp",
                    "sdk/src/player/qoe_json.cpp", "drm/src/*json.cpp", "offline/src/engine/request_json.cpp", "drm/src/key_ids.cpp",
                    "server/src/*.cpp", "server/src/title_drm.h", "server/src/title_meta.h", "server/src/json_body.h", "demo-player/catalogue.cpp", "demo-player/event_writer.cpp",
                    "demo-player/download_text.cpp", "offline/src/*json.cpp", "sdk/tools/*/*json*", "abr/sim/*.cpp")),
    ("pugixml.hpp", ("sdk/src/manifest/dash/xml.h", "sdk/src/text/ttml_*.h", "drm/src/playready_object.cpp",
                     "server/src/*.cpp")),
    ("openssl/*", ("drm/src/aes.cpp", "drm/src/digest.cpp", "offline/src/vault/crypto.cpp", "server/src/*.cpp",
                   "bindings/c/examples/custom_drm.c")),
    ("libav*/*", ("sdk/src/decode/*", "demo-player/image_decoder.cpp")),
    ("libsw*/*", ("sdk/src/decode/*", "demo-player/image_decoder.cpp")),
    ("SoundTouch.h", ("sdk/src/decode/audio_stretcher.cpp",)),
    ("dlfcn.h", ("drm/src/shared_library.cpp", "sdk/src/base/companion_library.cpp")),
    ("elf.h", ("drm/src/shared_library.cpp",)),
    ("link.h", ("drm/src/shared_library.cpp",)),
    ("malloc.h", ("demo-player/main.cpp",)),
    ("SDL2/*", ("demo-player/*",)),
    ("SDL*.h", ("demo-player/*",)),
    ("imgui*", ("demo-player/*",)),
    ("backends/imgui*", ("demo-player/*",)),
    ("CLI/*", ("demo-player/*.cpp", "server/main.cpp", "abr/sim/main.cpp", "sdk/tools/*/main.cpp")),
    ("boost/*", ("server/src/http/*",)),
    # POSIX: files, signals and sockets. Programs may; in the library each file is named.
    ("posix", ("server/*", "demo-player/*", "sdk/tools/*/main.cpp",
               "bindings/c/examples/own_http.c",        # an app's own sockets
               "sdk/src/base/thread_executor.cpp",      # names its thread, blocks signals in it
               "sdk/src/net/curl_addresses.cpp",        # opens the sockets of connections
               "sdk/src/net/curl_transport.cpp",        # the same as thread_executor
               "sdk/src/base/page_block.cpp",           # memory in whole pages
               "sdk/src/base/sqlite_record_file.cpp",   # locks and permissions of the store's files
               "offline/src/files/posix_file_system.cpp",
               "offline/src/trust/system_clock_source.cpp")),  # uptime and boot id
    ("png.h", ("demo-player/screenshot.cpp",)),
    ("jni.h", ("bindings/jni/src/*",)),
]

STANDARD_HEADERS = frozenset("""
algorithm any array atomic bit bitset cassert cctype cerrno cfloat charconv chrono cinttypes climits clocale
cmath compare complex concepts condition_variable csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring
ctime cwchar deque exception filesystem forward_list fstream functional future initializer_list iomanip ios
iosfwd iostream istream iterator latch limits list locale map memory mutex new numbers numeric optional ostream
queue random ratio regex semaphore set shared_mutex span sstream stack stdexcept streambuf string string_view
system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant
vector version
assert.h ctype.h errno.h float.h inttypes.h limits.h locale.h math.h setjmp.h signal.h stdarg.h stddef.h
stdint.h stdio.h stdlib.h string.h time.h wchar.h stdbool.h
""".split())

POSIX_HEADERS = ("arpa/*", "dirent.h", "fcntl.h", "ifaddrs.h", "net/*", "netdb.h", "netinet/*", "poll.h",
                 "pthread.h", "sched.h", "spawn.h", "sys/*", "termios.h", "unistd.h")

# --- calls ----------------------------------------------------------------------------------------------
LIBRARY = ("sdk/*", "abr/*", "drm/*", "offline/*", "bindings/*")
PRODUCT = LIBRARY + ("demo-player/*", "server/*")
EVERYTHING = PRODUCT + ("tests/*",)


@dataclass(frozen=True)
class Ban:
    rule: str
    pattern: str   # regular expression over code without comments and literals
    where: tuple   # file patterns it holds for
    but: tuple     # files excepted
    instead: str


CLOCK_FILES = ("sdk/src/base/thread_executor.cpp", "offline/src/trust/system_clock_source.cpp",
               "server/src/clock.cpp", "tests/bench/cpu_clock.h")
BANS = [
    Ban("clock", r"\b(steady_clock|system_clock|high_resolution_clock)\s*::\s*now\b|\bgettimeofday\s*\("
        r"|\bclock_gettime\s*\(|(?<![\w.>])(std\s*::\s*)?time\s*\(\s*(nullptr|NULL|0|&)"
        r"|\bstd\s*::\s*clock\s*\(|\bclock_t\b",
        EVERYTHING, CLOCK_FILES, "take the time from the Executor"),
    Ban("sleep", r"\bsleep_(for|until)\b|\b(u|nano)sleep\s*\(|(?<![\w.>])sleep\s*\(|\bSDL_Delay\s*\(",
        EVERYTHING, ("sdk/src/base/thread_executor.cpp",), "post_at() on the Executor, or wait for the thing"),
    Ban("randomness", r"(?<![\w.>])s?rand\s*\(|\brandom_device\b|\bmt19937",
        PRODUCT, ("sdk/src/base/thread_executor.cpp",), "the Executor's seeded random"),
    Ban("output", r"\bstd\s*::\s*(cout|cerr|clog)\b|(?<![\w.>])v?f?printf\s*\(|(?<![\w.>])f?put(s|char)\s*\(",
        LIBRARY, ("bindings/c/examples/*", "abr/sim/main.cpp", "sdk/tools/*/main.cpp"), "the log sink; the host owns its output"),
    Ban("throw", r"\bthrow\b", PRODUCT, (), "Result<T>"),
    Ban("process", r"\bstd\s*::\s*(exit|_Exit|quick_exit|abort|system|setlocale)\s*\("
        r"|(?<![\w.>])(_?exit|popen|setlocale|setenv|putenv)\s*\(", LIBRARY, ("bindings/c/examples/*", "sdk/src/base/assert.*"),
        "an Error; the process belongs to the host"),
    Ban("run-time type", r"\b(dynamic_cast|dynamic_pointer_cast|typeid)\b", PRODUCT, (),
        "the smallest build has no types at run time; ask the object (TimelineSegmentIndex::of)"),
    Ban("locale", r"\b(atof|strtod|strtof|strtold|stod|stof|stold)\s*\(", PRODUCT, (),
        "a reader that ignores the host's locale"),
    Ban("thread_local", r"\bthread_local\b", PRODUCT,
        # Which callback a thread is in hangs on no handle, nor do the virtual machine's threads.
        ("bindings/c/src/app_call.h", "bindings/jni/src/jvm.cpp"), "state that hangs on a handle"),
    Ban("using-namespace", r"^\s*using\s+namespace\b(?!\s+std\s*::\s*(chrono_)?literals)",
        tuple(f"{folder}/*.h" for folder in ("sdk", "abr", "drm", "offline", "bindings")), (),
        "names spelled out in headers"),
]

# --- sizes ----------------------------------------------------------------------------------------------
MAX_LINES = [("*.h", 300), ("*.cpp", 700), ("*.c", 700), ("*.py", 700)]
# Tables and generated data are exempt: name them here with the reason.
LENGTH_EXEMPT = ("bindings/python/playhead/_abi.py",)  # made from the headers
MAX_MODULE_README_LINES = 80

# The packages of the build are named for two worlds; both lists must say the same.
SETUP_TABLE = "sdk/cmake/setup.sh"
VCPKG_MANIFEST = "vcpkg.json"
# In the manifest only: boost-beast needs it, and no header of its own is looked for.
VCPKG_ONLY = {"boost-asio"}

SPDX = "SPDX-License-Identifier: Apache-2.0"
SOURCE_PATTERNS = ("*.h", "*.cpp", "*.c", "*.py")
CPP_PATTERNS = ("*.h", "*.cpp", "*.c")
OPEN_WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(\(([^)]*)\))?")
SKIPPED_CASE = re.compile(r'TEST_CASE\(\s*"([^"]*)"\s*\*\s*doctest::skip')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# Comments and literals, in the order in which they hide each other.
NOT_CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"([^\s()\\]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'""",
    re.DOTALL)


# A type of its own, at the left margin: what a namespace has, not a class.
DEFINED_TYPE = re.compile(r"^(?:using (\w+) =|(?:struct|class|enum class|enum) (\w+)\b(?!::)(?!\s*;))", re.MULTILINE)


def matches(path, patterns):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def code_only(text):
    """The text with comments and literals blanked; line numbers stay."""
    return NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def module_of(path):
    best = None
    for name, (folder, _) in MODULES.items():
        if path.startswith(folder + "/") and (best is None or len(folder) > len(MODULES[best][0])):
            best = name
    return best


class Linter:
    def __init__(self, root, paths):
        self.root = root
        self.paths = sorted(paths)
        self.known = set(self.paths)
        self.found = []
        self.skipped_cases = set()
        self.public_types = {}

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def report(self, path, line, rule, text):
        self.found.append(Violation(path, line, rule, text))

    def run(self):
        for path in self.paths:
            if path.startswith("tests/") and path.endswith(".cpp"):
                self.skipped_cases.update(SKIPPED_CASE.findall(self.read(path)))
            if "/include/playhead/" in path and path.endswith(".h"):
                for match in DEFINED_TYPE.finditer(code_only(self.read(path))):
                    self.public_types.setdefault(match.group(1) or match.group(2), path)
        for path in self.paths:
            if matches(path, SOURCE_PATTERNS):
                self.check_source(path, self.read(path))
            elif os.path.basename(path) == "README.md" and path != "README.md":
                count = self.read(path).count("\n")
                if count > MAX_MODULE_README_LINES:
                    self.report(path, count, "length", f"{count} lines, at most {MAX_MODULE_README_LINES}")
        if SETUP_TABLE in self.known and VCPKG_MANIFEST in self.known:
            self.check_packages()
        return self.found

    def check_packages(self):
        rows = re.findall(r"^\w+\s*\??\s*\|.*\|\s*(\S+)\s*$", self.read(SETUP_TABLE), re.MULTILINE)
        table = {name.partition("[")[0] for name in rows} - {"-"}
        manifest = json.loads(self.read(VCPKG_MANIFEST))
        entries = list(manifest["dependencies"])
        for feature in manifest.get("features", {}).values():
            entries += feature["dependencies"]
        named = {entry if isinstance(entry, str) else entry["name"] for entry in entries} - VCPKG_ONLY
        for name in sorted(table ^ named):
            where = VCPKG_MANIFEST if name in table else SETUP_TABLE
            self.report(where, 1, "packages", f"{name} is missing here")

    def check_source(self, path, text):
        self.check_size(path, text)
        if SPDX not in "\n".join(text.split("\n", 3)[:3]):
            self.report(path, 1, "licence", f"the first lines must say `{SPDX}`")
        if not matches(path, ("tests/lint/*",)):
            self.check_open_work(path, text)
        if matches(path, CPP_PATTERNS):
            code = code_only(text)
            if path.endswith(".h") and "#pragma once" not in code and not path.startswith("bindings/c/include/"):
                self.report(path, 1, "guard", "#pragma once is missing")
            self.check_includes(path, text)
            self.check_calls(path, code)
            if path.endswith(".cpp") and not path.startswith("tests/"):
                self.check_types(path, code)

    def check_size(self, path, text):
        limit = next(lines for pattern, lines in MAX_LINES if fnmatch.fnmatchcase(path, pattern))
        # The C header carries the reference of the whole interface in its comments.
        if path == "bindings/c/include/playhead/playhead.h" or path in LENGTH_EXEMPT:
            return
        count = text.count("\n")
        if count > limit:
            self.report(path, count, "length", f"{count} lines, at most {limit}: find the seam")

    def check_open_work(self, path, text):
        for number, line in enumerate(text.split("\n"), 1):
            for match in OPEN_WORDS.finditer(line):
                if match.group(3) not in self.skipped_cases:
                    self.report(path, number, "open-work",
                                f"{match.group(1)} without `(name of a test case skipped for it)`")

    def check_calls(self, path, code):
        for ban in BANS:
            if not matches(path, ban.where) or matches(path, ban.but):
                continue
            for match in re.finditer(ban.pattern, code, re.MULTILINE):
                number = code.count("\n", 0, match.start()) + 1
                self.report(path, number, ban.rule, f"`{match.group(0).strip()}`: use {ban.instead}")

    # Compiled together with others, as tests/run does it, such a name means another type to the files after it.
    def check_types(self, path, code):
        for match in DEFINED_TYPE.finditer(code):
            name = match.group(1) or match.group(2)
            if name in self.public_types:
                number = code.count("\n", 0, match.start()) + 1
                self.report(path, number, "shadow", f"{name} is a type of {self.public_types[name]}")

    def check_includes(self, path, text):
        for number, line in enumerate(text.split("\n"), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quoted, header = match.group(1) == '"', match.group(2)
            target = self.resolve(path, header) if quoted else None
            if target is not None:
                self.check_own_include(path, number, target)
            else:
                self.check_foreign_include(path, number, header, quoted)

    def resolve(self, path, header):
        """The file of ours that `header` names, or None."""
        own = [root for root in INCLUDE_ROOTS if path.startswith(root + "/")]
        candidates = [os.path.dirname(path)] + own + list(INCLUDE_ROOTS)
        for folder in candidates:
            candidate = os.path.normpath(os.path.join(folder, header))
            if candidate in self.known:
                return candidate
        return None

    def check_own_include(self, path, number, target):
        source, dest = module_of(path), module_of(target)
        if path.startswith("tests/"):
            return
        if source is None:
            self.report(path, number, "module", "this folder has no row in MODULES")
            return
        if target in SHARED_HEADERS.get(source, ()):
            return
        if dest is None:
            self.report(path, number, "direction", f"{source} may not include {target}")
            return
        self.check_parts(path, number, target)
        allowed = {source, *MODULES[source][1]}
        allowed.update(module for pattern, module in EXTRA_INCLUDES if fnmatch.fnmatchcase(path, pattern))
        if dest not in allowed:
            self.report(path, number, "direction", f"{source} may not include {dest} ({target})")
        elif dest != source and dest in ("abr", "drm", "offline", "bindings") and "/include/" not in target \
                and dest not in PRIVATE_READERS.get(source, ()):
            self.report(path, number, "direction", f"{target} is private to {dest}")

    def check_parts(self, path, number, target):
        for folder, parts in PARTS.items():
            names = [file[len(folder) + 1:].split("/")[0] for file in (path, target) if file.startswith(folder + "/")]
            if len(names) != 2:
                continue
            unknown = [name for name in names if name not in parts]
            if unknown:
                self.report(path, number, "module", f"{folder}/{unknown[0]} has no place in PARTS")
            elif parts.index(names[0]) < parts.index(names[1]):
                self.report(path, number, "direction", f"{names[0]} may not include {target}")

    def check_foreign_include(self, path, number, header, quoted):
        if header in STANDARD_HEADERS or path.startswith("tests/"):
            return
        if quoted and GENERATED.get(header) == module_of(path):
            return
        name = "posix" if not quoted and matches(header, POSIX_HEADERS) else header
        for pattern, allowed in THIRD_PARTY:
            if fnmatch.fnmatchcase(name, pattern):
                if not matches(path, allowed):
                    self.report(path, number, "third-party", f"<{header}> belongs to {', '.join(allowed)} only")
                return
        text = "names no file of the tree" if quoted else "is in no row of THIRD_PARTY"
        self.report(path, number, "unknown-header", f"{header} {text}")


def list_files(root):
    """What git tracks or would track; every file when this is no git checkout."""
    if os.path.exists(os.path.join(root, ".git")):
        git = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                             capture_output=True, text=True, check=False)
        if git.returncode == 0:
            return [path for path in git.stdout.splitlines() if os.path.isfile(os.path.join(root, path))]
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != "build" and not name.startswith(".")]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return found


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    paths = list_files(arguments[1])
    if not any(matches(path, CPP_PATTERNS) for path in paths):
        print(f"{arguments[1]} holds no source file", file=sys.stderr)
        return 2
    found = Linter(arguments[1], paths).run()
    for violation in found:
        print(violation)
    print(f"{len(paths)} files, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
