// SPDX-License-Identifier: Apache-2.0
#include "playback/offline_title_impl.h"

#include <utility>

#include "base/mailbox.h"
#include "playhead/drm/license_fetcher.h"

namespace playhead::offline {

namespace {

// TrustedClock::keep(), while something plays.
constexpr Duration kKeepEvery = 1min;

std::shared_ptr<SealedLicenses> sealed_licenses(const OfflineTitleImpl::Parts& parts) {
  const StoredTitle& title = *parts.title;
  if (title.sealed_licenses.empty()) return nullptr;
  return std::make_shared<SealedLicenses>(parts.desk, title.id, title.sealed_licenses,
                                          !title.ends_by_rights);
}

}  // namespace

OfflineTitleImpl::OfflineTitleImpl(Parts parts)
    : parts_(std::move(parts)),
      licenses_(sealed_licenses(parts_)),
      transport_(parts_.desk, parts_.title, parts_.worker) {}

OfflineTitleImpl::~OfflineTitleImpl() {
  if (has_begun_) keep_time();
}

bool OfflineTitleImpl::keeps(const std::string& representation_id) const {
  const auto& kept = parts_.title->kept;
  return kept.empty() || kept.count(representation_id) > 0;
}

std::unique_ptr<LicenseFetcher> OfflineTitleImpl::make_license_fetcher(Executor& executor) {
  return make_refusing_fetcher(executor);
}

Result<void> OfflineTitleImpl::may_play() {
  const MonotonicTime now = parts_.player.now();
  if (has_begun_ && (!kept_ || now - *kept_ >= kKeepEvery)) {
    kept_ = now;
    keep_time();
  }
  return parts_.desk->use(
      [this](LibraryParts&) { return as_result(parts_.rights->judge(has_begun_)); });
}

void OfflineTitleImpl::keep_time() {
  parts_.worker->post([desk = parts_.desk] {
    // What fails for long is told by judge().
    static_cast<void>(desk->use([](LibraryParts& parts) { return parts.clock.keep(); }));
  });
}

CancelHandle OfflineTitleImpl::begin_play(UniqueFunction<void(Result<void>)> done) {
  CancelHandle handle;
  auto answer = Mailbox<Result<void>>::make(
      parts_.player,
      [this, done = std::move(done)](Result<void> begun) mutable {
        if (begun) has_begun_ = true;
        done(std::move(begun));
      },
      handle);
  parts_.worker->post([desk = parts_.desk, rights = parts_.rights, answer = std::move(answer)] {
    answer->send(desk->use([&](LibraryParts&) { return rights->begin_play(); }));
  });
  return handle;
}

}  // namespace playhead::offline
