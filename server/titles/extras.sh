# SPDX-License-Identifier: Apache-2.0
# What a title has beside its renditions: pictures of places in it, and chapters. Sourced by make-titles, whose
# variables it reads: WORK, TITLE, SOURCE, DURATION.

readonly THUMBNAIL_S=5 THUMBNAIL_WIDTH=160 THUMBNAIL_COLUMNS=5 THUMBNAIL_ROWS=5

# Sheets of small pictures, and a WebVTT that says which of them shows which seconds (#xywh, W3C Media Fragments).
make_thumbnails() {
  local height
  mkdir -p "$TITLE/thumbnails"
  run_ffmpeg -i "$WORK/v0.mp4" -an -vf "select=isnan(prev_t)+gt(floor(t/$THUMBNAIL_S+0.0001)\\,floor(prev_t/$THUMBNAIL_S+0.0001)),scale=$THUMBNAIL_WIDTH:-2,tile=${THUMBNAIL_COLUMNS}x$THUMBNAIL_ROWS" \
    -fps_mode passthrough -q:v 5 "$TITLE/thumbnails/%03d.jpg"
  height=$(probe -select_streams v:0 -show_entries stream=height "$TITLE/thumbnails/001.jpg" | first_line)
  awk -v d="$DURATION" -v s="$THUMBNAIL_S" -v w="$THUMBNAIL_WIDTH" -v h="$((height / THUMBNAIL_ROWS))" \
    -v columns="$THUMBNAIL_COLUMNS" -v rows="$THUMBNAIL_ROWS" '
    function clock(t) { return sprintf("%02d:%02d:%06.3f", int(t / 3600), int(t % 3600 / 60), t - int(t / 60) * 60) }
    BEGIN {
      print "WEBVTT"
      for (i = 0; i * s < d; i++) {
        place = i % (columns * rows)
        end = (i + 1) * s < d ? (i + 1) * s : d
        printf "\n%s --> %s\n%03d.jpg#xywh=%d,%d,%d,%d\n", clock(i * s), clock(end), int(i / (columns * rows)) + 1,
          place % columns * w, int(place / columns) * h, w, h
      }
    }' >"$TITLE/thumbnails/index.vtt"
}

# The source's chapters as the value of "chapters" in title.json; empty when it has none.
chapters_json() {
  [ -n "$SOURCE" ] || return 0
  # Its escapes (\\ \n \r \b \f) are JSON's; the separator stands in no name.
  ffprobe -v error -of compact=nk=0:p=0:s=$'\x1f' -show_chapters "$SOURCE" | awk -F $'\x1f' -v d="$DURATION" '
    {
      start = end = 0; name = ""
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^start_time=/) start = substr($i, 12) + 0
        if ($i ~ /^end_time=/) end = substr($i, 10) + 0
        if ($i ~ /^tag:title=/) name = substr($i, 11)
      }
      if (start >= d) next
      if (end > d) end = d
      gsub(/"/, "\\\"", name)
      gsub(/[[:cntrl:]]/, " ", name)
      if (name == "") name = "Chapter " (n + 1)
      printf "%s{\"start_seconds\":%.3f,\"end_seconds\":%.3f,\"name\":\"%s\"}", n++ ? "," : "", start, end, name
    }'
}
