// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>

#include "trust/rights.h"
#include "trust/trust_record.h"

// Records of rights and of time: what is read is written as the same bytes, and can be judged.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const ByteView bytes(data, size);
  offline::ClockState clock;
  if (const auto record = offline::parse_trust_record(bytes)) {
    const auto again = offline::write_trust_record(*record);
    if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) std::abort();
    clock = record->clock;
    offline::TimeEvents events;
    offline::advance(clock, {WallTime{1'800'000'000'000'000}, 1h, "boot"}, events);
    if (offline::read_time(clock).now > offline::kLatestTime) std::abort();
  }
  if (const auto rights = offline::parse_rights(bytes)) {
    const auto again = offline::write_rights(*rights);
    if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) std::abort();
    for (const int64_t us : {int64_t{0}, int64_t{1'800'000'000'000'000}, offline::kLatestTime.us}) {
      offline::TimeReading time = offline::read_time(clock);
      time.now = time.certain = WallTime{us};
      time.contact_at = WallTime{us};
      time.trust = offline::ClockTrust::kAnchored;
      const offline::Verdict verdict = offline::judge(*rights, time, {});
      if (verdict.may_play() && verdict.ends_at && *verdict.ends_at <= time.now) std::abort();
      (void)offline::corrected(*rights, time);
      (void)offline::with_first_play(*rights, time);
    }
  }
  return 0;
}
