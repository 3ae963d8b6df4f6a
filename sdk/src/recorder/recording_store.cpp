// SPDX-License-Identifier: Apache-2.0
#include "recorder/recording_store.h"

#include <algorithm>
#include <utility>

#include "recorder/fields.h"

namespace playhead::recorder {

namespace {

std::string redacted_value(Redactor& redactor, const std::string& value) {
  const bool is_json = !value.empty() && value.front() == '{';
  if (is_json) return redactor.json(value);
  // Measurements of networks.
  const bool is_numbers = value.find_first_not_of("0123456789 ") == std::string::npos;
  return is_numbers ? value : redactor.name(value);
}

// The name of a network has a letter in front (NetworkMemory).
std::string redacted_key(Redactor& redactor, const std::string& collection,
                         const std::string& key) {
  const bool is_network = collection == "networks" && !key.empty();
  return is_network ? key.front() + redactor.name(key.substr(1)) : redactor.name(key);
}

}  // namespace

std::string describe(const std::vector<StoreWrite>& writes) {
  Fields out;
  out.number(static_cast<int64_t>(writes.size()));
  for (const StoreWrite& write : writes) {
    out.number(static_cast<int64_t>(write.kind))
        .text(write.collection)
        .number(static_cast<int64_t>(write.key.size()))
        .number(static_cast<int64_t>(write.value.size()))
        .number(static_cast<int64_t>(write.version));
  }
  return out.take();
}

void RecordingStore::write(std::vector<StoreWrite> writes, Executor&,
                           UniqueFunction<void(Result<uint64_t>)> done) {
  const auto recorder = executor_->shared_recorder();
  const auto number = static_cast<int64_t>(recorder->next_number());
  recorder->effect("S" + std::to_string(number) + ',' + describe(writes));
  Executor& inner = executor_->inner();
  inner_->write(
      std::move(writes), inner,
      [recorder, &inner, number, done = std::move(done)](Result<uint64_t> version) mutable {
        Fields fields;
        fields.number(number);
        if (version) {
          fields.number(static_cast<int64_t>(*version));
        } else {
          fields.text("E").error(version.error());
        }
        const FlightRecorder::Step step(*recorder, inner, 'k', fields.str());
        done(std::move(version));
      });
}

void RecordingStore::list(std::string collection, std::string after_key, int limit, Executor&,
                          UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) {
  const auto recorder = executor_->shared_recorder();
  const auto number = static_cast<int64_t>(recorder->next_number());
  recorder->effect(Fields("L" + std::to_string(number))
                       .text(collection)
                       .number(static_cast<int64_t>(after_key.size()))
                       .number(limit)
                       .str());
  Executor& inner = executor_->inner();
  const std::string name = collection;
  inner_->list(std::move(collection), std::move(after_key), limit, inner,
               [recorder, &inner, number, name,
                done = std::move(done)](Result<std::vector<StoreRecord>> records) mutable {
                 Fields fields;
                 fields.number(number);
                 if (!records) {
                   fields.text("E").error(records.error());
                 } else {
                   Redactor& redactor = recorder->redactor();
                   for (const StoreRecord& record : *records) {
                     fields.text(redacted_key(redactor, name, record.key))
                         .text(redacted_value(redactor, record.value))
                         .number(static_cast<int64_t>(record.version));
                   }
                 }
                 const FlightRecorder::Step step(*recorder, inner, 'l', fields.str());
                 done(std::move(records));
               });
}

}  // namespace playhead::recorder
