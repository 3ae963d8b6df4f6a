// SPDX-License-Identifier: Apache-2.0
#include "e2e/freed_memory.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include <malloc.h>

namespace playhead::e2e {
namespace {

std::string base64(std::span<const uint8_t> bytes, std::string_view last_two) {
  std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  digits += last_two;
  std::string text;
  uint32_t bits = 0;
  int held = 0;
  for (const uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) text += digits[bits >> (held - 6) & 63];
  }
  if (held > 0) text += digits[bits << (6 - held) & 63];
  return text;
}

struct Found {
  const char* form;
  std::size_t block;
};
constexpr std::size_t kMost = 100;

// Not to be grown while memory is being freed.
std::atomic<const std::vector<KeyForms>*> watched = nullptr;
std::array<Found, kMost> finds;
std::atomic<std::size_t> find_count = 0;

void look(void* memory) {
  const std::vector<KeyForms>* keys = watched.load(std::memory_order_acquire);
  if (memory == nullptr || keys == nullptr) return;
  const std::span block(static_cast<const char*>(memory), malloc_usable_size(memory));
  for (const KeyForms& key : *keys) {
    const char* form = key.found_in(block);
    if (*form == '\0') continue;
    const std::size_t at = find_count++;
    if (at < kMost) finds[at] = {form, block.size()};
  }
}

void release(void* memory) {
  look(memory);
  std::free(memory);
}

void* allocate(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  // What lay there before is not this block's.
  std::memset(memory, 0, malloc_usable_size(memory));
  return memory;
}

}  // namespace

KeyForms::KeyForms(std::span<const uint8_t> key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : key) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  const std::string url = base64(key, "-_");
  forms = {{"raw", {key.begin(), key.end()}},
           {"hex", hex},
           {"base64", base64(key, "+/")},
           {"base64url", url}};
  // Wherever it begins among three bytes; digits that hold something else, too, are left out.
  for (std::size_t lead = 0; lead < 3; ++lead) {
    std::vector<uint8_t> text(lead, 0);
    text.insert(text.end(), url.begin(), url.end());
    const std::string whole = base64(text, "+/");
    const std::size_t first = lead == 0 ? 0 : lead + 1;
    forms.push_back({"base64 of base64url", whole.substr(first, text.size() / 3 * 4 - first)});
  }
}

const char* KeyForms::found_in(std::span<const char> text) const {
  for (const Form& form : forms) {
    if (memmem(text.data(), text.size(), form.bytes.data(), form.bytes.size()) != nullptr) {
      return form.name;
    }
  }
  return "";
}

std::vector<uint8_t> bytes_of_hex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

void watch_freed_memory(const std::vector<KeyForms>& keys) {
  find_count = 0;
  watched.store(&keys, std::memory_order_release);
}

std::vector<std::string> stop_watching() {
  watched.store(nullptr, std::memory_order_release);
  std::vector<std::string> told;
  for (std::size_t i = 0; i < std::min(find_count.load(), kMost); ++i) {
    told.push_back(std::string(finds[i].form) + " in " + std::to_string(finds[i].block) + " bytes");
  }
  return told;
}

}  // namespace playhead::e2e

void* operator new(std::size_t size) { return playhead::e2e::allocate(size); }
void* operator new[](std::size_t size) { return playhead::e2e::allocate(size); }
void operator delete(void* memory) noexcept { playhead::e2e::release(memory); }
void operator delete[](void* memory) noexcept { playhead::e2e::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { playhead::e2e::release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { playhead::e2e::release(memory); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return playhead::e2e::allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return playhead::e2e::allocate(size);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  playhead::e2e::release(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  playhead::e2e::release(memory);
}
