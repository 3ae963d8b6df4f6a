#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# swift_surface.sh GENERATED_HEADERS WORK   what of the Swift package can be held without a Swift compiler: the names it
# calls are those of the C headers, and its module compiles in Objective-C by Clang, where that is.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
generated=$1 work=$2
headers=("$root/bindings/c/include" "$root/sdk/include" "$root/drm/include" "$generated")

words() { grep -ohE '\b(playhead_[a-z0-9_]+|PLAYHEAD_[A-Z0-9_]+[A-Z0-9])\b' "$@" | sort -u; }
unknown=$(comm -23 <(words -r --include='*.swift' "$root/bindings/swift/Sources") \
  <(words -r --include='*.h' "$root/bindings/c/include" "$generated"))
[ -z "$unknown" ] || { echo "FAILED: the Swift package calls what no C header declares:" $unknown >&2 && exit 1; }

command -v clang >/dev/null || { echo "skipped: no clang to compile the module by" && exit 0; }
mkdir -p "$work"
clang -fsyntax-only -x objective-c -std=gnu11 -fobjc-runtime=gnustep-2.0 -fobjc-arc -Wall -Wextra -Werror \
  -fmodules -fmodules-cache-path="$work/modules" \
  -fmodule-map-file="$root/bindings/swift/Sources/CPlayhead/module.modulemap" \
  "${headers[@]/#/-I}" "$root/tests/bindings/ObjcSurface.m"
echo "the module CPlayhead compiles in Objective-C"
