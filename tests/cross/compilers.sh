#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cross_begin "Usage: tests/cross/compilers.sh [--install]

Builds the core and the tests of its parsers by GCC and by Clang, with every warning an error, and runs them. The presets
build the rest: dev by the machine's compiler, fuzz and minsize by Clang." g++=g++ clang++=clang ninja=ninja-build -- "$@"

mkdir -p "$CROSS"
tests="container_test playhead_manifest_tests test_text playhead_abr_tests playhead_drm_tests"
CROSS_TARGETS="playhead_core playhead_decoders playhead_http_library $tests"
for compiler in g++ clang++; do
  cross_build "$compiler" -DCMAKE_CXX_COMPILER=$compiler -DCMAKE_C_COMPILER="$(echo $compiler | sed 's/g++/gcc/; s/clang++/clang/')" \
    -DPLAYHEAD_WERROR=ON -DCMAKE_CXX_FLAGS_INIT="-O1"
  # shellcheck disable=SC2086  # words are meant to split
  cross_test "$compiler" -R "^($(echo $tests | tr ' ' '|'))\$"
done
