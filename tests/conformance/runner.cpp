// SPDX-License-Identifier: Apache-2.0
// runner SCENARIOS ORIGIN FOLDER SERVICE TOKEN: plays them through the C++ interface; see README.md.
#include <cinttypes>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "playhead/offline/download_manager.h"
#include "playhead/player.h"

namespace {

using namespace playhead;

constexpr Duration kPatience = std::chrono::seconds{60};
constexpr int64_t kFrameUs = 40'000;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}
template <typename Value>
Value need(Result<Value> result) {
  if (!result) die(describe(result.error()));
  return *std::move(result);
}
void need(const Result<void>& result) {
  if (!result) die(describe(result.error()));
}

// Counts what downloads tell.
class Bell final : public DownloadListener {
 public:
  void on_download_changed(const DownloadStatus&) override { ring(); }
  void on_download_removed(const std::string&) override { ring(); }
  // Until `is_done`, looked at after every ring.
  void wait(const std::function<bool()>& is_done) {
    for (int heard = -1; !is_done();) {
      std::unique_lock lock(mutex_);
      rung_.wait(lock, [&] { return rings_ != heard; });
      heard = rings_;
    }
  }

 private:
  void ring() {
    const std::lock_guard lock(mutex_);
    ++rings_;
    rung_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable rung_;
  int rings_ = 0;
};

class Run {
 public:
  Run(std::string origin, std::string folder, std::string service, std::string token)
      : origin_(std::move(origin)) {
    ClientConfig client;
    client.api_url = std::move(service);
    client.token_provider = [token = std::move(token)](bool, TokenCallback done) { done(token); };
    client_ = need(Client::create(std::move(client)));
    OfflineConfig config;
    config.path = std::move(folder);
    config.free_space_floor = 0;
    downloads_ = need(DownloadManager::open(client_, config, &bell_));
  }

  void obey(const std::string& line) {
    const auto space = line.find(' ');
    const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
    const std::map<std::string, std::function<void()>> words = {
        {"scenario", [&] { begin(rest); }},
        {"load", [&] { load(rest, false); }},
        {"load_paused", [&] { load(rest, true); }},
        {"load_title", [&] { load_title(rest); }},
        {"load_download", [&] { load("", false); }},
        {"play", [&] { player_->play(); }},
        {"pause", [&] { player_->pause(); }},
        {"stop", [&] { player_->stop(); }},
        {"seek", [&] { seek(rest); }},
        {"representation", [&] { choose(std::stoi(rest)); }},
        {"until", [&] { until(rest); }},
        {"download", [&] { download("", origin_ + "/" + rest); }},
        {"download_title", [&] { download(rest, ""); }},
        {"renew", [&] { renew(); }},
        {"remove", [&] { remove(); }},
    };
    const auto word = words.find(line.substr(0, space));
    if (word == words.end()) die("not understood: " + line);
    word->second();
  }

  [[nodiscard]] uint64_t hash() const { return hash_; }

 private:
  void write(const std::string& line) {
    for (const char letter : line + "\n") {
      hash_ = (hash_ ^ static_cast<uint8_t>(letter)) * 1099511628211U;
    }
    std::puts(line.c_str());
  }

  void begin(const std::string& name) {
    player_.reset();
    write("scenario " + name);
    player_ = need(Player::create(client_, {}, {}));
  }

  void load(const std::string& path, bool paused) {
    PlaySource source;
    (path.empty() ? source.download_id : source.url) = path.empty() ? kept_ : origin_ + "/" + path;
    source.start_paused = paused;
    player_->load(source);
  }

  void load_title(const std::string& id) {
    PlaySource source;
    source.title_id = id;
    source.start_paused = true;
    player_->load(source);
  }

  void seek(const std::string& words) {
    std::size_t end = 0;
    const Duration at = std::chrono::milliseconds{std::stoll(words, &end)};
    player_->seek(MediaTime{} + at, std::stoull(words.substr(end)));
  }

  void choose(int height) {
    for (const RepresentationInfo& one : player_->status()->representations) {
      if (one.height == height) player_->select_representation(one.id);
    }
  }

  void until(const std::string& wanted) {
    std::string name;
    while (name != wanted) {
      const auto event = player_->wait_event(kPatience);
      if (!event) die(wanted + " did not come");
      const std::string row = std::visit([](const auto& payload) { return describe_event(payload); }, event->payload);
      name = row.substr(0, row.find(' '));
      if (!row.empty()) write(row);
    }
  }

  template <typename Other>
  static std::string describe_event(const Other&) {
    return {};
  }
  static std::string describe_event(const ManifestLoaded& event) {
    return "MANIFEST_LOADED " + std::to_string((event.duration.value_or(Duration{0}).count() + 50'000) / 100'000) + " " +
           std::to_string(event.video_representations) + " " + std::to_string(event.audio_tracks);
  }
  static std::string describe_event(const FirstFrame&) { return "FIRST_FRAME"; }
  static std::string describe_event(const RepresentationChanged& event) {
    return event.reason == SwitchReason::kManual ? "REPRESENTATION_CHANGED " + size(event) : "";
  }
  static std::string describe_event(const SeekDone& event) {
    return "SEEK_DONE " + std::to_string(event.user_tag) + " " +
           std::to_string((event.position - MediaTime{}).count() / kFrameUs);
  }
  static std::string describe_event(const Ended&) { return "ENDED"; }
  static std::string describe_event(const Failed& event) {
    return "FAILED " + std::string(error_name(event.error.code)) + " " + std::to_string(event.error.detail);
  }
  static std::string describe_event(const Summary& event) {
    return "SUMMARY " + std::to_string(event.qoe.shown_frames + event.qoe.dropped_frames) +
           (event.qoe.is_offline ? " 1" : " 0");
  }
  template <typename Sized>
  static std::string size(const Sized& event) {
    return std::to_string(event.width) + "x" + std::to_string(event.height);
  }

  void download(const std::string& title, const std::string& url) {
    DownloadRequest request;
    request.title_id = title;
    request.url = url;
    kept_ = need(downloads_->add(request));
    DownloadStatus one;
    bell_.wait([&] {
      one = need(downloads_->find(kept_));
      return one.state == DownloadState::kCompleted || one.state == DownloadState::kFailed;
    });
    write("DOWNLOAD " + (one.failure ? std::string(error_name(one.failure->error.code)) : "COMPLETED"));
  }

  void renew() {
    need(downloads_->renew(kept_));
    bell_.wait([&] { return need(downloads_->find(kept_)).rights == RightsState::kExpired; });
    write("DOWNLOAD EXPIRED");
  }

  void remove() {
    need(downloads_->remove(kept_));
    bell_.wait([&] { return !downloads_->find(kept_); });
  }

  const std::string origin_;
  Bell bell_;
  std::shared_ptr<Client> client_;
  std::unique_ptr<DownloadManager> downloads_;
  std::unique_ptr<Player> player_;
  std::string kept_;
  uint64_t hash_ = 14695981039346656037U;
};

}  // namespace

int main(int argc, char** argv) {
  std::ifstream script(argc == 6 ? argv[1] : "");
  if (!script) die("usage: runner SCENARIOS ORIGIN FOLDER SERVICE TOKEN");
  Run run(argv[2], argv[3], argv[4], argv[5]);
  for (std::string line; std::getline(script, line);) {
    if (!line.empty()) run.obey(line);
  }
  std::printf("hash %016" PRIx64 "\n", run.hash());
}
