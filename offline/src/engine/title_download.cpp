// SPDX-License-Identifier: Apache-2.0
#include "engine/title_download.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/request_json.h"
#include "playback/track_ids_json.h"
#include "store/layout.h"

namespace playhead::offline {

namespace {

// Rows read from the journal at a time. More: memory; fewer: more queries.
constexpr std::size_t kRowsAtOnce = 64;
// Fetched and not written yet, of all titles: with more, nothing new is begun. Less: the network
// waits for the disk.
constexpr int64_t kMostBytesWaiting = int64_t{4} << 20;
// For the service to answer the first time; later it is asked once each time.
constexpr Duration kServicePatience = 5s;

bool is_document(const ResourceRow& row) {
  return row.planned.kind == ResourceKind::kManifest || row.planned.kind == ResourceKind::kPlaylist;
}

// What was written with a key that is gone is worth nothing.
Result<void> discard_all(DownloadStore& store, const std::string& id) {
  for (int64_t after = 0;;) {
    PLAYHEAD_TRY(const auto rows, store.resources(id, after, kRowsAtOnce));
    if (rows.empty()) return {};
    after = rows.back().row;
    std::vector<int64_t> changed;
    for (const ResourceRow& row : rows) {
      if (row.state != ResourceState::kWanted) changed.push_back(row.row);
    }
    if (changed.empty()) continue;
    PLAYHEAD_TRY([[maybe_unused]] const auto gone, store.discard(changed, ResourceState::kWanted));
  }
}

Result<std::shared_ptr<const ContentKey>> make_key(DownloadFolder& folder, const std::string& id) {
  if (auto discarded = discard_all(folder.store(), id); !discarded) {
    return std::move(discarded).error();
  }
  PLAYHEAD_TRY(ContentKey key, ContentKey::make());
  PLAYHEAD_TRY(const auto wrapped, key.wrap(folder.sealer(), id));
  if (auto kept = folder.store().set_content_key(id, wrapped); !kept) {
    return std::move(kept).error();
  }
  return std::make_shared<const ContentKey>(std::move(key));
}

}  // namespace

TitleDownload::TitleDownload(DownloadWorld& world, std::string id, int earlier_failures,
                             Events events)
    : world_(world),
      id_(std::move(id)),
      earlier_failures_(earlier_failures),
      events_(std::move(events)) {}

TitleDownload::~TitleDownload() = default;

void TitleDownload::start() {
  const auto row = world_.folder.store().find(id_);
  if (!row) return fail(row.error(), true);
  auto request = read_request(row->added.request);
  if (!request) return fail(request.error(), true);
  request_ = *std::move(request);
  title_id_ = row->added.title_id;
  profile_id_ = row->added.profile_id;
  if (row->resources == 0 || !row->has_content_key) return prepare();
  begin_transfers();
}

void TitleDownload::suspend() {
  suspend_transfers();
  stop_work();
  is_ended_ = true;
}

// Those whose bytes have all come end inside.
void TitleDownload::suspend_transfers() {
  is_transferring_ = false;
  std::vector<int64_t> rows;
  for (const auto& [row, transfer] : transfers_) rows.push_back(row);
  for (const int64_t row : rows) transfers_.at(row)->suspend();
}

void TitleDownload::stop_work() {
  is_transferring_ = false;
  step_.reset();
  running_.reset();
  preparation_.reset();
  transfers_.clear();
  wanted_.clear();
}

void TitleDownload::set_slots(int slots) {
  slots_ = slots;
  if (is_transferring_) fill();
}

int64_t TitleDownload::bytes_ahead() const {
  int64_t bytes = 0;
  for (const auto& [row, transfer] : transfers_) bytes += transfer->bytes_ahead();
  for (const auto& [row, ahead] : uncommitted_) bytes += ahead;
  return bytes;
}

// --- permission, manifest, plan

void TitleDownload::prepare() {
  if (is_ended_) return;
  suspend_transfers();
  if (is_ended_) return;  // one of them failed
  stop_work();
  events_.on_state(DownloadState::kPreparing);
  if (!title_id_.empty()) return ask_service();
  if (auto granted = world_.keeper.permit_unlimited(id_); !granted) {
    return fail(granted.error(), true);
  }
  load_manifest(request_.url);
}

void TitleDownload::ask_service() {
  DownloadQuery query;
  query.title_id = title_id_;
  query.patience = earlier_failures_ > 0 ? Duration{0} : kServicePatience;
  const auto take = [this](Result<TitlePermission> permission) {
    if (!permission) return fail(permission.error(), true);
    permission_ = *std::move(permission);
    load_manifest(permission_->answer.download_url);
  };
  running_ = world_.keeper.permit(id_, query, profile_id_, take);
}

void TitleDownload::load_manifest(const std::string& url) {
  Preparation::Inputs inputs;
  inputs.url = url;
  inputs.request = request_;
  inputs.device = world_.device();
  if (const auto row = world_.folder.store().find(id_)) {
    // What cannot be read is chosen anew.
    if (auto known = read_track_ids(row->facts.tracks)) inputs.representations = *std::move(known);
  }
  preparation_ = std::make_unique<Preparation>(
      world_.documents, std::move(inputs),
      [this](Result<PreparedTitle> prepared) { on_prepared(std::move(prepared)); });
  preparation_->start();
}

void TitleDownload::on_prepared(Result<PreparedTitle> prepared) {
  if (!prepared) return fail(prepared.error(), true);
  prepared_ = *std::move(prepared);
  // Not inside its own callback.
  step_ = world_.transfers.executor.post_at(world_.transfers.executor.now(), [this] {
    preparation_.reset();
    if (prepared_->needs_licence) return acquire_licences();
    take_plan();
  });
}

void TitleDownload::acquire_licences() {
  LicenceWish wish{id_, {!title_id_.empty(), "", "", prepared_->wishes}};
  if (permission_) {
    wish.origin.system = permission_->answer.drm.type;
    wish.origin.license_url = permission_->answer.drm.license_url;
  }
  running_ = world_.licences.acquire(std::move(wish), [this](const Result<void>& acquired) {
    if (!acquired) return fail(acquired.error(), true);
    take_plan();
  });
}

void TitleDownload::take_plan() {
  if (auto written = write_plan(); !written) return fail(written.error(), true);
  begin_transfers();
}

Result<void> TitleDownload::write_plan() {
  DownloadStore& store = world_.folder.store();
  FileSystem& files = world_.folder.files();
  if (auto made = files.make_folder(layout::folder(store.root(), id_)); !made) return made;
  if (auto key = need_key(); !key) return key;
  PLAYHEAD_TRY(const auto planned, store.set_plan(id_, prepared_->facts, prepared_->resources,
                                                  world_.transfers.executor.wall_now()));
  for (const std::string& file : planned.dropped_files) {
    // What stays is collected at the next start.
    static_cast<void>(files.remove(layout::file(store.root(), id_, file)));
    static_cast<void>(files.remove(layout::part(store.root(), id_, file)));
  }
  auto documents = write_documents();
  prepared_.reset();
  return documents;
}

// Manifests are written as they came; what is there already and equal stays.
Result<void> TitleDownload::write_documents() {
  DownloadStore& store = world_.folder.store();
  for (const PlannedDocument& document : prepared_->documents) {
    PLAYHEAD_TRY(const auto rows, store.lookup(id_, document.resource.key));
    const ResourceRow& row = rows.front();
    PLAYHEAD_TRY(const Sha256Digest digest, sha256(document.body.view()));
    if (row.state == ResourceState::kDone && row.sha256 == digest) continue;
    if (row.state != ResourceState::kWanted) {
      const std::array changed{row.row};
      PLAYHEAD_TRY([[maybe_unused]] const auto gone,
                   store.discard(changed, ResourceState::kWanted));
    }
    PLAYHEAD_TRY(FinishedResource finished,
                 store_bytes(world_.transfers, row, *key_, document.body.view(), document.answer));
    uncommitted_[row.row] = finished.size;
    world_.commits.add(id_, row.file, std::move(finished));
  }
  world_.commits.flush();
  return {};
}

Result<void> TitleDownload::need_key() {
  if (key_) return {};
  PLAYHEAD_TRY(const SealedRecords sealed, world_.folder.store().sealed_records(id_));
  if (sealed.content_key.empty()) {
    PLAYHEAD_TRY(key_, make_key(world_.folder, id_));
    return {};
  }
  PLAYHEAD_TRY(ContentKey key, ContentKey::unwrap(world_.folder.sealer(), id_, sealed.content_key));
  key_ = std::make_shared<const ContentKey>(std::move(key));
  return {};
}

// --- transfers

void TitleDownload::begin_transfers() {
  if (is_ended_) return;
  if (auto key = need_key(); !key) return fail(key.error(), true);
  events_.on_state(DownloadState::kDownloading);
  is_transferring_ = true;
  // Not inside the caller's call: the first failure may be at once.
  step_ = world_.transfers.executor.post_at(world_.transfers.executor.now(), [this] { fill(); });
}

void TitleDownload::fill() {
  while (is_transferring_ && has_room()) {
    if (wanted_.empty()) {
      const auto is_found = refill();
      if (!is_found) return fail(is_found.error(), true);
      if (!*is_found) break;
    }
    if (is_document(wanted_.front())) return prepare();
    ResourceRow row = std::move(wanted_.front());
    wanted_.pop_front();
    start_transfer(std::move(row));
  }
  if (is_transferring_ && transfers_.empty()) complete_or_go_on();
}

// While files are written others can be fetched.
bool TitleDownload::has_room() const {
  const auto slots = static_cast<std::size_t>(slots_);
  if (transfers_.size() < slots) return true;
  const auto written = static_cast<std::size_t>(std::count_if(
      transfers_.begin(), transfers_.end(), [](const auto& t) { return t.second->is_fetched(); }));
  return transfers_.size() - written < slots && written < slots &&
         world_.transfers.lanes.bytes_waiting() < kMostBytesWaiting;
}

// False: nothing more is wanted that is not under way.
Result<bool> TitleDownload::refill() {
  const std::size_t busy = transfers_.size() + uncommitted_.size();
  PLAYHEAD_TRY(auto rows, world_.folder.store().wanted(id_, busy + kRowsAtOnce));
  for (ResourceRow& row : rows) {
    const bool is_busy = transfers_.count(row.row) > 0 || uncommitted_.count(row.row) > 0;
    if (!is_busy) wanted_.push_back(std::move(row));
  }
  return !wanted_.empty();
}

void TitleDownload::start_transfer(ResourceRow row) {
  const int64_t number = row.row;
  ResourceTransfer::Events events;
  events.on_bytes = [this, key = row.planned.key.stable_key](int64_t bytes) {
    if (!refreshed_.empty()) refreshed_.erase(key);
    events_.on_bytes(bytes);
  };
  events.on_fetched = [this] {
    if (!is_transferring_) return;
    // Not inside the transfer's call: what comes next may end all of them.
    step_ = world_.transfers.executor.post_at(world_.transfers.executor.now(), [this] { fill(); });
  };
  events.on_finished = [this, number](FinishedResource finished) {
    on_finished(number, std::move(finished));
  };
  events.on_failed = [this, number](const Error& error) { on_transfer_failed(number, error); };
  auto& transfer = transfers_[number];
  transfer =
      std::make_unique<ResourceTransfer>(world_.transfers, std::move(row), key_, std::move(events));
  transfer->start();
}

void TitleDownload::on_finished(int64_t row, FinishedResource finished) {
  const auto found = transfers_.find(row);
  const std::unique_ptr<ResourceTransfer> transfer = std::move(found->second);
  transfers_.erase(found);
  uncommitted_[row] = finished.size - transfer->row().checkpoint;
  world_.commits.add(id_, transfer->row().file, std::move(finished));
  if (is_transferring_) fill();
}

void TitleDownload::on_transfer_failed(int64_t row, const Error& error) {
  const auto found = transfers_.find(row);
  const std::string key = found->second->row().planned.key.stable_key;
  const std::unique_ptr<ResourceTransfer> transfer = std::move(found->second);
  transfers_.erase(found);
  fail(error, !refreshed_.insert(key).second);
}

void TitleDownload::on_committed(const std::vector<int64_t>& rows) {
  for (const int64_t row : rows) uncommitted_.erase(row);
  if (is_transferring_ && transfers_.empty()) fill();
}

void TitleDownload::on_commit_failed(const Error& error) { fail(error, true); }

// Nothing is under way, and nothing is wanted but what waits to be committed.
void TitleDownload::complete_or_go_on() {
  if (!uncommitted_.empty()) return world_.commits.flush();
  is_transferring_ = false;
  events_.on_state(DownloadState::kVerifying);
  const WallTime now = world_.transfers.executor.wall_now();
  if (auto checked = world_.folder.reconciler().check(id_, now); !checked) {
    return fail(checked.error(), true);
  }
  const auto row = world_.folder.store().find(id_);
  if (!row) return fail(row.error(), true);
  if (row->resources_done < row->resources) return begin_transfers();
  end(std::nullopt);
}

// --- the end

void TitleDownload::fail(const Error& error, bool is_refreshed) {
  if (is_ended_) return;
  const Diagnosis diagnosis =
      diagnose({error, is_refreshed, !title_id_.empty(), earlier_failures_ + 1});
  if (diagnosis.remedy == Remedy::kRefresh) {
    // Not inside the callback of what failed.
    is_transferring_ = false;
    step_ =
        world_.transfers.executor.post_at(world_.transfers.executor.now(), [this] { prepare(); });
    return;
  }
  end(diagnosis);
}

void TitleDownload::end(std::optional<Diagnosis> diagnosis) {
  if (std::exchange(is_ended_, true)) return;
  is_transferring_ = false;
  events_.on_ended({std::move(diagnosis)});
}

}  // namespace playhead::offline
