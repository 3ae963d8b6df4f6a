// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace playhead {

using ByteView = std::span<const uint8_t>;

// Immutable bytes shared without copying; any thread may read and drop them.
class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(std::vector<uint8_t> bytes)
      : owner_(std::make_shared<const std::vector<uint8_t>>(std::move(bytes))),
        view_(owner_->data(), owner_->size()) {}
  // `view` must stay valid as long as `owner` lives.
  SharedBytes(std::shared_ptr<const std::vector<uint8_t>> owner, ByteView view)
      : owner_(std::move(owner)), view_(view) {}

  [[nodiscard]] ByteView view() const { return view_; }
  [[nodiscard]] const uint8_t* data() const { return view_.data(); }
  [[nodiscard]] std::size_t size() const { return view_.size(); }
  [[nodiscard]] bool empty() const { return view_.empty(); }

 private:
  std::shared_ptr<const std::vector<uint8_t>> owner_;
  ByteView view_;
};

[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace playhead
