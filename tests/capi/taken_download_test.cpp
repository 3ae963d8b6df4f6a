// SPDX-License-Identifier: Apache-2.0
#include "taken_download.h"

#include <string>

#include <doctest/doctest.h>

using namespace playhead;
using namespace playhead::capi;

namespace {

DownloadStatus busy_status() {
  DownloadStatus status;
  status.id = "d1";
  status.request.title_id = "m_1";
  status.request.url = "https://a.test/x.mpd";
  status.request.profile_id = "kids";
  status.request.video = {720, 3'000'000, {"av1", "h264"}};
  status.request.audio_languages = {"de", "en-GB"};
  status.request.text_languages = {"*"};
  status.request.thumbnails = false;
  status.request.from = 10s;
  status.request.to = 20s;
  status.request.priority = -3;
  status.request.app_data = "{}";
  status.state = DownloadState::kWaiting;
  status.waits_for = WaitReason::kStorage;
  status.bytes_done = 1;
  status.bytes_total = 2;
  status.is_total_exact = true;
  status.bytes_per_second = 3;
  status.time_left = 4s;
  status.duration = 5s;
  status.playable_until = 6s;
  status.width = 7;
  status.height = 8;
  status.video_codec = "av1";
  status.rights = RightsState::kExpiring;
  status.expires_at = WallTime{9};
  status.added_at = WallTime{10};
  status.failure =
      DownloadFailure{make_error(ErrorCode::kStoreFull, "no room", 28, Severity::kRecoverable),
                      true, NextAction::kFreeSpace};
  return status;
}

}  // namespace

TEST_CASE("taken_download: every member arrives") {
  const TakenDownload taken(busy_status());
  const playhead_download& c = taken.c_download();
  CHECK(c.struct_size == sizeof(playhead_download));
  CHECK(c.state == PLAYHEAD_DOWNLOAD_WAITING);
  CHECK(std::string(c.id) == "d1");
  CHECK(c.waits_for == PLAYHEAD_WAIT_STORAGE);
  CHECK(c.rights == PLAYHEAD_RIGHTS_EXPIRING);
  CHECK(c.bytes_done == 1);
  CHECK(c.bytes_total == 2);
  CHECK(c.bytes_per_second == 3);
  CHECK(c.time_left_us == 4'000'000);
  CHECK(c.duration_us == 5'000'000);
  CHECK(c.playable_until_us == 6'000'000);
  CHECK(c.is_total_exact == 1);
  CHECK(c.has_time_left == 1);
  CHECK(c.width == 7);
  CHECK(c.height == 8);
  CHECK(std::string(c.video_codec) == "av1");
  CHECK(c.expires_at_us == 9);
  CHECK(c.added_at_us == 10);
  CHECK(c.has_expires_at == 1);
  CHECK(c.error_code == PLAYHEAD_ERROR_STORE_FULL);
  CHECK(c.error_severity == PLAYHEAD_SEVERITY_RECOVERABLE);
  CHECK(c.error_detail == 28);
  CHECK(c.is_retryable == 1);
  CHECK(c.next_action == PLAYHEAD_NEXT_FREE_SPACE);
  CHECK(std::string(c.error_name) == "STORE_FULL");
  CHECK(std::string(c.error_context) == "no room");
  CHECK(std::string(c.message).find("no room") != std::string::npos);

  const playhead_download_request& request = *c.request;
  CHECK(request.struct_size == sizeof(playhead_download_request));
  CHECK(request.priority == -3);
  CHECK(std::string(request.title_id) == "m_1");
  CHECK(std::string(request.url) == "https://a.test/x.mpd");
  CHECK(std::string(request.profile_id) == "kids");
  CHECK(std::string(request.audio_languages) == "de en-GB");
  CHECK(std::string(request.text_languages) == "*");
  CHECK(std::string(request.video_codecs) == "av1 h264");
  CHECK(std::string(request.app_data) == "{}");
  CHECK(request.max_bitrate_bps == 3'000'000);
  CHECK(request.from_us == 10'000'000);
  CHECK(request.to_us == 20'000'000);
  CHECK(request.max_height == 720);
  CHECK(request.no_thumbnails == 1);
}

TEST_CASE("taken_download: what is not known is zero, and strings are empty") {
  const TakenDownload taken{DownloadStatus{}};
  const playhead_download& c = taken.c_download();
  CHECK(c.has_time_left == 0);
  CHECK(c.time_left_us == 0);
  CHECK(c.has_expires_at == 0);
  CHECK(c.expires_at_us == 0);
  CHECK(c.error_code == 0);
  for (const char* text :
       {c.id, c.video_codec, c.error_name, c.error_context, c.message, c.request->title_id,
        c.request->url, c.request->profile_id, c.request->audio_languages,
        c.request->text_languages, c.request->video_codecs, c.request->app_data}) {
    REQUIRE(text != nullptr);
    CHECK(std::string(text).empty());
  }
  CHECK(c.request->no_thumbnails == 0);
}

TEST_CASE("taken_download: a request goes to C++ and back unchanged") {
  const TakenDownload taken(busy_status());
  const auto request = read_request(*taken.c_download().request);
  REQUIRE(request);
  DownloadStatus again;
  again.request = *request;
  const TakenDownload second(again);
  const playhead_download_request& a = *taken.c_download().request;
  const playhead_download_request& b = *second.c_download().request;
  CHECK(std::string(a.title_id) == b.title_id);
  CHECK(std::string(a.url) == b.url);
  CHECK(std::string(a.profile_id) == b.profile_id);
  CHECK(std::string(a.audio_languages) == b.audio_languages);
  CHECK(std::string(a.text_languages) == b.text_languages);
  CHECK(std::string(a.video_codecs) == b.video_codecs);
  CHECK(std::string(a.app_data) == b.app_data);
  CHECK(a.priority == b.priority);
  CHECK(a.max_bitrate_bps == b.max_bitrate_bps);
  CHECK(a.from_us == b.from_us);
  CHECK(a.to_us == b.to_us);
  CHECK(a.max_height == b.max_height);
  CHECK(a.no_thumbnails == b.no_thumbnails);
}

TEST_CASE("taken_download: zero is the default of a request") {
  const auto request = read_request(playhead_download_request{});
  REQUIRE(request);
  CHECK(request->thumbnails);
  CHECK_FALSE(request->from);
  CHECK_FALSE(request->to);
  CHECK(request->video.codecs.empty());
  CHECK(request->audio_languages.empty());
}

TEST_CASE("taken_download: requests that cannot be are refused with a sentence") {
  std::string most, too_many;
  for (std::size_t i = 0; i < kMaxWords; ++i) most += " de ";
  too_many = most + "en";
  struct Case {
    const char* name;
    void (*change)(playhead_download_request&, const std::string&);
    bool is_fine;
  };
  const Case cases[] = {
      {"negative height", [](auto& r, auto&) { r.max_height = -1; }, false},
      {"negative bitrate", [](auto& r, auto&) { r.max_bitrate_bps = -1; }, false},
      {"negative begin", [](auto& r, auto&) { r.from_us = -1; }, false},
      {"negative end", [](auto& r, auto&) { r.to_us = INT64_MIN; }, false},
      {"too many sounds", [](auto& r, auto& all) { r.audio_languages = all.c_str(); }, false},
      {"too many texts", [](auto& r, auto& all) { r.text_languages = all.c_str(); }, false},
      {"too many codecs", [](auto& r, auto& all) { r.video_codecs = all.c_str(); }, false},
      {"spaces alone are no words", [](auto& r, auto&) { r.video_codecs = "  "; }, true}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
    c.change(request, too_many);
    const auto read = read_request(request);
    CHECK(read.has_value() == c.is_fine);
    if (!read) CHECK(read.error().code == ErrorCode::kInvalidArgument);
    if (!read) CHECK(read.error().context.size() > 10);
  }
  const auto words = read_words(most.c_str());
  REQUIRE(words);
  CHECK(words->size() == kMaxWords);
}
