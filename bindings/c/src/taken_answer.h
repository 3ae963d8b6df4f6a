// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "handle.h"
#include "playhead/catalogue.h"
#include "playhead/playhead.h"
#include "playhead/result.h"

// One answer of the service, with everything that pointers of the C structs point to. Filled once,
// by the constructor of its kind; read by any thread.
struct playhead_answer {
  static constexpr auto kKind = playhead::capi::HandleKind::kAnswer;
  using Items = std::vector<playhead::CatalogueItem>;

  explicit playhead_answer(playhead::Result<playhead::HomePage> page);
  explicit playhead_answer(playhead::Result<Items> items);
  explicit playhead_answer(playhead::Result<playhead::TitleDetails> title);
  explicit playhead_answer(playhead::Result<std::vector<playhead::Recommendation>> list);
  explicit playhead_answer(playhead::Result<std::vector<playhead::ViewerProfile>> profiles);
  explicit playhead_answer(playhead::Result<playhead::ViewerProfile> profile);
  explicit playhead_answer(const playhead::Result<void>& done);
  playhead_answer(const playhead_answer&) = delete;
  playhead_answer& operator=(const playhead_answer&) = delete;

  std::optional<playhead::Error> error;
  std::string message;  // of the error
  playhead::HomePage page;
  std::vector<playhead::Recommendation> reasons;  // of the items of the only row, where it has any
  std::optional<playhead::TitleDetails> title;
  std::string genres, cast, formats;  // of the title
  std::vector<playhead::ViewerProfile> profiles;

 private:
  // True: there is one, and nothing else.
  template <typename T>
  bool take_error(const playhead::Result<T>& answer) {
    if (answer) return false;
    error = answer.error();
    message = playhead::describe(*error);
    return true;
  }
};
