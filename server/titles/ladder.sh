# SPDX-License-Identifier: Apache-2.0
# Which renditions a title is worth: quick encodes of a few seconds, judged by SSIM against the source. Sourced by
# make-titles, whose variables it reads: VIDEO_IN, SOURCE_FILTER, SOURCE_HEIGHT, DURATION, FPS, WORK.

readonly PROBE_MOST=3 PROBE_S=4         # windows that are encoded of the title, one for each 20 s of it
readonly PROBE_QUALITIES="18 24 30 36"  # x264's CRF, each of which is one point of rate and SSIM
readonly SSIM_GOAL=0.955                # of a rendition, against the source at its own size
readonly LEAST_STEP=1.4                 # a rung at less than so many times the rate below it is not worth its own
# width height, and the most kbit/s that are ever spent on it
readonly PROBE_RUNGS=("426 240 700" "640 360 1600" "854 480 3000" "1280 720 6000" "1920 1080 10000")

probe_filter() {  # WIDTH HEIGHT
  printf '%sformat=yuv420p,scale=w=%s:h=%s:force_original_aspect_ratio=decrease:force_divisible_by=2' "$SOURCE_FILTER" "$1" "$2"
}

# Prints "kbit/s SSIM" of a window at a size and a quality.
probe_point() {  # START WIDTH HEIGHT CRF
  local out="$WORK/probe.mp4" graph bytes ssim
  graph=$(probe_filter "$2" "$3")
  run_ffmpeg -ss "$1" "${VIDEO_IN[@]}" -t "$PROBE_S" -an -vf "$graph" -r "$FPS" -map_chapters -1 -c:v libx264 -preset superfast -crf "$4" \
    -g "$(gop_pictures)" "$out"
  bytes=$(probe -select_streams v:0 -show_entries packet=size "$out" | awk '{ all += $1 } END { print all }')
  ssim=$(ffmpeg -hide_banner -nostdin -i "$out" -ss "$1" "${VIDEO_IN[@]}" -t "$PROBE_S" \
    -lavfi "[1:v]${graph},fps=$FPS[reference];[0:v][reference]ssim" -an -f null - 2>&1 |
    sed -n 's/.*SSIM .*All:\([0-9.]*\).*/\1/p')
  rm -f "$out"
  awk -v b="$bytes" -v s="$PROBE_S" -v q="${ssim:-0}" 'BEGIN { printf "%.1f %s\n", b * 8 / s / 1000, q }'
}

# Prints the kbit/s at which a rendition reaches the goal, or fails when one was not measured, from points "kbit/s SSIM" on stdin, best quality first: of
# each window by the line between its two nearest points in the logarithm of the rate, then the most of the windows.
rate_for_goal() {  # MOST
  awk -v goal="$SSIM_GOAL" -v most="$1" -v points="$(wc -w <<<"$PROBE_QUALITIES")" '
    function settle(   i, r) {
      r = rate[1]                                   # not even the best reaches it
      for (i = 1; i <= n; i++) {
        if (ssim[i] < goal) break
        r = rate[i]
      }
      if (i > 1 && i <= n) r = exp(log(rate[i - 1]) + (log(rate[i]) - log(rate[i - 1])) * (ssim[i - 1] - goal) / (ssim[i - 1] - ssim[i]))
      if (r > result) result = r
      n = 0
    }
    $2 <= 0 { print "ladder: ffmpeg told no SSIM" > "/dev/stderr"; failed = 1; exit 1 }
    { n++; rate[n] = $1; ssim[n] = $2; if (n == points) settle() }
    END {
      if (failed) exit 1
      if (result > most) result = most
      if (result < 80) result = 80
      printf "%d\n", int(result / 10 + 0.5) * 10
    }'
}

# Prints rungs as make-titles has them, "width height kbit/s preset", lowest first.
plan_ladder() {
  local rung width height most kbps window windows start quality plans=()
  windows=$(awk -v d="$DURATION" -v n="$PROBE_MOST" 'BEGIN { w = int(d / 20) + 1; print w < n ? w : n }')
  for rung in "${PROBE_RUNGS[@]}"; do
    read -r width height most <<<"$rung"
    ((height > SOURCE_HEIGHT)) && ((${#plans[@]} > 0)) && break
    kbps=$(for ((window = 1; window <= windows; window++)); do
      start=$(awk -v d="$DURATION" -v w="$window" -v n="$windows" -v s="$PROBE_S" \
        'BEGIN { t = d * w / (n + 1) - s / 2; if (t > d - s) t = d - s; printf "%.3f", t < 0 ? 0 : t }')
      for quality in $PROBE_QUALITIES; do probe_point "$start" "$width" "$height" "$quality"; done
    done | rate_for_goal "$most")
    if ((kbps < most)); then
      say "$ID: ${height}p reaches SSIM $SSIM_GOAL at $kbps kbit/s" >&2
    else
      say "$ID: ${height}p gets the $kbps kbit/s that it may have" >&2
    fi
    plans+=("$width $height $kbps veryfast")
  done
  thin_out "${plans[@]}"
}

# Without rungs whose rate is nearly that of the one above: from the top down, the lowest always stays.
thin_out() {
  local i kbps above=0 kept=()
  for ((i = $#; i >= 1; i--)); do
    read -r _ _ kbps _ <<<"${!i}"
    if ((above == 0 || i == 1)) || awk -v a="$above" -v b="$kbps" -v s="$LEAST_STEP" 'BEGIN { exit !(b * s <= a) }'; then
      kept=("${!i}" "${kept[@]}")
      above=$kbps
    fi
  done
  printf '%s\n' "${kept[@]}"
}
