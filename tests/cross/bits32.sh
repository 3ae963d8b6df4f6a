#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cross_begin "Usage: tests/cross/bits32.sh

Builds base, containers and the choice of bitrates by this machine's compiler for its 32 bit mode (-m32), and runs their
tests: the part of linux.sh i386 that needs no packages of another architecture. To have it: g++-multilib on Debian." ninja=ninja-build -- "$@"

mkdir -p "$CROSS"
echo 'int main() { return sizeof(void*) == 4 ? 0 : 1; }' >"$CROSS/bits32.cpp"
if ! "${CXX:-c++}" -m32 -x c++ "$CROSS/bits32.cpp" -include string -o "$CROSS/bits32-probe" 2>/dev/null ||
  ! "$CROSS/bits32-probe"; then
  cross_skip "${CXX:-c++} -m32 does not make programs that run here"
fi
tests=(container_test playhead_abr_tests)
CROSS_TARGETS=${tests[*]}
cross_build bits32 -DPLAYHEAD_PARSERS_ONLY=ON -DPLAYHEAD_WERROR=ON -DCMAKE_C_FLAGS=-m32 \
  "-DCMAKE_CXX_FLAGS=-m32 -msse2 -mfpmath=sse"  # numbers of 64 bits, as anywhere else
for test in "${tests[@]}"; do "$CROSS/bits32/bin/$test"; done
