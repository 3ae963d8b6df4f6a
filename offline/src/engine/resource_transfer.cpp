// SPDX-License-Identifier: Apache-2.0
#include "engine/resource_transfer.h"

#include <array>
#include <utility>

#include "base/limits.h"
#include "base/url.h"
#include "net/http_headers.h"
#include "plan/resource_plan.h"
#include "store/caps.h"
#include "store/layout.h"

namespace playhead::offline {

namespace {

// Bytes of a key; identity keys have 16 or 32.
constexpr int64_t kMaxKeyBytes = 4096;
// Of a file that is gone on with, read in one job. More: others wait longer for that lane, or the
// end for it; less: more jobs.
constexpr int64_t kReadAtOnceBytes = int64_t{2} << 20;

int64_t most_bytes(const PlannedResource& planned) {
  switch (planned.kind) {
    case ResourceKind::kManifest:
    case ResourceKind::kPlaylist:
      return limits::kManifestBytes;
    case ResourceKind::kInit:
      return limits::kInitSegmentBytes;
    case ResourceKind::kKey:
      return kMaxKeyBytes;
    case ResourceKind::kText:
      return limits::kTextBytes;
    case ResourceKind::kThumbnail:
      return limits::kThumbnailBytes;
    case ResourceKind::kMedia:
      break;
  }
  // A whole title in one file that its host gives no part of.
  const bool is_file = planned.size > limits::kSegmentBytes || planned.track == kPlainTrack;
  return is_file ? kMaxVaultBytes : limits::kSegmentBytes;
}

playhead::ResourceKind request_kind(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kManifest:
    case ResourceKind::kPlaylist:
      return playhead::ResourceKind::kManifest;
    case ResourceKind::kInit:
      return playhead::ResourceKind::kInit;
    case ResourceKind::kKey:
      return playhead::ResourceKind::kKey;
    case ResourceKind::kText:
      return playhead::ResourceKind::kText;
    default:
      return playhead::ResourceKind::kMedia;
  }
}

// Whether a file can be given up for a new one.
bool is_unusable(const Error& error) {
  switch (error.code) {
    case ErrorCode::kOfflineDamaged:
    case ErrorCode::kOfflineTampered:
    case ErrorCode::kNotFound:
    case ErrorCode::kStoreNewer:
    case ErrorCode::kInvalidArgument:
      return true;
    default:
      return false;
  }
}

Result<FinishedResource> finish_file(FileSystem& files, VaultWriter& writer,
                                     const std::string& from, const std::string& to) {
  PLAYHEAD_TRY(const VaultSummary summary, writer.finish());
  if (auto renamed = files.rename(from, to); !renamed) return std::move(renamed).error();
  FinishedResource finished;
  finished.size = summary.size;
  finished.digest = summary.digest;
  return finished;
}

// What no host needs, and the journal would not take, counts as not sent.
std::string short_header(const ResponseHead& head, std::string_view name) {
  const std::string_view value = head.header(name);
  return value.size() > caps::kName ? std::string() : std::string(value);
}

}  // namespace

Answer answer_of(const ResponseHead& head) {
  return {head.url, short_header(head, "content-type"), short_header(head, "etag"),
          short_header(head, "last-modified"), version_of(head).total};
}

Result<FinishedResource> store_bytes(TransferWorld& world, const ResourceRow& row,
                                     const ContentKey& key, ByteView bytes, const Answer& answer) {
  const std::string& root = world.store.root();
  const std::string part = layout::part(root, row.download_id, row.file);
  PLAYHEAD_TRY(VaultWriter writer,
               VaultWriter::create(world.files, part, key, {row.download_id, row.file}));
  if (auto appended = writer.append(bytes); !appended) return std::move(appended).error();
  PLAYHEAD_TRY(
      FinishedResource finished,
      finish_file(world.files, writer, part, layout::file(root, row.download_id, row.file)));
  finished.row = row.row;
  finished.answer = answer;
  return finished;
}

ResourceTransfer::ResourceTransfer(TransferWorld& world, ResourceRow row,
                                   std::shared_ptr<const ContentKey> key,
                                   std::optional<ResourceVersion> version, Events events)
    : world_(world),
      row_(std::move(row)),
      key_(std::move(key)),
      version_(std::move(version)),
      events_(std::move(events)),
      folder_(layout::folder(world.store.root(), row_.download_id)),
      part_path_(layout::part(world.store.root(), row_.download_id, row_.file)),
      final_path_(layout::file(world.store.root(), row_.download_id, row_.file)),
      id_{row_.download_id, row_.file} {}

ResourceTransfer::~ResourceTransfer() = default;

void ResourceTransfer::start() {
  saved_at_ = world_.executor.now();
  const bool goes_on =
      row_.state == ResourceState::kPart && row_.checkpoint > 0 && !part_validator().empty();
  if (goes_on) return go_on();
  auto started = start_over();
  if (started) return fetch();
  running_ = world_.executor.post_at(
      saved_at_, [this, error = std::move(started).error()]() mutable { fail(std::move(error)); });
}

std::string ResourceTransfer::part_validator() const {
  return strong_validator({row_.etag, row_.last_modified, std::nullopt});
}

// What stands there is read on the lane, some at a time; it may be a gigabyte.
void ResourceTransfer::go_on() {
  auto resumption = std::make_shared<std::optional<VaultResumption>>();
  FileWriting::Events events;
  events.on_opened = [this] { on_resumed(); };
  events.on_failed = [this](Error error) { on_not_resumed(std::move(error)); };
  write_with(
      [resumption, &files = world_.files, path = part_path_, key = key_, id = id_,
       checkpoint = row_.checkpoint]() -> Result<std::optional<VaultWriter>> {
        if (!*resumption) {
          PLAYHEAD_TRY(*resumption, VaultResumption::begin(files, path, *key, id, checkpoint));
        }
        return (*resumption)->go_on(kReadAtOnceBytes);
      },
      row_.checkpoint, std::move(events));
}

void ResourceTransfer::on_resumed() {
  part_ = FetchedPart{row_.checkpoint, part_validator(), std::nullopt};
  const bool is_whole = !row_.planned.key.range && row_.planned.is_size_exact;
  if (is_whole) part_->total = row_.planned.size;
  answer_ = {row_.final_url, row_.content_type, row_.etag, row_.last_modified, row_.file_size};
  const bool is_all_there = row_.planned.is_size_exact && part_->bytes >= row_.planned.size;
  if (is_all_there) return finish();
  fetch();
}

void ResourceTransfer::on_not_resumed(Error error) {
  const bool is_begun = running_ || is_fetched_;
  if (is_begun || !is_unusable(error)) return fail(std::move(error));
  if (auto started = start_over(); !started) return fail(std::move(started).error());
  fetch();
}

void ResourceTransfer::fetch() {
  FetchEvents events;
  events.on_head = [this](const ResponseHead& head) { on_head(head); };
  events.on_body = [this](const SharedBytes& bytes, MonotonicTime) { on_body(bytes); };
  events.on_restart = [this] { on_restart(); };
  events.on_done = [this](const Result<TransferStats>& stats) { on_done(stats); };
  FetchOptions options;
  options.part = part_;
  if (row_.planned.key.range) options.version = version_;
  running_ = world_.fetcher.stream(make_request(), std::move(events), std::move(options));
}

Result<void> ResourceTransfer::start_over() {
  part_.reset();
  unsaved_ = 0;
  file_.reset();  // before the row: it may be writing into it
  if (row_.state == ResourceState::kPart) {
    const std::array rows{row_.row};
    PLAYHEAD_TRY([[maybe_unused]] const auto gone,
                 world_.store.discard(rows, ResourceState::kWanted));
    row_.state = ResourceState::kWanted;
    row_.checkpoint = 0;
  }
  FileWriting::Events events;
  events.on_failed = [this](Error error) { fail(std::move(error)); };
  write_with(
      [&files = world_.files, path = part_path_, key = key_,
       id = id_]() -> Result<std::optional<VaultWriter>> {
        PLAYHEAD_TRY(VaultWriter writer, VaultWriter::create(files, path, *key, id));
        return std::optional<VaultWriter>(std::move(writer));
      },
      0, std::move(events));
  return {};
}

void ResourceTransfer::write_with(FileWriting::Open open, int64_t size,
                                  FileWriting::Events events) {
  events.on_saved = [this](int64_t checkpoint) { row_.checkpoint = checkpoint; };
  events.on_finished = [this](const VaultSummary& summary) { on_finished(summary); };
  file_ = std::make_unique<FileWriting>(world_.lanes, world_.executor, std::move(open), size,
                                        std::move(events));
}

Request ResourceTransfer::make_request() const {
  Request request;
  request.url = row_.planned.url;
  request.range = row_.planned.key.range;
  request.kind = request_kind(row_.planned.kind);
  request.max_bytes = most_bytes(row_.planned);
  request.window = std::make_shared<FlowWindow>(kMostAheadBytes);
  return request;
}

void ResourceTransfer::on_head(const ResponseHead& head) {
  const bool is_part_of_file = row_.planned.key.range && events_.on_version;
  if (is_part_of_file && !events_.on_version(version_of(head))) {
    return fail(make_error(ErrorCode::kResourceChanged, redact(head.url)));
  }
  Answer answer = answer_of(head);
  const bool is_encoded = !head.header("content-encoding").empty();
  // Ranges count encoded bytes: such a body never goes on later.
  if (is_encoded) answer.etag = answer.last_modified = "";
  if (!part_ || !answer.etag.empty()) answer_ = std::move(answer);
  if (row_.planned.key.range || is_encoded) return;
  if (head.status == 206) {
    const auto range = parse_content_range(head.header("content-range"));
    if (range) size_ = range->total;
  } else {
    size_ = head.content_length;
  }
}

void ResourceTransfer::on_body(const SharedBytes& bytes) {
  file_->append(bytes);
  const auto size = static_cast<int64_t>(bytes.size());
  unsaved_ += size;
  if (events_.on_bytes) events_.on_bytes(size);
  const MonotonicTime now = world_.executor.now();
  if (unsaved_ < kCheckpointBytes && now - saved_at_ < kCheckpointInterval) return;
  saved_at_ = now;
  unsaved_ = 0;
  file_->save(record());
}

// The host has another file by now: nothing of the old one may stay.
void ResourceTransfer::on_restart() {
  answer_ = Answer{};
  size_.reset();
  if (auto started = start_over(); !started) fail(std::move(started).error());
}

// Runs where the file is written, at any time until that is gone.
FileWriting::Record ResourceTransfer::record() {
  row_.state = ResourceState::kPart;
  return [&store = world_.store, row = row_.row, size = size_,
          answer = answer_](int64_t checkpoint) -> Result<void> {
    const std::array progress{ResourceProgress{row, checkpoint, size, answer}};
    PLAYHEAD_TRY([[maybe_unused]] const auto gone, store.save_progress(progress));
    return {};
  };
}

void ResourceTransfer::suspend() {
  running_.reset();
  if (is_fetched_) return file_->settle();
  if (!file_ || unsaved_ == 0) return;
  // What cannot be kept is fetched again.
  if (auto saved = file_->save_now(record()); !saved) file_.reset();
}

void ResourceTransfer::on_done(const Result<TransferStats>& stats) {
  if (!stats) return fail(stats.error());
  finish();
}

void ResourceTransfer::finish() {
  is_fetched_ = true;
  file_->finish([&files = world_.files, from = part_path_, to = final_path_] {
    return files.rename(from, to);
  });
  if (events_.on_fetched) events_.on_fetched();
}

void ResourceTransfer::on_finished(const VaultSummary& summary) {
  FinishedResource finished;
  finished.row = row_.row;
  finished.size = summary.size;
  finished.digest = summary.digest;
  finished.answer = answer_;
  const auto told = std::move(events_.on_finished);
  told(std::move(finished));
}

void ResourceTransfer::fail(Error error) {
  if (!is_fetched_) suspend();
  const auto told = std::move(events_.on_failed);
  if (told) told(std::move(error));
}

}  // namespace playhead::offline
