#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
bits32=$(dirname "$("${CXX:-c++}" -print-libgcc-file-name)")/32
cross_begin "Usage: tests/cross/bits32.sh [--install]

Builds what reads manifests, containers and text, and the choice of bitrates, by GCC in its 32 bit mode (-m32), and runs
their tests: what of linux.sh i386 needs no packages of another architecture." \
  "$bits32/libstdc++.a=g++-multilib" dpkg-source=dpkg-dev ninja=ninja-build $CROSS_HEADERS -- "$@"

mkdir -p "$CROSS"
headers=$(cross_headers)
flags="-m32 -msse2 -mfpmath=sse -O1"  # numbers of 64 bits, as anywhere else
pugixml=$(cross_pugixml bits32 "-DCMAKE_CXX_FLAGS=$flags" -DCMAKE_C_FLAGS=-m32)
cross_build bits32 -DPLAYHEAD_PARSERS_ONLY=ON -DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON -DCMAKE_C_FLAGS=-m32 \
  "-DCMAKE_CXX_FLAGS=$flags" "-DCMAKE_PREFIX_PATH=$pugixml;$headers"
cross_test bits32
