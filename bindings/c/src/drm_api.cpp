// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard.h"
#include "handles.h"
#include "playhead/secret_bytes.h"

namespace playhead::capi {
namespace {

// Bytes of a message; as many as a licence service may answer.
constexpr uint64_t kMostBytes = 1 << 20;

bool is_same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// RFC 9110 §5.1 (what stands for a name is narrower) and §5.5.
bool is_header_name(std::string_view name) {
  const auto fits = [](char c) { return c > ' ' && c < 127 && c != ':'; };
  return !name.empty() && name.size() <= 256 && std::all_of(name.begin(), name.end(), fits);
}
bool is_header_value(std::string_view value) {
  const auto fits = [](char c) { return c != '\r' && c != '\n'; };
  return value.size() <= 65'536 && std::all_of(value.begin(), value.end(), fits);
}

playhead_status set_header(playhead_license_message& handle, std::string_view name,
                           const char* value) {
  const bool is_fit =
      !handle.is_answer && is_header_name(name) && (value == nullptr || is_header_value(value));
  if (!is_fit) return status_of(ErrorCode::kInvalidArgument);
  auto& headers = handle.message.headers;
  std::erase_if(headers, [&](const HttpHeader& h) { return is_same_name(h.name, name); });
  if (value != nullptr) headers.push_back({std::string(name), value});
  return PLAYHEAD_OK;
}

}  // namespace
}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::capi::guard;
using playhead::capi::Pinned;
using playhead::capi::status_of;

const char* playhead_license_message_scheme(const playhead_license_message* message) noexcept {
  const Pinned pinned(message);
  return pinned ? pinned->message.scheme.c_str() : nullptr;
}

const char* playhead_license_message_url(const playhead_license_message* message) noexcept {
  const Pinned pinned(message);
  return pinned ? pinned->message.url.c_str() : nullptr;
}

const void* playhead_license_message_body(const playhead_license_message* message,
                                          uint64_t* out_bytes) noexcept {
  if (out_bytes != nullptr) *out_bytes = 0;
  const Pinned pinned(message);
  if (!pinned) return nullptr;
  const playhead::ByteView answer = pinned->answer.view();
  const std::string& body = pinned->message.body;
  if (out_bytes != nullptr) *out_bytes = pinned->is_answer ? answer.size() : body.size();
  if (pinned->is_answer) return answer.data();
  return body.data();
}

playhead_status playhead_license_message_set_url(playhead_license_message* message,
                                                 const char* url) noexcept {
  return guard([&] {
    const Pinned pinned(message);
    if (!pinned) return pinned.status();
    if (url == nullptr || pinned->is_answer) return status_of(ErrorCode::kInvalidArgument);
    pinned->message.url = url;
    return playhead_status{PLAYHEAD_OK};
  });
}

playhead_status playhead_license_message_set_header(playhead_license_message* message,
                                                    const char* name, const char* value) noexcept {
  return guard([&] {
    const Pinned pinned(message);
    if (!pinned) return pinned.status();
    if (name == nullptr) return status_of(ErrorCode::kInvalidArgument);
    return playhead::capi::set_header(*pinned, name, value);
  });
}

playhead_status playhead_license_message_set_body(playhead_license_message* message,
                                                  const void* body, uint64_t bytes) noexcept {
  return guard([&] {
    const Pinned pinned(message);
    if (!pinned) return pinned.status();
    const bool is_fit = (body != nullptr || bytes == 0) && bytes <= playhead::capi::kMostBytes;
    if (!is_fit) return status_of(ErrorCode::kInvalidArgument);
    const auto* first = static_cast<const uint8_t*>(body);
    if (pinned->is_answer) {
      pinned->answer = playhead::share_secret({first, first + bytes});
    } else {
      pinned->message.body.assign(first, first + bytes);
    }
    return playhead_status{PLAYHEAD_OK};
  });
}
