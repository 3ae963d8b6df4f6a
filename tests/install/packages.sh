#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Debian packages, unpacks them into a root of their own and uses them there as an app would. See --help.
set -euo pipefail
# shellcheck source=../../sdk/cmake/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../sdk/cmake/setup.sh"

usage() {
  cat <<'USAGE'
Usage: tests/install/packages.sh [--build FOLDER]

Builds the preset `packages`; its .debs stay in build/packages. --build takes a folder that is configured already, with
-DBUILD_SHARED_LIBS=ON -DCMAKE_INSTALL_PREFIX=/usr. Prints "skipped: ..." where Debian's tools are missing.
The exit status is 0 only when every package is what it should be, and what it holds works.
USAGE
}

build=$PLAYHEAD_ROOT/build/packages
case ${1:-}:$# in
  --help:1 | -h:1) usage && exit 0 ;;
  --build:2) build=$(cd "$2" && pwd) ;;
  :0) playhead_configure packages ;;
  *) usage >&2 && exit 2 ;;
esac
for tool in dpkg-deb dpkg-shlibdeps fakeroot file; do
  [ $tool = fakeroot ] && [ "$(id -u)" = 0 ] && continue
  command -v $tool >/dev/null || { echo "skipped: no $tool" && exit 0; }
done

targets=(playhead playhead_core playhead_decoders playhead_http_library)
if ninja -C "$build" -t query playhead-demo >/dev/null 2>&1; then targets+=(playhead-demo); fi
cmake --build "$build" --target "${targets[@]}" -j "$(getconf _NPROCESSORS_ONLN)" </dev/null
rm -f "$build"/*.deb
(cd "$build" && cpack --config CPackConfig.cmake >cpack.log 2>&1) || { tail -n 20 "$build/cpack.log" && exit 1; }

work=$(mktemp -d)
server=''
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2 && exit 1; }

# --- what the packages say of themselves ---------------------------------------------------------------
declare -A file
for deb in "$build"/*.deb; do
  name=$(dpkg-deb -f "$deb" Package)
  file[$name]=$deb
  dpkg-deb -x "$deb" "$work/root"
  dpkg-deb -c "$deb" | awk -v name="$name" '$1 !~ /^d/ { print $6 }' >>"$work/files"
  printf '%-24s %5s KiB installed\n  Depends: %s\n' "$name" "$(dpkg-deb -f "$deb" Installed-Size)" \
    "$(dpkg-deb -f "$deb" Depends)"
done
major=$(sed -n 's/^project(playhead VERSION \([0-9]*\).*/\1/p' "$PLAYHEAD_ROOT/CMakeLists.txt")
twice=$(sort "$work/files" | uniq -d)
[ -z "$twice" ] || fail "in two packages: $twice"

depends() {  # PACKAGE yes|no WHAT
  local found=no
  [ -n "${file[$1]:-}" ] || fail "there is no package $1"
  dpkg-deb -f "${file[$1]}" Depends | grep -q "$3" && found=yes
  [ $found = "$2" ] || fail "$1 depends on $3: $found"
}
depends "libplayhead$major" yes libavcodec
depends "libplayhead-core$major" no 'libav\|libsw'
depends "libplayhead-core$major" no libcurl
depends "libplayhead-http$major" yes "libplayhead-core$major"
depends "libplayhead-http$major" yes libcurl
depends "libplayhead-decoders$major" yes "libplayhead-core$major"
depends "libplayhead-decoders$major" yes libavcodec
depends libplayhead-dev yes "libplayhead$major ("
case " ${targets[*]} " in *" playhead-demo "*) depends playhead-demo yes "libplayhead$major" ;; esac

# --- an app -------------------------------------------------------------------------------------------
lib=$(dirname "$(find "$work/root" -name playhead.pc)")/..
export PKG_CONFIG_PATH=$lib/pkgconfig LD_LIBRARY_PATH=$lib
mkdir "$work/readme"
awk -v out="$work/readme" -f "$PLAYHEAD_ROOT/tests/install/code_blocks.awk" "$PLAYHEAD_ROOT/README.md"
for module in playhead playhead-core; do
  # shellcheck disable=SC2046  # words are meant to split
  cc -std=c99 "$work/readme/1.c" -o "$work/$module" $(pkg-config --cflags --libs $module)
done
cmake -S "$PLAYHEAD_ROOT/tests/install/find_package" -B "$work/app" -DCMAKE_PREFIX_PATH="$work/root/usr" \
  -DREADME="$work/readme" >"$work/app.log" || { cat "$work/app.log" && exit 1; }
cmake --build "$work/app" >"$work/app.log" || { cat "$work/app.log" && exit 1; }
for program in "$work"/playhead "$work"/playhead-core "$work"/app/example_{cpp,c,core}; do
  said=$("$program" ftp://127.0.0.1/film.m3u8 2>&1) && fail "$program plays what it must refuse"
  grep -q 'only http and https URLs are fetched' <<<"$said" || fail "$program says: $said"
done
if [ -n "${file[playhead-demo]:-}" ]; then  # built where SDL2, Dear ImGui, libpng and CLI11 are
  "$work/root/usr/bin/playhead-demo" --help >/dev/null || fail "playhead-demo does not run"
fi

# A title, played to its end: the core has to find its decoders.
if command -v ffmpeg python3 >/dev/null; then
  mkdir "$work/title"
  ffmpeg -v error -f lavfi -i testsrc=s=160x90:r=25:d=1 -c:v libx264 -preset ultrafast -hls_playlist_type vod \
    "$work/title/title.m3u8" </dev/null
  coproc python3 -u -c 'import functools, http.server as h
server = h.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(h.SimpleHTTPRequestHandler, directory="'"$work"'/title"))
print(server.server_port)
server.serve_forever()' 2>/dev/null
  server=$COPROC_PID
  read -r port <&"${COPROC[0]}"
  for program in playhead playhead-core; do
    no_proxy=127.0.0.1 timeout 60 "$work/$program" "http://127.0.0.1:$port/title.m3u8" || fail "$program does not play"
  done
  echo "played by libplayhead, and by libplayhead-core with its decoders"
fi
echo "the packages are in $build"
