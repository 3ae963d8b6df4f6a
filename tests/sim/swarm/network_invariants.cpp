// SPDX-License-Identifier: Apache-2.0
// What the network sees: how often, how soon, where to, and what the rules make of it.
#include <algorithm>
#include <map>
#include <sstream>

#include "playhead/abr/controller.h"
#include "playhead/abr/decision_log.h"
#include "sim/swarm/invariants.h"

namespace playhead::swarm {

namespace {

std::string without_query(const std::string& url) { return url.substr(0, url.find('?')); }

bool is_api(const test::SimRecord& record) { return record.kind == ResourceKind::kApi; }

class NothingIsFetchedForEver final : public Invariant {
 public:
  NothingIsFetchedForEver() : Invariant(10, "the same thing is not fetched again and again") {}

  void on_event(const Event& event, const Facts&) override {
    const bool is_new = std::holds_alternative<LoadStarted>(event.payload) ||
                        std::holds_alternative<SeekStarted>(event.payload);
    if (is_new) whole_.clear();
  }
  void on_start(const Facts&) override { whole_.clear(); }
  void on_answered(const test::SimRecord& record, std::optional<Duration>,
                   const Facts& facts) override {
    const bool is_live = facts.scenario->title.live.has_value();
    if (is_live && record.kind == ResourceKind::kManifest) return;
    // That is no portal's page but a busy host's: how soon it is asked again is another promise.
    if (record.status == 503) return;
    // The page of a captive portal is nothing of the title: it stands for a network that is down,
    // which is tried again as long as the buffer hides it; less would find out late that somebody
    // has logged in. But there is a bound to how often.
    if (facts.now <= facts.portal_until + kPortalRest) {
      // A report the service has taken is of no portal, and begins its attempts anew.
      if (record.status == 204) return static_cast<void>(pages_.erase(without_query(record.url)));
      return count_pages(without_query(record.url), facts);
    }
    pages_.clear();
    const bool is_whole = record.is_done && !record.error &&
                          (record.status == 200 || record.status == 206) && !is_api(record);
    if (!is_whole || facts.last_action > seen_action_) whole_.clear();
    seen_action_ = facts.last_action;
    if (!is_whole) return;
    // A playlist that was cut off has no end, and is asked for again until it has.
    std::string what = without_query(record.url);
    if (record.kind == ResourceKind::kManifest) what += '#' + std::to_string(record.body_bytes);
    const int times = ++whole_[what];
    if (whole_.size() > (is_live ? 256 : 4096)) whole_.clear();
    check(times <= kMost, facts, [&] {
      return without_query(record.url) + " came " + std::to_string(times) +
             " times, whole and undamaged or not";
    });
  }

 private:
  void count_pages(const std::string& url, const Facts& facts) {
    auto& times = pages_[url];
    times.push_back(facts.now);
    while (facts.now - times.front() > 1min) times.pop_front();
    const bool is_wanted = facts.last_action >= times.front();
    const bool is_report = url.find("/progress") != url.npos;
    const std::size_t most = is_report ? kMostReports : kMostPages;
    check(times.size() <= most || is_wanted, facts, [&] {
      return url + " was asked for " + std::to_string(times.size()) +
             " times in a minute, where a captive portal answers";
    });
  }

  // Damaged ones come twice from each Representation; so does what is behind a changed version.
  static constexpr int kMost = 6;
  static constexpr Duration kPortalRest = 10s;  // what was asked for meanwhile still comes
  static constexpr std::size_t kMostPages = 12;
  // Full jitter up to 15 s: in the first minute twelve are the mean, so many as good as never.
  static constexpr std::size_t kMostReports = 20;
  std::map<std::string, std::deque<MonotonicTime>> pages_;
  std::map<std::string, int> whole_;
  MonotonicTime seen_action_;
};

class BackOffIsKept final : public Invariant {
 public:
  BackOffIsKept() : Invariant(11, "no request comes within its Retry-After, nor in bursts") {}

  void on_start(const Facts&) override { barriers_.clear(), failures_.clear(); }
  void on_event(const Event& event, const Facts&) override {
    const bool is_load = std::holds_alternative<LoadStarted>(event.payload);
    if (!is_load && !std::holds_alternative<SeekStarted>(event.payload)) return;
    failures_.clear();
    // A person who asks again is not held back: what failed, and says so on the screen, is loaded
    // anew. Whoever seeks does not know of a host's wishes.
    if (!is_load) return;
    std::erase_if(barriers_, [](const auto& entry) { return !entry.second.is_report; });
  }
  void on_answered(const test::SimRecord& record, std::optional<Duration> retry_after,
                   const Facts& facts) override {
    const std::string url = without_query(record.url);
    if (record.is_cancelled) return;
    if (retry_after && (record.status == 429 || record.status == 503)) {
      // A report is never given up: a host that means a day, or is wrong, is asked again within the
      // hour (OutboxLimits::max_retry_after), or positions would be lost with the device.
      const bool is_report = record.method == "POST";
      const Duration wait = is_report ? std::min<Duration>(*retry_after, 1h) : *retry_after;
      barriers_[url] = {facts.now, facts.now + wait, is_report};
    }
    if (!record.error && record.status < 400) {
      failures_.erase(url);
      return;
    }
    auto& times = failures_[url];
    times.push_back(facts.now);
    if (times.size() > kBurst) times.pop_front();
    check(times.size() < kBurst || times.back() - times.front() >= 1s ||
              facts.last_action >= times.front(),
          facts, [&] {
            return url + " was asked for " + std::to_string(kBurst) +
                   " times within a second though it failed";
          });
  }
  void on_request(const test::SimRecord& record, const Facts& facts) override {
    const auto found = barriers_.find(without_query(record.url));
    if (found == barriers_.end()) return;
    if (!found->second.is_report && facts.last_load >= found->second.since) return;
    check(facts.now >= found->second.until, facts, [&] {
      return record.url + " is asked for " +
             std::to_string(to_seconds(found->second.until - facts.now)) +
             " s before its Retry-After is over";
    });
    if (facts.now >= found->second.until) barriers_.erase(found);
  }

 private:
  static constexpr std::size_t kBurst = 6;
  struct Barrier {
    MonotonicTime since, until;
    bool is_report = false;  // of the outbox, which nobody waits for
  };
  std::map<std::string, Barrier> barriers_;
  std::map<std::string, std::deque<MonotonicTime>> failures_;
};

class SecretsStayHome final : public Invariant {
 public:
  SecretsStayHome() : Invariant(12, "no secret in logs, events and errors") {}
  void on_log(std::string_view line, const Facts& facts) override {
    const bool has_token = line.find("canary-") != std::string_view::npos;
    const std::size_t signature = line.find("sig=");
    const bool has_signature = signature != std::string_view::npos && signature + 4 < line.size() &&
                               line[signature + 4] >= '0' && line[signature + 4] <= '9';
    check(!has_token && !has_signature, facts,
          [&] { return "a secret is told: " + std::string(line); });
  }
};

class CredentialsStayHome final : public Invariant {
 public:
  CredentialsStayHome() : Invariant(13, "no credential for a foreign host") {}
  void on_sent(const test::WebRequest& request, const Facts& facts) override {
    const bool is_home = request.url.rfind("http://api.test/", 0) == 0;
    check(is_home || !request.has_header("authorization"), facts,
          [&] { return "the token is sent to " + request.url; });
  }
};

class OnlyTheWeb final : public Invariant {
 public:
  OnlyTheWeb() : Invariant(14, "no scheme but http and https") {}
  void on_sent(const test::WebRequest& request, const Facts& facts) override {
    const bool is_web =
        request.url.rfind("http://", 0) == 0 || request.url.rfind("https://", 0) == 0;
    check(is_web, facts, [&] { return "asked for " + request.url; });
  }
};

class ChoicesKeepTheMargin final : public Invariant {
 public:
  ChoicesKeepTheMargin()
      : Invariant(18, "every choice keeps the margin or says why not, and can be made again") {}

  void on_decisions(const std::string& text, const Facts& facts) override {
    std::istringstream in(text);
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      if (line.rfind("limits", 0) == 0) continue;
      const auto record = abr::parse_record(line);
      check(static_cast<bool>(record), facts, [&] { return "not a decision: " + line; });
      if (!record) continue;
      const auto* decided = std::get_if<abr::DecisionRecord>(&*record);
      if (decided) look_at(*decided, line, facts);
    }
  }

 private:
  // Decisions are made in millionths and thousandths: one part in a thousand is rounding.
  static constexpr int64_t kMarginPermille = 801;

  void look_at(const abr::DecisionRecord& record, const std::string& line, const Facts& facts) {
    const abr::DecisionInputs now = record.inputs().now;
    if (record.is_judgement || !record.decision.chosen) return;
    if (record.decision.reason != abr::Reason::kThroughput) return;
    const int64_t bitrate = record.ladder.at(*record.decision.chosen).bitrate.bps;
    const int64_t allowed = now.forecast.throughput.bps / 1000 * kMarginPermille + 1000;
    const bool is_least =
        std::all_of(record.ladder.begin(), record.ladder.end(),
                    [&](const auto& other) { return other.bitrate.bps >= bitrate; });
    check(bitrate <= allowed || is_least, facts,
          [&] { return "the choice exceeds the margin: " + line; });
  }
};

class EstimateIsSane final : public Invariant {
 public:
  EstimateIsSane() : Invariant(22, "the estimated throughput is no more than the link carries") {}
  void on_status(const PlayerStatus& status, const Facts& facts) override {
    // A process that did not get to run finds what came meanwhile all at once.
    if (status.throughput.bps == 0 || facts.was_starved) return;
    const int64_t most = facts.scenario->best_bps / 10 * 12;
    check(status.throughput.bps > 0 && status.throughput.bps <= most, facts, [&] {
      return "estimated " + std::to_string(status.throughput.bps) + " bit/s on a link of " +
             std::to_string(facts.scenario->best_bps);
    });
  }
};

}  // namespace

void add_network_invariants(Invariants& to) {
  to.push_back(std::make_unique<NothingIsFetchedForEver>());
  to.push_back(std::make_unique<BackOffIsKept>());
  to.push_back(std::make_unique<SecretsStayHome>());
  to.push_back(std::make_unique<CredentialsStayHome>());
  to.push_back(std::make_unique<OnlyTheWeb>());
  to.push_back(std::make_unique<ChoicesKeepTheMargin>());
  to.push_back(std::make_unique<EstimateIsSane>());
}

}  // namespace playhead::swarm
