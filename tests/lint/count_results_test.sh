#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# count_results_test.sh CMAKE CTEST SOURCE_DIR: runs the entries of verdict/ under the real ctest and checks
# what tests/run would say of them.
set -eu
cmake=$1 ctest=$2 source=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" -S "$source/tests/lint/verdict" -B "$work" >/dev/null
"$ctest" --test-dir "$work" --output-junit "$work/results.xml" >"$work/lines" 2>&1 || true
counted=$(awk -f "$source/tests/support/count_results.awk" "$work/results.xml")
if [ "$counted" != "26 6 5" ]; then
  cat "$work/results.xml"
  echo "expected \"26 6 5\" (passed failed skipped), counted \"$counted\""
  exit 1
fi
