// SPDX-License-Identifier: Apache-2.0
#include "protected_world.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "support/settled_backend.h"

namespace playhead::test {

namespace {

const std::string kFolder = std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/shaka-packager/";
constexpr const char* kHost = "http://media.test/";
constexpr const char* kLicenses = "https://keys.test/license";

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Hexadecimal digits to base64url without padding (RFC 4648 §5).
std::string base64url(const std::string& hex) {
  constexpr const char* kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char digit : hex) {
    bits = bits << 4 | static_cast<uint32_t>(std::stoi(std::string(1, digit), nullptr, 16));
    count += 4;
    if (count < 6) continue;
    count -= 6;
    out += kDigits[bits >> count & 63];
  }
  if (count > 0) out += kDigits[bits << (6 - count) & 63];
  return out;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

}  // namespace

bool has_protected_media() {
  if (std::filesystem::exists(kFolder)) return true;
  MESSAGE("skipped: ../shared/media is not beside the project");
  return false;
}

std::string read_media(const std::string& path) { return read(kFolder + path); }

ProtectedWorld::ProtectedWorld(SimLink link) : world(1, {}, std::move(link)) {
  keys = {{"31323334353637383930313233343536", "32333435363738393021323334353637"},
          {"32333435363738393031323334353631", "33343536373839302132333435363732"},
          {"33343536373839303132333435363132", "34353637383930213233343536373233"},
          {"34353637383930313233343536313233", "35363738393021323334353637323334"}};
  world.backend = std::make_shared<SettledBackend>(world.executor);
  world.drm.license_url = kLicenses;
  world.transport->serve([this](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url != kLicenses) return std::nullopt;
    return license(request);
  });
}

WebAnswer ProtectedWorld::license(const WebRequest& request) {
  ++requests;
  bodies.push_back(request.body);
  asked_at.push_back(world.executor.now());
  const int status_now = requests <= busy ? 503 : status;
  WebAnswer answer = status_answer(status_now);
  if (status_now == 200 && !garbage.empty()) answer = text_answer(garbage);
  if (status_now == 200 && garbage.empty()) {
    std::string json = "{\"keys\":[";
    for (const auto& [kid, key] : keys) {
      if (request.body.find(base64url(kid)) == std::string::npos) continue;
      if (json.back() == '}') json += ',';
      json += R"({"kty":"oct","kid":")" + base64url(kid) + R"(","k":")" + base64url(key) + "\"}";
    }
    json += "],\"type\":\"temporary\"";
    if (lasts) {
      const int64_t end_s = (world.executor.wall_now() + *lasts).us / 1'000'000;
      const Duration left = WallTime{end_s * 1'000'000} - world.executor.wall_now();
      last_end = world.executor.now() + left;
      json += ",\"expires_at\":" + std::to_string(end_s);
    }
    answer = text_answer(json + "}");
  }
  answer.latency = latency;
  return answer;
}

std::string ProtectedWorld::mpd_of(const std::string& folder, int repeats) {
  std::string mpd = read(kFolder + folder + "/output.mpd");
  replace(mpd, "type=\"dynamic\"", "type=\"static\" mediaPresentationDuration=\"PT2.736067S\"");
  for (const char* attribute :
       {"publishTime=\"some_time\"", "availabilityStartTime=\"some_time\"",
        "minimumUpdatePeriod=\"PT5S\"", "timeShiftBufferDepth=\"PT1800S\""}) {
    replace(mpd, attribute, "");
  }
  replace(mpd, " start=\"PT0S\"", "");
  if (repeats == 1) return mpd;
  const std::size_t begin = mpd.find("<Period");
  const std::size_t end = mpd.find("</Period>") + std::string("</Period>").size();
  std::string periods;
  for (int i = 0; i < repeats; ++i) {
    std::string period = mpd.substr(begin, end - begin);
    replace(period, "id=\"0\"", "id=\"p" + std::to_string(i) + "\" duration=\"PT2.736067S\"");
    periods += period;
  }
  mpd.replace(begin, end - begin, periods);
  replace(mpd, "mediaPresentationDuration=\"PT2.736067S\"", "");
  return mpd;
}

void ProtectedWorld::load(const std::string& folder, int repeats, std::optional<Duration> start) {
  load_mpd(folder, mpd_of(folder, repeats), start);
}

void ProtectedWorld::load_mpd(const std::string& folder, std::string mpd,
                              std::optional<Duration> start) {
  world.transport->serve([this, folder, mpd](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url.rfind(kHost, 0) != 0) return std::nullopt;
    const std::string name = request.url.substr(std::string(kHost).size());
    const auto found = also.find(name);
    std::string body = name == "title.mpd"   ? mpd
                       : found != also.end() ? found->second
                                             : read_media(folder + '/' + name);
    if (damage && name != "title.mpd") damage(body);
    return body.empty() ? status_answer(404) : text_answer(body);
  });
  world.load_url(std::string(kHost) + "title.mpd", start);
}

bool ProtectedWorld::play_out(Duration limit) { return world.run_until_event<Summary>(limit); }

}  // namespace playhead::test
