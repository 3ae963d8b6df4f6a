#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whether what was linked against the last release still runs: compares the shared library's interface by libabigail.
set -euo pipefail
# shellcheck source=../../sdk/cmake/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../sdk/cmake/setup.sh"

usage() {
  cat <<'USAGE'
Usage: tests/install/abi.sh [--against COMMIT|LIBRARY]

Builds libplayhead of this tree and of the last release (the newest tag v*), or of COMMIT, in build/abi, and compares by
abidiff what their C interface promises. Fails when something was removed or changed; what was added is listed.
"skipped: ..." without abidiff, and as long as there is no release. tests/capi holds every build to c/abi.txt besides.
USAGE
}

against=''
case ${1:-}:$# in
  --help:1 | -h:1) usage && exit 0 ;;
  --against:2) against=$2 ;;
  :0) ;;
  *) usage >&2 && exit 2 ;;
esac
command -v abidiff >/dev/null || { echo "skipped: no abidiff (abigail-tools)" && exit 0; }
if [ -z "$against" ]; then
  against=$(git -C "$PLAYHEAD_ROOT" describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null) ||
    { echo "skipped: no release yet" && exit 0; }
fi

work=$PLAYHEAD_ROOT/build/abi
library() {  # SOURCE NAME -> its path; with debug information, which abidiff reads types from
  cmake -S "$1" -B "$work/$2" -DCMAKE_BUILD_TYPE=Debug -DBUILD_SHARED_LIBS=ON -DPLAYHEAD_UNITY=ON \
    -DPLAYHEAD_BUILD_TESTS=OFF -DPLAYHEAD_BUILD_DEMO=OFF -DPLAYHEAD_BUILD_SERVER=OFF -DPLAYHEAD_BUILD_TOOLS=OFF >&2
  cmake --build "$work/$2" --target playhead -j "$(getconf _NPROCESSORS_ONLN)" >&2 </dev/null
  echo "$work/$2/lib/libplayhead.so"
}
if [ -f "$against" ]; then
  old=$against
else
  rm -rf "$work/source"
  mkdir -p "$work/source"
  git -C "$PLAYHEAD_ROOT" archive "$against" | tar -x -C "$work/source"
  old=$(library "$work/source" old)
fi
new=$(library "$PLAYHEAD_ROOT" new)

# The C++ classes are for who builds with the same compiler: they promise nothing here.
status=0
abidiff --drop-private-types --headers-dir1 "$PLAYHEAD_ROOT/bindings/c/include" \
  --headers-dir2 "$PLAYHEAD_ROOT/bindings/c/include" --suppressions "$PLAYHEAD_ROOT/tests/install/abi_c_only.ini" \
  "$old" "$new" || status=$?
# Bits: 1 error, 2 usage, 4 some change, 8 an incompatible one.
[ $((status & 3)) -eq 0 ] || { echo "FAILED: abidiff could not compare" >&2 && exit 1; }
[ $((status & 8)) -eq 0 ] || { echo "FAILED: what was linked against $against may not run" >&2 && exit 1; }
echo "what was linked against $against still runs$([ $((status & 4)) -eq 0 ] || echo '; there are additions, see above')"
