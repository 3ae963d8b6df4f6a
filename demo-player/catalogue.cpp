// SPDX-License-Identifier: Apache-2.0
#include "catalogue.h"

#include <future>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "library.h"
#include "text_format.h"
#include "text_table.h"

namespace demo {
namespace {

using Answered = std::promise<AnswerHandle>;

playhead_service_listener make_listener(Answered& answered) {
  playhead_service_listener listener = PLAYHEAD_SERVICE_LISTENER_INIT;
  listener.user = &answered;
  listener.answered = [](void* user, uint64_t, playhead_answer* answer) {
    static_cast<Answered*>(user)->set_value(AnswerHandle(answer));
  };
  return listener;
}

std::string sentence_of(playhead_status status) {
  return std::string(playhead_error_name(status)) + ": " + playhead_error_meaning(status);
}

TitleView view_of(const playhead_item& item) {
  TitleView view;
  view.id = item.title_id;
  view.name = item.name;
  view.genre = item.genre;
  view.year = item.year;
  view.duration_us = item.duration_us;
  if (item.has_position != 0) view.position_us = item.position_us;
  return view;
}

std::vector<TitleView> titles_of(const playhead_answer* answer, int32_t rows) {
  std::vector<TitleView> titles;
  for (int32_t number = 0; number < rows; ++number) {
    playhead_row row = PLAYHEAD_ROW_INIT;
    playhead_answer_row(answer, number, &row);
    for (int32_t index = 0; index < row.item_count; ++index) {
      playhead_item item = PLAYHEAD_ITEM_INIT;
      playhead_answer_item(answer, number, index, &item);
      titles.push_back(view_of(item));
    }
  }
  return titles;
}

}  // namespace

std::optional<std::vector<TitleView>> ask_for_titles(playhead_client* client,
                                                     const CatalogueQuestion& question,
                                                     std::string& sentence) {
  Answered answered;  // outlives the service, whose thread answers
  const playhead_service_listener listener = make_listener(answered);
  playhead_service* opened = nullptr;
  playhead_status status = playhead_service_open(client, &listener, &opened);
  const ServiceHandle service(opened);
  if (status == PLAYHEAD_OK) status = question(service.get());
  if (status != PLAYHEAD_OK) {
    sentence = sentence_of(status);
    return std::nullopt;
  }
  const AnswerHandle answer = answered.get_future().get();
  playhead_answer_info info = PLAYHEAD_ANSWER_INFO_INIT;
  playhead_answer_get(answer.get(), &info);
  if (info.error_code != 0) {
    sentence = std::string(info.error_name) + ": " + info.message;
    return std::nullopt;
  }
  return titles_of(answer.get(), info.row_count);
}

std::string format_titles(const std::vector<TitleView>& titles) {
  std::vector<std::vector<std::string>> rows{{"ID", "TITLE", "YEAR", "GENRE", "LENGTH", "SEEN"}};
  for (const TitleView& title : titles) {
    rows.push_back({title.id, title.name, title.year > 0 ? std::to_string(title.year) : "\u2013",
                    title.genre, format_time(title.duration_us),
                    title.position_us ? format_time(*title.position_us) : "\u2013"});
  }
  return format_rows(rows);
}

std::string format_json(const TitleView& title) {
  nlohmann::json json = {{"id", title.id},
                         {"name", title.name},
                         {"genre", title.genre},
                         {"year", title.year},
                         {"duration_ms", title.duration_us / 1000},
                         {"position_ms", nullptr}};
  if (title.position_us) json["position_ms"] = *title.position_us / 1000;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace demo
