// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include <cstdio>
#include <fstream>
#include <utility>
#include <vector>

namespace demo {
namespace {

// Longest token file that is read, bytes. A JWT has some hundred.
constexpr std::streamsize kMaxTokenBytes = 65'536;

using KeeperReference = std::shared_ptr<LogKeeper>;

playhead_log_sink make_log_table(KeeperReference keeper) {
  playhead_log_sink table = PLAYHEAD_LOG_SINK_INIT;
  table.user = new KeeperReference(std::move(keeper));
  table.destroy = [](void* user) { delete static_cast<KeeperReference*>(user); };
  table.log = [](void* user, int32_t level, const char* module, const char* message) {
    (*static_cast<KeeperReference*>(user))->add(level, module, message);
  };
  return table;
}

struct TokenSource {
  std::string token, file;

  // A refused token is answered only when a file may have a newer one.
  [[nodiscard]] std::string get(bool is_refresh) const {
    if (file.empty()) return is_refresh ? "" : token;
    std::ifstream in(file);
    std::string text(static_cast<std::size_t>(kMaxTokenBytes), '\0');
    in.read(text.data(), kMaxTokenBytes);
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text.substr(0, text.find_first_of(" \t\r\n"));
  }
};

playhead_token_provider make_token_table(const Options& options) {
  playhead_token_provider table = PLAYHEAD_TOKEN_PROVIDER_INIT;
  table.user = new TokenSource{options.token, options.token_file};
  table.destroy = [](void* user) { delete static_cast<TokenSource*>(user); };
  table.request_token = [](void* user, int32_t refresh, playhead_token_request* request) {
    const std::string token = static_cast<TokenSource*>(user)->get(refresh != 0);
    playhead_token_request_answer(request, token.c_str());
  };
  return table;
}

}  // namespace

void LogKeeper::add(int32_t level, const char* module, const char* message) {
  const std::lock_guard lock(mutex_);
  if (level == PLAYHEAD_LOG_ERROR) last_error_ = message;
  if (is_shown_) std::fprintf(stderr, "[%s] %s\n", module, message);
}

std::string LogKeeper::last_error() {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

ClientHandle make_client(const Options& options, std::string& sentence) {
  const auto keeper = std::make_shared<LogKeeper>(options.shows_log);
  const playhead_log_sink log = make_log_table(keeper);
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  config.storage_path = options.storage.c_str();
  config.api_url = options.api.c_str();
  config.user_agent = "playhead-demo/" PLAYHEAD_VERSION_STRING;
  config.log_sink = &log;
  config.recording_path = options.recording.c_str();
  playhead_token_provider token = PLAYHEAD_TOKEN_PROVIDER_INIT;
  if (!options.token.empty() || !options.token_file.empty()) {
    token = make_token_table(options);
    config.token_provider = &token;
  }
  std::vector<const char*> modules;
  for (const std::string& path : options.cdm_modules) modules.push_back(path.c_str());
  playhead_drm_config drm = PLAYHEAD_DRM_CONFIG_INIT;
  drm.modules = modules.data();
  drm.module_count = modules.size();
  drm.preference = options.drm_preference.c_str();
  drm.license_url = options.license_url.c_str();
  config.drm = &drm;
  playhead_client* client = nullptr;
  const playhead_status status = playhead_client_create(&config, &client);
  if (status != PLAYHEAD_OK) {
    sentence = std::string(playhead_error_name(status)) + ": ";
    const std::string reason = keeper->last_error();
    sentence += reason.empty() ? playhead_error_meaning(status) : reason;
  }
  return ClientHandle(client);
}

}  // namespace demo
