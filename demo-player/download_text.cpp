// SPDX-License-Identifier: Apache-2.0
#include "download_text.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <nlohmann/json.hpp>

#include "playhead/playhead.h"
#include "text_format.h"
#include "text_table.h"

namespace demo {
namespace {

const char* const kReset = "\x1b[0m";
const char* const kDim = "\x1b[2m";

template <std::size_t Count>
const char* name_of(const std::array<const char*, Count>& names, int32_t value) {
  const auto index = static_cast<std::size_t>(value);
  return value >= 0 && index < Count ? names[index] : "unknown";
}

const char* state_colour(int32_t state) {
  switch (state) {
    case PLAYHEAD_DOWNLOAD_DOWNLOADING:
    case PLAYHEAD_DOWNLOAD_COMPLETED:
      return "\x1b[32m";
    case PLAYHEAD_DOWNLOAD_FAILED:
      return "\x1b[31m";
    case PLAYHEAD_DOWNLOAD_PAUSED:
      return "\x1b[36m";
    default:
      return "\x1b[33m";
  }
}

std::tm utc_of(int64_t us_since_1970) {
  const auto seconds = static_cast<std::time_t>(us_since_1970 / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

const char* rights_name(int32_t rights) {
  constexpr std::array<const char*, 9> kNames{"none",           "valid",           "expiring",
                                              "renewing",       "expired",         "denied",
                                              "contact_needed", "clock_untrusted", "tampered"};
  return name_of(kNames, rights);
}

std::string reason_text(const DownloadView& view) {
  if (view.message.empty()) return "";
  const std::string help = next_action_text(view.next_action);
  return help.empty() ? view.message : view.message + " (" + help + ")";
}

}  // namespace

const char* download_state_name(int32_t state) {
  constexpr std::array<const char*, 9> kNames{"queued",    "preparing", "downloading",
                                              "waiting",   "paused",    "verifying",
                                              "completed", "failed",    "removing"};
  return name_of(kNames, state);
}

const char* download_wait_name(int32_t waits_for) {
  constexpr std::array<const char*, 6> kNames{"nothing",  "network", "unmetered",
                                              "charging", "storage", "auth"};
  return name_of(kNames, waits_for);
}

std::string download_state_text(const DownloadView& view) {
  constexpr std::array<const char*, 6> kReasons{
      "waiting",           "waiting for the network", "waiting for a network without charge",
      "waiting for power", "waiting for free space",  "waiting for a sign-in"};
  if (view.state == PLAYHEAD_DOWNLOAD_WAITING) return name_of(kReasons, view.waits_for);
  return download_state_name(view.state);
}

std::string rights_text(int32_t rights) {
  constexpr std::array<const char*, 9> kTexts{"\u2013",
                                              "valid",
                                              "expires soon",
                                              "being renewed",
                                              "expired",
                                              "not renewed",
                                              "the service must be asked again",
                                              "the clock was set back",
                                              "damaged"};
  return name_of(kTexts, rights);
}

std::string next_action_text(int32_t next_action) {
  constexpr std::array<const char*, 6> kTexts{"",
                                              "try again",
                                              "free some space",
                                              "sign in again",
                                              "renew it while online",
                                              "remove it and download it again"};
  return name_of(kTexts, next_action);
}

std::string format_date(int64_t us_since_1970) {
  const std::tm parts = utc_of(us_since_1970);
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
  return {text.data(), size};
}

std::string format_iso_date(int64_t us_since_1970) {
  const std::tm parts = utc_of(us_since_1970);
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

std::string format_amount(int64_t done, int64_t total, bool is_total_exact) {
  if (total <= 0) return format_bytes(done);
  const double megabytes = static_cast<double>(done) / 1e6;
  const double share = 100.0 * static_cast<double>(done) / static_cast<double>(total);
  return format_decimal(megabytes, 1) + " of " + (is_total_exact ? "" : "~") + format_bytes(total) +
         " (" + format_decimal(std::min(share, is_total_exact ? 100.0 : 99.0), 0) + " %)";
}

std::string format_progress(const std::vector<DownloadView>& views, bool has_colours) {
  if (views.empty()) return "";
  int64_t done = 0, total = 0, rate = 0;
  std::optional<int64_t> left_us;
  bool is_exact = true;
  std::size_t complete = 0;
  const DownloadView* shown =
      nullptr;  // one that is under way, else the first that is not complete
  for (const DownloadView& view : views) {
    done += view.bytes_done;
    total += std::max(view.bytes_total, view.bytes_done);
    rate += view.bytes_per_second;
    is_exact = is_exact && view.is_total_exact;
    if (view.time_left_us) left_us = std::max(left_us.value_or(0), *view.time_left_us);
    if (view.state == PLAYHEAD_DOWNLOAD_COMPLETED) {
      ++complete;
      continue;
    }
    const bool is_under_way = view.state == PLAYHEAD_DOWNLOAD_DOWNLOADING;
    if (shown == nullptr || (is_under_way && shown->state != PLAYHEAD_DOWNLOAD_DOWNLOADING)) {
      shown = &view;
    }
  }
  if (shown == nullptr) shown = &views.front();
  std::string text = shown->name() + "  ";
  if (views.size() > 1) {
    text = std::to_string(complete) + " of " + std::to_string(views.size()) + " done  " + text;
  }
  const auto coloured = [&](const char* colour, const std::string& part) {
    return has_colours ? colour + part + kReset : part;
  };
  text += coloured(state_colour(shown->state), download_state_text(*shown));
  text += "  " + format_amount(done, total, is_exact);
  if (rate > 0) text += "  " + format_bytes(rate) + "/s";
  if (left_us) text += "  " + coloured(kDim, format_time(*left_us) + " left");
  if (shown->state == PLAYHEAD_DOWNLOAD_WAITING && !shown->message.empty()) {
    text += "  " + coloured(kDim, shown->message);
  }
  return text;
}

std::string format_table(const std::vector<DownloadView>& views) {
  std::vector<std::vector<std::string>> rows{
      {"ID", "TITLE", "STATE", "SIZE", "PICTURE", "RIGHTS", "EXPIRES"}};
  std::vector<std::string> notes{""};
  for (const DownloadView& view : views) {
    const bool is_whole = view.state == PLAYHEAD_DOWNLOAD_COMPLETED;
    rows.push_back(
        {view.id, view.name(), download_state_text(view),
         is_whole ? format_bytes(view.bytes_done)
                  : format_amount(view.bytes_done, view.bytes_total, view.is_total_exact),
         view.height > 0 ? std::to_string(view.height) + "p" : "\u2013", rights_text(view.rights),
         view.expires_at_us ? format_date(*view.expires_at_us) : "never"});
    notes.push_back(reason_text(view));
  }
  return format_rows(rows, notes);
}

std::string format_json(const DownloadView& view) {
  using Json = nlohmann::ordered_json;
  const auto seconds = [](int64_t us) { return static_cast<double>(us) / 1e6; };
  Json line;
  line["id"] = view.id;
  line["title_id"] = view.title_id;
  line["url"] = view.url;
  line["state"] = download_state_name(view.state);
  line["waits_for"] = download_wait_name(view.waits_for);
  line["rights"] = rights_name(view.rights);
  line["expires_at"] =
      view.expires_at_us ? Json(format_iso_date(*view.expires_at_us)) : Json(nullptr);
  line["bytes_done"] = view.bytes_done;
  line["bytes_total"] = view.bytes_total > 0 ? Json(view.bytes_total) : Json(nullptr);
  line["is_total_exact"] = view.is_total_exact;
  line["duration_s"] = view.duration_us > 0 ? Json(seconds(view.duration_us)) : Json(nullptr);
  line["playable_until_s"] = seconds(view.playable_until_us);
  line["width"] = view.width;
  line["height"] = view.height;
  line["video_codec"] = view.video_codec;
  line["error"] = view.error_name.empty() ? Json(nullptr) : Json(view.error_name);
  line["message"] = view.message;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace demo
