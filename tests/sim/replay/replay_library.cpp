// SPDX-License-Identifier: Apache-2.0
#include "sim/replay/replay_library.h"

#include <string>
#include <vector>

#include "playhead/drm/license_fetcher.h"
#include "playhead/drm/license_store.h"

namespace playhead::replay {

namespace {

std::string numbered(char what, uint64_t number) { return what + std::to_string(number); }

}  // namespace

class ReplayLibrary::Title final : public OfflineTitle {
 public:
  struct Names {
    std::string manifest_url, title_id, profile_id;
  };
  Title(ReplayLibrary& library, uint64_t number, Names names)
      : script_(library.script_),
        transport_(library.transport_),
        waiting_(library.waiting_),
        number_(number),
        names_(std::move(names)) {}
  ~Title() override { script_.effect(numbered('Z', number_)); }

  [[nodiscard]] std::string manifest_url() const override { return names_.manifest_url; }
  [[nodiscard]] std::string title_id() const override { return names_.title_id; }
  [[nodiscard]] std::string profile_id() const override { return names_.profile_id; }
  [[nodiscard]] bool keeps(const std::string&) const override {
    return script_.ask(numbered('y', number_)) == "1";
  }
  Transport& transport() override { return transport_; }
  [[nodiscard]] const std::vector<KeptLicense>& licenses() const override { return none_; }
  [[nodiscard]] std::shared_ptr<LicenseStore> license_store() const override { return nullptr; }
  std::unique_ptr<LicenseFetcher> make_license_fetcher(Executor& executor) override {
    return make_refusing_fetcher(executor);
  }
  [[nodiscard]] Result<void> may_play() override {
    const auto answer = script_.ask(numbered('P', number_));
    if (!answer || *answer == "ok") return {};
    recorder::FieldReader in(*answer);
    return in.error();
  }
  CancelHandle begin_play(UniqueFunction<void(Result<void>)> done) override {
    const uint64_t number = script_.next_number();
    script_.effect(numbered('G', number));
    waiting_->beginning.emplace(number, std::move(done));
    return CancelHandle(
        [waiting = waiting_, number] { const auto dropped = waiting->beginning.extract(number); });
  }

 private:
  Script& script_;
  ReplayTransport& transport_;
  const std::shared_ptr<Waiting> waiting_;
  const uint64_t number_;
  const Names names_;
  const std::vector<KeptLicense> none_;
};

CancelHandle ReplayLibrary::open(const std::string&, Executor&,
                                 UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) {
  const uint64_t number = script_.next_number();
  script_.effect(numbered('Y', number));
  waiting_->opening.emplace(number, std::move(done));
  return CancelHandle(
      [waiting = waiting_, number] { const auto dropped = waiting->opening.extract(number); });
}

bool ReplayLibrary::run_opened(uint64_t number, recorder::FieldReader& in) {
  auto found = waiting_->opening.extract(number);
  if (found.empty()) return false;
  if (in.text() == "E") {
    Error error = in.error();
    if (in.is_good()) found.mapped()(std::move(error));
    return in.is_good();
  }
  Title::Names names;
  names.manifest_url = in.text();
  names.title_id = in.text();
  names.profile_id = in.text();
  if (!in.is_good()) return false;
  found.mapped()(
      std::unique_ptr<OfflineTitle>(std::make_unique<Title>(*this, number, std::move(names))));
  return true;
}

bool ReplayLibrary::run(char kind, recorder::FieldReader& in) {
  const auto number = static_cast<uint64_t>(in.number());
  if (kind == 'o') return run_opened(number, in);
  auto found = waiting_->beginning.extract(number);
  if (found.empty()) return false;
  Result<void> begun;
  if (!in.at_end()) begun = in.error();
  if (in.is_good()) found.mapped()(std::move(begun));
  return in.is_good();
}

}  // namespace playhead::replay
