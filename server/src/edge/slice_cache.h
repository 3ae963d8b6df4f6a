// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "clock.h"
#include "edge/slice_store.h"
#include "edge/upstream.h"
#include "result.h"
#include "signed_url.h"

namespace playhead::server {

// Slices from the store, or from upstream and then kept. Whoever asks for what is already on its way waits for that.
// Asks with signatures of its own. Any thread.
class SliceCache {
 public:
  using Got = std::function<void(Result<Slice>)>;

  // The arguments outlive the cache; `upstream` must be destroyed before it.
  SliceCache(SliceStore& store, Upstream& upstream, const UrlSigner& signer, const Clock& clock)
      : store_(store), upstream_(upstream), signer_(signer), clock_(clock) {}

  // `got` is called once: before this returns when the slice is there, else on the upstream's thread. Errors: 404
  // `not_found`, 416 `no_such_slice`, 503 `overloaded`, 502 `origin_failed`.
  void get(const std::string& title, const std::string& path, int64_t index, Got got);

  // As get(), for whom it is enough that the slice is there.
  void warm(const std::string& title, const std::string& path, int64_t index);

  struct Numbers {
    uint64_t hits = 0;
    uint64_t misses = 0;     // asked of the upstream
    uint64_t joined = 0;     // waited for another's miss
    uint64_t hit_bytes = 0;
    uint64_t miss_bytes = 0;
  };
  [[nodiscard]] Numbers numbers() const;

 private:
  using Key = std::pair<std::string, int64_t>;

  void fetch(const std::string& title, const Key& key);
  void take(const Key& key, UpstreamAnswer answer);
  [[nodiscard]] Result<Slice> keep(const Key& key, const UpstreamAnswer& answer);

  SliceStore& store_;
  Upstream& upstream_;
  const UrlSigner& signer_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<Key, std::vector<Got>> awaited_;
  std::size_t waiting_ = 0;  // all of awaited_
  std::atomic<uint64_t> hits_{0}, misses_{0}, joined_{0}, hit_bytes_{0}, miss_bytes_{0};
};

// Bytes `first` to `last` of a file, slice by slice; while one is sent the next one is fetched.
[[nodiscard]] std::shared_ptr<BodySource> make_slice_body(SliceCache& cache, std::string title,
                                                          std::string path, FileInfo info,
                                                          int64_t first, int64_t last);

}  // namespace playhead::server
