// SPDX-License-Identifier: Apache-2.0
#include "engine/title_download.h"

#include <algorithm>
#include <utility>

#include "engine/plan_writer.h"
#include "engine/request_json.h"
#include "playback/track_ids_json.h"

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

}  // namespace

TitleDownload::TitleDownload(DownloadWorld& world, std::string id, int earlier_failures,
                             Events events)
    : world_(world),
      id_(std::move(id)),
      earlier_failures_(earlier_failures),
      events_(std::move(events)),
      versions_(world.folder.store(), id_) {}

TitleDownload::~TitleDownload() = default;

void TitleDownload::start() {
  const auto row = world_.folder.store().find(id_);
  if (!row) return fail(row.error(), true);
  auto request = read_request(row->added.request);
  if (!request) return fail(request.error(), true);
  request_ = *std::move(request);
  request_.app_data = row->added.app_data;
  request_.priority = row->added.priority;
  title_id_ = row->added.title_id;
  profile_id_ = row->added.profile_id;
  url_ = row->facts.manifest_url.empty() ? request_.url : row->facts.manifest_url;
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
  if (std::exchange(is_url_refused_, false)) return ask_url();
  load_manifest(url_);
}

void TitleDownload::ask_url() {
  is_url_asked_ = true;
  running_ = world_.urls.ask(id_, request_, [this](Result<std::string> url) {
    if (!url) return fail(url.error(), true);
    url_ = *std::move(url);
    load_manifest(url_);
  });
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
  const bool can_ask = title_id_.empty() && world_.urls.is_there() && !is_url_asked_;
  if (!prepared) return fail(prepared.error(), !can_ask);
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
  if (auto key = need_key(); !key) return fail(key.error(), true);
  PlanWriter writer({world_.folder, world_.transfers, world_.commits, versions_}, id_, *key_);
  auto written = writer.write(*prepared_);
  prepared_.reset();
  if (!written) return fail(written.error(), true);
  uncommitted_.merge(*written);
  begin_transfers();
}

Result<void> TitleDownload::need_key() {
  if (key_) return {};
  PLAYHEAD_TRY(key_, open_content_key(world_.folder, id_));
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
  const std::string file = row.planned.key.stable_key;
  std::optional<ResourceVersion> version;
  if (row.planned.key.range) {
    auto known = versions_.known(file);
    if (!known) return fail(known.error(), true);
    version = *std::move(known);
  }
  ResourceTransfer::Events events;
  events.on_version = [this, file](const ResourceVersion& answered) {
    return versions_.take(file, answered);
  };
  events.on_bytes = [this, file](int64_t bytes) {
    if (!refreshed_.empty()) refreshed_.erase(file);
    is_url_asked_ = false;
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
  transfer = std::make_unique<ResourceTransfer>(world_.transfers, std::move(row), key_,
                                                std::move(version), std::move(events));
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
  if (error.code == ErrorCode::kResourceChanged && !is_ended_) {
    is_transferring_ = false;
    // Not inside the callback of what failed.
    step_ = world_.transfers.executor.post_at(world_.transfers.executor.now(),
                                              [this, key] { fetch_file_anew(key); });
    return;
  }
  fail(error, !refreshed_.insert(key).second);
}

void TitleDownload::fetch_file_anew(const std::string& stable_key) {
  std::erase_if(transfers_, [&](const auto& transfer) {
    return transfer.second->row().planned.key.stable_key == stable_key;
  });
  world_.commits.flush_now();
  if (is_ended_) return;  // it failed
  if (auto begun = versions_.begin_anew(stable_key); !begun) return fail(begun.error(), true);
  prepare();  // where its segments lie may be another matter, too
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
    is_url_refused_ = title_id_.empty() && world_.urls.is_there();
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
