#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
arch=''
case ${1:--} in
  -*) ;;
  *) arch=$1 && shift ;;
esac
cross_begin "Usage: tests/cross/linux.sh arm64|armhf|i386|s390x [--install]

Builds the core (the library without decoders, and its HTTP) and tests of its parsers, of the choice of bitrates, DRM, the
network, sessions and storage, for another processor, against Debian's packages of it in build/cross/root-ARCH; runs them
there: i386 by itself, the others under qemu. s390x is big-endian, i386 and armhf have 32 bits. CROSS_TESTS names other
tests (words), CROSS_PRODUCTS other libraries. With PARSERS_ONLY=ON: what windows.sh builds, and DRM." \
  clang++=clang ld.lld=lld "qemu-aarch64-static=qemu-user-static" dpkg-deb=dpkg ninja=ninja-build -- "$@"

case $arch in
  arm64) triple=aarch64-linux-gnu emulator=qemu-aarch64-static ;;
  armhf) triple=arm-linux-gnueabihf emulator=qemu-arm-static ;;
  i386) triple=i386-linux-gnu emulator='' ;;
  s390x) triple=s390x-linux-gnu emulator=qemu-s390x-static ;;
  *) echo "which architecture? see --help" >&2 && exit 2 ;;
esac
linker=lld
if [ "$arch" = s390x ]; then  # LLVM's does not know it
  linker=bfd
  command -v $triple-ld.bfd >/dev/null || cross_skip "not installed: binutils-s390x-linux-gnu"
fi
mkdir -p "$CROSS"
root=$(cross_root "$arch" libc6-dev libstdc++-12-dev libcurl4-openssl-dev libssl-dev libsqlite3-dev libpugixml-dev \
  nlohmann-json3-dev doctest-dev zlib1g-dev libavcodec-dev libavformat-dev libavutil-dev libswscale-dev \
  libswresample-dev libsoundtouch-dev)
libraries=$root/usr/lib/$triple
if [ -z "$emulator" ]; then
  run="$root/lib/ld-linux.so.2;--library-path;$libraries:$(find "$libraries" -name 'libblas.so.3' -printf '%h\n' | head -n 1)"
else
  run="$(command -v $emulator);-L;$root"
fi

cat >"$CROSS/$arch.cmake" <<TOOLCHAIN
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $arch)
set(CMAKE_SYSROOT $root)
set(CMAKE_C_COMPILER clang)
set(CMAKE_CXX_COMPILER clang++)
set(CMAKE_C_COMPILER_TARGET $triple)
set(CMAKE_CXX_COMPILER_TARGET $triple)
set(CMAKE_LIBRARY_ARCHITECTURE $triple)
set(CMAKE_CXX_FLAGS_INIT "-O1")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-fuse-ld=$linker -Wl,-rpath-link,$libraries")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-fuse-ld=$linker -Wl,-rpath-link,$libraries")
set(CMAKE_FIND_ROOT_PATH $root)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR "$run")
TOOLCHAIN

name=$arch
tests="container_test playhead_manifest_tests test_text playhead_abr_tests playhead_drm_tests"
products=playhead_core
if [ "${PARSERS_ONLY:=OFF}" = ON ]; then
  name=$arch-parsers products=''
else
  tests="$tests base_test net_test session_test playhead_vault_tests core_loads_few_libraries"
fi
export PKG_CONFIG_SYSROOT_DIR=$root
export PKG_CONFIG_LIBDIR=$libraries/pkgconfig:$root/usr/share/pkgconfig
: "${CROSS_TESTS:=$tests}" "${CROSS_PRODUCTS=$products}"
CROSS_TARGETS="$CROSS_PRODUCTS ${CROSS_TESTS/core_loads_few_libraries/core_probe}"
cross_build "$name" -DCMAKE_TOOLCHAIN_FILE="$CROSS/$arch.cmake" -DPLAYHEAD_PARSERS_ONLY="$PARSERS_ONLY"
# shellcheck disable=SC2086  # words are meant to split
cross_test "$name" -R "^($(echo $CROSS_TESTS | tr ' ' '|'))\$"
