// SPDX-License-Identifier: Apache-2.0
#include "script.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <locale>
#include <sstream>

namespace demo {
namespace {

struct Word {
  const char* name;
  Action action;
  bool has_value;
  const char* usage;
};
constexpr std::array<Word, 13> kWords{
    {{"play", Action::kPlay, false, "play"},
     {"pause", Action::kPause, false, "pause"},
     {"seek", Action::kSeek, true, "seek=SECONDS"},
     {"seekby", Action::kSeekBy, true, "seekby=SECONDS (may be negative)"},
     {"speed", Action::kSpeed, true, "speed=0.5..2"},
     {"volume", Action::kVolume, true, "volume=0..1"},
     {"quality", Action::kQuality, true, "quality=RUNG (0 is the lowest) or auto"},
     {"audio", Action::kAudio, true, "audio=TRACK (from 0)"},
     {"trick", Action::kTrick, true, "trick=RATE (-32..32; 0 ends it)"},
     {"scrub", Action::kScrub, true, "scrub=SECONDS"},
     {"hover", Action::kHover, true, "hover=SECONDS"},
     {"next", Action::kNext, false, "next"},
     {"quit", Action::kQuit, false, "quit"}}};

// Longest moment or position a script may name, seconds: eleven days.
constexpr double kMaxSeconds = 1e6;

bool parse_step(const std::string& text, Step& step) {
  const std::size_t colon = text.find(':');
  double at = 0;
  if (colon == std::string::npos || !parse_number(text.substr(0, colon), at) || at < 0 ||
      at > kMaxSeconds) {
    return false;
  }
  step.at_us = static_cast<int64_t>(at * 1e6);
  const std::size_t equals = text.find('=', colon);
  const std::string name =
      text.substr(colon + 1, equals == std::string::npos ? std::string::npos : equals - colon - 1);
  const auto word =
      std::find_if(kWords.begin(), kWords.end(), [&](const Word& w) { return name == w.name; });
  if (word == kWords.end() || word->has_value != (equals != std::string::npos)) return false;
  step.action = word->action;
  if (!word->has_value) return true;
  const std::string value = text.substr(equals + 1);
  if (step.action == Action::kQuality && value == "auto") {
    step.value = -1;
    return true;
  }
  const bool may_be_negative = step.action == Action::kSeekBy || step.action == Action::kTrick;
  return parse_number(value, step.value) && std::abs(step.value) <= kMaxSeconds &&
         (may_be_negative || step.value >= 0);
}

}  // namespace

std::string script_actions() {
  std::string text;
  for (const Word& word : kWords) text += (text.empty() ? "" : ", ") + std::string(word.usage);
  return text;
}

bool parse_number(const std::string& text, double& number) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  char rest = 0;
  return static_cast<bool>(in >> number) && std::isfinite(number) && !(in >> rest);
}

std::variant<std::vector<Step>, std::string> parse_script(const std::string& text) {
  std::vector<Step> steps;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    Step step;
    if (!parse_step(word, step)) {
      return "\"" + word + "\" is not SECONDS:ACTION or SECONDS:ACTION=VALUE";
    }
    steps.push_back(step);
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.at_us < b.at_us; });
  return steps;
}

}  // namespace demo
