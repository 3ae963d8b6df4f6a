// SPDX-License-Identifier: Apache-2.0
#include "trust/trust_record.h"

#include "trust/record_bytes.h"

namespace playhead::offline {
namespace {

constexpr std::string_view kMagic = "PHtime";
constexpr uint8_t kVersion = 1;
constexpr uint64_t kMostBoots = 1'000'000;

void write_clock(RecordWriter& out, const ClockState& clock) {
  out.text(clock.boot_id);
  out.time(clock.uptime);
  out.time(clock.system);
  out.number(clock.boot);
  out.time(clock.running);
  out.maybe(clock.contact_at);
  out.time(clock.certain);
  out.time(clock.firm);
  out.flag(clock.jump.has_value());
  if (clock.jump) {
    out.time(clock.jump->claimed);
    out.time(clock.jump->seen);
  }
  out.number(static_cast<uint64_t>(clock.boots));
  out.number(static_cast<uint64_t>(clock.set_backs));
  out.flag(clock.is_anchored);
  out.flag(clock.is_set_back);
  out.flag(clock.is_restored);
}

ClockState read_clock(RecordReader& in) {
  ClockState clock;
  clock.boot_id = in.text();
  clock.uptime = in.duration();
  clock.system = in.wall_time();
  clock.boot = in.number();
  clock.running = in.duration();
  clock.contact_at = in.maybe_wall_time();
  clock.certain = in.wall_time();
  clock.firm = in.wall_time();
  if (in.flag()) {
    clock.jump.emplace();
    clock.jump->claimed = in.wall_time();
    clock.jump->seen = in.duration();
  }
  clock.boots = static_cast<int>(in.number_to(kMostBoots));
  clock.set_backs = static_cast<int>(in.number_to(kMostBoots));
  clock.is_anchored = in.flag();
  clock.is_set_back = in.flag();
  clock.is_restored = in.flag();
  return clock;
}

}  // namespace

std::vector<uint8_t> write_trust_record(const TrustRecord& record) {
  RecordWriter out(kMagic, kVersion);
  out.number(record.counter);
  write_clock(out, record.clock);
  out.number(record.generations.size());
  for (const auto& [id, generation] : record.generations) {
    out.text(id);
    out.number(generation);
  }
  return std::move(out).take();
}

Result<TrustRecord> parse_trust_record(ByteView bytes) {
  RecordReader in(bytes);
  const uint8_t version = in.version(kMagic);
  if (in.is_good() && version > kVersion) {
    return make_error(ErrorCode::kStoreNewer, "the record of time is of a newer version", version);
  }
  TrustRecord record;
  record.counter = in.number();
  record.clock = read_clock(in);
  const uint64_t count = in.number_to(kTrustTitles);
  for (uint64_t i = 0; i < count && in.is_good(); ++i) {
    std::string id = in.text();
    const uint64_t generation = in.number();
    if (!record.generations.empty() && id <= record.generations.rbegin()->first) in.fail();
    record.generations.emplace_hint(record.generations.end(), std::move(id), generation);
  }
  if (!in.is_at_end() || version == 0) {
    return make_error(ErrorCode::kStoreCorrupt, "the record of time cannot be read");
  }
  return record;
}

}  // namespace playhead::offline
