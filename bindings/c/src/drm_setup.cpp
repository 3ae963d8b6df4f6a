// SPDX-License-Identifier: Apache-2.0
#include "drm_setup.h"

#include <algorithm>
#include <string>
#include <utility>

#include "drm_host.h"
#include "guard.h"
#include "handle.h"
#include "handles.h"
#include "playhead/drm/cdm_module.h"
#include "sized_struct.h"

namespace playhead::capi {
namespace {

// Systems, and modules, an app may set up (chosen: a few for each level of each system there is).
constexpr uint64_t kMostSystems = 64;

using Hooks = SharedTable<playhead_license_hooks>;

Result<void> result_of(playhead_status status, const char* whose) {
  if (status == PLAYHEAD_OK) return {};
  const bool is_known = status < 0 && error_name(static_cast<ErrorCode>(-status)) != "UNKNOWN";
  return make_error(is_known ? static_cast<ErrorCode>(-status) : ErrorCode::kDrmLicense,
                    std::string("the app's hook for licence ") + whose + " says so", status);
}

void add_hooks(const Hooks& hooks, DrmConfig& config) {
  if (hooks == nullptr) return;
  if ((*hooks)->on_request != nullptr) {
    config.on_license_request = [hooks](LicenseMessage& message) {
      playhead_license_message seen{message, {}, false};
      const InAppCall inside(AppCall::kAsked);
      const playhead_status status = ask_app(kThrew, [&] {
        const Lent<playhead_license_message> handle(seen);
        return (*hooks)->on_request((*hooks)->user, handle.get());
      });
      message = std::move(seen.message);
      return result_of(status, "requests");
    };
  }
  if ((*hooks)->on_response != nullptr) {
    config.on_license_response = [hooks](const std::string& scheme,
                                         SharedBytes body) -> Result<SharedBytes> {
      playhead_license_message seen{{scheme, {}, {}, {}}, std::move(body), true};
      const InAppCall inside(AppCall::kAsked);
      const playhead_status status = ask_app(kThrew, [&] {
        const Lent<playhead_license_message> handle(seen);
        return (*hooks)->on_response((*hooks)->user, handle.get());
      });
      if (auto result = result_of(status, "answers"); !result) return std::move(result).error();
      return std::move(seen.answer);
    };
  }
}

Result<std::unique_ptr<DrmSystem>> system_of(playhead_cdm_entry_function entry,
                                             const CdmHostOptions& options) {
  if (entry == nullptr) return make_error(ErrorCode::kInvalidArgument, "a DRM system is NULL");
  const playhead_cdm_system* table = nullptr;
  playhead_cdm_error error{};
  error.struct_size = sizeof(error);
  const InAppCall inside(AppCall::kAsked);
  const int32_t status = ask_app(kThrew, [&] {
    return entry(PLAYHEAD_CDM_ABI_VERSION, PLAYHEAD_CDM_ABI_VERSION, &table, &error);
  });
  if (status != 0) {
    return make_error(ErrorCode::kDrmModule, "a DRM system of the app cannot be made", status);
  }
  return make_cdm_system(table, options);
}

// What systems may ask of the app, and who lives as long as they may.
struct Host {
  std::shared_ptr<LogSink> log;
  DrmHost table;

  // `store` may be null.
  [[nodiscard]] CdmHostOptions options(LicenseStore* store) const {
    CdmHostOptions options;
    options.log = log.get();
    options.store = store;
    options.output = [table = table] { return output_of(table); };
    return options;
  }
};

// `make` gives a Result for its CdmHostOptions; tried once, then asked for each title.
template <typename Make>
Result<void> add_system(Make make, const Host& host, DrmConfig& config) {
  std::shared_ptr<AppLicenseStore> store;
  if (has_store(host.table)) store = std::make_shared<AppLicenseStore>(host.table);
  auto tried = make(host.options(store.get()));
  if (!tried) return std::move(tried).error();
  if (store) store->set_system((*tried)->name());
  // What the options point to is held by the factory, which outlives what it makes.
  config.systems.emplace_back([make, host, store]() -> std::unique_ptr<DrmSystem> {
    auto made = make(host.options(store.get()));
    if (made) return *std::move(made);
    if (host.log) host.log->log(LogLevel::kError, "drm", describe(made.error()));
    return nullptr;
  });
  return {};
}

std::vector<std::string> words_of(const char* text) {
  std::vector<std::string> words(1);
  for (const char* at = text; at != nullptr && *at != '\0'; ++at) {
    const bool is_gap = *at == ' ' || *at == ',';
    if (is_gap && !words.back().empty()) words.emplace_back();
    if (!is_gap) words.back() += *at;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace

Result<DrmConfig> make_drm_config(const playhead_drm_config* theirs,
                                  const std::shared_ptr<LogSink>& log) {
  DrmConfig config;
  if (theirs == nullptr) return config;
  playhead_drm_config ours{};
  const auto invalid = [](const char* why) { return make_error(ErrorCode::kInvalidArgument, why); };
  if (!read_struct(theirs, ours)) return invalid("the DRM config has no size that can be");
  const Hooks hooks = CallbackTable<playhead_license_hooks>::adopt(ours.hooks);
  const Host host{log, CallbackTable<playhead_drm_host>::adopt(ours.host)};
  if (ours.hooks != nullptr && hooks == nullptr) return invalid("the hooks have no such size");
  const bool has_lists = (ours.systems != nullptr || ours.system_count == 0) &&
                         (ours.modules != nullptr || ours.module_count == 0);
  if (!has_lists || ours.system_count > kMostSystems || ours.module_count > kMostSystems) {
    return invalid("the DRM systems are no list of at most 64");
  }
  if (ours.host != nullptr && host.table == nullptr)
    return invalid("the DRM host has no such size");
  for (uint64_t i = 0; i < ours.system_count; ++i) {
    const auto make = [entry = ours.systems[i]](const CdmHostOptions& options) {
      return system_of(entry, options);
    };
    if (auto added = add_system(make, host, config); !added) return std::move(added).error();
  }
  for (uint64_t i = 0; i < ours.module_count; ++i) {
    if (ours.modules[i] == nullptr) return invalid("the path of a DRM module is NULL");
    const auto make = [path = std::string(ours.modules[i])](const CdmHostOptions& options) {
      return load_cdm_module(path, options);
    };
    if (auto added = add_system(make, host, config); !added) return std::move(added).error();
  }
  config.clear_key = ours.no_clear_key == 0;
  config.preference = words_of(ours.preference);
  config.license_url = text_or_empty(ours.license_url);
  config.protocol = ours.raw_licenses != 0 ? LicenseProtocol::kRaw : LicenseProtocol::kAutomatic;
  add_hooks(hooks, config);
  return config;
}

}  // namespace playhead::capi
