// SPDX-License-Identifier: Apache-2.0
#include "sim/replay/replay.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

#include "player/client_impl.h"
#include "playhead/client.h"
#include "playhead/player.h"
#include "recorder/call_text.h"
#include "recorder/event_text.h"
#include "sim/replay/replay_library.h"
#include "sim/replay/replay_media.h"
#include "sim/replay/replay_world.h"

namespace playhead::replay {

namespace {

using recorder::FieldReader;

template <typename T>
std::shared_ptr<T> borrowed(T& object) {
  return std::shared_ptr<T>(std::shared_ptr<void>(), &object);
}

template <typename List>
std::string id_at(int64_t place, const List& list) {
  if (place == -1) return {};
  if (place < 0 || place >= static_cast<int64_t>(list.size())) return "an id nobody knows";
  return list[static_cast<std::size_t>(place)].id;
}

class Replay {
 public:
  explicit Replay(const Recording& recording)
      : recording_(recording),
        script_(recording),
        executor_(script_),
        transport_(script_),
        store_(script_),
        tokens_(script_),
        backend_(script_),
        library_(std::make_shared<ReplayLibrary>(script_, transport_)) {}
  ~Replay() {
    players_.clear();
    client_.reset();
    executor_.clear();
  }
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  Outcome run();

 private:
  // False: the library is not where it was.
  bool run_step(const RecordedStep& step);
  bool call(const RecordedStep& step);
  bool call_client(const std::string& name, FieldReader& in);
  bool call_service(const std::string& name, FieldReader& in);
  bool call_player(const std::string& name, Player& player, FieldReader& in);
  bool make_player(FieldReader& in);
  void compare_events(const RecordedStep& step);

  const Recording& recording_;
  Script script_;
  ReplayExecutor executor_;
  ReplayTransport transport_;
  ReplayStore store_;
  ReplayTokens tokens_;
  ReplayBackend backend_;
  const std::shared_ptr<ReplayLibrary> library_;
  recorder::EventText event_text_;
  std::shared_ptr<Client> client_;
  std::map<int, std::unique_ptr<Player>> players_;
  int ending_ = 0;                                 // the player that is about to go
  std::vector<std::pair<int, Event>> last_words_;  // of players that are gone
  Outcome outcome_;
};

Outcome Replay::run() {
  outcome_.end = recording_.end;
  outcome_.version = recording_.version;
  for (const RecordedStep& step : recording_.steps) {
    script_.begin(step);
    const bool is_possible = run_step(step);
    if (!is_possible) {
      script_.differ("nobody waits for what came then",
                     std::string(1, step.kind) + ' ' + step.fields.substr(0, 120), "nothing");
    }
    // What a call posts to the library's thread was one step with it.
    script_.end();
    compare_events(step);
    outcome_.divergence = script_.divergence();
    if (outcome_.divergence) break;
    ++outcome_.steps;
    outcome_.length = step.at - recording_.begin;
  }
  return std::move(outcome_);
}

bool Replay::run_step(const RecordedStep& step) {
  FieldReader in(step.fields);
  switch (step.kind) {
    case 't':
      return executor_.run_task();
    case 'T':
      return executor_.run_timer();
    case 'h':
    case 'b':
    case 'd':
      return transport_.run(step.kind, in);
    case 'k':
    case 'l':
      return store_.run(step.kind, in);
    case 'o':
    case 'g':
      return library_->run(step.kind, in);
    case 'K':
      return tokens_.run(in);
    case 'C':
      return call(step);
    case 'X':
      return false;  // of nobody the recorder knows
    default:
      return backend_.run(step.kind, in);
  }
}

bool Replay::call(const RecordedStep& step) {
  FieldReader in(step.fields);
  const std::string name = in.text();
  if (name == "gone") return true;
  const bool is_of_client = name == "client" || name == "client-end" || name == "network" ||
                            name == "network-name" || name == "flush" || name == "library" ||
                            name == "service" || name == "profile" || name == "low-memory";
  if (is_of_client) return call_client(name, in);
  if (name == "player") return make_player(in);
  const int number = static_cast<int>(in.number_within(0, INT32_MAX));
  const auto found = players_.find(number);
  if (!in.is_good() || found == players_.end()) return false;
  if (name != "destroy") return call_player(name, *found->second, in);
  // The client may end with its last player.
  if (step.ends_client) client_.reset();
  while (auto event = found->second->next_event()) {
    last_words_.emplace_back(number, *std::move(event));
  }
  ending_ = number;  // its last events are told while it ends
  found->second.reset();
  players_.erase(found);
  return true;
}

bool Replay::call_client(const std::string& name, FieldReader& in) {
  if (name == "client") {
    if (client_) return false;
    ClientConfig config;
    config.api_url = in.text();
    if (in.flag()) config.token_provider = tokens_.provider();
    config.service = recorder::read_service(in);
    if (!in.at_end()) config.max_media_bytes = in.number();
    ClientDependencies world;
    world.executor = borrowed<Executor>(executor_);
    world.transport = borrowed<Transport>(transport_);
    world.store = borrowed<Store>(store_);
    world.backend = borrowed<MediaBackend>(backend_);
    auto made = Client::create(std::move(config), std::move(world));
    if (!made || !in.is_good()) return false;
    client_ = *std::move(made);
    client_->impl().last_words = [this](const Event& event) {
      last_words_.emplace_back(ending_, event);
    };
    return true;
  }
  if (!client_) return false;
  if (name == "service" || name == "profile") return call_service(name, in);
  if (name == "client-end") {
    client_.reset();
    return true;
  }
  if (name == "network") {
    client_->network_changed(in.flag());
  } else if (name == "library") {
    client_->impl().set_library(in.flag() ? library_ : nullptr);
  } else if (name == "low-memory") {
    client_->low_memory();
  } else if (name == "network-name") {
    (void)client_->set_network(in.text());
  } else {
    client_->flush(Duration{in.number()}, [](bool) {});
  }
  return in.is_good();
}

bool Replay::call_service(const std::string& name, FieldReader& in) {
  ServiceDesk* desk = client_->impl().service.get();
  if (desk == nullptr) return false;
  if (name == "profile") {
    desk->choose_profile(in.text(), "", [](const Result<void>&) {});
    return in.is_good();
  }
  ApiRequest request;
  request.method = in.text();
  if (request.method.empty()) return in.is_good();  // refused before it was one
  request.path = in.text();
  request.body.assign(static_cast<std::size_t>(in.number_within(0, 1 << 16)), 'x');
  const Duration patience{in.number()};
  if (!in.is_good()) return false;
  desk->ask(std::move(request), patience, [](const Result<std::string>&) {});
  return true;
}

bool Replay::make_player(FieldReader& in) {
  const int number = static_cast<int>(in.number_within(0, INT32_MAX));
  const bool has_video = in.flag(), has_audio = in.flag();
  PlayerConfig config = recorder::read_config(in);
  if (!in.is_good() || !client_) return false;
  auto made = Player::create(client_, std::move(config),
                             replay_sinks(script_, number, has_video, has_audio),
                             borrowed<Executor>(executor_));
  if (!made) return false;
  return players_.emplace(number, *std::move(made)).second;
}

bool Replay::call_player(const std::string& name, Player& player, FieldReader& in) {
  const auto status = player.status();
  executor_.expect_call();
  if (name == "load") {
    player.load(recorder::read_source(in));
  } else if (name == "set-next") {
    player.set_next(recorder::read_source(in));
  } else if (name == "clear-next") {
    player.clear_next();
  } else if (name == "play-next") {
    player.play_next();
  } else if (name == "prepare") {
    player.prepare(recorder::read_source(in));
  } else if (name == "play") {
    player.play();
  } else if (name == "pause") {
    player.pause();
  } else if (name == "seek") {
    const MediaTime position{in.number()};
    const auto tag = static_cast<uint64_t>(in.number());
    player.seek(position, tag, static_cast<SeekMode>(in.number_within(0, 1)));
  } else if (name == "go-live") {
    player.go_live();
  } else if (name == "speed") {
    player.set_speed(in.real());
  } else if (name == "trick") {
    player.trick_play(static_cast<int>(in.number_within(INT32_MIN, INT32_MAX)));
  } else if (name == "scrub") {
    player.scrub({in.number()});
  } else if (name == "thumbnail") {
    const MediaTime position{in.number()};
    player.request_thumbnail(position, static_cast<uint64_t>(in.number()));
  } else if (name == "surface") {
    player.set_surface(in.flag());
  } else if (name == "volume") {
    player.set_volume(in.real());
  } else if (name == "representation") {
    player.select_representation(id_at(in.number(), status->representations));
  } else if (name == "limits") {
    player.set_limits(recorder::read_limits(in));
  } else if (name == "audio") {
    player.select_audio(id_at(in.number(), status->tracks));
  } else if (name == "text") {
    player.select_text(id_at(in.number(), status->tracks));
  } else if (name == "stop") {
    player.stop();
  } else {
    return false;
  }
  return in.is_good() && executor_.run_call();
}

void Replay::compare_events(const RecordedStep& step) {
  std::vector<std::pair<int, Event>> events = std::exchange(last_words_, {});
  for (const auto& [number, player] : players_) {
    while (auto event = player->next_event()) events.emplace_back(number, *std::move(event));
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < std::max(events.size(), step.events.size()); ++i) {
    const std::string expected = i < step.events.size() ? step.events[i] : "nothing";
    const std::string got = i < events.size()
                                ? event_text_.line(events[i].first, events[i].second, step.at)
                                : "nothing";
    if (expected != got) return script_.differ("an event is another one", expected, got);
    ++outcome_.events;
  }
}

}  // namespace

Outcome play_again(const Recording& recording) { return Replay(recording).run(); }

void print(std::ostream& out, const Outcome& outcome) {
  const double seconds = to_seconds(outcome.length);
  if (outcome.divergence) {
    const Divergence& d = *outcome.divergence;
    out << "different after " << to_seconds(d.after) << " s, at line " << d.line
        << " of the recording: " << d.what << "\n  expected: " << d.expected
        << "\n  got:      " << d.got << "\n  before it " << outcome.events
        << " events were the same\n";
    return;
  }
  out << "identical, " << outcome.events << " events in " << outcome.steps << " steps, " << seconds
      << " s of playhead " << outcome.version;
  if (outcome.end == "full") out << "; the recording had its largest size then";
  if (outcome.end.empty()) out << "; the recording breaks off there";
  out << '\n';
}

}  // namespace playhead::replay
