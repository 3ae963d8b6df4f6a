// SPDX-License-Identifier: Apache-2.0
#include "edge/slice_store.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base64url.h"
#include "crypto.h"
#include "json_body.h"

namespace playhead::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".slice";
constexpr std::string_view kAside = ".part";
constexpr std::size_t kMaxHeadBytes = 8192;

std::string checksum_of(std::string_view bytes) {
  return base64url_encode(hmac_sha256("slice", bytes));
}

std::string head_of(const std::string& path, int64_t index, const FileInfo& info,
                    std::string_view bytes, int64_t since_ms) {
  return dump(Json{{"path", path},
                   {"index", index},
                   {"bytes", bytes.size()},
                   {"checksum", checksum_of(bytes)},
                   {"since_ms", since_ms},
                   {"etag", info.etag},
                   {"mime", info.mime},
                   {"cache_control", info.cache_control},
                   {"length", info.length}}) +
         "\n";
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// The bytes behind a descriptor, though no disk takes them.
std::optional<FilePart> part_in_memory(std::string_view bytes) {
  UniqueFd fd(::memfd_create("playhead-slice", MFD_CLOEXEC));
  if (!fd.valid() || !write_all(fd.get(), bytes)) return std::nullopt;
  return FilePart{std::move(fd), 0, static_cast<int64_t>(bytes.size())};
}

bool is_intact(const FilePart& part, const std::string& checksum) {
  std::string bytes(static_cast<std::size_t>(part.length), '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t count = ::pread(part.fd.get(), bytes.data() + at, bytes.size() - at,
                                  static_cast<off_t>(part.offset) + static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += static_cast<std::size_t>(count);
  }
  return checksum_of(bytes) == checksum;
}

std::optional<uint64_t> id_of(const fs::path& file) {
  const std::string stem = file.stem().string();
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), id);
  if (error != std::errc() || end != stem.data() + stem.size()) return std::nullopt;
  return id;
}

SliceFacts facts_of(const std::string& path, int64_t index) {
  SliceFacts facts = slice_facts(path);
  if (facts.number >= 0) return facts;
  // A file that is a whole rendition: its slices follow one another as segments do elsewhere.
  facts.folder = path;
  facts.number = index;
  return facts;
}

}  // namespace

SliceStore::SliceStore(const Config& config, std::unique_ptr<EvictionPolicy> eviction,
                       const Clock& clock, const Log& log)
    : config_(config), clock_(clock), log_(log), eviction_(std::move(eviction)) {}

SliceStore::~SliceStore() = default;

Result<std::unique_ptr<SliceStore>> SliceStore::open(const Config& config,
                                                     std::unique_ptr<EvictionPolicy> eviction,
                                                     const Clock& clock, const Log& log) {
  std::error_code error;
  fs::create_directories(config.folder, error);
  if (error || ::access(config.folder.c_str(), W_OK | X_OK) != 0) {
    return Error{500, "bad_cache",
                 "Cannot write to the cache folder " + config.folder.string() + "."};
  }
  std::unique_ptr<SliceStore> store(new SliceStore(config, std::move(eviction), clock, log));
  store->load();
  return store;
}

void SliceStore::load() {
  std::error_code error;
  std::vector<std::pair<uint64_t, fs::path>> found;
  for (const auto& entry : fs::directory_iterator(config_.folder, error)) {
    const auto id = id_of(entry.path());
    if (!id) continue;
    if (entry.path().extension() == kAside) fs::remove(entry.path(), error);
    if (entry.path().extension() == kSuffix) found.emplace_back(*id, entry.path());
  }
  std::sort(found.begin(), found.end());
  for (const auto& [id, file] : found) {
    next_id_ = std::max(next_id_, id + 1);
    adopt(file, id);
  }
  make_room();
}

// What does not hold what its head says is removed: it was cut short, or made by another version.
void SliceStore::adopt(const fs::path& file, uint64_t id) {
  std::ifstream in(file, std::ios::binary);
  std::string line(kMaxHeadBytes, '\0');
  in.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  line.resize(std::min(line.find('\n'), line.size()));
  std::error_code error;
  const Json head = Json::parse(line, nullptr, false);
  const auto size = static_cast<int64_t>(fs::file_size(file, error));
  try {
    Entry entry{head.at("path").get<std::string>(), head.at("index").get<int64_t>(),
                static_cast<int64_t>(line.size()) + 1, head.at("bytes").get<int64_t>(),
                head.at("checksum").get<std::string>()};
    const FileInfo info{head.at("etag").get<std::string>(), head.at("mime").get<std::string>(),
                        head.at("cache_control").get<std::string>(),
                        head.at("length").get<int64_t>()};
    const auto known = files_.find(entry.path);
    const bool fits = known == files_.end() ||
                      (known->second.info == info && known->second.slices.count(entry.index) == 0);
    if (!error && fits && entry.body_bytes > 0 && size == entry.body_offset + entry.body_bytes) {
      return insert(id, std::move(entry), info, head.at("since_ms").get<int64_t>());
    }
  } catch (const Json::exception&) {
    // Not ours, or damaged: below.
  }
  fs::remove(file, error);
}

fs::path SliceStore::file_of(uint64_t id) const {
  return config_.folder / (std::to_string(id) + std::string(kSuffix));
}

std::optional<FilePart> SliceStore::open_part(uint64_t id, const Entry& entry) const {
  UniqueFd fd(::open(file_of(id).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return std::nullopt;
  return FilePart{std::move(fd), entry.body_offset, entry.body_bytes};
}

std::optional<Slice> SliceStore::find(const std::string& path, int64_t index) {
  std::unique_lock lock(mutex_);
  const auto file = files_.find(path);
  if (file == files_.end()) return std::nullopt;
  if (clock_.now_ms() - file->second.since_ms >= config_.max_age_ms) {
    remove_file(path);
    return std::nullopt;
  }
  const auto slice = file->second.slices.find(index);
  if (slice == file->second.slices.end()) return std::nullopt;
  const uint64_t id = slice->second;
  const Entry& entry = entries_.at(id);
  auto part = open_part(id, entry);
  if (!part) {  // somebody emptied the folder
    remove(id);
    return std::nullopt;
  }
  Slice found{file->second.info, std::move(*part)};
  if (!entry.checksum.empty()) {
    // Read without the lock: it may be on a slow disk.
    const std::string checksum = entry.checksum;
    lock.unlock();
    const bool is_good = is_intact(found.part, checksum);
    lock.lock();
    const auto same = entries_.find(id);
    if (same == entries_.end()) return std::nullopt;
    if (!is_good) {
      remove(id);
      return std::nullopt;
    }
    same->second.checksum.clear();
  }
  eviction_->note_used(id, clock_.now_ms());
  return found;
}

std::optional<Slice> SliceStore::put(const std::string& path, int64_t index, const FileInfo& info,
                                     std::string_view bytes) {
  const int64_t now_ms = clock_.now_ms();
  uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_id_++;
  }
  const std::string head = head_of(path, index, info, bytes, now_ms);
  const bool fits =
      head.size() <= kMaxHeadBytes && static_cast<int64_t>(bytes.size()) <= config_.max_bytes;
  if (fits && write(id, head, bytes)) {
    Entry entry{path, index, static_cast<int64_t>(head.size()), static_cast<int64_t>(bytes.size())};
    const std::lock_guard lock(mutex_);
    if (auto part = open_part(id, entry)) {
      const auto known = files_.find(path);
      if (known != files_.end() && !(known->second.info == info)) remove_file(path);
      insert(id, std::move(entry), info, now_ms);
      make_room();
      return Slice{info, std::move(*part)};
    }
  }
  auto part = part_in_memory(bytes);
  if (!part) return std::nullopt;
  return Slice{info, std::move(*part)};
}

bool SliceStore::write(uint64_t id, std::string_view head, std::string_view bytes) const {
  const fs::path aside = config_.folder / (std::to_string(id) + std::string(kAside));
  {
    const UniqueFd fd(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (fd.valid() && write_all(fd.get(), head) && write_all(fd.get(), bytes)) {
      std::error_code error;
      fs::rename(aside, file_of(id), error);
      if (!error) return true;
    }
  }
  log_.warn("cache_not_written", {{"why", std::system_category().message(errno)}});
  std::error_code ignored;
  fs::remove(aside, ignored);
  return false;
}

void SliceStore::insert(uint64_t id, Entry entry, const FileInfo& info, int64_t since_ms) {
  // Before the file is looked up: removing its only slice forgets it.
  const auto known = files_.find(entry.path);
  if (known != files_.end()) {
    const auto before = known->second.slices.find(entry.index);
    if (before != known->second.slices.end()) remove(before->second);
  }
  File& file = files_[entry.path];
  if (file.slices.empty()) {
    file.info = info;
    file.since_ms = since_ms;
  }
  file.slices[entry.index] = id;
  bytes_ += entry.body_offset + entry.body_bytes;
  eviction_->note_stored(id, facts_of(entry.path, entry.index), clock_.now_ms());
  entries_.emplace(id, std::move(entry));
}

void SliceStore::remove(uint64_t id) {
  const auto entry = entries_.find(id);
  bytes_ -= entry->second.body_offset + entry->second.body_bytes;
  const auto file = files_.find(entry->second.path);
  file->second.slices.erase(entry->second.index);
  if (file->second.slices.empty()) files_.erase(file);
  eviction_->note_removed(id);
  entries_.erase(entry);
  std::error_code ignored;
  fs::remove(file_of(id), ignored);
}

void SliceStore::remove_file(const std::string& path) {
  const auto slices = files_.at(path).slices;
  for (const auto& [index, id] : slices) remove(id);
}

void SliceStore::make_room() {
  while (bytes_ > config_.max_bytes && !entries_.empty()) {
    remove(eviction_->victim(clock_.now_ms()));
    ++evicted_;
  }
}

SliceStore::Numbers SliceStore::numbers() const {
  const std::lock_guard lock(mutex_);
  return {bytes_, entries_.size(), evicted_};
}

}  // namespace playhead::server
