// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "licences/licence_note.h"

namespace playhead::offline {

[[nodiscard]] std::string write_licence_note(const LicenceNote& note);
// Errors: kStoreCorrupt.
[[nodiscard]] Result<LicenceNote> read_licence_note(std::string_view text);

// What Clear Key keeps of a licence that is to be given back: its key ids alone, as the W3C writes
// them (Encrypted Media Extensions §9.1.4).
[[nodiscard]] std::string write_clear_key_ids(const std::vector<KeyId>& kids);

// Takes the end out of what Clear Key keeps of a licence; other records stay as they are. What is
// left behind is wiped.
void drop_clear_key_end(std::vector<uint8_t>& record);

}  // namespace playhead::offline
