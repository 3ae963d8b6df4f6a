// SPDX-License-Identifier: Apache-2.0
#include "engine/download_engine.h"

#include <algorithm>
#include <utility>

#include "engine/request_json.h"
#include "engine/status_of_row.h"
#include "session/api_access.h"
#include "session/backoff.h"

namespace playhead::offline {

namespace {

// Attempts of one fetch; beyond, the whole title waits, longer each time.
RetryConfig fetch_retries() {
  RetryConfig config;
  config.first_delay = 1s;
  config.max_delay = 60s;
  config.budget = 30s;
  return config;
}
// Of manifests and playlists: who looks at a title that does not begin wants to know why.
RetryConfig document_retries() {
  RetryConfig config = fetch_retries();
  config.budget = 5s;
  return config;
}
// Of a title without progress (OFFLINE.md: 1, 2, 4 … 60 s, by chance).
constexpr Backoff kTitleBackoff{1s, 60s};
// No one tells when there is room again: looked for that often (chosen).
constexpr Duration kStorageLook = 5s;
constexpr Duration kNewsInterval = 1s;
// Between two complete downloads whose files are looked for after a start; nobody waits for that.
constexpr Duration kLookInterval = 100ms;
// Kept free beside the floor: the journal and what is being written need it.
constexpr int64_t kReserveBytes = int64_t{64} << 20;

bool wants_to_run(DownloadState state) {
  switch (state) {
    case DownloadState::kQueued:
    case DownloadState::kPreparing:
    case DownloadState::kDownloading:
    case DownloadState::kWaiting:
    case DownloadState::kVerifying:
      return true;
    default:
      return false;
  }
}

Error not_found(const std::string& id) {
  return make_error(ErrorCode::kNotFound, "there is no download " + id);
}

std::string new_id(Executor& executor) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id = "d";
  uint64_t random = executor.random();
  for (int i = 0; i < 16; ++i, random >>= 4) id.push_back(kDigits[random & 15]);
  return id;
}

}  // namespace

template <typename Action>
auto DownloadEngine::guarded(Action action) {
  return [weak = std::weak_ptr<int>(alive_), action = std::move(action)](auto&&... args) mutable {
    if (!weak.expired()) action(std::forward<decltype(args)>(args)...);
  };
}

DownloadEngine::DownloadEngine(Parts parts)
    : parts_(std::move(parts)),
      lanes_(std::move(parts_.disk_lanes)),
      fetcher_(parts_.transport, parts_.executor, fetch_retries(), parts_.health),
      documents_(parts_.transport, parts_.executor, document_retries(), parts_.health),
      service_({parts_.api, parts_.transport, parts_.executor, parts_.rights,
                parts_.config.max_without_contact}),
      commits_(parts_.folder.files(), parts_.folder.store(), parts_.executor, lanes_,
               {[this](const std::string& id, const std::vector<int64_t>& rows) {
                  Item* item = item_of(id);
                  if (item != nullptr && item->job) item->job->on_committed(rows);
                  if (item != nullptr) item->has_news = true;
                  turn_soon();
                },
                [this](const Error& error) {
                  for (auto& [id, item] : items_) {
                    if (item.job) item.job->on_commit_failed(error);
                  }
                },
                [this](const std::string& id, const Error& error) {
                  Item* item = item_of(id);
                  if (item != nullptr && item->job) item->job->on_commit_failed(error);
                }}),
      licences_({parts_.folder, parts_.rights, parts_.licences, parts_.executor, parts_.log}),
      urls_(parts_.executor, parts_.app, parts_.config.resolve_url),
      world_{parts_.folder,
             keeper_,
             commits_,
             documents_,
             {parts_.folder.files(), parts_.folder.store(), fetcher_, parts_.executor, lanes_},
             licences_,
             urls_,
             [this] {
               const auto free = parts_.folder.files().free_bytes(parts_.folder.root());
               return TrackDevice{
                   [this](const std::string& codecs) { return parts_.backend.supports(codecs); },
                   free ? *free : 0, parts_.config.choose_video};
             }},
      keeper_({parts_.folder, parts_.rights, service_, licences_, parts_.executor, parts_.log,
               [this](const std::string& id) { on_rights_changed(id); },
               [this](const std::string& id) { on_granted(id); },
               [this](const std::string& id) { purge(id); }, parts_.config.keep_expired}),
      removal_({parts_.folder, licences_, parts_.executor, parts_.log,
                [this](const std::string& id) { on_removed(id); }}) {
  if (parts_.api == nullptr) return;
  contacts_.emplace(
      ContactWatch::Parts{*parts_.api, parts_.folder.clock(), parts_.executor,
                          [this](const TimeContact& contact) { keeper_.hear(contact); }});
}

DownloadEngine::~DownloadEngine() { stop(); }

Result<void> DownloadEngine::start() {
  PLAYHEAD_TRY(const auto rows, parts_.folder.store().list());
  for (const DownloadRow& row : rows) {
    Item& item = items_[row.added.id];
    item.id = row.added.id;
    item.priority = row.added.priority;
    item.order = row.order;
    item.state = row.state;
    item.waits_for = row.waits_for;
    item.failure = row.failure;
    if (row.state != DownloadState::kRemoving) continue;
    parts_.rights.withdraw(row.added.id);
    keeper_.leave(row.added.id);
    removal_.go_on(row.added.id);
  }
  for (const std::string& id : parts_.folder.reconciler().report().removed) parts_.on_removed(id);
  licences_.start();
  keeper_.start();
  look_through_soon();
  turn_soon();
  return {};
}

void DownloadEngine::look_through_soon() {
  looking_ =
      parts_.executor.post_at(parts_.executor.now() + kLookInterval, [this] { look_through(); });
}

// Files may have gone while nobody was here; what has lost some is fetched again.
void DownloadEngine::look_through() {
  looking_.reset();
  Reconciler& reconciler = parts_.folder.reconciler();
  const int64_t before = reconciler.report().downloads_requeued;
  // What is under way is looked through at its end.
  const auto is_more = reconciler.step(parts_.executor.wall_now(), [this](const std::string& id) {
    const Item* item = item_of(id);
    return item == nullptr || item->job || item->state != DownloadState::kCompleted;
  });
  if (!is_more) return note(is_more.error());
  if (*is_more) look_through_soon();
  if (reconciler.report().downloads_requeued == before) return;
  const auto rows = parts_.folder.store().list();
  if (!rows) return note(rows.error());
  for (const DownloadRow& row : *rows) {
    Item* item = item_of(row.added.id);
    const bool is_changed = item != nullptr && item->state == DownloadState::kCompleted &&
                            row.state == DownloadState::kQueued;
    if (!is_changed) continue;
    item->state = row.state;
    tell(*item);
  }
  turn_soon();
}

void DownloadEngine::stop() {
  if (std::exchange(is_stopped_, true)) return;
  contacts_.reset();
  licences_.stop();
  removal_.stop();
  for (auto& [id, item] : items_) stop_job(item);
  commits_.flush_now();
}

DownloadEngine::Item* DownloadEngine::item_of(const std::string& id) {
  const auto found = items_.find(id);
  return found == items_.end() ? nullptr : &found->second;
}

// --- what the app asks for

Result<std::string> DownloadEngine::add(const DownloadRequest& wanted) {
  if (auto valid = check_request(wanted); !valid) return std::move(valid).error();
  DownloadRequest request = wanted;
  request.profile_id = profile_key(std::move(request.profile_id));
  DownloadStore& store = parts_.folder.store();
  NewDownload added;
  PLAYHEAD_TRY(added.identity, identity_of(request));
  if (const auto known = store.find_identity(added.identity)) return *known;
  added.id = new_id(parts_.executor);
  added.title_id = request.title_id;
  added.profile_id = request.profile_id;
  added.request = write_request(request);
  added.app_data = request.app_data;
  added.priority = request.priority;
  added.added_at = parts_.executor.wall_now();
  if (auto written = store.add(added); !written) return std::move(written).error();
  PLAYHEAD_TRY(const DownloadRow row, store.find(added.id));
  Item& item = items_[added.id];
  item.id = added.id;
  item.priority = request.priority;
  item.order = row.order;
  tell(item);
  turn_soon();
  return added.id;
}

Result<void> DownloadEngine::pause(const std::string& id) {
  Item* item = item_of(id);
  if (item == nullptr) return not_found(id);
  if (!wants_to_run(item->state)) return {};
  stop_job(*item);
  turn_soon();
  return set_state(*item, DownloadState::kPaused);
}

Result<void> DownloadEngine::resume(const std::string& id) {
  Item* item = item_of(id);
  if (item == nullptr) return not_found(id);
  item->not_before.reset();
  item->failures = 0;
  fetcher_.forget_waits();
  documents_.forget_waits();
  turn_soon();
  const bool was_stopped =
      item->state == DownloadState::kPaused || item->state == DownloadState::kFailed;
  return was_stopped ? set_state(*item, DownloadState::kQueued) : Result<void>();
}

Result<void> DownloadEngine::remove(const std::string& id) {
  Item* item = item_of(id);
  if (item == nullptr) return not_found(id);
  if (item->state == DownloadState::kRemoving) return {};
  stop_job(*item);
  item->check.reset();
  commits_.drop(id);
  turn_soon();
  if (auto begun = removal_.begin(id); !begun) return begun;
  item->state = DownloadState::kRemoving;
  // Who plays it is told at once; a licence that came now would never be given back.
  parts_.rights.withdraw(id);
  keeper_.leave(id);
  tell(*item);
  return {};
}

void DownloadEngine::on_removed(const std::string& id) {
  items_.erase(id);
  keeper_.forget(id);
  parts_.rights.forget(id);
  parts_.on_removed(id);
  licences_.send_releases();
}

Result<void> DownloadEngine::set_priority(const std::string& id, int priority) {
  Item* item = item_of(id);
  if (item == nullptr) return not_found(id);
  if (auto written = parts_.folder.store().set_priority(id, priority); !written) return written;
  item->priority = priority;
  tell(*item);
  turn_soon();
  return {};
}

Result<void> DownloadEngine::renew(const std::string& id) {
  if (item_of(id) == nullptr) return not_found(id);
  PLAYHEAD_TRY(const DownloadRow row, parts_.folder.store().find(id));
  keeper_.renew(row.added);
  return {};
}

Result<void> DownloadEngine::verify(const std::string& id) {
  Item* item = item_of(id);
  if (item == nullptr) return not_found(id);
  PLAYHEAD_TRY(const DownloadRow row, parts_.folder.store().find(id));
  const bool is_here = item->state != DownloadState::kRemoving && row.has_content_key;
  if (item->check || !is_here) return {};
  // What is still coming is verified once it is there.
  item->wants_check = item->job != nullptr;
  if (item->job) return {};
  item->check = std::make_unique<TitleCheck>(
      parts_.folder, parts_.executor, id,
      [this, id](const Result<int64_t>& damaged) { on_checked(id, damaged); });
  item->check->start();
  tell(*item);
  return {};
}

void DownloadEngine::on_checked(const std::string& id, Result<int64_t> damaged) {
  parts_.executor.post(guarded([this, id, damaged = std::move(damaged)] {
    Item* item = item_of(id);
    if (item == nullptr) return;
    item->check.reset();
    if (!damaged) {
      const Diagnosis diagnosis = diagnose({damaged.error(), true, false, kMostRefusals});
      show(*item, DownloadState::kFailed, {}, diagnosis.failure);
    } else if (*damaged > 0 && item->state == DownloadState::kCompleted) {
      show(*item, DownloadState::kQueued);
    } else {
      tell(*item);
    }
    turn_soon();
  }));
}

template <typename Action>
Result<void> DownloadEngine::for_all(Action action) {
  Result<void> first;
  for (auto& [id, item] : items_) {
    auto done = action(item);
    if (first && !done) first = std::move(done);
  }
  return first;
}

Result<void> DownloadEngine::pause_all() {
  return for_all([this](const Item& item) { return pause(item.id); });
}

Result<void> DownloadEngine::resume_all() {
  return for_all([this](const Item& item) {
    return item.state == DownloadState::kFailed ? Result<void>() : resume(item.id);
  });
}

Result<void> DownloadEngine::remove_all() {
  return for_all([this](const Item& item) { return remove(item.id); });
}

void DownloadEngine::set_conditions(const DownloadConditions& conditions) {
  conditions_ = conditions;
  set_network(is_network_there_);
}

void DownloadEngine::set_limits(const DownloadLimits& limits) {
  OfflineConfig& config = parts_.config;
  config.only_unmetered = limits.only_unmetered;
  config.only_charging = limits.only_charging;
  config.quota_bytes = limits.quota_bytes;
  config.free_space_floor = limits.free_space_floor;
  config.parallel_titles = limits.parallel_titles;
  config.parallel_segments = limits.parallel_segments;
  turn_soon();
}

void DownloadEngine::set_network(bool is_online) {
  is_network_there_ = is_online;
  const bool is_there = is_online && conditions_.is_online;
  fetcher_.set_network(is_there);
  documents_.set_network(is_there);
  keeper_.set_online(is_there);
  licences_.set_online(is_there);
  if (is_there) {
    for (auto& [id, item] : items_) {
      if (item.waits_for == WaitReason::kNetwork) item.not_before.reset();
    }
  }
  turn_soon();
}

Result<std::vector<DownloadStatus>> DownloadEngine::list() {
  PLAYHEAD_TRY(const auto rows, parts_.folder.store().list());
  std::vector<DownloadStatus> all;
  all.reserve(rows.size());
  for (const DownloadRow& row : rows) all.push_back(status_of(row));
  return all;
}

Result<DownloadStatus> DownloadEngine::find(const std::string& id) {
  PLAYHEAD_TRY(const DownloadRow row, parts_.folder.store().find(id));
  return status_of(row);
}

bool DownloadEngine::has_work(MonotonicTime until) const {
  if (looking_ || keeper_.is_busy(until) || licences_.is_busy(until)) return true;
  return std::any_of(items_.begin(), items_.end(), [until](const auto& entry) {
    const Item& item = entry.second;
    const bool is_due =
        item.state == DownloadState::kWaiting && item.not_before && *item.not_before <= until;
    return item.job || item.check || is_due || item.state == DownloadState::kQueued ||
           item.state == DownloadState::kRemoving;
  });
}

DownloadStatus DownloadEngine::status_of(const DownloadRow& row) {
  DownloadStatus status = status_of_row(row, parts_.rights.judge(row.added.id));
  Item* item = item_of(row.added.id);
  if (item != nullptr && item->is_unwritten) {
    status.state = item->state;
    status.waits_for = item->waits_for;
    status.failure = item->failure;
  }
  // Not in the journal: a check that was cut off has changed nothing.
  if (item != nullptr && item->check) status.state = DownloadState::kVerifying;
  if (item == nullptr || !item->job) return status;
  status.bytes_done += item->job->bytes_ahead();
  status.bytes_total = std::max(status.bytes_total, status.bytes_done);
  status.bytes_per_second = item->rate.bytes_per_second(parts_.executor.now());
  if (status.bytes_per_second > 0 && status.bytes_total > 0) {
    const auto left = static_cast<double>(status.bytes_total - status.bytes_done);
    status.time_left = from_seconds(left / static_cast<double>(status.bytes_per_second));
  }
  return status;
}

// --- what runs

void DownloadEngine::turn_soon() {
  if (is_stopped_ || std::exchange(is_turn_posted_, true)) return;
  parts_.executor.post(guarded([this] {
    is_turn_posted_ = false;
    if (!is_stopped_) turn();
  }));
}

void DownloadEngine::turn() {
  const MonotonicTime now = parts_.executor.now();
  std::vector<QueueItem> queue;
  std::vector<Item*> order;
  for (auto& [id, item] : items_) {
    queue.push_back(
        {item.priority, item.order, wants_to_run(item.state), item.not_before, item.waits_for});
    order.push_back(&item);
  }
  QueueInputs in;
  in.items = queue;
  in.conditions = conditions_;
  in.conditions.is_online = conditions_.is_online && is_network_there_;
  in.only_unmetered = parts_.config.only_unmetered;
  in.only_charging = parts_.config.only_charging;
  in.has_space = has_space();
  in.parallel_titles = parts_.config.parallel_titles;
  in.now = now;
  const auto decisions = decide_queue(in);
  // What goes frees places of what comes.
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (decisions[i].kind != QueueDecision::Kind::kRun) apply(*order[i], decisions[i]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (decisions[i].kind == QueueDecision::Kind::kRun) run(*order[i]);
  }
  share_slots();
  arm(now);
}

bool DownloadEngine::has_space() {
  const auto free = parts_.folder.files().free_bytes(parts_.folder.root());
  // A disk that does not say is asked by writing.
  is_quota_used_ = false;
  if (free && *free < parts_.config.free_space_floor + kReserveBytes) return false;
  if (parts_.config.quota_bytes <= 0) return true;
  const auto used = parts_.folder.store().bytes_of_all();
  int64_t coming = 0;
  for (const auto& [id, item] : items_) coming += item.job ? item.job->bytes_ahead() : 0;
  is_quota_used_ = used && *used + coming >= parts_.config.quota_bytes;
  return !is_quota_used_;
}

void DownloadEngine::apply(Item& item, const QueueDecision& decision) {
  stop_job(item);
  if (decision.kind == QueueDecision::Kind::kLeave) return;
  const bool waits = decision.kind == QueueDecision::Kind::kWait;
  const DownloadState state = waits ? DownloadState::kWaiting : DownloadState::kQueued;
  const bool is_known = item.state == state && item.waits_for == decision.waits_for;
  if (is_known && !item.is_unwritten) return;
  std::optional<DownloadFailure> failure;
  if (waits && item.waits_for == decision.waits_for) failure = item.failure;
  if (waits && decision.waits_for == WaitReason::kStorage && !failure) {
    const ErrorCode code = is_quota_used_ ? ErrorCode::kOfflineQuota : ErrorCode::kStoreFull;
    failure = DownloadFailure{make_error(code, "", 0, Severity::kRecoverable), true,
                              NextAction::kFreeSpace};
  }
  show(item, state, decision.waits_for, failure);
}

void DownloadEngine::run(Item& item) {
  if (item.job || item.check) return;
  // What could not be written down before, as the disk was full.
  if (!commits_.empty()) commits_.flush_now();
  if (!commits_.empty()) {
    const Error full = make_error(ErrorCode::kStoreFull, "", 0, Severity::kRecoverable);
    const Error why = commits_.failure().value_or(full);
    return wait_or_fail(item, diagnose({why, true, false, item.failures + 1}));
  }
  TitleDownload::Events events;
  events.on_state = [this, id = item.id](DownloadState state) {
    if (Item* changed = item_of(id)) show(*changed, state);
    if (state != DownloadState::kDownloading) return;
    // A permission has come: when does it end? Not inside the job's call, which may end by it.
    parts_.executor.post(guarded([this] { keeper_.look(); }));
  };
  events.on_bytes = [this, id = item.id](int64_t bytes) { on_job_bytes(id, bytes); };
  events.on_ended = [this, id = item.id](const TitleDownload::Ended& ended) {
    parts_.executor.post(guarded([this, id, ended] { on_job_ended(id, ended); }));
  };
  item.not_before.reset();
  item.job = std::make_unique<TitleDownload>(world_, item.id, item.failures, std::move(events));
  item.job->start();
}

void DownloadEngine::stop_job(Item& item) {
  if (!item.job) return;
  item.job->suspend();
  item.job.reset();
}

void DownloadEngine::share_slots() {
  std::vector<Item*> running;
  for (auto& [id, item] : items_) {
    if (item.job) running.push_back(&item);
  }
  if (running.empty()) return;
  std::sort(running.begin(), running.end(), [](const Item* a, const Item* b) {
    return a->priority != b->priority ? a->priority > b->priority : a->order < b->order;
  });
  const int count = static_cast<int>(running.size());
  const int all = std::max(parts_.config.parallel_segments, count);
  for (int i = 0; i < count; ++i) {
    running[static_cast<std::size_t>(i)]->job->set_slots(all / count + (i < all % count ? 1 : 0));
  }
}

void DownloadEngine::arm(MonotonicTime now) {
  std::optional<MonotonicTime> next;
  const auto at = [&next](MonotonicTime time) { next = std::min(next.value_or(time), time); };
  bool has_jobs = false;
  for (const auto& [id, item] : items_) {
    has_jobs = has_jobs || item.job;
    if (item.state != DownloadState::kWaiting) continue;
    if (item.not_before && *item.not_before > now) at(*item.not_before);
    if (item.waits_for == WaitReason::kStorage) at(now + kStorageLook);
  }
  timer_.reset();
  if (next) timer_ = parts_.executor.post_at(*next, [this] { turn_soon(); });
  if (has_jobs && !news_timer_) {
    news_timer_ = parts_.executor.post_at(now + kNewsInterval, [this] { tell_news(); });
  }
}

void DownloadEngine::on_job_bytes(const std::string& id, int64_t bytes) {
  Item* item = item_of(id);
  if (item == nullptr) return;
  item->rate.add(bytes, parts_.executor.now());
  item->failures = 0;
  item->has_news = true;
}

void DownloadEngine::on_job_ended(const std::string& id, const TitleDownload::Ended& ended) {
  Item* item = item_of(id);
  if (item == nullptr || !item->job || !item->job->is_ended()) return;
  stop_job(*item);
  if (ended.diagnosis) {
    wait_or_fail(*item, *ended.diagnosis);
  } else {
    item->failures = 0;
    // Told only once it is written down.
    if (auto done = set_state(*item, DownloadState::kCompleted); !done) {
      wait_or_fail(*item, diagnose({done.error(), true, false, 1}));
    } else if (std::exchange(item->wants_check, false)) {
      note(verify(id));
    }
  }
  turn_soon();
}

void DownloadEngine::wait_or_fail(Item& item, const Diagnosis& diagnosis) {
  parts_.log.info("download " + item.id + ": " + describe(diagnosis.failure.error));
  if (diagnosis.remedy != Remedy::kWait) {
    show(item, DownloadState::kFailed, {}, diagnosis.failure);
    return;
  }
  ++item.failures;
  const Duration delay = diagnosis.waits_for == WaitReason::kStorage
                             ? kStorageLook
                             : std::max(Duration{1s}, backoff_delay(kTitleBackoff, item.failures,
                                                                    parts_.executor.random()));
  item.not_before = parts_.executor.now() + delay;
  show(item, DownloadState::kWaiting, diagnosis.waits_for, diagnosis.failure);
}

void DownloadEngine::on_rights_changed(const std::string& id) {
  Item* item = item_of(id);
  if (item == nullptr) return;
  // Its permission ended while it came: nothing of it may be kept any more.
  const bool has_ended = item->job && parts_.rights.judge(id).destroys_keys;
  if (!has_ended) return tell(*item);
  stop_job(*item);
  commits_.drop(id);
  const DownloadFailure failure{make_error(ErrorCode::kOfflineExpired, ""), true,
                                NextAction::kRenew};
  show(*item, DownloadState::kFailed, {}, failure);
  turn_soon();
}

void DownloadEngine::refetch(const std::string& id) {
  Item* item = item_of(id);
  if (item == nullptr || item->state != DownloadState::kCompleted) return;
  show(*item, DownloadState::kQueued);
  turn_soon();
}

void DownloadEngine::on_granted(const std::string& id) {
  Item* item = item_of(id);
  if (item == nullptr) return;
  const auto row = parts_.folder.store().find(id);
  const bool lost_key = row && row->resources > 0 && !row->has_content_key;
  const bool may_go_on =
      item->state == DownloadState::kCompleted || item->state == DownloadState::kFailed;
  if (lost_key && may_go_on) show(*item, DownloadState::kQueued);
  turn_soon();
}

// What has ended long ago: bytes nobody can read any more.
void DownloadEngine::purge(const std::string& id) {
  Item* item = item_of(id);
  if (item == nullptr || item->state == DownloadState::kRemoving) return;
  const DownloadFailure failure{make_error(ErrorCode::kOfflineExpired, ""), true,
                                NextAction::kRenew};
  const bool is_told = item->state == DownloadState::kFailed && item->failure &&
                       item->failure->error.code == failure.error.code;
  const auto row = parts_.folder.store().find(id);
  if (is_told && row && row->bytes_done == 0) return;  // by the process before
  stop_job(*item);
  commits_.drop(id);
  note(removal_.purge(id));
  show(*item, DownloadState::kFailed, {}, failure);
}

// --- what is told

Result<void> DownloadEngine::set_state(Item& item, DownloadState state, WaitReason waits_for,
                                       const std::optional<DownloadFailure>& failure) {
  StateChange change{state, waits_for, failure, ""};
  if (failure) change.detail = describe(failure->error);
  auto written = parts_.folder.store().set_state(item.id, change, parts_.executor.wall_now());
  if (!written) return written;
  item.state = state;
  item.waits_for = waits_for;
  item.failure = failure;
  item.is_unwritten = false;
  tell(item);
  return {};
}

// A journal that takes nothing keeps nobody from knowing why. After a restart all of these are
// queued anyway.
void DownloadEngine::show(Item& item, DownloadState state, WaitReason waits_for,
                          const std::optional<DownloadFailure>& failure) {
  auto written = set_state(item, state, waits_for, failure);
  if (written) return;
  note(written);
  item.state = state;
  item.waits_for = waits_for;
  item.failure = failure;
  item.is_unwritten = true;
  tell(item);
}

void DownloadEngine::note(const Result<void>& result) {
  if (!result) parts_.log.error("the journal of downloads: " + describe(result.error()));
}

void DownloadEngine::tell(const Item& item) {
  if (auto status = find(item.id)) parts_.on_changed(*status);
}

void DownloadEngine::tell_news() {
  news_timer_.reset();
  bool has_jobs = false;
  for (auto& [id, item] : items_) {
    has_jobs = has_jobs || item.job;
    if (item.job && std::exchange(item.has_news, false)) tell(item);
  }
  if (!has_jobs) return;
  // A large file is committed long after it has filled the disk.
  if (!has_space()) turn_soon();
  news_timer_ =
      parts_.executor.post_at(parts_.executor.now() + kNewsInterval, [this] { tell_news(); });
}

}  // namespace playhead::offline
