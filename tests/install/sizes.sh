#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the libraries weigh as small as they get: builds the preset `minsize`, plays with it, strips, prints, and fails when the
# core has grown. "skipped: ..." without Clang and LLVM's linker.
set -euo pipefail
# shellcheck source=../../sdk/cmake/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../sdk/cmake/setup.sh"
LIMIT_BYTES=3000000  # relocations are not packed

# From LLVM 15 on relocations are packed.
version=''
for number in 19 18 17 16 15; do
  if command -v clang++-$number >/dev/null && command -v ld.lld-$number >/dev/null; then
    version=-$number
    LIMIT_BYTES=2097152  # 2 MiB; it takes 2,014,912
    break
  fi
done
for tool in clang++ ld.lld; do
  command -v $tool$version >/dev/null || { echo "skipped: no $tool" && exit 0; }
done
build=$PLAYHEAD_ROOT/build/minsize
playhead_configure minsize -DCMAKE_C_COMPILER=clang$version -DCMAKE_CXX_COMPILER=clang++$version
cmake --build "$build" --target playhead_core playhead_decoders playhead_http_library -j "$(getconf _NPROCESSORS_ONLN)" </dev/null >&2
cmake -D STRIP="$(command -v strip)" -D CORE="$build/lib/libplayhead-core.so" -D WORK="$build/stripped" \
  -D ALL="$build/lib/libplayhead-core.so $build/lib/libplayhead-decoders.so $build/lib/libplayhead-http.so" -D LIMIT=$LIMIT_BYTES \
  -P "$PLAYHEAD_ROOT/tests/capi/core_size.cmake" 2>&1

# What was optimised across files must still play: from a server of its own, by a program in C.
media=$PLAYHEAD_ROOT/../shared/media/media3/cmaf/multi-segment
[ -d "$media" ] || { echo "not played: no ../shared/media" && exit 0; }
cc -std=c99 -o "$build/play" "$PLAYHEAD_ROOT/bindings/c/examples/play.c" -I"$PLAYHEAD_ROOT/bindings/c/include" \
  -I"$PLAYHEAD_ROOT/sdk/include" -I"$PLAYHEAD_ROOT/drm/include" -I"$build/bindings/c/include" \
  -L"$build/lib" -lplayhead-core -Wl,-rpath,"$build/lib"
coproc SERVER { cd "$media" && exec python3 -u -m http.server --bind 127.0.0.1 0 2>/dev/null; }
trap '[ -z "${SERVER_PID:-}" ] || kill "$SERVER_PID"' EXIT
read -r -u "${SERVER[0]}" line
port=${line##*port }
timeout 60 "$build/play" "http://127.0.0.1:${port%% *}/manifest.mpd" | tee "$build/played"
grep -q '^640x360 after' "$build/played" || { echo "no picture was shown" && exit 1; }
