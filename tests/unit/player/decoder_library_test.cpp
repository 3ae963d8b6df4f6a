// SPDX-License-Identifier: Apache-2.0
#include "player/decoder_library.h"

#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/temp_folder.h"
#include "support/virtual_executor.h"

namespace playhead {
namespace {

TEST_CASE("decoder library: one that is not there ends demuxers and decoders with the reason") {
  const test::TempFolder empty;
  test::VirtualExecutor executor(1);
  DecoderLibrary library(empty.path());
  CHECK(library.supports("avc1.64001f"));  // the decoder tells
  std::optional<Error> ended;
  DemuxerCallbacks callbacks;
  callbacks.on_end = [&](const Result<void>& end) { ended = end.error(); };
  const auto demuxer = library.open_demuxer(Container::kFmp4, executor, std::move(callbacks));
  demuxer->append(SharedBytes(std::vector<uint8_t>(8)));
  demuxer->finish();
  CHECK_FALSE(ended.has_value());  // never inside a call
  executor.run_for(Duration{1});
  REQUIRE(ended.has_value());
  CHECK(ended->code == ErrorCode::kCodecUnsupported);
  CHECK(ended->context.find(DecoderLibrary::file_name()) != std::string::npos);
  const auto video = library.open_video_decoder({}, nullptr, executor, {});
  REQUIRE_FALSE(video.has_value());
  CHECK(video.error().code == ErrorCode::kCodecUnsupported);
  CHECK_FALSE(library.open_audio_decoder({}, {}, nullptr, executor, {}).has_value());
  CHECK_FALSE(library.open_caption_decoder().has_value());
}

TEST_CASE("decoder library: one that goes before its answer tells nobody") {
  const test::TempFolder empty;
  test::VirtualExecutor executor(1);
  DecoderLibrary library(empty.path());
  bool has_ended = false;
  DemuxerCallbacks callbacks;
  callbacks.on_end = [&](const Result<void>&) { has_ended = true; };
  library.open_demuxer(Container::kFmp4, executor, std::move(callbacks)).reset();
  executor.run_for(Duration{1});
  CHECK_FALSE(has_ended);
}

TEST_CASE("decoder library: a file that is none is refused") {
  const test::TempFolder folder;
  std::ofstream(folder.path(DecoderLibrary::file_name())) << "no library";
  DecoderLibrary library(folder.path());
  const auto captions = library.open_caption_decoder();
  REQUIRE_FALSE(captions.has_value());
  CHECK(captions.error().context.starts_with("the library of decoders: "));
}

}  // namespace
}  // namespace playhead
