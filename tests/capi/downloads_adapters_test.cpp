// SPDX-License-Identifier: Apache-2.0
#include "downloads_adapters.h"

#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>

using namespace playhead;
using namespace playhead::capi;

namespace {

struct KeyStore {
  playhead_status status = PLAYHEAD_OK;
  uint8_t fill = 7;
  uint64_t counter = 41;
};

KeyStore& store(void* user) { return *static_cast<KeyStore*>(user); }

playhead_device_keys key_table(KeyStore& target) {
  playhead_device_keys table = PLAYHEAD_DEVICE_KEYS_INIT;
  table.user = &target;
  table.get_key = [](void* user, uint8_t* key) {
    std::memset(key, store(user).fill, PLAYHEAD_DEVICE_KEY_BYTES);
    return store(user).status;
  };
  table.read_counter = [](void* user, uint64_t* counter) {
    *counter = store(user).counter;
    return store(user).status;
  };
  table.write_counter = [](void* user, uint64_t counter) {
    store(user).counter = counter;
    return store(user).status;
  };
  return table;
}

CDeviceKeys make_keys(const playhead_device_keys& table) {
  return CDeviceKeys(CallbackTable<playhead_device_keys>::adopt(&table));
}

}  // namespace

TEST_CASE("device keys: what the app's store answers has its own error") {
  struct Case {
    const char* name;
    playhead_status status;
    uint8_t fill;
    ErrorCode code;  // kInternal: none
  };
  const Case cases[] = {
      {"a key", PLAYHEAD_OK, 7, ErrorCode::kInternal},
      {"nothing was written", PLAYHEAD_OK, 0, ErrorCode::kStoreIo},
      {"lost", -PLAYHEAD_ERROR_OFFLINE_OTHER_DEVICE, 7, ErrorCode::kOfflineOtherDevice},
      {"locked at present", -1, 7, ErrorCode::kStoreIo},
      {"an answer that is no status", 12, 7, ErrorCode::kStoreIo}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    KeyStore target;
    target.status = c.status;
    target.fill = c.fill;
    const playhead_device_keys table = key_table(target);
    CDeviceKeys keys = make_keys(table);
    const auto key = keys.get();
    CHECK(key.has_value() == (c.code == ErrorCode::kInternal));
    if (key) {
      CHECK(key->front() == c.fill);
      CHECK(key->back() == c.fill);
    } else {
      CHECK(key.error().code == c.code);
      CHECK(key.error().context.find("key store") != std::string::npos);
    }
  }
}

TEST_CASE("device keys: a counter is one only when it can be read") {
  KeyStore target;
  playhead_device_keys table = key_table(target);
  CDeviceKeys keys = make_keys(table);
  CHECK(*keys.read_counter() == 41);
  CHECK(keys.write_counter(42));
  CHECK(target.counter == 42);
  target.status = -1;
  CHECK(keys.read_counter().error().code == ErrorCode::kStoreIo);
  CHECK(keys.write_counter(43).error().code == ErrorCode::kStoreIo);

  table.read_counter = nullptr;
  CHECK_FALSE(CDeviceKeys::is_complete(table));
  table.write_counter = nullptr;
  CHECK(CDeviceKeys::is_complete(table));
  CDeviceKeys without = make_keys(table);
  REQUIRE(without.read_counter());
  CHECK_FALSE(without.read_counter()->has_value());
  CHECK(without.write_counter(1));
  table.get_key = nullptr;
  CHECK_FALSE(CDeviceKeys::is_complete(table));
}

TEST_CASE("video chooser: the app sees the whole question, and only an offer is an answer") {
  struct App {
    int32_t answer = 0;
    std::string seen;
  } app;
  playhead_video_chooser table = PLAYHEAD_VIDEO_CHOOSER_INIT;
  table.user = &app;
  table.choose = [](void* user, const playhead_video_question* question) {
    std::string& seen = static_cast<App*>(user)->seen;
    seen.clear();
    for (int32_t i = 0; i < question->offer_count; ++i) {
      const playhead_video_offer& offer = *question->offers[i];
      seen += std::string(offer.codecs) + ' ' + std::to_string(offer.width) + 'x' +
              std::to_string(offer.height) + ' ' + std::to_string(offer.bitrate_bps) +
              (offer.can_decode == 1 ? " yes, " : " no, ");
    }
    seen += std::to_string(question->free_bytes) + ' ' + std::to_string(question->max_height) +
            ' ' + std::to_string(question->max_bitrate_bps) + ' ' + question->video_codecs;
    return static_cast<App*>(user)->answer;
  };
  CHECK_FALSE(make_chooser(nullptr));
  const VideoChooser choose = make_chooser(CallbackTable<playhead_video_chooser>::adopt(&table));
  VideoQuestion question;
  question.offers = {{"avc1.4d401f", 1280, 720, 3'000'000, true},
                     {"av01.0.04M.08", 640, 360, 0, false}};
  question.wish = {1080, 5'000'000, {"h264", "av1"}};
  question.free_bytes = 99;

  struct Case {
    const char* name;
    int32_t answer;
    std::optional<std::size_t> chosen;
  };
  const Case cases[] = {{"the first", 0, 0},
                        {"the last", 1, 1},
                        {"one too many", 2, {}},
                        {"none", -1, {}},
                        {"nonsense", INT32_MIN, {}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    app.answer = c.answer;
    CHECK(choose(question) == c.chosen);
    CHECK(app.seen ==
          "avc1.4d401f 1280x720 3000000 yes, av01.0.04M.08 640x360 0 no, 99 1080 5000000 h264 av1");
  }
}

TEST_CASE("video chooser: a question that goes back is the one that came") {
  static std::optional<VideoQuestion> back;
  playhead_video_chooser table = PLAYHEAD_VIDEO_CHOOSER_INIT;
  table.choose = [](void*, const playhead_video_question* question) {
    auto read = read_question(*question);
    if (read) back = *std::move(read);
    return int32_t{0};
  };
  VideoQuestion question;
  question.offers = {{"avc1.4d401f", 1280, 720, 3'000'000, true},
                     {"av01.0.04M.08", 640, 360, 0, false}};
  question.wish = {1080, 5'000'000, {"h264", "av1"}};
  question.free_bytes = 99;
  REQUIRE(make_chooser(CallbackTable<playhead_video_chooser>::adopt(&table))(question));
  REQUIRE(back);
  REQUIRE(back->offers.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(back->offers[i].codecs == question.offers[i].codecs);
    CHECK(back->offers[i].width == question.offers[i].width);
    CHECK(back->offers[i].height == question.offers[i].height);
    CHECK(back->offers[i].bitrate == question.offers[i].bitrate);
    CHECK(back->offers[i].can_decode == question.offers[i].can_decode);
  }
  CHECK(back->wish.max_height == 1080);
  CHECK(back->wish.max_bitrate == 5'000'000);
  CHECK(back->wish.codecs == question.wish.codecs);
  CHECK(back->free_bytes == 99);
  playhead_video_question asked = PLAYHEAD_VIDEO_QUESTION_INIT;
  asked.offer_count = 1;
  CHECK(read_question(asked).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("download listener: removed may be missing") {
  std::string heard;
  playhead_download_listener table = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
  table.user = &heard;
  table.changed = [](void* user, const playhead_download* download) {
    *static_cast<std::string*>(user) += std::string("+") + download->id;
  };
  CDownloadListener deaf(CallbackTable<playhead_download_listener>::adopt(&table));
  deaf.on_download_removed("d1");
  CHECK(heard.empty());
  table.removed = [](void* user, const char* id) {
    *static_cast<std::string*>(user) += std::string("-") + id;
  };
  CDownloadListener listener(CallbackTable<playhead_download_listener>::adopt(&table));
  DownloadStatus status;
  status.id = "d1";
  listener.on_download_changed(status);
  listener.on_download_removed("d1");
  CHECK(heard == "+d1-d1");
}
