// SPDX-License-Identifier: Apache-2.0
#include "licences/licence_note.h"

#include <string_view>

#include "licences/licence_json.h"

namespace playhead::offline {
namespace {

constexpr std::string_view kNotePurpose = "licence";
constexpr std::string_view kRecordPurpose = "licence-keys";
constexpr std::size_t kSizeBytes = 4;

// A sealed record is that of one licence of one download.
std::string context_of(const std::string& download, const std::string& persistent_id) {
  return download + "/" + persistent_id;
}

struct Halves {
  ByteView note, record;
};

Result<Halves> halves_of(ByteView sealed) {
  if (sealed.size() < kSizeBytes) {
    return make_error(ErrorCode::kOfflineTampered, "this is no licence of a download");
  }
  std::size_t size = 0;
  for (std::size_t i = 0; i < kSizeBytes; ++i) size |= std::size_t{sealed[i]} << (8 * i);
  const ByteView rest = sealed.subspan(kSizeBytes);
  if (size > rest.size()) {
    return make_error(ErrorCode::kOfflineTampered, "a licence of a download was cut off");
  }
  return Halves{rest.first(size), rest.subspan(size)};
}

std::vector<uint8_t> joined(ByteView note, ByteView record) {
  std::vector<uint8_t> bytes;
  bytes.reserve(kSizeBytes + note.size() + record.size());
  for (std::size_t i = 0; i < kSizeBytes; ++i) {
    bytes.push_back(static_cast<uint8_t>(note.size() >> (8 * i)));
  }
  bytes.insert(bytes.end(), note.begin(), note.end());
  bytes.insert(bytes.end(), record.begin(), record.end());
  return bytes;
}

}  // namespace

Result<std::vector<uint8_t>> seal_licence(Sealer& sealer, const std::string& download,
                                          const LicenceNote& note, ByteView record) {
  const std::string text = write_licence_note(note);
  PLAYHEAD_TRY(const std::vector<uint8_t> head,
               sealer.seal(kNotePurpose, download, as_bytes(text)));
  if (record.empty()) return joined(head, {});
  PLAYHEAD_TRY(
      const std::vector<uint8_t> keys,
      sealer.seal(kRecordPurpose, context_of(download, note.license.persistent_id), record));
  return joined(head, keys);
}

Result<LicenceNote> open_licence_note(Sealer& sealer, const std::string& download,
                                      ByteView sealed) {
  PLAYHEAD_TRY(const Halves halves, halves_of(sealed));
  PLAYHEAD_TRY(const std::vector<uint8_t> text, sealer.open(kNotePurpose, download, halves.note));
  return read_licence_note(as_text(text));
}

Result<std::vector<uint8_t>> open_licence_record(Sealer& sealer, const std::string& download,
                                                 const std::string& persistent_id,
                                                 ByteView sealed) {
  PLAYHEAD_TRY(const Halves halves, halves_of(sealed));
  if (halves.record.empty()) {
    return make_error(ErrorCode::kDrmNoLicense, "nothing of the licence is kept here");
  }
  return sealer.open(kRecordPurpose, context_of(download, persistent_id), halves.record);
}

Result<std::vector<uint8_t>> without_record(ByteView sealed) {
  PLAYHEAD_TRY(const Halves halves, halves_of(sealed));
  return joined(halves.note, {});
}

}  // namespace playhead::offline
