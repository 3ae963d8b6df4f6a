# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Part of make-titles: subtitles as WebVTT, whole for DASH and in segments for HLS. TEXTS has what each is called in
# file names, TEXT_LANGS its language, TEXT_NAMES what people read.

# Fills them with the subtitles of SOURCE that are text; pictures (DVD, Blu-ray) are left out. TEXT_STREAMS: which
# streams those are.
find_source_text() {
  local codec lang number=-1 name known
  TEXTS=(); TEXT_LANGS=(); TEXT_NAMES=(); TEXT_STREAMS=()
  while IFS=, read -r codec lang; do
    number=$((number + 1))
    [[ "$codec" =~ ^(subrip|ass|ssa|mov_text|webvtt|text)$ ]] && [ "${#TEXTS[@]}" -lt 4 ] || continue
    [[ "$lang" =~ ^[a-z]{2,3}$ ]] || lang=und
    name=$lang
    for known in "${TEXT_LANGS[@]}"; do [ "$known" = "$lang" ] && name=$lang-$number; done
    TEXTS+=("$name"); TEXT_LANGS+=("$lang"); TEXT_NAMES+=("Subtitles $((number + 1)) ($lang)"); TEXT_STREAMS+=("$number")
  done < <(ffprobe -v error -select_streams s -show_entries stream=codec_name:stream_tags=language -of csv=p=0 "$SOURCE")
}

text_line() {   # language, second
  local clock
  clock=$(printf '%d:%02d' "$(($2 / 60))" "$(($2 % 60))")
  case $1 in
    fr) echo "Sous-titre français à $clock" ;;
    *) echo "English subtitle at $clock" ;;
  esac
}

vtt_time() { awk -v s="$1" 'BEGIN { printf "%02d:%02d:%06.3f", int(s / 3600), int(s % 3600 / 60), s % 60 }'; }

# Language; prints a cue for each segment, inside it.
generated_text() {
  local i=0 start end length
  printf 'WEBVTT\n'
  while start=$((i * SEGMENT_S)); awk -v a="$start" -v d="$DURATION" 'BEGIN { exit !(a < d - 0.001) }'; do
    length=$(awk -v a="$start" -v d="$DURATION" -v s="$SEGMENT_S" 'BEGIN { l = d - a; printf "%.3f", l < s ? l : s }')
    end=$(awk -v a="$start" -v l="$length" 'BEGIN { printf "%.3f", a + l * 0.9 }')
    awk -v a="$start" -v e="$end" 'BEGIN { exit !(e > a + 0.6) }' &&
      printf '\n%s --> %s\n%s\n' "$(vtt_time "$start.5")" "$(vtt_time "$end")" "$(text_line "$1" "$start")"
    i=$((i + 1))
  done
}

# Whole file, folder, name, MPEG-TS time of presentation time 0 in 90 kHz ticks: makes the file's segments there, and
# their playlist. A cue is in every segment that it touches (RFC 8216 3.5).
split_text() {
  {
    printf '#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n' \
      "$SEGMENT_S"
    awk -v folder="$2" -v name="$3" -v ticks="$4" -v d="$DURATION" -v s="$SEGMENT_S" '
      function seconds(clock, part, n) {
        n = split(clock, part, ":")
        return n == 3 ? part[1] * 3600 + part[2] * 60 + part[3] : part[1] * 60 + part[2]
      }
      BEGIN { RS = ""; FS = "\n" }
      {
        at = $1 ~ /-->/ ? 1 : NF > 1 && $2 ~ /-->/ ? 2 : 0   # a cue may have a name
        if (!at) next                                        # the head, notes
        split($at, times, " ")
        ends = seconds(times[3])
        for (k = int(seconds(times[1]) / s); k * s < ends && k * s < d; k++) cues[k] = cues[k] "\n" $0 "\n"
      }
      END {
        for (k = 0; k * s < d - 0.001; k++) {
          file = sprintf("%s-%05d.vtt", name, k)
          printf "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n%s", ticks, cues[k] > (folder "/" file)
          close(folder "/" file)
          length_s = d - k * s < s ? d - k * s : s
          printf "#EXTINF:%.3f,\n%s\n", length_s, file
        }
      }' "$1"
    echo '#EXT-X-ENDLIST'
  } >"$2/$3.m3u8"
}

write_all_text() {
  local ts_start k name whole
  [ "${#TEXTS[@]}" -gt 0 ] || return 0
  # The first picture is at presentation time 0; in MPEG-TS it carries this timestamp.
  ts_start=$(probe -select_streams v:0 -show_entries stream=start_pts "$TITLE/ts/video-0-00000.ts" | first_line)
  mkdir -p "$TITLE/cmaf/text" "$TITLE/ts/text"
  for k in "${!TEXTS[@]}"; do
    name=${TEXTS[$k]} whole="$TITLE/cmaf/text/${TEXTS[$k]}.vtt"
    if [ -z "$SOURCE" ]; then generated_text "${TEXT_LANGS[$k]}" >"$whole"
    else run_ffmpeg -i "$SOURCE" -map "0:s:${TEXT_STREAMS[$k]}" -t "$DURATION" -c:s webvtt -f webvtt "$whole"; fi
    split_text "$whole" "$TITLE/cmaf/text" "$name" 0
    split_text "$whole" "$TITLE/ts/text" "$name" "$ts_start"
  done
}

text_group() {
  local k
  for k in "${!TEXTS[@]}"; do
    printf '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="%s",LANGUAGE="%s",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="text/%s.m3u8"\n' \
      "${TEXT_NAMES[$k]}" "${TEXT_LANGS[$k]}" "${TEXTS[$k]}"
  done
}

# Of a Variant in a multivariant playlist.
text_attribute() { [ "${#TEXTS[@]}" -eq 0 ] || printf ',SUBTITLES="text"'; }

# A list of one segment rather than a BaseURL: ffmpeg's DASH reader cuts a BaseURL at the '&' of a
# signed query.
add_dash_text() {
  local k id=100 mpd="$TITLE/cmaf/manifest.mpd" whole
  whole=$(awk -v d="$DURATION" 'BEGIN { n = int(d); print n < d ? n + 1 : n }')
  for k in "${!TEXTS[@]}"; do
    sed -i "s#^\([[:space:]]*\)</Period>#\t\t<AdaptationSet id=\"$id\" contentType=\"text\" mimeType=\"text/vtt\" lang=\"${TEXT_LANGS[$k]}\">\n\t\t\t<Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"subtitle\"/>\n\t\t\t<Representation id=\"text-${TEXTS[$k]}\" bandwidth=\"256\">\n\t\t\t\t<SegmentList timescale=\"1\" duration=\"$whole\">\n\t\t\t\t\t<SegmentURL media=\"text/${TEXTS[$k]}.vtt\"/>\n\t\t\t\t</SegmentList>\n\t\t\t</Representation>\n\t\t</AdaptationSet>\n&#" "$mpd"
    id=$((id + 1))
  done
}
