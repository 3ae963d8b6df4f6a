// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "trust/record_bytes.h"
#include "trust/rights.h"

namespace playhead::offline {
namespace {

constexpr std::string_view kMagic = "PHrights";
constexpr uint8_t kVersion = 1;
constexpr std::string_view kPurpose = "rights";

}  // namespace

std::vector<uint8_t> write_rights(const Rights& rights) {
  RecordWriter out(kMagic, kVersion);
  out.text(rights.download_id);
  out.text(rights.title_id);
  out.text(rights.profile_id);
  out.number(rights.generation);
  out.time(rights.issued);
  out.time(rights.not_before);
  out.maybe(rights.expires_at);
  out.maybe(rights.rental);
  out.maybe(rights.playback);
  out.maybe(rights.licence_ends);
  out.maybe(rights.renew_after);
  out.time(rights.grace);
  out.time(rights.max_without_contact);
  out.flag(rights.first_play.has_value());
  if (rights.first_play) {
    out.time(rights.first_play->at);
    out.time(rights.first_play->running);
    out.number(rights.first_play->boot);
    out.flag(rights.first_play->is_certain);
  }
  return std::move(out).take();
}

Result<Rights> parse_rights(ByteView bytes) {
  RecordReader in(bytes);
  const uint8_t version = in.version(kMagic);
  if (in.is_good() && version > kVersion) {
    return make_error(ErrorCode::kStoreNewer, "the record of rights is of a newer version",
                      version);
  }
  Rights rights;
  rights.download_id = in.text();
  rights.title_id = in.text();
  rights.profile_id = in.text();
  rights.generation = in.number();
  rights.issued = in.wall_time();
  rights.not_before = in.wall_time();
  rights.expires_at = in.maybe_wall_time();
  rights.rental = in.maybe_duration();
  rights.playback = in.maybe_duration();
  rights.licence_ends = in.maybe_wall_time();
  rights.renew_after = in.maybe_wall_time();
  rights.grace = in.duration();
  rights.max_without_contact = in.duration();
  if (in.flag()) {
    FirstPlay& first = rights.first_play.emplace();
    first.at = in.wall_time();
    first.running = in.duration();
    first.boot = in.number();
    first.is_certain = in.flag();
  }
  if (!in.is_at_end() || version == 0) {
    return make_error(ErrorCode::kStoreCorrupt, "the record of rights cannot be read");
  }
  return rights;
}

Result<std::vector<uint8_t>> seal_rights(Sealer& sealer, const Rights& rights) {
  return sealer.seal(kPurpose, rights.download_id, write_rights(rights));
}

Result<Rights> open_rights(Sealer& sealer, const std::string& download_id, ByteView sealed) {
  PLAYHEAD_TRY(const std::vector<uint8_t> record, sealer.open(kPurpose, download_id, sealed));
  Result<Rights> rights = parse_rights(record);
  if (!rights && rights.error().code == ErrorCode::kStoreNewer) return rights;
  if (!rights || rights->download_id != download_id) {
    return make_error(ErrorCode::kOfflineTampered, "the record of rights is another download's");
  }
  return rights;
}

}  // namespace playhead::offline
