// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "recorder/redactor.h"

namespace playhead::recorder {

// What the library itself reads of a media segment: where its boxes lie, and its event messages.
class MediaOutline {
 public:
  void append(ByteView bytes);
  // "offset:hexadecimal digits" of each, with semicolons; empty: no message is in it.
  [[nodiscard]] std::string text(Redactor& redactor) const;

 private:
  struct Piece {
    int64_t offset = 0;
    std::string bytes;
    bool is_message = false;
  };
  void read_header();

  std::vector<Piece> pieces_;
  std::string held_;           // the header being read
  int64_t offset_ = 0;         // of the next byte
  uint64_t skip_ = 0;          // bytes of the box that are of no interest
  uint64_t message_left_ = 0;  // bytes of the message that are missing
  bool is_over_ = false, has_message_ = false;
};

}  // namespace playhead::recorder
