// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

// Looks into every block of memory the program gives back by operator delete: a secret in it was
// not wiped. What C libraries free by themselves is not seen.
namespace playhead::e2e {

// A key in the forms it takes on its way: as it is, in hexadecimal digits, base64, base64url, and
// base64 of a text that has it in base64url.
struct KeyForms {
  explicit KeyForms(std::span<const uint8_t> key);
  // The form `text` holds; "": none.
  [[nodiscard]] const char* found_in(std::span<const char> text) const;

  struct Form {
    const char* name;
    std::string bytes;
  };
  std::vector<Form> forms;
};

[[nodiscard]] std::vector<uint8_t> bytes_of_hex(const std::string& hex);

// From now on; `keys` stay as they are until stop_watching().
void watch_freed_memory(const std::vector<KeyForms>& keys);
// The forms that were found, and in what sizes of blocks: "raw in 16 bytes", at most a hundred.
[[nodiscard]] std::vector<std::string> stop_watching();

}  // namespace playhead::e2e
