// SPDX-License-Identifier: Apache-2.0
#include "decode/codec_names.h"

#include <string>

#include <doctest/doctest.h>

#include "decode/ffmpeg_backend.h"

namespace playhead::test {

TEST_CASE("codec_names: RFC 6381 strings") {
  struct Case {
    const char* codec;
    const char* name;
  };
  const Case cases[] = {{"avc1.64001f", "h264"},
                        {"avc3.42E01E", "h264"},
                        {"hvc1.1.6.L93.B0", "hevc"},
                        {"hev1.2.4.L120", "hevc"},
                        {"vp09.00.10.08", "vp9"},
                        {"av01.0.04M.08", "av1"},
                        {"mp4a.40.2", "aac"},
                        {"mp4a.40.5", "aac"},
                        {"mp4a.40.29", "aac"},
                        {"mp4a.40.34", "mp3"},
                        {"mp4a.69", "mp3"},
                        {"mp4a.6B", "mp3"},
                        {"mp4a.67", "aac"},
                        {"mp4a.a5", "ac3"},
                        {"mp4a.A6", "eac3"},
                        {"mp4a", "aac"},
                        {"ac-3", "ac3"},
                        {"ec-3", "eac3"},
                        {"Opus", "opus"},
                        {"opus", "opus"},
                        {"fLaC", "flac"},
                        {"alac", "alac"},
                        {"avc1", "h264"},
                        {"mp4v.20.9", "mpeg4"},
                        {"avc", ""},
                        {"avc12", ""},
                        {"xyz1.2", ""},
                        {"", ""},
                        {"stpp.ttml.im1t", ""}};
  for (const Case& c : cases) {
    CAPTURE(c.codec);
    CHECK(codec_name_of(c.codec) == c.name);
  }
}

TEST_CASE("codec_names: the backend says what it can decode") {
  const FfmpegBackend backend;
  for (const char* codec :
       {"avc1.64001f", "hvc1.1.6.L93.B0", "mp4a.40.2", "ac-3", "vp09.00.10.08"}) {
    CAPTURE(codec);
    CHECK(backend.supports(codec));
  }
  CHECK(backend.supports(""));
  CHECK(backend.supports("never.heard.of.it"));
  CHECK_FALSE(backend.supports("ac-4.02.01.00"));  // no FFmpeg up to 8 has a decoder for it
}

}  // namespace playhead::test
