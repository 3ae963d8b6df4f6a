#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants one violation at a time in a small tree and expects lint.py to find exactly that one."""
import contextlib
import io
import os
import sys
import tempfile

import lint

HEADER = "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n"
SOURCE = "// SPDX-License-Identifier: Apache-2.0\n"

# A tree without violations; every case adds to it.
CLEAN = {
    "sdk/include/playhead/time.h": HEADER + "#include <cstdint>\nstruct Moment {};\n",
    "sdk/src/base/url.h": HEADER + '#include "playhead/time.h"\n',
    "sdk/src/net/curl_transport.cpp": SOURCE + "#include <curl/curl.h>\n",
    "sdk/src/net/retry.h": HEADER,
    "sdk/src/manifest/source.h": HEADER,
    "sdk/src/player/engine.h": HEADER,
    "abr/include/playhead/abr/controller.h": HEADER + '#include "playhead/time.h"\n',
    "abr/src/rate_rule.h": HEADER,
    "bindings/c/include/playhead/playhead.h": SOURCE,
    "offline/src/engine/manager.h": HEADER,
    "offline/src/files/disk.h": HEADER,
    "sdk/README.md": "words\n" * 80,
    "sdk/cmake/setup.sh": "build | cmd:c++ | g++ | - | -\nserver?| pkg:z | z-dev | z | zlib[core]\n",
    "vcpkg.json": '{"dependencies": [{"name": "zlib"}]}',
    "tests/unit/a_test.cpp": SOURCE + 'TEST_CASE("is skipped" * doctest::skip()) {}\n',
}

# name, file, content, the rule that must report it (None: nothing may be reported)
CASES = [
    ("a clean tree", "sdk/src/net/more.cpp", SOURCE + '#include "base/url.h"\n#include <vector>\n', None),
    ("an include that turns back", "sdk/src/base/a.cpp", SOURCE + '#include "net/retry.h"\n', "direction"),
    ("a sibling that is not below", "sdk/src/net/a.cpp", SOURCE + '#include "manifest/source.h"\n', "direction"),
    ("abr sees value types only", "abr/src/a.cpp", SOURCE + '#include "base/url.h"\n', "direction"),
    ("another module's private header", "sdk/src/player/a.cpp", SOURCE + '#include "rate_rule.h"\n', "direction"),
    ("its public header is fine", "sdk/src/player/a.cpp",
     SOURCE + '#include "playhead/abr/controller.h"\n', None),
    ("a contract that includes abr", "sdk/include/playhead/a.h",
     HEADER + '#include "playhead/abr/controller.h"\n', "direction"),
    ("one manifest file may fetch", "sdk/src/manifest/manifest_source.cpp",
     SOURCE + '#include "net/retry.h"\n', None),
    ("no other manifest file may", "sdk/src/manifest/parser.cpp", SOURCE + '#include "net/retry.h"\n', "direction"),
    ("the demo sees the C header", "demo-player/main.cpp", SOURCE + '#include "playhead/playhead.h"\n', None),
    ("the demo sees nothing else", "demo-player/main.cpp", SOURCE + '#include "playhead/time.h"\n', "direction"),
    ("the server shares no code", "server/main.cpp", SOURCE + '#include "base/url.h"\n', "direction"),
    ("a folder of a module above another", "offline/src/engine/a.cpp", SOURCE + '#include "files/disk.h"\n', None),
    ("a folder of a module that turns back", "offline/src/files/a.cpp",
     SOURCE + '#include "engine/manager.h"\n', "direction"),
    ("a folder of a module without a place", "offline/src/extra/a.cpp", SOURCE + '#include "files/disk.h"\n', "module"),
    ("a module without a row", "extra/a.cpp", SOURCE + '#include "base/url.h"\n', "module"),
    ("curl outside its file", "sdk/src/net/a.cpp", SOURCE + "#include <curl/curl.h>\n", "third-party"),
    ("curl in a public header", "sdk/include/playhead/a.h", HEADER + "#include <curl/curl.h>\n", "third-party"),
    ("JSON in a header", "sdk/src/session/a.h", HEADER + "#include <nlohmann/json.hpp>\n", "third-party"),
    ("FFmpeg outside decode", "sdk/src/player/a.cpp",
     SOURCE + 'extern "C" {\n#include <libavutil/frame.h>\n}\n', "third-party"),
    ("POSIX in the library", "sdk/src/net/a.cpp", SOURCE + "#include <sys/socket.h>\n", "third-party"),
    ("a dependency nobody listed", "sdk/src/net/a.cpp", SOURCE + "#include <zmq.h>\n", "unknown-header"),
    ("a header that is not there", "sdk/src/net/a.cpp", SOURCE + '#include "net/gone.h"\n', "unknown-header"),
    ("a clock", "sdk/src/net/a.cpp", SOURCE + "auto t = std::chrono::steady_clock::now();\n", "clock"),
    ("a clock in a test", "tests/unit/b.cpp", SOURCE + "auto t = std::chrono::system_clock::now();\n", "clock"),
    ("the C clock", "server/src/a.cpp", SOURCE + "auto t = std::time(nullptr);\n", "clock"),
    ("a function named time", "sdk/src/net/a.cpp", SOURCE + "auto t = frame.time(0) + play_time(0);\n", None),
    ("the one file with clocks", "sdk/src/base/thread_executor.cpp",
     SOURCE + "auto t = std::chrono::steady_clock::now();\n", None),
    ("a sleep", "tests/unit/b.cpp", SOURCE + "std::this_thread::sleep_for(1s);\n", "sleep"),
    ("the C generator", "abr/src/a.cpp", SOURCE + "int i = rand();\n", "randomness"),
    ("output of the library", "sdk/src/net/a.cpp", SOURCE + 'std::cerr << "no";\n', "output"),
    ("printf in the library", "bindings/c/src/a.cpp", SOURCE + 'std::printf("no");\n', "output"),
    ("snprintf is no output", "sdk/src/net/a.cpp", SOURCE + 'snprintf(b, 4, "%d", 1);\n', None),
    ("printf in an example", "bindings/c/examples/a.c", SOURCE + 'printf("yes");\n', None),
    ("a throw", "sdk/src/net/a.cpp", SOURCE + "void f() { throw 1; }\n", "throw"),
    ("an exit", "sdk/src/net/a.cpp", SOURCE + "void f() { std::abort(); }\n", "process"),
    ("a type asked at run time", "sdk/src/net/a.cpp", SOURCE + "auto* b = dynamic_cast<B*>(a);\n", "run-time type"),
    ("a number read by locale", "sdk/src/net/a.cpp", SOURCE + "auto d = std::strtod(p, &e);\n", "locale"),
    ("banned words in comments and texts", "sdk/src/net/a.cpp",
     SOURCE + '/* throw */ // steady_clock::now\nauto s = "rand()"; auto r = R"(printf("x"))"; int n = 1\'000;\n', None),
    ("code after a text", "sdk/src/net/a.cpp", SOURCE + 'auto s = "a\\"b"; int i = rand();\n', "randomness"),
    ("a namespace in a header", "sdk/src/net/a.h", HEADER + "using namespace std;\n", "using-namespace"),
    ("a header of 301 lines", "sdk/src/net/a.h", HEADER + "\n" * 299, "length"),
    ("a header of 300 lines", "sdk/src/net/a.h", HEADER + "\n" * 298, None),
    ("a source of 701 lines", "sdk/src/net/a.cpp", SOURCE + "\n" * 700, "length"),
    ("a module README of 81 lines", "sdk/README.md", "words\n" * 81, "length"),
    ("a package vcpkg is not told of", "vcpkg.json", '{"dependencies": []}', "packages"),
    ("a package the setup does not look for", "sdk/cmake/setup.sh", "build | cmd:c++ | g++ | - | -\n", "packages"),
    ("a private type with a public name", "offline/src/files/a.cpp",
     SOURCE + "using Moment = int;\n", "shadow"),
    ("what is declared elsewhere, or inside another", "offline/src/files/a.cpp",
     SOURCE + "struct Moment;\nstruct Moment::Part {};\nstruct A {\n  using Moment = int;\n};\n", None),
    ("no licence line", "sdk/src/net/a.cpp", "int a;\n", "licence"),
    ("no include guard", "sdk/src/net/a.h", SOURCE, "guard"),
    ("open work", "sdk/src/net/a.cpp", SOURCE + "// TODO: later\n", "open-work"),
    ("open work with a case that is not there", "sdk/src/net/a.cpp", SOURCE + "// TODO(no such case)\n", "open-work"),
    ("open work with its skipped case", "sdk/src/net/a.cpp", SOURCE + "// TODO(is skipped)\n", None),
]


def run_lint(files):
    """What `lint.py ROOT` answers for a tree of these files: exit status and output."""
    with tempfile.TemporaryDirectory(prefix="playhead-lint-") as root:
        for path, content in files.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(content)
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            status = lint.main(["lint.py", root])
        return status, output.getvalue()


def judge(expected, path, status, output):
    """What is wrong with the answer to a case, or None."""
    reported = [line for line in output.splitlines() if line.count(": ") >= 2]
    found = {(line.split(":")[0], line.split(": ")[1]) for line in reported}
    wanted = set() if expected is None else {(path, expected)}
    if found == wanted and status == (1 if wanted else 0):
        return None
    return f"expected {wanted or 'nothing'}, got status {status}\n{output}"


def main():
    failures = 0
    for name, path, content, expected in CASES:
        wrong = judge(expected, path, *run_lint({**CLEAN, path: content}))
        if wrong is not None:
            failures += 1
            print(f"FAILED {name}: {wrong}")
    if run_lint({})[0] != 2:
        failures += 1
        print("FAILED an empty tree must be refused, not passed")
    print(f"{len(CASES) + 1} cases, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
