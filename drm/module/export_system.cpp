// SPDX-License-Identifier: Apache-2.0
#include "export_system.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "c_types.h"
#include "c_wall.h"
#include "host_executor.h"
#include "host_store.h"
#include "playhead/secret_bytes.h"

using playhead::drm::c_sized;
using playhead::drm::Status;

// A session as the table hands it out: tells the host what the session tells.
struct playhead_cdm_session final : playhead::DrmSessionListener {
  playhead_cdm_session(const playhead_cdm_host& its_host, uint64_t its_number)
      : host(its_host), number(its_number), executor(its_host, its_number) {}

  void on_drm_message(playhead::DrmMessage message) override {
    auto told = c_sized<playhead_cdm_message>();
    told.type = playhead::drm::c_message_type(message.type);
    told.challenge = message.challenge.data();
    told.challenge_size = message.challenge.size();
    told.url = message.url.c_str();
    host.message(host.user, number, &told);
  }
  void on_drm_keys(std::vector<playhead::KeyInfo> keys) override {
    std::vector<playhead_cdm_key> told(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      std::copy(keys[i].id.begin(), keys[i].id.end(), told[i].id);
      told[i].status = playhead::drm::c_key_status(keys[i].status);
    }
    host.keys(host.user, number, told.data(), told.size());
  }
  void on_drm_expiration(std::optional<playhead::WallTime> at) override {
    host.expiration(host.user, number, at ? at->us : PLAYHEAD_CDM_NEVER);
  }
  void on_drm_failed(playhead::Error error) override {
    auto told = c_sized<playhead_cdm_error>();
    playhead::drm::fill_error(error, &told);
    host.failed(host.user, number, playhead::drm::status_of(error), &told);
  }
  void end_update(uint64_t token, const playhead::Result<void>& result) {
    auto told = c_sized<playhead_cdm_error>();
    if (!result) playhead::drm::fill_error(result.error(), &told);
    host.updated(host.user, number, token, result ? 0 : playhead::drm::status_of(result.error()),
                 &told);
  }

  const playhead_cdm_host& host;
  const uint64_t number;
  playhead::drm::HostExecutor executor;
  std::unique_ptr<playhead::DrmSession> session;  // last: uses the others while it ends
};

namespace playhead::drm {
namespace {

// All that this module uses of the host.
constexpr std::size_t kLeastHost = offsetof(playhead_cdm_host, store_get);

template <typename Value>
Status answer(const Result<Value>& result, playhead_cdm_error* error) {
  if (result) return 0;
  fill_error(result.error(), error);
  return status_of(result.error());
}

SharedBytes copy_of(const uint8_t* bytes, std::size_t size) {
  if (bytes == nullptr) return {};
  return SharedBytes(std::vector<uint8_t>(bytes, bytes + size));
}

class ExportedSystem {
 public:
  explicit ExportedSystem(MakeSystem make) : make_(make) {
    const std::unique_ptr<DrmSystem> model = make_(nullptr);
    name_ = model->name();
    for (const KeyId& id : model->system_ids()) ids_.insert(ids_.end(), id.begin(), id.end());
    formats_ = model->key_formats();
    for (const std::string& format : formats_) format_texts_.push_back(format.c_str());
    fill_table();
  }
  [[nodiscard]] const playhead_cdm_system* table() const { return &table_; }

 private:
  static ExportedSystem& of(void* user) { return *static_cast<ExportedSystem*>(user); }
  void fill_table();

  Status start(const playhead_cdm_host* host, playhead_cdm_error* error);
  Status query(uint32_t track, playhead_cdm_capabilities* filled) const;
  Status open(uint64_t number, uint32_t kind, playhead_cdm_session** opened,
              playhead_cdm_error* error);
  Status decrypt(const playhead_cdm_crypto_info* info, uint8_t* sample, std::size_t* size,
                 playhead_cdm_error* error);

  const MakeSystem make_;
  std::string name_;
  std::vector<uint8_t> ids_;
  std::vector<std::string> formats_;
  std::vector<const char*> format_texts_;
  playhead_cdm_system table_ = {};
  playhead_cdm_host host_ = {};
  std::optional<HostStore> store_;
  std::unique_ptr<DrmSystem> system_;
  std::shared_ptr<SampleDecryptor> decryptor_;
};

Status ExportedSystem::start(const playhead_cdm_host* host, playhead_cdm_error* error) {
  if (host == nullptr || host->struct_size < kLeastHost) {
    return answer(Result<void>(make_error(ErrorCode::kInvalidArgument,
                                          "the host's table is smaller than this module needs")),
                  error);
  }
  host_ = c_copied(host);
  if (host_.store_get != nullptr && host_.store_put != nullptr && host_.store_remove != nullptr) {
    store_.emplace(host_);
  }
  system_ = make_(store_ ? &*store_ : nullptr);
  decryptor_ = system_->decryptor();
  return 0;
}

Status ExportedSystem::query(uint32_t track, playhead_cdm_capabilities* filled) const {
  const auto kind = track_of(track);
  if (!kind || filled == nullptr) return -PLAYHEAD_CDM_INVALID_ARGUMENT;
  c_fill(c_capabilities(system_->query(*kind)), filled);
  return 0;
}

Status ExportedSystem::open(uint64_t number, uint32_t kind, playhead_cdm_session** opened,
                            playhead_cdm_error* error) {
  const auto known = kind_of(kind);
  if (!known) return -PLAYHEAD_CDM_NO_SYSTEM;
  auto exported = std::make_unique<playhead_cdm_session>(host_, number);
  auto session = system_->open_session(*known, exported->executor, *exported);
  if (!session) return answer(session, error);
  exported->session = *std::move(session);
  *opened = exported.release();
  return 0;
}

Status ExportedSystem::decrypt(const playhead_cdm_crypto_info* info, uint8_t* sample,
                               std::size_t* size, playhead_cdm_error* error) {
  const auto said = c_copied(info);
  const auto scheme = scheme_of(said.scheme);
  constexpr uint32_t kMostBlocks = std::numeric_limits<uint8_t>::max();
  if (!scheme || !decryptor_ || said.crypt_blocks > kMostBlocks || said.skip_blocks > kMostBlocks ||
      (said.subsamples == nullptr && said.subsample_count != 0)) {
    return -PLAYHEAD_CDM_SAMPLE;
  }
  CryptoInfo crypto;
  crypto.scheme = *scheme;
  std::copy(std::begin(said.kid), std::end(said.kid), crypto.kid.begin());
  std::copy(std::begin(said.iv), std::end(said.iv), crypto.iv.begin());
  crypto.crypt_blocks = static_cast<uint8_t>(said.crypt_blocks);
  crypto.skip_blocks = static_cast<uint8_t>(said.skip_blocks);
  crypto.subsamples.reserve(said.subsample_count);
  for (std::size_t i = 0; i < said.subsample_count; ++i) {
    crypto.subsamples.push_back(
        {said.subsamples[i].clear_bytes, said.subsamples[i].encrypted_bytes});
  }
  const auto length = decryptor_->decrypt(crypto, {sample, *size});
  if (!length) return answer(length, error);
  *size = *length;
  return 0;
}

Status request(playhead_cdm_session* session, uint32_t init_type, const uint8_t* init,
               std::size_t size, playhead_cdm_error* error) {
  const auto type = init_type_of(init_type);
  if (!type) return -PLAYHEAD_CDM_INIT_DATA;
  return answer(session->session->request({*type, copy_of(init, size)}), error);
}

void update(playhead_cdm_session* session, const uint8_t* response, std::size_t size,
            uint64_t token) {
  const SharedBytes license = response == nullptr ? SharedBytes() : share_secret({response, size});
  session->session->update(license, [session, token](const Result<void>& result) {
    session->end_update(token, result);
  });
}

Status restore(playhead_cdm_session* session, const char* id, playhead_cdm_error* error) {
  if (id == nullptr) return -PLAYHEAD_CDM_INVALID_ARGUMENT;
  return answer(session->session->restore(id), error);
}

Status persistent_id(playhead_cdm_session* session, char* buffer, std::size_t capacity) {
  const std::string id = session->session->persistent_id();
  if (buffer == nullptr || id.size() >= capacity) return -PLAYHEAD_CDM_BUFFER_TOO_SMALL;
  std::memcpy(buffer, id.c_str(), id.size() + 1);
  return 0;
}

void ExportedSystem::fill_table() {
  table_ = c_sized<playhead_cdm_system>();
  table_.abi_version = PLAYHEAD_CDM_ABI_VERSION;
  table_.user = this;
  table_.name = name_.c_str();
  table_.system_ids = ids_.data();
  table_.system_id_count = ids_.size() / KeyId().size();
  table_.key_formats = format_texts_.data();
  table_.key_format_count = format_texts_.size();
  fill_slot(table_.destroy, [](void* user) { delete &of(user); });
  fill_slot(table_.start, [](void* user, const playhead_cdm_host* host, playhead_cdm_error* error) {
    return of(user).start(host, error);
  });
  fill_slot(table_.query, [](void* user, uint32_t track, playhead_cdm_capabilities* filled) {
    return of(user).query(track, filled);
  });
  fill_slot(table_.open_session,
            [](void* user, uint64_t number, uint32_t kind, playhead_cdm_session** opened,
               playhead_cdm_error* error) { return of(user).open(number, kind, opened, error); });
  fill_slot(table_.close, [](playhead_cdm_session* session) { delete session; });
  fill_slot(table_.request,
            [](playhead_cdm_session* session, uint32_t type, const uint8_t* init, std::size_t size,
               playhead_cdm_error* error) { return request(session, type, init, size, error); });
  fill_slot(table_.update,
            [](playhead_cdm_session* session, const uint8_t* response, std::size_t size,
               uint64_t token) { update(session, response, size, token); });
  fill_slot(table_.wake,
            [](playhead_cdm_session* session, uint64_t token) { session->executor.wake(token); });
  fill_slot(table_.decrypt,
            [](void* user, const playhead_cdm_crypto_info* info, uint8_t* sample, std::size_t* size,
               playhead_cdm_error* error) { return of(user).decrypt(info, sample, size, error); });
  fill_slot(table_.restore, [](playhead_cdm_session* session, const char* id,
                               playhead_cdm_error* error) { return restore(session, id, error); });
  fill_slot(table_.renew, [](playhead_cdm_session* session, playhead_cdm_error* error) {
    return answer(session->session->renew(), error);
  });
  fill_slot(table_.release, [](playhead_cdm_session* session, playhead_cdm_error* error) {
    return answer(session->session->release(), error);
  });
  fill_slot(table_.persistent_id,
            [](playhead_cdm_session* session, char* buffer, std::size_t capacity) {
              return persistent_id(session, buffer, capacity);
            });
}

}  // namespace

const playhead_cdm_system* export_system(MakeSystem make) {
  return (new ExportedSystem(make))->table();
}

}  // namespace playhead::drm
