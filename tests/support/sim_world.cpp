// SPDX-License-Identifier: Apache-2.0
#include "support/sim_world.h"

#include <sstream>
#include <utility>

namespace playhead::test {

namespace {

// A shared_ptr to something that lives elsewhere and longer.
template <typename T>
std::shared_ptr<T> borrowed(T& object) {
  return std::shared_ptr<T>(std::shared_ptr<void>(), &object);
}

struct Line {
  std::ostringstream& out;
  void operator()(const LoadStarted& e) const { out << "load " << e.title_id << ' ' << e.url; }
  void operator()(const SessionStarted& e) const {
    out << "session resume=" << e.resume_position.count();
  }
  void operator()(const ManifestLoaded& e) const {
    out << "manifest reps=" << e.video_representations << " audio=" << e.audio_tracks;
  }
  void operator()(const FirstFrame& e) const { out << "first_frame " << e.startup.count(); }
  void operator()(const StateChanged& e) const {
    out << "state " << static_cast<int>(e.from) << "->" << static_cast<int>(e.to);
  }
  void operator()(const RepresentationChanged& e) const { out << "shown " << e.bitrate.bps; }
  void operator()(const SegmentLoaded& e) const {
    out << "segment " << e.url << ' ' << e.bytes << ' ' << e.elapsed.count();
  }
  void operator()(const SeekStarted& e) const { out << "seek " << e.target.us; }
  void operator()(const SeekDone& e) const { out << "seek_done " << e.position.us; }
  void operator()(const ProgressSent& e) const { out << "progress " << e.position.count(); }
  void operator()(const PositionJumped& e) const {
    out << "jump " << e.from.us << "->" << e.to.us << ' ' << static_cast<int>(e.reason);
  }
  void operator()(const CuesChanged& e) const {
    out << "cues";
    for (const auto& cue : e.cues) out << ' ' << plain_text(*cue);
  }
  void operator()(const TimedMetadata& e) const { out << "metadata " << e.event.id; }
  void operator()(const RateChanged& e) const { out << "rate " << e.from << "->" << e.to; }
  void operator()(const ThumbnailReady& e) const {
    out << "thumbnail " << e.start.us << ' ' << e.image.size();
    if (e.error) out << ' ' << describe(*e.error);
  }
  void operator()(const DrmFellBack& e) const {
    out << "drm " << e.from << "->" << e.to << ' ' << describe(e.reason);
  }
  void operator()(const SecurityLevelChanged& e) const {
    out << "security " << e.from << "->" << e.to << " max " << e.max_height;
    if (e.rule == SecurityLevelChanged::Rule::kLicense) out << " by the licence";
  }
  void operator()(const Ended& e) const { out << (e.goes_on ? "ended, goes on" : "ended"); }
  void operator()(const Warning& e) const { out << "warning " << describe(e.error); }
  void operator()(const Failed& e) const { out << "failed " << describe(e.error); }
  void operator()(const Summary& e) const {
    out << "summary play=" << e.qoe.play_time.count() << " rebuffer=" << e.qoe.rebuffer_count
        << " bytes=" << e.qoe.bytes;
  }
  void operator()(const EventsDropped& e) const { out << "dropped " << e.count; }
};

}  // namespace

SimWorld::SimWorld(uint64_t seed, SimTitle simulated, SimLink link)
    : executor(seed),
      title(std::move(simulated)),
      store(executor),
      transport(std::make_shared<SimTransport>(executor, std::move(link))) {
  service.titles["m1"] = {title.url(), static_cast<double>(title.duration_us()) / 1e6};
  transport->serve([this](const WebRequest& request) { return cdn(request); });
  transport->serve([this](const WebRequest& request) { return service.answer(request); });
}

SimWorld::~SimWorld() {
  player.reset();
  client.reset();
}

std::optional<WebAnswer> SimWorld::cdn(const WebRequest& request) const {
  const std::size_t query = request.url.find("?sig=");
  if (query != std::string::npos && !service.accepts(std::stoi(request.url.substr(query + 5)))) {
    return status_answer(403);
  }
  auto body = title.body(request.url);
  for (const SimTitle& other : more_titles) {
    if (!body) body = other.body(request.url);
  }
  if (!body) return std::nullopt;
  if (query == std::string::npos || body->rfind("#EXTM3U", 0) != 0) return text_answer(*body);
  // Personalised: the signature is on every URI.
  std::istringstream in(*body);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const std::size_t uri = line.find("URI=\"");
    if (uri != std::string::npos) line.insert(line.find('"', uri + 5), request.url.substr(query));
    if (!line.empty() && line[0] != '#') line += request.url.substr(query);
    out += line + '\n';
  }
  return text_answer(out);
}

void SimWorld::start_app(PlayerConfig config) {
  store.restart();
  ClientConfig client_config;
  client_config.api_url = service.url;
  client_config.drm = drm;
  client_config.interceptor = interceptor;
  client_config.token_provider = [this](bool, TokenCallback done) { done(service.token); };
  ClientDependencies world;
  world.executor = world.notifier = borrowed<Executor>(executor);
  world.transport = transport;
  world.store = borrowed<Store>(store);
  world.backend = backend;
  if (!backend) world.backend = std::make_shared<SimBackend>(codecs);
  auto made = Client::create(std::move(client_config), std::move(world));
  client = *std::move(made);
  screen = std::make_shared<CapturingVideoSink>(executor);
  speaker = std::make_shared<SimAudioSink>(executor);
  Sinks sinks;
  sinks.video = screen;
  if (has_speaker) sinks.audio = speaker;
  auto created =
      Player::create(client, std::move(config), std::move(sinks), borrowed<Executor>(executor));
  player = *std::move(created);
}

void SimWorld::quit_app() {
  collect();
  player.reset();
  run_for(2s);
  client.reset();
}

void SimWorld::kill_app() {
  collect();
  store.crash();  // what the dying objects still try to save counts for nothing
  transport->drop_connections();
  player.reset();
  client.reset();
}

void SimWorld::load_title(bool start_paused) {
  PlaySource source;
  source.title_id = "m1";
  source.start_paused = start_paused;
  player->load(source);
}

void SimWorld::load_dash(const SimDash& dash, std::optional<Duration> start) {
  transport->serve([dash](const WebRequest& request) -> std::optional<WebAnswer> {
    const auto body = dash.body(request.url);
    return body ? std::optional(text_answer(*body)) : std::nullopt;
  });
  load_url(dash.url(), start);
}

void SimWorld::load_live(SimLive simulated, Duration age) {
  live = std::move(simulated);
  if (live.began == WallTime{}) live.began = executor.wall_now() + live.clock_ahead - age;
  transport->serve([this](const WebRequest& request) {
    return live.answer(request, executor.wall_now() + live.clock_ahead);
  });
  load_url(live.url());
}

void SimWorld::load_url(const std::string& url, std::optional<Duration> start) {
  PlaySource source;
  source.url = url;
  source.start = start;
  player->load(source);
}

void SimWorld::fail_requests(const std::string& url_contains, int status) {
  SimFault fault;
  fault.url_contains = url_contains;
  fault.status = status;
  transport->add_fault(std::move(fault));
}

void SimWorld::take_down(const std::string& host, std::optional<Duration> duration) {
  SimFault fault;
  fault.url_contains = host;
  fault.refuses_connection = true;
  if (duration) fault.until = executor.now() + *duration;
  transport->add_fault(std::move(fault));
  transport->drop_connections();
}

void SimWorld::run_for(Duration duration) {
  executor.run_for(duration);
  collect();
}

void SimWorld::collect() {
  if (!player) return;
  while (auto event = player->next_event()) events.push_back(*std::move(event));
}

std::string SimWorld::log() const {
  std::ostringstream out;
  for (const Event& event : events) {
    out << event.time.us << ' ' << event.position.us << ' ';
    std::visit(Line{out}, event.payload);
    out << '\n';
  }
  return out.str();
}

std::vector<std::string> SimWorld::media_requests() const {
  std::vector<std::string> urls;
  for (const SimRecord& record : transport->records()) {
    if (record.kind == ResourceKind::kMedia) {
      urls.push_back(record.url.substr(0, record.url.find('?')));
    }
  }
  return urls;
}

}  // namespace playhead::test
