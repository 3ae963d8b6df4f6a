// SPDX-License-Identifier: Apache-2.0
#include "support/scripted_library.h"

#include "playhead/drm/license_fetcher.h"
#include "playhead/drm/license_store.h"

namespace playhead::test {

namespace {

// What is behind "offline:" is at the manifest's place; a disk has no timeouts.
class Disk final : public Transport {
 public:
  explicit Disk(ScriptedLibrary& library) : library_(library) {}
  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override {
    for (const auto& [text, code] : library_.failing) {
      if (request.url.find(text) == std::string::npos) continue;
      return executor.post_at(executor.now(),
                              [done = std::move(callbacks.on_done), code = code]() mutable {
                                done(make_error(code, "scripted"));
                              });
    }
    if (request.url == "offline:d-1") request.url = library_.manifest_url;
    request.timeouts = {24h, 24h, 24h};
    return library_.disk.start(std::move(request), executor, std::move(callbacks));
  }
  void preconnect(const std::string&) override {}

 private:
  ScriptedLibrary& library_;
};

class ScriptedTitle final : public OfflineTitle {
 public:
  explicit ScriptedTitle(std::shared_ptr<ScriptedLibrary> library)
      : library_(std::move(library)), disk_(*library_) {
    ++library_->titles;
  }
  ~ScriptedTitle() override { --library_->titles; }

  [[nodiscard]] std::string manifest_url() const override { return "offline:d-1"; }
  [[nodiscard]] std::string title_id() const override { return library_->title_id; }
  [[nodiscard]] std::string profile_id() const override { return ""; }
  [[nodiscard]] bool keeps(const std::string& id) const override {
    return !library_->keeps || library_->keeps(id);
  }
  Transport& transport() override { return disk_; }
  [[nodiscard]] const std::vector<KeptLicense>& licenses() const override {
    return library_->licenses;
  }
  [[nodiscard]] std::shared_ptr<LicenseStore> license_store() const override {
    return library_->license_store;
  }
  std::unique_ptr<LicenseFetcher> make_license_fetcher(Executor& executor) override {
    return make_refusing_fetcher(executor);
  }
  [[nodiscard]] Result<void> may_play() override {
    ++library_->questions;
    if (auto refusal = library_->refusal()) return *std::move(refusal);
    return {};
  }
  CancelHandle begin_play(UniqueFunction<void(Result<void>)> done) override {
    ++library_->begun;
    VirtualExecutor& executor = library_->executor;
    return executor.post_at(executor.now() + library_->beginning,
                            [this, done = std::move(done)]() mutable {
                              if (library_->begin_error) return done(*library_->begin_error);
                              done({});
                            });
  }

 private:
  const std::shared_ptr<ScriptedLibrary> library_;
  Disk disk_;
};

}  // namespace

std::optional<Error> ScriptedLibrary::refusal() const {
  if (refused) return refused;
  if (!ends_at || executor.now() < *ends_at) return std::nullopt;
  return make_error(ErrorCode::kOfflineExpired, "scripted");
}

CancelHandle ScriptedLibrary::open(
    const std::string& download_id, Executor&,
    UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) {
  ++opened;
  return executor.post_at(
      executor.now() + opening, [this, download_id, done = std::move(done)]() mutable {
        if (open_error) return done(*open_error);
        if (download_id != "d-1") return done(make_error(ErrorCode::kNotFound, download_id));
        if (auto refusal = this->refusal()) return done(*std::move(refusal));
        done(std::unique_ptr<OfflineTitle>(new ScriptedTitle(shared_from_this())));
      });
}

}  // namespace playhead::test
