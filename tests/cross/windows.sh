#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cross_begin "Usage: tests/cross/windows.sh [--install]

Builds what reads manifests, containers and text, and the choice of bitrates, for 64 bit Windows by MinGW-w64, and runs
their tests under Wine. The rest needs libcurl, SQLite and OpenSSL for Windows, which Debian does not have." \
  x86_64-w64-mingw32-g++-posix=g++-mingw-w64-x86-64-posix wine64=wine64 dpkg-source=dpkg-dev ninja=ninja-build \
  $CROSS_HEADERS -- "$@"

mkdir -p "$CROSS"
headers=$(cross_headers)
cat >"$CROSS/windows.cmake" <<TOOLCHAIN
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_FIND_ROOT_PATH $CROSS/windows-pugixml $headers /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CXX_FLAGS_INIT "-Wa,-mbig-obj -isystem $headers/include")
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_CROSSCOMPILING_EMULATOR wine64)
TOOLCHAIN
cross_pugixml windows -DCMAKE_TOOLCHAIN_FILE="$CROSS/windows.cmake" >/dev/null
cross_build windows -DCMAKE_TOOLCHAIN_FILE="$CROSS/windows.cmake" -DPLAYHEAD_PARSERS_ONLY=ON
# Wine keeps its files here, and shows no window.
export WINEPREFIX=$CROSS/wine WINEDEBUG=-all DISPLAY=
cross_test windows
