// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace playhead::dash {

// An absolute URL that many references are resolved against. What nearly all of them are, plain
// relative paths, is appended to its folder; everything else goes through resolve_url().
class BaseLocation {
 public:
  explicit BaseLocation(std::string url);

  [[nodiscard]] const std::string& url() const { return url_; }
  // The resolved reference; as written when it cannot be resolved.
  [[nodiscard]] std::string resolve(std::string_view reference) const;
  [[nodiscard]] std::size_t memory_bytes() const { return sizeof(*this) + url_.capacity(); }
  friend bool operator==(const BaseLocation&, const BaseLocation&) = default;

 private:
  std::string url_;
  std::size_t folder_ = 0;  // bytes up to the path's last '/'; 0: no short cut
};

// The host of an absolute URL, to name a place by; empty when it has none.
[[nodiscard]] std::string_view host_of(std::string_view url);

}  // namespace playhead::dash
