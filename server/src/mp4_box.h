// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

// As much of ISO/IEC 14496-12 as encrypting CMAF segments needs. Pure; any thread.
namespace playhead::server {

struct Mp4Box {
  std::string type;              // four characters
  std::string body;              // what follows the header; empty when there are children
  std::vector<Mp4Box> children;  // of the boxes that hold nothing but boxes (moov ... traf)
  std::size_t offset = 0;        // where the box began in what was read

  // Null when there is none.
  [[nodiscard]] Mp4Box* find(std::string_view wanted);
  [[nodiscard]] std::size_t size() const;  // with the header
};

// 422 `bad_mp4` for boxes that do not add up, too many of them or nested too deeply.
[[nodiscard]] Result<std::vector<Mp4Box>> parse_boxes(std::string_view bytes);

[[nodiscard]] std::string write_boxes(const std::vector<Mp4Box>& boxes);

// Big endian, without looking beyond the end: 0 there.
[[nodiscard]] uint64_t read_number(std::string_view bytes, std::size_t at, std::size_t width);
void write_number(std::string& bytes, std::size_t at, std::size_t width, uint64_t value);
void append_number(std::string& bytes, std::size_t width, uint64_t value);

// Version and flags (§4.2) in front of `rest`.
[[nodiscard]] Mp4Box full_box(std::string type, int version, uint32_t flags, std::string rest);

[[nodiscard]] Error bad_mp4(const std::string& why);

}  // namespace playhead::server
