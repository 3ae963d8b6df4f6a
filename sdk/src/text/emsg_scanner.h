// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "playhead/bytes.h"
#include "text/emsg.h"

namespace playhead::text {

// Finds the emsg boxes on the top level of a segment while its bytes come. Everything else is
// passed over unread; what is no sequence of boxes ends the search. Pure.
class EventMessageScanner {
 public:
  struct Found {
    std::vector<uint8_t> box;  // the payload; `message` is a view into it
    EventMessage message;
  };

  // The segment's next bytes: the boxes that are complete with them. Unreadable ones, and more than
  // limits::kEventMessages of a segment, are left out.
  [[nodiscard]] std::vector<Found> append(ByteView bytes);

 private:
  // True: `held_` is a whole header, or all of an emsg box.
  bool fill(ByteView& bytes, std::size_t size);
  void read_header(ByteView& bytes);

  std::vector<uint8_t> held_;
  uint64_t skip_ = 0;             // left of a box that is of no interest
  std::size_t payload_left_ = 0;  // > 0: inside an emsg box
  std::size_t found_ = 0;
  bool is_over_ = false;
};

}  // namespace playhead::text
