#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
usage="Usage: tests/cross/bits32.sh [--quick | --install]

Builds what reads manifests, containers and text, and the choice of bitrates, by GCC in its 32 bit mode (-m32), and runs
their tests: what of linux.sh i386 needs no packages of another architecture. --quick does the containers alone: it fetches
nothing, and runs with the other tests."
bits32=$(dirname "$("${CXX:-c++}" -m32 -print-file-name=libstdc++.a)")
needed=("$bits32/libstdc++.a=g++-multilib" ninja=ninja-build)
if [ "${1:-}" = --quick ]; then
  cross_begin "$usage" "${needed[@]}" --
  mkdir -p "$CROSS"
  CROSS_TARGETS=container_test
  cross_build bits32-quick -DPLAYHEAD_PARSERS_ONLY=ON -DPLAYHEAD_WITHOUT_XML=ON -DPLAYHEAD_WERROR=ON -DPLAYHEAD_PRECOMPILE=OFF \
    -DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON -DCMAKE_C_FLAGS=-m32 \
    "-DCMAKE_CXX_FLAGS=-m32 -msse2 -mfpmath=sse"
  "$CROSS/bits32-quick/bin/container_test"
  exit
fi
cross_begin "$usage" "${needed[@]}" dpkg-source=dpkg-dev $CROSS_HEADERS -- "$@"

mkdir -p "$CROSS"
headers=$(cross_headers)
flags="-m32 -msse2 -mfpmath=sse -O1"  # numbers of 64 bits, as anywhere else
pugixml=$(cross_pugixml bits32 "-DCMAKE_CXX_FLAGS=$flags" -DCMAKE_C_FLAGS=-m32)
cross_build bits32 -DPLAYHEAD_PARSERS_ONLY=ON -DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON -DCMAKE_C_FLAGS=-m32 \
  "-DCMAKE_CXX_FLAGS=$flags" "-DCMAKE_PREFIX_PATH=$pugixml;$headers"
cross_test bits32
