// SPDX-License-Identifier: Apache-2.0
#include "session/position_memory.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/mailbox.h"

namespace playhead {

namespace {

constexpr const char* kCollection = "positions";
// Records read at a time, as many as a Store gives.
constexpr int kPage = 1'000;

// Behind every title; its record is then the first one after the title itself.
constexpr char kKeyEnd = '\x01';

std::string title_key(const std::string& profile_id, const std::string& title_id) {
  return "p" + profile_id + '\0' + title_id;
}

struct Noted {
  MediaTime position;
  uint64_t at_ms = 0;
};

std::string text_of(const ProgressReport& report) {
  const int64_t position_us = report.at_end ? 0 : std::max<int64_t>(report.position.count(), 0);
  const int64_t at_ms = std::max<int64_t>(report.recorded_at.us / 1'000, 0);
  return std::to_string(position_us) + " " + std::to_string(at_ms);
}

// Nothing: not what this library wrote.
std::optional<Noted> read(const std::string& text) {
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return std::nullopt;
  const auto position_us = parse_uint64(std::string_view(text).substr(0, space));
  const auto at_ms = parse_uint64(std::string_view(text).substr(space + 1));
  constexpr uint64_t kMostUs = uint64_t{1} << 60;
  if (!position_us || !at_ms || *position_us > kMostUs) return std::nullopt;
  return Noted{MediaTime{static_cast<int64_t>(*position_us)}, *at_ms};
}

}  // namespace

struct PositionMemory::State {
  std::atomic<bool> has_tidied = false;
};

PositionMemory::PositionMemory(Store& store, Executor& executor)
    : store_(store), executor_(executor), state_(std::make_shared<State>()) {}

void PositionMemory::note(const ProgressReport& report) {
  if (report.title_id.empty() || report.title_id.size() > kMaxIdBytes ||
      report.profile_id.size() > kMaxIdBytes) {
    return;
  }
  const std::string key = title_key(report.profile_id, report.title_id) + kKeyEnd;
  // Lost, the title is resumed where it was before.
  store_.write({{StoreWrite::Kind::kPut, kCollection, key, text_of(report), 0}}, executor_,
               [](const Result<uint64_t>&) {});
  if (!state_->has_tidied.exchange(true)) forget_oldest();
}

void PositionMemory::forget_oldest() {
  store_.list(kCollection, "", kPage, executor_,
              [&store = store_, &executor = executor_](Result<std::vector<StoreRecord>> records) {
                if (!records || records->size() <= std::size_t{kMostTitles}) return;
                const auto noted_at = [](const StoreRecord& record) {
                  const auto noted = read(record.value);
                  return noted ? noted->at_ms : 0;
                };
                std::sort(records->begin(), records->end(),
                          [&](const auto& a, const auto& b) { return noted_at(a) > noted_at(b); });
                std::vector<StoreWrite> writes;
                for (std::size_t i = kMostTitles; i < records->size(); ++i) {
                  const StoreRecord& old = (*records)[i];
                  writes.push_back(
                      {StoreWrite::Kind::kEraseIfVersion, kCollection, old.key, "", old.version});
                }
                store.write(std::move(writes), executor, [](const Result<uint64_t>&) {});
              });
}

CancelHandle PositionMemory::recall(const std::string& profile_id, const std::string& title_id,
                                    Executor& reply_to,
                                    UniqueFunction<void(std::optional<MediaTime>)> done) {
  CancelHandle handle;
  auto answer = Mailbox<std::optional<MediaTime>>::make(reply_to, std::move(done), handle);
  const std::string before = title_key(profile_id, title_id);
  store_.list(kCollection, before, 1, executor_,
              [answer, key = before + kKeyEnd](Result<std::vector<StoreRecord>> records) {
                const bool is_there = records && !records->empty() && records->front().key == key;
                const auto noted = is_there ? read(records->front().value) : std::nullopt;
                answer->send(noted ? std::optional(noted->position) : std::nullopt);
              });
  return handle;
}

}  // namespace playhead
