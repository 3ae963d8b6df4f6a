// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/time.h"

// What a service has to show, and for whom. Values; texts are UTF-8 as the service has them.
namespace playhead {

// In ascending order. A profile sees what is rated up to its own; what nobody rated, only without
// a limit or by a PIN: the service decides.
enum class MaturityRating : uint8_t { kNotRated, kG, kPg, kPg13, kR, kTvMa };
// "PG-13" and the like; empty for kNotRated.
[[nodiscard]] const char* to_string(MaturityRating rating);

enum class DeviceType : uint8_t { kOther, kPhone, kTablet, kTv, kDesktop, kBrowser, kConsole };
[[nodiscard]] const char* to_string(DeviceType type);

// A title in a list.
struct CatalogueItem {
  std::string title_id;
  std::string name, genre;
  int year = 0;  // 0: nobody says
  Duration duration{0};
  MaturityRating maturity = MaturityRating::kNotRated;
  std::optional<Duration> position;  // where the profile is in it; none: it has not begun
};

struct HomeRow {
  std::string id, name;
  std::vector<CatalogueItem> items;  // never empty
};
struct HomePage {
  std::vector<HomeRow> rows;
  std::string next_cursor;  // HomeQuery::cursor of the next page; empty: this is the last
};

struct TimeSpan {
  MediaTime start, end;

  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};
struct Chapter {
  TimeSpan span;
  std::string name;
};
// What an app marks on the timeline, and offers to skip.
struct TitleMarks {
  std::vector<Chapter> chapters;
  std::optional<TimeSpan> intro, credits;
};

struct TitleDetails {
  CatalogueItem item;
  std::string description;
  std::vector<std::string> genres, cast;
  std::vector<std::string> formats;  // "hls", "hls-ts", "dash"
  bool is_protected = false;
  TitleMarks marks;
  std::string thumbnails_url;  // WebVTT; signed: not for logs; empty: there are none, or not for us
  int rating_count = 0;
  std::optional<double> rating_average;  // 1..5
  std::optional<int> own_rating;         // 1..5
};

// Why something is recommended.
enum class RecommendationReason : uint8_t {
  kTaste,    // people with the same taste liked it
  kTitles,   // it is like what was liked
  kContext,  // it fits the time and the device
  kNew,
};
struct Recommendation {
  CatalogueItem item;
  double score = 0;  // 0..1
  RecommendationReason reason = RecommendationReason::kNew;
};

// One of the people who share an account.
struct ViewerProfile {
  std::string profile_id;
  std::string name;
  MaturityRating maturity = MaturityRating::kTvMa;
  bool is_protected = false;  // by a PIN
  bool is_default = false;
};

// A profile to make or to change.
struct ProfileChange {
  std::string profile_id;  // empty: a new one
  std::string name;        // 1..64 characters
  MaturityRating maturity = MaturityRating::kTvMa;
  // 4..8 digits. None: a new profile has none, an old one keeps its own. Empty: it is taken away.
  std::optional<std::string> pin;
};

struct HomeQuery {
  std::string cursor;  // HomePage::next_cursor; empty: from the beginning
  int limit = 10;      // rows by genre, 1..50
};
struct SearchQuery {
  std::string text;  // words of name, cast, genre, year, rating; at most 200 bytes
  int limit = 20;    // 1..50
};
struct RecommendationQuery {
  int limit = 20;  // 1..50
  DeviceType device = DeviceType::kOther;
  int utc_offset_minutes = 0;  // of the viewer's time, -720..840
};

}  // namespace playhead
