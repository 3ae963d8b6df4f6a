// SPDX-License-Identifier: Apache-2.0
#include "sim/replay/script.h"

#include <utility>

namespace playhead::replay {

void Script::begin(const RecordedStep& step) {
  step_ = &step;
  next_effect_ = 0;
}

void Script::end() {
  if (divergence_ || step_ == nullptr || next_effect_ >= step_->effects.size()) return;
  differ("the library did less", step_->effects[next_effect_], "nothing");
}

void Script::differ(std::string what, std::string expected, std::string got) {
  if (divergence_) return;
  const int line = step_ ? step_->line : 0;
  divergence_ = Divergence{line, now() - recording_.begin, std::move(what), std::move(expected),
                           std::move(got)};
}

void Script::effect(std::string_view token) {
  if (divergence_ || step_ == nullptr) return;
  if (next_effect_ >= step_->effects.size()) {
    return differ("the library did more", "nothing", std::string(token));
  }
  const std::string& expected = step_->effects[next_effect_++];
  if (expected != token) differ("the library did something else", expected, std::string(token));
}

std::optional<std::string> Script::ask(std::string_view question) {
  if (divergence_ || step_ == nullptr) return std::nullopt;
  if (next_effect_ >= step_->effects.size()) {
    differ("the library did more", "nothing", std::string(question));
    return std::nullopt;
  }
  const std::string& expected = step_->effects[next_effect_++];
  const bool is_same = expected.size() > question.size() &&
                       expected.compare(0, question.size(), question) == 0 &&
                       expected[question.size()] == '=';
  if (is_same) {
    std::string answer = expected.substr(question.size() + 1);
    std::string& last = answers_[std::string(question)];
    if (answer.empty()) return last;
    return last = std::move(answer);
  }
  differ("the library did something else", expected, std::string(question));
  return std::nullopt;
}

}  // namespace playhead::replay
