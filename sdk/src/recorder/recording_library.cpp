// SPDX-License-Identifier: Apache-2.0
#include "recorder/recording_library.h"

#include <utility>

#include "playhead/drm/license_fetcher.h"
#include "recorder/fields.h"
#include "recorder/recording_transport.h"

namespace playhead::recorder {

namespace {

std::string numbered(char what, uint64_t number) { return what + std::to_string(number); }

class RecordingTitle final : public OfflineTitle {
 public:
  RecordingTitle(std::unique_ptr<OfflineTitle> inner, std::shared_ptr<RecordingExecutor> executor,
                 uint64_t number)
      : inner_(std::move(inner)),
        executor_(std::move(executor)),
        number_(number),
        transport_(std::shared_ptr<Transport>(std::shared_ptr<void>(), &inner_->transport()),
                   executor_) {}
  ~RecordingTitle() override { recorder().effect(numbered('Z', number_)); }

  [[nodiscard]] std::string manifest_url() const override { return inner_->manifest_url(); }
  [[nodiscard]] std::string title_id() const override { return inner_->title_id(); }
  [[nodiscard]] std::string profile_id() const override { return inner_->profile_id(); }
  [[nodiscard]] bool keeps(const std::string& representation_id) const override {
    const bool is_kept = inner_->keeps(representation_id);
    recorder().answer(numbered('y', number_), is_kept ? "1" : "0");
    return is_kept;
  }
  Transport& transport() override { return transport_; }
  [[nodiscard]] const std::vector<KeptLicense>& licenses() const override {
    return inner_->licenses();
  }
  [[nodiscard]] std::shared_ptr<LicenseStore> license_store() const override {
    return inner_->license_store();
  }
  std::unique_ptr<LicenseFetcher> make_license_fetcher(Executor& executor) override {
    return inner_->make_license_fetcher(executor);
  }
  [[nodiscard]] Result<void> may_play() override {
    auto allowed = inner_->may_play();
    recorder().answer(numbered('P', number_),
                      allowed ? "ok" : Fields().error(allowed.error()).take());
    return allowed;
  }
  CancelHandle begin_play(UniqueFunction<void(Result<void>)> done) override {
    const uint64_t number = recorder().next_number();
    recorder().effect(numbered('G', number));
    return inner_->begin_play([executor = executor_, number,
                               done = std::move(done)](Result<void> begun) mutable {
      Fields fields(std::to_string(number));
      if (!begun) fields.error(begun.error());
      const FlightRecorder::Step step(executor->recorder(), executor->inner(), 'g', fields.str());
      done(std::move(begun));
    });
  }

 private:
  [[nodiscard]] FlightRecorder& recorder() const { return executor_->recorder(); }

  const std::unique_ptr<OfflineTitle> inner_;
  const std::shared_ptr<RecordingExecutor> executor_;
  const uint64_t number_;
  RecordingTransport transport_;
};

std::string described(uint64_t number, const Result<std::unique_ptr<OfflineTitle>>& title,
                      Redactor& redactor) {
  Fields fields(std::to_string(number));
  if (!title) return fields.text("E").error(title.error()).take();
  return fields.text("ok")
      .text(redactor.url((*title)->manifest_url()))
      .text(redactor.name((*title)->title_id()))
      .text(redactor.name((*title)->profile_id()))
      .take();
}

}  // namespace

CancelHandle RecordingLibrary::open(
    const std::string& download_id, Executor&,
    UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) {
  const uint64_t number = executor_->recorder().next_number();
  executor_->recorder().effect(numbered('Y', number));
  auto tapped = [executor = executor_, number,
                 done = std::move(done)](Result<std::unique_ptr<OfflineTitle>> title) mutable {
    FlightRecorder& told = executor->recorder();
    const std::string fields = described(number, title, told.redactor());
    const FlightRecorder::Step step(told, executor->inner(), 'o', fields);
    if (!title) return done(std::move(title));
    done(std::unique_ptr<OfflineTitle>(
        std::make_unique<RecordingTitle>(*std::move(title), executor, number)));
  };
  return inner_->open(download_id, executor_->inner(), std::move(tapped));
}

}  // namespace playhead::recorder
