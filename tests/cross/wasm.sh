#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cross_begin "Usage: tests/cross/wasm.sh [--install]

Builds what reads manifests, containers and text, and the choice of bitrates, as WebAssembly by Emscripten, and runs their
tests in Node. Threads, files and the network belong to the page there." \
  em++=emscripten node=nodejs dpkg-source=dpkg-dev ninja=ninja-build $CROSS_HEADERS -- "$@"

mkdir -p "$CROSS"
headers=$(cross_headers)
emscripten=${EMSDK:+$EMSDK/upstream/emscripten}
emscripten=${emscripten:-/usr/share/emscripten}
toolchain=$emscripten/cmake/Modules/Platform/Emscripten.cmake
[ -f "$toolchain" ] || cross_skip "there is no $toolchain"
# Debian's comes with its libraries compiled, and nothing is to be written there; others make them when asked for.
if [ -f "$emscripten/cache/sysroot/lib/wasm32-emscripten/libc++.a" ]; then
  export EM_FROZEN_CACHE=1
else
  export EM_CACHE=$CROSS/emscripten
fi
# Newer Node fetches files by URL, which Emscripten 3.1.6 takes for a browser.
run=node
node --no-experimental-fetch -e '' 2>/dev/null && run='node;--no-experimental-fetch'
common=(-DCMAKE_TOOLCHAIN_FILE="$toolchain" "-DCMAKE_CROSSCOMPILING_EMULATOR=$run"
  "-DCMAKE_CXX_FLAGS=-O1 -fexceptions -isystem $headers/include")
pugixml=$(cross_pugixml wasm "${common[@]}")

# Its precompiled headers do not carry -fexceptions along.
cross_build wasm "${common[@]}" "-DCMAKE_FIND_ROOT_PATH=$pugixml;$headers" "-DCMAKE_PREFIX_PATH=$pugixml;$headers" -DPLAYHEAD_PARSERS_ONLY=ON -DPLAYHEAD_PRECOMPILE=OFF -DPLAYHEAD_CCACHE=OFF \
  "-DCMAKE_EXE_LINKER_FLAGS=-fexceptions -sNODERAWFS=1 -sALLOW_MEMORY_GROWTH=1 -sTOTAL_STACK=8MB -sEXIT_RUNTIME=1"
cross_test wasm
