// SPDX-License-Identifier: Apache-2.0
#include "streaming/utc_timing_client.h"

#include <algorithm>
#include <utility>

#include "base/iso8601.h"
#include "base/url.h"
#include "net/http_headers.h"

namespace playhead {

namespace {

// Two clocks drift apart by up to 60 ms in that time (chosen: 200 ppm).
constexpr Duration kAskEvery = 5min;
// The start waits no longer than this (chosen): the Date of the MPD's answer tells to the second.
constexpr Duration kStartPatience = 1s;

// Answers that differ by more contradict each other (chosen: more than what is rounded, and a slow
// answer's time on its way). Less: busy lines look like clocks that are set.
constexpr Duration kFarOff = 3s;
// After an answer that contradicts the last it is asked again; so long after an answer it may be
// doubted (chosen). Less: a clock that is wrong for a moment is believed twice; more: who began by
// such a clock plays at the wrong place for longer.
constexpr Duration kTimingDoubtPause = 10s;

bool is_far_off(Duration a, Duration b) { return std::max(a - b, b - a) > kFarOff; }

constexpr std::size_t kMostQuestions = 8;
constexpr int64_t kAnswerBytes = 4096;

constexpr std::string_view kScheme = "urn:mpeg:dash:utc:";

std::optional<TimingQuestion::Kind> kind_of(std::string_view scheme) {
  if (scheme.substr(0, kScheme.size()) != kScheme) return std::nullopt;
  scheme.remove_prefix(kScheme.size());
  const std::size_t colon = scheme.find(':');
  const std::string_view name = scheme.substr(0, colon);
  const std::string_view year = colon == scheme.npos ? "" : scheme.substr(colon + 1);
  if (year != "2012" && year != "2014") return std::nullopt;
  if (name == "direct") return TimingQuestion::Kind::kDirect;
  if (name == "http-head") return TimingQuestion::Kind::kHead;
  // xs:dateTime is a profile of ISO 8601: read alike.
  if (name == "http-iso" || name == "http-xsdate") return TimingQuestion::Kind::kDate;
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Whitespace between them.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

}  // namespace

std::vector<TimingQuestion> timing_questions(const std::vector<UtcTiming>& timings,
                                             const std::string& base_url) {
  std::vector<TimingQuestion> questions;
  for (const UtcTiming& timing : timings) {
    const auto kind = kind_of(timing.scheme);
    if (!kind) continue;
    for (std::string& word : words_of(timing.value)) {
      if (questions.size() >= kMostQuestions) return questions;
      if (*kind == TimingQuestion::Kind::kDirect) {
        if (read_timing(word)) questions.push_back({*kind, std::move(word)});
        continue;
      }
      Result<std::string> url = resolve_url(base_url, word);
      const bool is_web = url && url->rfind("http", 0) == 0;
      if (is_web) questions.push_back({*kind, *std::move(url)});
    }
  }
  return questions;
}

std::optional<ReadTime> read_timing(std::string_view text) {
  text = trimmed(text);
  const auto time = parse_iso_date_time(text);
  if (!time) return std::nullopt;
  Duration resolution = 1s;
  const std::size_t point = text.find_first_of(".,");
  if (point != text.npos) {
    for (std::size_t i = point + 1; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      resolution = std::max(resolution / 10, Duration{1});
    }
  }
  return ReadTime{*time, resolution};
}

UtcTimingClient::UtcTimingClient(Context context, std::vector<TimingQuestion> questions,
                                 DateSample asked)
    : context_(std::move(context)),
      questions_(std::move(questions)),
      asked_(asked),
      is_direct_alone_(std::all_of(
          questions_.begin(), questions_.end(),
          [](const TimingQuestion& q) { return q.kind == TimingQuestion::Kind::kDirect; })),
      doubt_pause_(kTimingDoubtPause) {}

void UtcTimingClient::start() {
  if (questions_.empty()) {
    is_settled_ = true;
    return;
  }
  patience_ =
      context_.executor.post_at(context_.executor.now() + kStartPatience, [this] { settle(); });
  ask(0);
}

void UtcTimingClient::ask_at(MonotonicTime time) {
  again_ = context_.executor.post_at(time, [this] { ask(0); });
}

void UtcTimingClient::doubt() {
  if (!has_answer_ || request_ || contradiction_ || is_direct_alone_) return;
  ask_at(std::max(context_.executor.now(), answered_ + doubt_pause_));
}

void UtcTimingClient::ask(std::size_t number) {
  const TimingQuestion& question = questions_[number];
  if (question.kind == TimingQuestion::Kind::kDirect) {
    // It was true when the MPD was made; asked later it tells nothing new.
    const ReadTime read = *read_timing(question.place);
    return take({read.time, asked_.sent, asked_.received, read.resolution});
  }
  Request request;
  request.url = question.place;
  if (question.kind == TimingQuestion::Kind::kHead) request.method = "HEAD";
  request.kind = ResourceKind::kManifest;
  request.max_bytes = kAnswerBytes;
  request_ = context_.fetcher.fetch(
      std::move(request),
      [this, number](Result<FetchedResource> result) { on_answer(number, std::move(result)); });
}

void UtcTimingClient::on_answer(std::size_t number, Result<FetchedResource> result) {
  const CancelHandle done = std::move(request_);
  if (!result) return go_on(number, std::move(result).error());
  std::optional<ReadTime> read;
  if (questions_[number].kind == TimingQuestion::Kind::kHead) {
    if (const auto date = parse_http_date(result->head.header("Date"))) {
      read = ReadTime{*date, 1s};
    }
  } else {
    read = read_timing(as_text(result->body.view()));
  }
  if (!read || result->stats.from_cache) {
    return go_on(number, make_error(ErrorCode::kBadResponse, "no time in the answer of " +
                                                                 redact(questions_[number].place)));
  }
  take({read->time, result->stats.started, result->stats.first_byte, read->resolution});
}

bool UtcTimingClient::is_believed(const DateSample& sample) {
  const Duration offset{sample.date.us - sample.received.us};
  const bool is_news = !offset_ || is_far_off(offset, *offset_);
  if (offset_ && is_news && (!contradiction_ || is_far_off(offset, *contradiction_))) {
    contradiction_ = offset;
    return false;
  }
  doubt_pause_ = is_news ? kTimingDoubtPause : std::min(doubt_pause_ * 2, kAskEvery);
  contradiction_.reset();
  offset_ = offset;
  return true;
}

void UtcTimingClient::take(const DateSample& sample) {
  has_answer_ = true;
  has_warned_ = false;
  answered_ = context_.executor.now();
  const bool is_believed = this->is_believed(sample);
  if (!is_direct_alone_) ask_at(answered_ + (is_believed ? kAskEvery : kTimingDoubtPause));
  if (is_believed) context_.on_time(sample);
  settle();
}

void UtcTimingClient::go_on(std::size_t number, Error error) {
  if (number + 1 < questions_.size()) return ask(number + 1);
  has_answer_ = false;
  ask_at(context_.executor.now() + kAskEvery);
  if (!std::exchange(has_warned_, true)) {
    error.severity = Severity::kRecoverable;
    error.context = "the clock the title names cannot be read: " + error.context;
    context_.on_warning(error);
  }
  settle();
}

void UtcTimingClient::settle() {
  if (std::exchange(is_settled_, true)) return;
  context_.on_settled();
}

}  // namespace playhead
