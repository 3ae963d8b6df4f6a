// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <nlohmann/json.hpp>

#include "router.h"
#include "server_fixture.h"
#include "sqlite_store.h"
#include "stored_reports.h"

namespace playhead::server::test {

inline constexpr int64_t kNowMs = 1'700'000'000'000;
inline const std::string kPlaylist = "#EXTM3U\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:4,\na.ts\n";

// `more`: members of title.json, each with a comma before it.
inline std::string title_text(const std::string& id, const std::string& genre,
                              const std::string& more = "") {
  return R"({"id":")" + id + R"(","name":"Name )" + id + R"(","genre":")" + genre +
         R"(","year":2024,"duration_seconds":100,"manifests":{"hls":"a.m3u8","dash":"a.mpd"})" +
         more + "}";
}

// The whole server but its sockets: real store, real files, a clock that stands still.
class ServiceFixture {
 public:
  // `titles`: id -> title.json, beside those that are always there.
  explicit ServiceFixture(ApiConfig config = default_config(),
                          const std::map<std::string, std::string>& titles = {}) {
    for (const auto& [id, text] : titles) media_dir_.write(id + "/title.json", text);
    media_dir_.write("m_1/title.json", title_text("m_1", "Drama"));
    media_dir_.write("m_1/a.m3u8", kPlaylist);
    media_dir_.write("m_1/a.ts", "0123456789");
    for (const char* genre : {"Action", "Comedy", "Western"}) {
      media_dir_.write(std::string(genre) + "/title.json", title_text(genre, genre));
    }
    catalogue_.rescan();
    store_ = std::move(SqliteStore::open(data_dir_.path() / "playhead.db").value());
    writer_.emplace(*store_, clock_, ProgressWriter::Limits{});
    licenses_.emplace(catalogue_, *store_, media_dir_.path(), clock_, log_, LicenseConfig{});
    api_.emplace(ApiParts{catalogue_, *store_, *store_, *writer_, load_, *licenses_, signer_,
                          tokens_, pins_, limiter_, clock_, log_},
                 std::move(config));
    router_.emplace(*api_, media_, metrics_,
                    Metrics::Gauges{[this] { return writer_->waiting(); }, {}, {}}, load_, clock_);
    authorization_ = "Bearer " + tokens_.mint("alice", clock_.now_s(), 1000);
  }

  Response call(Request request) {
    if (router_->can_wait(request)) {
      if (auto refusal = router_->turn_away(request)) return std::move(refusal->response);
      request.was_let_in = true;
    }
    std::promise<Response> answered;
    router_->handle(request, [&](Response response) {
      answered_on_ = std::this_thread::get_id();
      answered.set_value(std::move(response));
    });
    return answered.get_future().get();
  }

  Response get(std::string_view path, std::string_view query = {}) {
    Request request;
    request.method = Method::kGet;
    request.path = path;
    request.query = query;
    request.host = "media.test:8080";
    request.authorization = authorization_;
    request.profile_pin = pin_;
    request.country = country_;
    return call(request);
  }

  Response post(std::string_view path, std::string_view body) {
    Request request;
    request.method = Method::kPost;
    request.path = path;
    request.body = body;
    request.authorization = authorization_;
    request.profile_pin = pin_;
    request.country = country_;
    return call(request);
  }

  int progress(const std::string& movie, double position, const std::string& more = "") {
    return post("/api/v1/stream/progress", R"({"movie_id":")" + movie + R"(","position_seconds":)" +
                                               std::to_string(position) + more + "}")
        .status;
  }

  double resume(const std::string& movie) {
    return nlohmann::json::parse(get("/api/v1/stream", "movie_id=" + movie).body)
        .at("resume_position_seconds");
  }

  std::string signed_query(const std::string& title) {
    return signer_.query_for(title, clock_.now_s() + 10);
  }

  // As the service gives it to `user`, good for so many seconds from now on.
  std::string license_url(const std::string& title, const std::string& user, int64_t life_s = 10) {
    return "http://a/v1/license/" + title + "?" +
           signer_.license_query_for(title, user, clock_.now_s() + life_s);
  }
  // The thread of the last answer.
  [[nodiscard]] std::thread::id answered_on() const { return answered_on_; }
  Router& router() { return *router_; }
  LoadShedder& load() { return load_; }
  ProgressWriter& writer() { return *writer_; }
  void stop_writer() { writer_->stop(); }

  static ApiConfig default_config() { return {3600, 86'400, "", "127.0.0.1:1", "", 86'400}; }

  // Of the user the next calls are made by.
  void be(const std::string& user) {
    authorization_ = "Bearer " + tokens_.mint(user, clock_.now_s(), 1000);
  }
  const std::string& good_authorization() const { return authorization_; }
  void set_pin(std::string pin) { pin_ = std::move(pin); }
  void set_country(std::string country) { country_ = std::move(country); }
  SqliteStore& store() { return *store_; }
  [[nodiscard]] StoredReports reports(std::string_view user, std::string_view session) const {
    return stored_reports(data_dir_.path(), user, session);
  }
  const JwtCodec& tokens() const { return tokens_; }

  FixedClock& clock() { return clock_; }
  void set_authorization(std::string value) { authorization_ = std::move(value); }

 private:
  TempDir media_dir_;
  TempDir data_dir_;
  FixedClock clock_{kNowMs};
  Log log_{clock_, kNoLog};
  UrlSigner signer_{std::string(32, 'u')};
  JwtCodec tokens_{std::string(32, 't')};
  Catalogue catalogue_{media_dir_.path(), clock_, log_};
  MediaHandler media_{media_dir_.path(), "", signer_, clock_, log_};
  Metrics metrics_;
  LoadShedder load_{{.most = LoadShedder::most_of(ProgressWriter::Limits{}.max_waiting)}};
  // Hashes that cost nothing: these tests are not about their time.
  PinGuard pins_{clock_, {.max_failures = 3, .window_s = 60, .iterations = 10}};
  RateLimiter limiter_{clock_, {.per_second = 10, .burst = 500}};
  std::unique_ptr<SqliteStore> store_;
  std::optional<ProgressWriter> writer_;
  std::optional<LicenseService> licenses_;
  std::optional<Api> api_;
  std::optional<Router> router_;
  std::string authorization_;
  std::string pin_;
  std::string country_;
  std::thread::id answered_on_;
};

inline std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

inline std::string error_code(const Response& response) {
  const auto body = nlohmann::json::parse(response.body, nullptr, false);
  return body.is_object() && body.contains("error") ? body["error"].value("code", "") : "";
}

}  // namespace playhead::server::test
