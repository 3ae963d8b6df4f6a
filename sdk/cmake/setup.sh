# SPDX-License-Identifier: Apache-2.0
# Makes sure that what a build needs is installed. Sourced by demo-player/run and tests/run, never run
# alone. It stands beside the CMake modules because it is the other half of the same knowledge: what
# find_package and pkg_check_modules will look for.
#
#   playhead_setup GROUP...   returns at once (a few ms) when everything is found; otherwise installs what
#                             is missing by apt, or names it and exits 3. GROUP: build demo server tests fuzz bench.
#   playhead_configure PRESET [cmake option...]
#   playhead_log TEXT         one line for the person watching, on stderr.
#
# Works in bash 3.2 (macOS) and with no terminal.

# Some of the programs looked for are installed where only root's PATH reaches.
PATH=$PATH:/usr/local/sbin:/usr/sbin
PLAYHEAD_LOCK_WAIT_S=300  # how long another package manager may keep us waiting
PLAYHEAD_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# group | how it is found | Debian, Ubuntu | Homebrew | vcpkg ("-": not needed there, or part of the system)
# `pkg:` a pkg-config module, `cmd:` any of these programs, `hdr:` a header, `file:` a file.
# A group with `?` makes something better or faster but is no reason to stop when it cannot be had.
playhead_dependencies() {
  cat <<'TABLE'
build  | cmd:c++,g++,clang++          | build-essential        | -             | -
build  | cmd:cmake                    | cmake                  | cmake         | -
build? | cmd:ninja                    | ninja-build            | ninja         | -
build? | cmd:ccache                   | ccache                 | ccache        | -
build  | cmd:pkg-config,pkgconf       | pkg-config             | pkgconf       | pkgconf
build  | pkg:libavcodec               | libavcodec-dev         | ffmpeg        | ffmpeg
build  | pkg:libavformat              | libavformat-dev        | ffmpeg        | ffmpeg
build  | pkg:libavutil                | libavutil-dev          | ffmpeg        | ffmpeg
build  | pkg:libswscale               | libswscale-dev         | ffmpeg        | ffmpeg
build  | pkg:libswresample            | libswresample-dev      | ffmpeg        | ffmpeg
build  | pkg:soundtouch               | libsoundtouch-dev      | sound-touch   | soundtouch
build  | pkg:libcurl                  | libcurl4-openssl-dev   | curl          | curl[http2]
build  | pkg:nlohmann_json            | nlohmann-json3-dev     | nlohmann-json | nlohmann-json
build  | pkg:libcrypto                | libssl-dev             | openssl@3     | openssl
build  | pkg:sqlite3                  | libsqlite3-dev         | sqlite        | sqlite3
build  | pkg:pugixml                  | libpugixml-dev         | pugixml       | pugixml
demo   | pkg:sdl2                     | libsdl2-dev            | sdl2          | sdl2
demo   | pkg:imgui                    | libimgui-dev           | imgui         | imgui
demo   | pkg:libpng                   | libpng-dev             | libpng        | libpng
demo   | hdr:CLI/CLI.hpp              | libcli11-dev           | cli11         | cli11
server | hdr:CLI/CLI.hpp              | libcli11-dev           | cli11         | cli11
server | hdr:boost/beast.hpp          | libboost-dev           | boost         | boost-beast
server | cmd:ffmpeg                   | ffmpeg                 | ffmpeg        | -
server?| file:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf | fonts-dejavu-core | - | -
tests  | pkg:zlib                     | zlib1g-dev             | zlib          | zlib
tests  | hdr:doctest/doctest.h        | doctest-dev            | doctest       | doctest
tests? | cmd:python3                  | python3                | python        | -
tests? | cmd:nghttpd                  | nghttp2-server         | nghttp2       | -
fuzz   | cmd:clang++                  | clang                  | llvm          | -
tests? | file:/usr/include/x86_64-linux-gnu/gnu/stubs-32.h | g++-multilib | - | -
tests? | cmd:openssl                  | openssl                | openssl@3     | -
bench? | pkg:benchmark                | libbenchmark-dev       | google-benchmark | benchmark
TABLE
}

playhead_log() { printf '%s\n' "$*" >&2; }

playhead_die() {  # CODE TEXT...
  local code=$1
  shift
  printf 'error: %s\n' "$@" >&2
  exit "$code"
}

playhead_has_header() {  # NAME
  local dir
  for dir in ${CPATH:+${CPATH//:/ }} /usr/include /usr/local/include /opt/homebrew/include; do
    [ -f "$dir/$1" ] && return 0
  done
  return 1
}

playhead_is_present() {  # CHECK
  local what=${1#*:} name
  case $1 in
    pkg:*) pkg-config --exists "$what" 2>/dev/null ;;
    hdr:*) playhead_has_header "$what" ;;
    file:*) [ -e "$what" ] ;;
    cmd:*)
      for name in ${what//,/ }; do
        command -v "$name" >/dev/null 2>&1 && return 0
      done
      return 1
      ;;
  esac
}

# Prints the rows whose check fails, one per line, blanks removed: check|apt|brew|vcpkg
playhead_missing() {  # WHICH GROUP...   WHICH: all, or required
  local which=$1 group check apt brew vcpkg
  shift
  playhead_dependencies | tr -d ' ' | while IFS='|' read -r group check apt brew vcpkg; do
    [ "$which" = required ] && [ "$group" != "${group%\?}" ] && continue
    case " $* " in *" ${group%\?} "*) ;; *) continue ;; esac
    playhead_is_present "$check" || printf '%s|%s|%s|%s\n' "$check" "$apt" "$brew" "$vcpkg"
  done
}

# The names in column N (2 apt, 3 brew, 4 vcpkg) of the rows, once each, on one line.
playhead_column() {  # N ROWS
  printf '%s\n' "$2" | cut -d'|' -f"$1" | grep -vx -- - | sort -u | tr '\n' ' ' | sed 's/ $//'
}

playhead_apt() {  # SUDO_PREFIX PACKAGES -> the whole output is in build/setup.log
  local sudo=$1 packages=$2 log=$PLAYHEAD_ROOT/build/setup.log deadline=$((SECONDS + PLAYHEAD_LOCK_WAIT_S))
  local apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y"
  mkdir -p "$PLAYHEAD_ROOT/build"
  # `update` fails at once when another package manager holds the lists, so the waiting is done here.
  until $apt update </dev/null >"$log" 2>&1; do
    if ! grep -q 'Could not get lock' "$log" || [ "$SECONDS" -ge "$deadline" ]; then
      playhead_log "setup: the package lists could not be refreshed, going on with those at hand"
      break
    fi
    sleep 2
  done
  # --no-remove: never trade away something the machine already has.
  apt="$apt -o DPkg::Lock::Timeout=$PLAYHEAD_LOCK_WAIT_S"
  # shellcheck disable=SC2086  # words are meant to split
  $apt install --no-install-recommends --no-remove $packages </dev/null 2>&1 | tee -a "$log" | awk '
    / newly installed, / { total = $3; print "setup: " total " packages to fetch and unpack" }
    /^Need to get / || /^After this operation/ { print "setup: " $0 }
    /^Unpacking / { if (++n % 50 == 0) print "setup: " n " of " total " unpacked"; fflush() }' >&2
  return "${PIPESTATUS[0]}"
}

# Ends the script: lists what is missing, then how to get it.
playhead_refuse() {  # ROWS REASON HINT...
  local rows=$1 reason=$2
  shift 2
  playhead_log "Not found on this machine:"
  printf '%s\n' "$rows" | cut -d'|' -f1 | sed 's/^/  /' >&2
  [ $# -eq 0 ] || printf '%s\n' "$@" >&2
  playhead_die 3 "$reason"
}

playhead_setup() {  # GROUP...
  local rows required packages sudo='' started=$SECONDS
  rows=$(playhead_missing all "$@")
  [ -z "$rows" ] && return 0
  required=$(playhead_missing required "$@")
  packages=$(playhead_column 2 "$rows")

  if ! command -v apt-get >/dev/null 2>&1; then
    [ -z "$required" ] && return 0
    playhead_refuse "$rows" "packages are missing and this system has no apt-get to install them" \
      "Homebrew:  brew install $(playhead_column 3 "$rows")" \
      "vcpkg:     vcpkg install $(playhead_column 4 "$rows")   (vcpkg.json names them too)"
  fi
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
      sudo="sudo -n"
    elif [ -z "$required" ]; then
      playhead_log "setup: going on without $packages (installing needs root)"
      return 0
    else
      playhead_refuse "$rows" "packages are missing, and installing them needs root or sudo without a password" \
        "Run this as root, then start again:" \
        "  apt-get update && apt-get install --no-install-recommends $packages"
    fi
  fi

  playhead_log "setup: installing with apt-get: $packages"
  if ! playhead_apt "$sudo" "$packages"; then
    tail -n 15 "$PLAYHEAD_ROOT/build/setup.log" >&2
    [ -z "$required" ] || playhead_die 3 "apt-get failed; its whole output is in build/setup.log"
    playhead_log "setup: going on without $packages"
    return 0
  fi
  hash -r
  rows=$(playhead_missing required "$@")
  [ -z "$rows" ] || playhead_refuse "$rows" "apt-get reported success, yet these are still not found"
  playhead_log "setup: installed in $((SECONDS - started)) s"
}

# Brings build/PRESET up to date with the CMake files (0.1 s when nothing changed).
playhead_configure() {  # PRESET [cmake option...]
  local preset=$1 log=$PLAYHEAD_ROOT/build/configure-$1.log generator=''
  shift
  # A folder keeps the generator it was first configured with.
  if [ ! -f "$PLAYHEAD_ROOT/build/$preset/CMakeCache.txt" ]; then
    ! command -v ninja >/dev/null 2>&1 || generator=Ninja
    # From nothing, sources are compiled several at a time; a folder somebody works in stays as it is.
    set -- -DPLAYHEAD_UNITY=ON "$@"
  fi
  mkdir -p "$PLAYHEAD_ROOT/build"
  if ! (cd "$PLAYHEAD_ROOT" && cmake --preset "$preset" ${generator:+-G "$generator"} "$@") \
    >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    playhead_log "error: configuring build/$preset failed; the whole output is $log"
    return 1
  fi
}
