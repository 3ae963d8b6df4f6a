// SPDX-License-Identifier: Apache-2.0
#include "taken_answer.h"

#include <utility>

#include "guard.h"
#include "sized_struct.h"

namespace playhead::capi {
namespace {

static_assert(static_cast<int>(MaturityRating::kNotRated) == PLAYHEAD_MATURITY_NOT_RATED);
static_assert(static_cast<int>(MaturityRating::kG) == PLAYHEAD_MATURITY_G);
static_assert(static_cast<int>(MaturityRating::kPg) == PLAYHEAD_MATURITY_PG);
static_assert(static_cast<int>(MaturityRating::kPg13) == PLAYHEAD_MATURITY_PG_13);
static_assert(static_cast<int>(MaturityRating::kR) == PLAYHEAD_MATURITY_R);
static_assert(static_cast<int>(MaturityRating::kTvMa) == PLAYHEAD_MATURITY_TV_MA);
static_assert(static_cast<int>(RecommendationReason::kTaste) == PLAYHEAD_BECAUSE_OF_TASTE);
static_assert(static_cast<int>(RecommendationReason::kTitles) == PLAYHEAD_BECAUSE_OF_TITLES);
static_assert(static_cast<int>(RecommendationReason::kContext) == PLAYHEAD_BECAUSE_OF_CONTEXT);
static_assert(static_cast<int>(RecommendationReason::kNew) == PLAYHEAD_BECAUSE_NEW);

std::string joined(const std::vector<std::string>& texts, char separator) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += separator;
    all += text;
  }
  return all;
}

HomePage only_row(std::vector<CatalogueItem> items) {
  HomePage page;
  page.rows.push_back({"", "", std::move(items)});
  return page;
}

template <typename List>
[[nodiscard]] bool has(const List& list, int32_t index) {
  return index >= 0 && static_cast<std::size_t>(index) < list.size();
}

template <typename Struct>
playhead_status give(const Struct& ours, Struct* theirs) {
  return write_struct(ours, theirs) ? PLAYHEAD_OK : status_of(ErrorCode::kInvalidArgument);
}

playhead_answer_info info_of(const playhead_answer& answer) {
  playhead_answer_info info = PLAYHEAD_ANSWER_INFO_INIT;
  info.row_count = static_cast<int32_t>(answer.page.rows.size());
  info.profile_count = static_cast<int32_t>(answer.profiles.size());
  info.has_title = answer.title ? 1 : 0;
  info.next_cursor = answer.page.next_cursor.c_str();
  info.error_name = info.error_context = "";
  info.message = answer.message.c_str();
  if (!answer.error) return info;
  info.error_code = static_cast<int32_t>(answer.error->code);
  info.error_detail = answer.error->detail;
  info.error_name = error_name(answer.error->code).data();  // a literal, ended by a zero byte
  info.error_context = answer.error->context.c_str();
  return info;
}

playhead_item item_of(const playhead_answer& answer, const CatalogueItem& from, int32_t index) {
  playhead_item item = PLAYHEAD_ITEM_INIT;
  item.title_id = from.title_id.c_str();
  item.name = from.name.c_str();
  item.genre = from.genre.c_str();
  item.year = from.year;
  item.duration_us = from.duration.count();
  item.has_position = from.position ? 1 : 0;
  item.position_us = from.position.value_or(Duration{0}).count();
  item.maturity = static_cast<int32_t>(from.maturity);
  if (has(answer.reasons, index)) {
    const Recommendation& reason = answer.reasons[static_cast<std::size_t>(index)];
    item.score = reason.score;
    item.because = static_cast<int32_t>(reason.reason);
  }
  return item;
}

playhead_title title_of(const playhead_answer& answer) {
  const TitleDetails& from = *answer.title;
  playhead_title title = PLAYHEAD_TITLE_INIT;
  title.is_protected = from.is_protected ? 1 : 0;
  title.description = from.description.c_str();
  title.genres = answer.genres.c_str();
  title.cast = answer.cast.c_str();
  title.formats = answer.formats.c_str();
  title.thumbnails_url = from.thumbnails_url.c_str();
  title.rating_count = from.rating_count;
  title.own_rating = from.own_rating.value_or(0);
  title.rating_average = from.rating_average.value_or(0);
  title.chapter_count = static_cast<int32_t>(from.marks.chapters.size());
  title.has_intro = from.marks.intro ? 1 : 0;
  title.has_credits = from.marks.credits ? 1 : 0;
  const TimeSpan intro = from.marks.intro.value_or(TimeSpan());
  const TimeSpan credits = from.marks.credits.value_or(TimeSpan());
  title.intro_start_us = intro.start.us;
  title.intro_end_us = intro.end.us;
  title.credits_start_us = credits.start.us;
  title.credits_end_us = credits.end.us;
  return title;
}

}  // namespace
}  // namespace playhead::capi

using namespace playhead;
using playhead::capi::give;
using playhead::capi::guard;
using playhead::capi::guard_void;
using playhead::capi::has;
using playhead::capi::Pinned;
using playhead::capi::status_of;

playhead_answer::playhead_answer(Result<HomePage> answer) {
  if (take_error(answer)) return;
  page = *std::move(answer);
}

playhead_answer::playhead_answer(Result<Items> answer) {
  if (take_error(answer)) return;
  page = capi::only_row(*std::move(answer));
}

playhead_answer::playhead_answer(Result<TitleDetails> answer) {
  if (take_error(answer)) return;
  title = *std::move(answer);
  page = capi::only_row({title->item});
  genres = capi::joined(title->genres, '\n');
  cast = capi::joined(title->cast, '\n');
  formats = capi::joined(title->formats, ' ');
}

playhead_answer::playhead_answer(Result<std::vector<Recommendation>> answer) {
  if (take_error(answer)) return;
  reasons = *std::move(answer);
  Items items;
  for (const Recommendation& each : reasons) items.push_back(each.item);
  page = capi::only_row(std::move(items));
}

playhead_answer::playhead_answer(Result<std::vector<ViewerProfile>> answer) {
  if (take_error(answer)) return;
  profiles = *std::move(answer);
}

playhead_answer::playhead_answer(Result<ViewerProfile> answer) {
  if (take_error(answer)) return;
  profiles.push_back(*std::move(answer));
}

playhead_answer::playhead_answer(const Result<void>& done) { take_error(done); }

playhead_status playhead_answer_get(const playhead_answer* answer,
                                    playhead_answer_info* out_info) noexcept {
  return guard([&] {
    const Pinned pinned(answer);
    if (!pinned) return pinned.status();
    return give(capi::info_of(*pinned), out_info);
  });
}

playhead_status playhead_answer_row(const playhead_answer* answer, int32_t row,
                                    playhead_row* out_row) noexcept {
  return guard([&] {
    const Pinned pinned(answer);
    if (!pinned) return pinned.status();
    if (!has(pinned->page.rows, row)) return status_of(ErrorCode::kInvalidArgument);
    const HomeRow& from = pinned->page.rows[static_cast<std::size_t>(row)];
    playhead_row to = PLAYHEAD_ROW_INIT;
    to.id = from.id.c_str();
    to.name = from.name.c_str();
    to.item_count = static_cast<int32_t>(from.items.size());
    return give(to, out_row);
  });
}

playhead_status playhead_answer_item(const playhead_answer* answer, int32_t row, int32_t index,
                                     playhead_item* out_item) noexcept {
  return guard([&] {
    const Pinned pinned(answer);
    if (!pinned) return pinned.status();
    if (!has(pinned->page.rows, row)) return status_of(ErrorCode::kInvalidArgument);
    const auto& items = pinned->page.rows[static_cast<std::size_t>(row)].items;
    if (!has(items, index)) return status_of(ErrorCode::kInvalidArgument);
    return give(capi::item_of(*pinned, items[static_cast<std::size_t>(index)], index), out_item);
  });
}

playhead_status playhead_answer_title(const playhead_answer* answer,
                                      playhead_title* out_title) noexcept {
  return guard([&] {
    const Pinned pinned(answer);
    if (!pinned) return pinned.status();
    if (!pinned->title) return status_of(ErrorCode::kInvalidArgument);
    return give(capi::title_of(*pinned), out_title);
  });
}

playhead_status playhead_answer_chapter(const playhead_answer* answer, int32_t index,
                                        playhead_chapter* out_chapter) noexcept {
  return guard([&] {
    const Pinned pinned(answer);
    if (!pinned) return pinned.status();
    const bool is_there = pinned->title && has(pinned->title->marks.chapters, index);
    if (!is_there) return status_of(ErrorCode::kInvalidArgument);
    const Chapter& from = pinned->title->marks.chapters[static_cast<std::size_t>(index)];
    playhead_chapter to = PLAYHEAD_CHAPTER_INIT;
    to.name = from.name.c_str();
    to.start_us = from.span.start.us;
    to.end_us = from.span.end.us;
    return give(to, out_chapter);
  });
}

playhead_status playhead_answer_profile(const playhead_answer* answer, int32_t index,
                                        playhead_profile* out_profile) noexcept {
  return guard([&] {
    const Pinned pinned(answer);
    if (!pinned) return pinned.status();
    if (!has(pinned->profiles, index)) return status_of(ErrorCode::kInvalidArgument);
    const ViewerProfile& from = pinned->profiles[static_cast<std::size_t>(index)];
    playhead_profile to = PLAYHEAD_PROFILE_INIT;
    to.profile_id = from.profile_id.c_str();
    to.name = from.name.c_str();
    to.maturity = static_cast<int32_t>(from.maturity);
    to.is_protected = from.is_protected ? 1 : 0;
    to.is_default = from.is_default ? 1 : 0;
    return give(to, out_profile);
  });
}

void playhead_answer_release(playhead_answer* answer) noexcept {
  guard_void([&] { static_cast<void>(Pinned<playhead_answer>::take(answer)); });
}
