// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "playback/offline_transport.h"
#include "playhead/offline_title.h"

namespace playhead::offline {

// A download that is being played. On the thread of `player`.
class OfflineTitleImpl final : public OfflineTitle {
 public:
  struct Parts {
    std::shared_ptr<ReadingDesk> desk;
    std::shared_ptr<const StoredTitle> title;
    std::shared_ptr<TitleRights> rights;  // used while the desk is open
    std::shared_ptr<Executor> worker;
    Executor& player;
  };
  explicit OfflineTitleImpl(Parts parts);
  // The time that was reached is written down.
  ~OfflineTitleImpl() override;

  [[nodiscard]] std::string manifest_url() const override { return parts_.title->manifest_url(); }
  [[nodiscard]] std::string title_id() const override { return parts_.title->title_id; }
  [[nodiscard]] std::string profile_id() const override { return parts_.title->profile_id; }
  [[nodiscard]] bool keeps(const std::string& representation_id) const override;
  Transport& transport() override { return transport_; }
  [[nodiscard]] const std::vector<KeptLicense>& licenses() const override {
    return parts_.title->licenses;
  }
  [[nodiscard]] std::shared_ptr<LicenseStore> license_store() const override { return licenses_; }
  std::unique_ptr<LicenseFetcher> make_license_fetcher(Executor& executor) override;
  [[nodiscard]] Result<void> may_play() override;
  CancelHandle begin_play(UniqueFunction<void(Result<void>)> done) override;

 private:
  void keep_time();

  const Parts parts_;
  const std::shared_ptr<SealedLicenses> licenses_;  // null: there are none here
  OfflineTransport transport_;
  bool has_begun_ = false;  // it is playing, not about to
  std::optional<MonotonicTime> kept_;
};

}  // namespace playhead::offline
