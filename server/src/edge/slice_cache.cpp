// SPDX-License-Identifier: Apache-2.0
#include "edge/slice_cache.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <fcntl.h>

#include "common_answers.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxWaiting = 4096;
// For what is asked now, and may wait a while for its turn.
constexpr int64_t kOwnSignatureS = 300;

struct ContentRange {
  int64_t first = 0;
  int64_t last = 0;
  int64_t total = 0;
};

// "bytes 0-499/1234" (RFC 9110 §14.4).
std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  if (text.substr(0, kUnit.size()) != kUnit) return std::nullopt;
  text.remove_prefix(kUnit.size());
  ContentRange range;
  const auto number = [&text](int64_t& into, char end) {
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    const auto used = static_cast<std::size_t>(at - text.data());
    if (error != std::errc() || into < 0) return false;
    if (end == '\0') return used == text.size();
    if (used >= text.size() || text[used] != end) return false;
    text.remove_prefix(used + 1);
    return true;
  };
  const bool is_whole =
      number(range.first, '-') && number(range.last, '/') && number(range.total, '\0');
  if (!is_whole || range.last < range.first || range.last >= range.total) return std::nullopt;
  return range;
}

Error failure_of(const UpstreamAnswer& answer) {
  switch (answer.status) {
    case 404:
      return no_media_file();
    case 416:
      return Error{416, "range_not_satisfiable", "The file is shorter."};
    case 503:
      return Error{503, "overloaded", "The origin has too much to do; try again."};
    default:
      return Error{502, "origin_failed", "The origin did not give the file."};
  }
}

class SliceBody final : public BodySource, public std::enable_shared_from_this<SliceBody> {
 public:
  SliceBody(SliceCache& cache, std::string title, std::string path, FileInfo info, int64_t first,
            int64_t last)
      : cache_(cache),
        title_(std::move(title)),
        path_(std::move(path)),
        info_(std::move(info)),
        at_(first),
        last_(last) {}

  void next(Give give) override {
    const auto self = shared_from_this();  // the last part may be sent, and this let go, before get() returns
    const int64_t index = at_ / kSliceBytes;
    cache_.get(title_, path_, index, [self, give](Result<Slice> slice) {
      // Another file than the one whose length was promised.
      if (!slice.ok() || !(slice.value().info == self->info_)) return give(std::nullopt);
      give(self->cut(std::move(slice.value().part)));
    });
    if ((index + 1) * kSliceBytes <= last_) cache_.warm(title_, path_, index + 1);
  }

 private:
  std::optional<FilePart> cut(FilePart part) {
    const int64_t skip = at_ % kSliceBytes;
    if (part.length <= skip) return std::nullopt;
    part.offset += skip;
    part.length = std::min(part.length - skip, last_ + 1 - at_);
    at_ += part.length;
    return part;
  }

  SliceCache& cache_;
  const std::string title_;
  const std::string path_;
  const FileInfo info_;
  int64_t at_;  // the next byte to give; moves while an answer is owed, so two never meet
  const int64_t last_;
};

}  // namespace

void SliceCache::get(const std::string& title, const std::string& path, int64_t index, Got got) {
  if (auto slice = store_.find(path, index)) {
    hits_ += 1;
    hit_bytes_ += static_cast<uint64_t>(slice->part.length);
    return got(std::move(*slice));
  }
  const Key key{path, index};
  {
    std::unique_lock lock(mutex_);
    if (waiting_ >= kMaxWaiting) {
      lock.unlock();
      return got(Error{503, "overloaded", "The edge has too much to fetch; try again."});
    }
    ++waiting_;
    auto& others = awaited_[key];
    others.push_back(std::move(got));
    if (others.size() > 1) {
      joined_ += 1;
      return;
    }
  }
  fetch(title, key);
}

void SliceCache::warm(const std::string& title, const std::string& path, int64_t index) {
  get(title, path, index, [](const Result<Slice>&) {});
}

void SliceCache::fetch(const std::string& title, const Key& key) {
  misses_ += 1;
  const int64_t first = key.second * kSliceBytes;
  UpstreamRequest request;
  request.target = key.first + "?" + signer_.query_for(title, clock_.now_s() + kOwnSignatureS);
  request.range =
      "bytes=" + std::to_string(first) + "-" + std::to_string(first + kSliceBytes - 1);
  upstream_.fetch(std::move(request), [this, key](UpstreamAnswer answer) {
    take(key, std::move(answer));
  });
}

void SliceCache::take(const Key& key, UpstreamAnswer answer) {
  Result<Slice> slice = keep(key, answer);
  std::vector<Got> all;
  {
    const std::lock_guard lock(mutex_);
    const auto awaited = awaited_.find(key);
    all = std::move(awaited->second);
    awaited_.erase(awaited);
    waiting_ -= all.size();
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_last = i + 1 == all.size();
    if (!slice.ok()) {
      all[i](slice.error());
    } else if (is_last) {
      all[i](std::move(slice));
    } else {
      // One descriptor each: reading by offset, they do not disturb one another.
      FilePart& part = slice.value().part;
      UniqueFd copy(::fcntl(part.fd.get(), F_DUPFD_CLOEXEC, 0));
      if (!copy.valid()) {
        all[i](too_many_files());
        continue;
      }
      all[i](Slice{slice.value().info, FilePart{std::move(copy), part.offset, part.length}});
    }
  }
}

Result<Slice> SliceCache::keep(const Key& key, const UpstreamAnswer& answer) {
  // An origin that knows no ranges sends the whole; it is cut here, so it must not be long.
  const auto size = static_cast<int64_t>(answer.body.size());
  ContentRange range{0, size - 1, size};
  if (answer.status == 206) {
    const auto told = parse_content_range(answer.content_range);
    if (!told) return failure_of({});
    range = *told;
  } else if (answer.status != 200 || size == 0) {
    return failure_of(answer);
  }
  const int64_t first = key.second * kSliceBytes;
  const int64_t length = std::min(kSliceBytes, range.total - first);
  if (length <= 0) return failure_of({416, {}, {}, {}, {}, {}, {}});
  const int64_t skip = first - range.first;
  if (skip < 0 || size != range.last + 1 - range.first || skip + length > size) {
    return failure_of({});
  }
  miss_bytes_ += static_cast<uint64_t>(length);
  const FileInfo info{answer.etag, answer.mime, answer.cache_control, range.total};
  auto slice = store_.put(key.first, key.second, info,
                          std::string_view(answer.body).substr(static_cast<std::size_t>(skip),
                                                               static_cast<std::size_t>(length)));
  if (!slice) return Error{503, "overloaded", "The edge cannot keep the file; try again."};
  return std::move(*slice);
}

SliceCache::Numbers SliceCache::numbers() const {
  return {hits_, misses_, joined_, hit_bytes_, miss_bytes_};
}

std::shared_ptr<BodySource> make_slice_body(SliceCache& cache, std::string title, std::string path,
                                            FileInfo info, int64_t first, int64_t last) {
  return std::make_shared<SliceBody>(cache, std::move(title), std::move(path), std::move(info),
                                     first, last);
}

}  // namespace playhead::server
