# SPDX-License-Identifier: Apache-2.0
# What the scripts beside it share; sourced. Nothing outside build/cross is written, but for packages with --install.
#
#   cross_begin "WHAT" PROGRAM_OR_FILE=DEBIAN_PACKAGE... -- ARGUMENTS   ends with "skipped: ..." when one is missing;
#                                                    --install installs it (root, Debian), --help prints WHAT
#   cross_headers                    prints the folder of the machine's own libraries that are headers alone
#   cross_root ARCH PACKAGE...       prints the folder of a root of that architecture with these packages in it
#   cross_source PACKAGE             prints the folder of the source of a Debian package
#   cross_pugixml NAME [cmake option...]    builds it from its source, and prints the folder it is installed in
#   cross_build NAME [cmake option...]      configures and builds build/cross/NAME: everything, or $CROSS_TARGETS
#   cross_test NAME [ctest option...]       runs its tests; the last line says how many passed
set -euo pipefail
PLAYHEAD_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CROSS=$PLAYHEAD_ROOT/build/cross
CROSS_TARGETS=${CROSS_TARGETS:-all}
PATH=$PATH:/usr/lib/wine
JOBS=${JOBS:-$(getconf _NPROCESSORS_ONLN)}

cross_skip() { echo "skipped: $*" && exit 0; }

cross_begin() {
  local what=$1 missing='' install=no program
  shift
  local programs=()
  while [ "$1" != -- ]; do programs+=("$1") && shift; done
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) echo "$what" && exit 0 ;;
      --install) install=yes ;;
      *) echo "$what" >&2 && exit 2 ;;
    esac
    shift
  done
  for program in "${programs[@]}"; do
    command -v "${program%%=*}" >/dev/null || [ -e "${program%%=*}" ] || missing="$missing ${program#*=}"
  done
  if [ -n "$missing" ] && [ $install = yes ]; then
    # shellcheck disable=SC2086  # words are meant to split
    DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends --no-remove install $missing >&2
    missing=''
  fi
  [ -z "$missing" ] || cross_skip "not installed:$missing (--install does it on Debian)"
}

# A folder of them alone, so that a cross compiler meets nothing else of this machine.
CROSS_HEADERS="/usr/include/doctest/doctest.h=doctest-dev /usr/include/nlohmann/json.hpp=nlohmann-json3-dev"
cross_headers() {
  local folder=$CROSS/headers
  rm -rf "$folder"
  mkdir -p "$folder"/{include,lib/cmake}
  cp -r /usr/include/{doctest,nlohmann} "$folder/include"
  cp -r /usr/{lib,share}/cmake/{doctest,nlohmann_json} "$folder/lib/cmake" 2>/dev/null || true
  # Debian's doctest finds itself in /usr when its files lie there: in whatever folder.
  sed -i "s|^set(_IMPORT_PREFIX \"/usr\")|set(_IMPORT_PREFIX \"$folder\")|" "$folder"/lib/cmake/doctest/doctestTargets.cmake
  echo "$folder"
}

# apt-get with lists, packages and a memory of its own: the machine's are not touched.
cross_apt() {  # ARCH|source ARGUMENT...
  local arch=$1 apt=$CROSS/apt-$1 kind=deb
  shift
  [ -f /etc/debian_version ] || { echo "these packages are taken by Debian's apt alone" >&2 && return 1; }
  mkdir -p "$apt"/{lists,archives/partial,parts}
  : >>"$apt/status"
  if [ ! -f "$apt/sources.list" ]; then
    local suite
    suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    [ "$arch" != source ] || kind=deb-src
    echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" \
      >"$apt/sources.list"
  fi
  apt-get -q -y -o Dir::State="$apt" -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" \
    -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" -o Dir::Etc::sourcelist="$apt/sources.list" \
    -o Dir::Etc::sourceparts="$apt/parts" -o APT::Architecture="${arch/source/amd64}" \
    -o APT::Architectures="${arch/source/amd64}" \
    -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@" </dev/null >>"$apt/log" 2>&1 ||
    { tail -n 5 "$apt/log" >&2 && return 1; }
}

cross_root() {  # ARCH PACKAGE...
  local arch=$1 root=$CROSS/root-$1 deb folder
  shift
  local wanted="$*"
  if [ "$(cat "$root/.packages" 2>/dev/null)" != "$wanted" ]; then
    cross_apt "$arch" update
    cross_apt "$arch" install --download-only --no-install-recommends "$@"
    rm -rf "$root"
    mkdir -p "$root"/usr/{bin,sbin,lib,lib32,lib64}
    for folder in bin sbin lib lib32 lib64; do ln -s "usr/$folder" "$root/$folder"; done
    for deb in "$CROSS/apt-$arch"/archives/*.deb; do
      dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink
    done
    # What points to the root of the file system means this one.
    find "$root" -lname '/*' | while read -r link; do ln -sfr "$root$(readlink "$link")" "$link"; done
    echo "$wanted" >"$root/.packages"
  fi
  echo "$root"
}

cross_source() {  # PACKAGE
  local folder=$CROSS/source-$1
  if [ ! -d "$folder" ]; then
    cross_apt source update
    mkdir -p "$folder.part"
    (cd "$folder.part" && cross_apt source source --download-only "$1" &&
      dpkg-source --no-check -x ./*.dsc source >/dev/null 2>&1)
    mv "$folder.part" "$folder"
  fi
  echo "$folder/source"
}

cross_pugixml() {  # NAME [cmake option...]
  local source build=$CROSS/$1-pugixml-build folder=$CROSS/$1-pugixml
  source=$(cross_source pugixml)
  shift
  { cmake -S "$source" -B "$build" -G Ninja "$@" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$folder" &&
    cmake --build "$build" --target install; } >"$build.log" 2>&1 || { tail -n 20 "$build.log" >&2 && return 1; }
  echo "$folder"
}

# Neither debug information nor NDEBUG: no build type.
cross_build() {  # NAME [cmake option...]
  local name=$1
  shift
  cmake -S "$PLAYHEAD_ROOT" -B "$CROSS/$name" -G Ninja -DCMAKE_BUILD_TYPE= -DPLAYHEAD_UNITY=ON \
    -DPLAYHEAD_BUILD_DEMO=OFF -DPLAYHEAD_BUILD_SERVER=OFF -DPLAYHEAD_BUILD_TOOLS=OFF "$@" \
    >"$CROSS/$name.log" 2>&1 || { tail -n 30 "$CROSS/$name.log" >&2 && return 1; }
  # shellcheck disable=SC2086  # words are meant to split
  ninja -C "$CROSS/$name" -j "$JOBS" $CROSS_TARGETS >>"$CROSS/$name.log" 2>&1 ||
    { grep -m 20 -E 'error|FAILED' "$CROSS/$name.log" >&2 && return 1; }
}

cross_test() {  # NAME [ctest option...]
  local name=$1
  shift
  ctest --test-dir "$CROSS/$name" -j "$JOBS" --output-on-failure --test-output-size-passed 1000000 --timeout 900 "$@" \
    --output-junit "$CROSS/$name.xml" >"$CROSS/$name.tests.log" 2>&1 ||
    { tail -n 60 "$CROSS/$name.tests.log" >&2 && return 1; }
  awk -v name="$name" -f "$PLAYHEAD_ROOT/tests/support/count_results.awk" "$CROSS/$name.xml" |
    while read -r passed failed skipped; do echo "$name: $passed passed, $failed failed, $skipped skipped"; done
}
