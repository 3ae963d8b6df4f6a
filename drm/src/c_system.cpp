// SPDX-License-Identifier: Apache-2.0
#include "c_system.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "aes.h"

namespace playhead {
namespace drm {
namespace {

// As many subsamples are handed over without an allocation; chosen: one for each slice of a
// picture.
constexpr std::size_t kFewSubsamples = 32;

constexpr uint32_t kHlsSchemes = PLAYHEAD_CDM_HLS_AVC | PLAYHEAD_CDM_HLS_AAC | PLAYHEAD_CDM_HLS_AC3;

bool is_hls(SampleScheme scheme) { return (c_scheme(scheme) & kHlsSchemes) != 0; }

class CDecryptor final : public SampleDecryptor {
 public:
  explicit CDecryptor(std::shared_ptr<CCore> core) : core_(std::move(core)) {}

  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override {
    Result<std::size_t> size = hand_over(info, sample);
    if (!size) wipe(sample);
    return size;
  }

 private:
  Result<std::size_t> hand_over(const CryptoInfo& info, std::span<uint8_t> sample) {
    auto told = c_sized<playhead_cdm_crypto_info>();
    told.scheme = c_scheme(info.scheme);
    std::copy(info.kid.begin(), info.kid.end(), told.kid);
    std::copy(info.iv.begin(), info.iv.end(), told.iv);
    told.crypt_blocks = info.crypt_blocks;
    told.skip_blocks = info.skip_blocks;
    if (is_hls(info.scheme) || info.subsamples.empty()) return call(told, sample);
    std::array<playhead_cdm_subsample, kFewSubsamples> few;
    std::vector<playhead_cdm_subsample> many;
    if (info.subsamples.size() > few.size()) many.resize(info.subsamples.size());
    playhead_cdm_subsample* parts = many.empty() ? few.data() : many.data();
    uint64_t total = 0;  // of 32-bit numbers, fewer than 2^32 of them
    for (const Subsample& part : info.subsamples) {
      parts[told.subsample_count++] = {part.clear, part.encrypted};
      total += uint64_t{part.clear} + part.encrypted;
    }
    // A module that trusts them would write behind the sample.
    if (total != sample.size()) {
      return make_error(ErrorCode::kDrmSample, "the subsamples do not fill the sample");
    }
    told.subsamples = parts;
    return call(told, sample);
  }

  Result<std::size_t> call(const playhead_cdm_crypto_info& info, std::span<uint8_t> sample) {
    const playhead_cdm_system& table = core_->table;
    auto error = c_sized<playhead_cdm_error>();
    std::size_t size = sample.size();
    const Status status = call_slot(table.decrypt, table.user, &info, sample.data(), &size, &error);
    if (status != 0) return error_of(status, &error, "decrypt()");
    const bool may_shrink = (info.scheme & kHlsSchemes) != 0;
    if (size > sample.size() || (!may_shrink && size != sample.size())) {
      return make_error(ErrorCode::kDrmModule, "the module's decrypt() answers a wrong length");
    }
    return size;
  }

  const std::shared_ptr<CCore> core_;
};

bool can_decrypt(const DrmSystem& system) {
  return system.query(TrackKind::kVideo).decrypts_samples ||
         system.query(TrackKind::kAudio).decrypts_samples;
}

}  // namespace

Error module_error(CdmFault fault, std::string context) {
  return make_error(ErrorCode::kDrmModule, std::move(context), static_cast<int32_t>(fault));
}

CSystem::CSystem(std::shared_ptr<CCore> core) : core_(std::move(core)) {
  if (can_decrypt(*this)) decryptor_ = std::make_shared<CDecryptor>(core_);
}

DrmCapabilities CSystem::query(TrackKind track) const {
  auto told = c_sized<playhead_cdm_capabilities>();
  const Status status = call_slot(core_->table.query, core_->table.user, c_track(track), &told);
  DrmCapabilities capabilities;
  if (status == 0) capabilities = capabilities_of(told);
  if (core_->table.decrypt == nullptr) capabilities.decrypts_samples = false;
  if (!capabilities.decrypts_samples && !capabilities.has_secure_decoder) {
    capabilities.level = SecurityLevel::kNone;
  }
  return capabilities;
}

Result<std::unique_ptr<DrmSession>> CSystem::open_session(SessionKind kind, Executor& executor,
                                                          DrmSessionListener& listener) {
  return CSession::open(core_, kind, executor, listener);
}

}  // namespace drm

namespace {

using drm::CCore;
using drm::module_error;

// Up to the last required function.
constexpr std::size_t kLeastTable = offsetof(playhead_cdm_system, wake);

Result<void> check_table(const playhead_cdm_system* table) {
  if (table == nullptr) return module_error(CdmFault::kTable, "the module has no table");
  const uint32_t size = table->struct_size;
  if (size < offsetof(playhead_cdm_system, user)) {
    return module_error(CdmFault::kTable, "the module's table has no version");
  }
  if (table->abi_version != PLAYHEAD_CDM_ABI_VERSION) {
    return module_error(CdmFault::kVersion, "the module speaks version " +
                                                std::to_string(table->abi_version) +
                                                " of the interface, this player version " +
                                                std::to_string(PLAYHEAD_CDM_ABI_VERSION));
  }
  if (size < kLeastTable) {
    return module_error(CdmFault::kTable, "the module's table has " + std::to_string(size) +
                                              " bytes, at least " + std::to_string(kLeastTable) +
                                              " are needed");
  }
  return {};
}

Result<void> check_functions(const playhead_cdm_system& table) {
  const struct {
    const char* name;
    bool is_there;
  } rows[] = {
      {"destroy", table.destroy != nullptr}, {"start", table.start != nullptr},
      {"query", table.query != nullptr},     {"open_session", table.open_session != nullptr},
      {"close", table.close != nullptr},     {"request", table.request != nullptr},
      {"update", table.update != nullptr}};
  for (const auto& row : rows) {
    if (!row.is_there) {
      return module_error(CdmFault::kFunction,
                          std::string("the module's table has no function ") + row.name + "()");
    }
  }
  return {};
}

Result<void> read_identity(CCore& core) {
  const auto fault = [](const char* text) { return module_error(CdmFault::kIdentity, text); };
  const playhead_cdm_system& table = core.table;
  const auto name = drm::c_text(table.name, PLAYHEAD_CDM_MAX_NAME);
  if (!name || name->empty()) return fault("the module's system has no name, or a long one");
  core.name = std::string(*name);
  core.host.set_name(core.name);
  const std::size_t ids = table.system_id_count;
  const std::size_t formats = table.key_format_count;
  if (ids > PLAYHEAD_CDM_MAX_IDS || formats > PLAYHEAD_CDM_MAX_IDS || ids + formats == 0 ||
      (ids != 0 && table.system_ids == nullptr) || (formats != 0 && table.key_formats == nullptr)) {
    return fault("the module's system has no system id and no key format, or too many");
  }
  for (std::size_t i = 0; i < ids; ++i) {
    KeyId& id = core.system_ids.emplace_back();
    std::copy_n(table.system_ids + i * id.size(), id.size(), id.begin());
  }
  for (std::size_t i = 0; i < formats; ++i) {
    const auto format = drm::c_text(table.key_formats[i], PLAYHEAD_CDM_MAX_NAME);
    if (!format || format->empty()) {
      return fault("a key format of the module's system is empty or too long");
    }
    core.key_formats.emplace_back(*format);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<DrmSystem>> make_cdm_system(const playhead_cdm_system* table,
                                                   const CdmHostOptions& options,
                                                   std::shared_ptr<const void> library) {
  if (auto checked = check_table(table); !checked) return std::move(checked).error();
  auto core = std::make_shared<CCore>(options, std::move(library));
  core->table = drm::c_copied(table);
  if (auto checked = check_functions(core->table); !checked) return std::move(checked).error();
  if (auto read = read_identity(*core); !read) return std::move(read).error();
  auto error = drm::c_sized<playhead_cdm_error>();
  const drm::Status status =
      drm::call_slot(core->table.start, core->table.user, core->host.table(), &error);
  if (status != 0) {
    const Error why = drm::error_of(status, &error, "start()");
    return module_error(CdmFault::kRefused, "the module refuses to start: " + why.context);
  }
  return std::unique_ptr<DrmSystem>(std::make_unique<drm::CSystem>(std::move(core)));
}

}  // namespace playhead
