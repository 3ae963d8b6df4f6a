// SPDX-License-Identifier: Apache-2.0
#include "engine/preparation.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/url.h"
#include "engine/request_json.h"
#include "engine/resource_transfer.h"
#include "net/http_headers.h"
#include "plan/stable_key.h"
#include "playback/track_ids_json.h"

namespace playhead::offline {

namespace {

// Bytes that tell a playlist or an MPD from a media file.
constexpr std::size_t kSniffBytes = 16;

bool may_be_manifest(ByteView bytes) {
  std::string_view text = as_text(bytes);
  const std::size_t start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (start == std::string_view::npos) return true;
  return text[start] == '#' || text[start] == '<';
}

}  // namespace

// One document that is put together, and looked at while it comes.
struct Preparation::Download {
  Request request;
  bool is_first = false;
  int64_t most = 0;  // bytes, of a manifest
  FetchedResource got;
  std::vector<uint8_t> body;
  UniqueFunction<void(Result<FetchedManifest>)> done;
};

Preparation::Preparation(ResourceFetcher& fetcher, Inputs inputs, Done done)
    : fetcher_(fetcher),
      inputs_(std::move(inputs)),
      done_(std::move(done)),
      source_([this](Request request, UniqueFunction<void(Result<FetchedManifest>)> then) {
        return fetch(std::move(request), std::move(then));
      }) {
  tracks_.from = inputs_.request.from;
  tracks_.to = inputs_.request.to;
}

Preparation::~Preparation() = default;

void Preparation::start() {
  running_ = source_.load(inputs_.url, [this](Result<std::shared_ptr<const Presentation>> loaded) {
    on_manifest(std::move(loaded));
  });
}

CancelHandle Preparation::fetch(Request request,
                                UniqueFunction<void(Result<FetchedManifest>)> done) {
  auto download = std::make_shared<Download>();
  download->request = request;
  download->is_first = !std::exchange(has_manifest_, true);
  download->most = request.max_bytes;
  // What it is, its beginning tells: a media file may be larger than any manifest.
  if (download->is_first) request.max_bytes = kMaxVaultBytes;
  download->done = std::move(done);
  FetchEvents events;
  events.on_head = [download](const ResponseHead& head) { download->got.head = head; };
  events.on_restart = [download] {
    download->body.clear();
    download->got = FetchedResource();
  };
  events.on_body = [this, download](const SharedBytes& bytes, MonotonicTime) {
    auto& body = download->body;
    if (!download->done) return;  // refused
    const bool is_looked_into = body.size() >= kSniffBytes || !download->is_first;
    body.insert(body.end(), bytes.view().begin(), bytes.view().end());
    const bool is_too_large = static_cast<int64_t>(body.size()) > download->most;
    if (is_too_large && is_looked_into) {
      auto refuse = std::move(download->done);
      return refuse(make_error(ErrorCode::kTooLarge, redact(download->request.url)));
    }
    if (is_looked_into || body.size() < kSniffBytes || may_be_manifest(body)) return;
    is_plain_ = true;
    plain_head_ = download->got.head;
    auto refuse = std::move(download->done);
    refuse(make_error(ErrorCode::kManifestNotRecognised, "a media file"));
  };
  events.on_done = [this, download](Result<TransferStats> stats) {
    if (!download->done) return;
    auto then = std::move(download->done);
    if (!stats) return then(std::move(stats).error());
    download->got.body = SharedBytes(std::move(download->body));
    keep_document(download->request, download->got);
    then(FetchedManifest{download->got.head, download->got.body});
  };
  return fetcher_.stream(std::move(request), std::move(events));
}

void Preparation::keep_document(const Request& request, const FetchedResource& fetched) {
  PlannedDocument document;
  document.resource.key = {stable_key(request.url), request.range};
  document.resource.url = request.url;
  document.resource.track = "manifest";
  document.resource.seq = static_cast<int64_t>(documents_.size());
  document.resource.kind = documents_.empty() ? ResourceKind::kManifest : ResourceKind::kPlaylist;
  document.resource.size = static_cast<int64_t>(fetched.body.size());
  document.resource.is_size_exact = true;
  document.answer = answer_of(fetched.head);
  document.body = fetched.body;
  if (request.range) versions_.emplace_back(request.url, version_of(fetched.head));
  std::erase_if(documents_, [&](const PlannedDocument& known) {
    return query_key(known.resource.url) == query_key(request.url) &&
           known.resource.key.range == request.range;
  });
  documents_.push_back(std::move(document));
}

void Preparation::on_manifest(Result<std::shared_ptr<const Presentation>> presentation) {
  if (is_plain_) return plan_plain();
  if (!presentation) return end(std::move(presentation).error());
  presentation_ = *std::move(presentation);
  if (presentation_->type != PresentationType::kVod) {
    return end(make_error(ErrorCode::kManifestUnsupported,
                          "a live title cannot be downloaded while it goes on"));
  }
  auto chosen = choose();
  if (!chosen) return end(std::move(chosen).error());
  chosen_ = *std::move(chosen);
  for (const ChosenTrack& track : chosen_) add_track(track);
  load_next_index();
}

Result<std::vector<ChosenTrack>> Preparation::choose() const {
  if (!inputs_.representations.empty()) {
    if (auto same = find_tracks(*presentation_, inputs_.representations)) return *std::move(same);
  }
  const DownloadRequest& request = inputs_.request;
  return choose_tracks(
      *presentation_,
      {request.video, request.audio_languages, request.text_languages, request.thumbnails},
      inputs_.device);
}

void Preparation::add_track(const ChosenTrack& chosen) {
  const AdaptationSet& set = presentation_->periods[chosen.period].adaptation_sets[chosen.set];
  PlanTrack track;
  track.kind = set.kind;
  track.period = chosen.period;
  track.representation = set.representations[chosen.representation];
  track.is_encrypted = set.is_encrypted;
  track.protections = set.protections;
  const auto& own = track.representation.protections;
  track.protections.insert(track.protections.end(), own.begin(), own.end());
  tracks_.tracks.push_back(std::move(track));
}

void Preparation::load_next_index() {
  for (; next_index_ < tracks_.tracks.size(); ++next_index_) {
    PlanTrack& track = tracks_.tracks[next_index_];
    if (!track.representation.segments) break;
    track.index = inline_index(track.representation);
  }
  if (next_index_ == tracks_.tracks.size()) return plan();
  running_ = source_.load_index(tracks_.tracks[next_index_].representation,
                                [this](Result<LoadedIndex> index) {
                                  if (!index) return end(std::move(index).error());
                                  tracks_.tracks[next_index_++].index = *std::move(index);
                                  load_next_index();
                                });
}

void Preparation::plan() {
  auto planned = plan_resources(tracks_);
  if (!planned) return end(std::move(planned).error());
  plan_ = *std::move(planned);
  ask_next_size();
}

void Preparation::plan_plain() {
  PlannedResource file = plan_plain_file(inputs_.url);
  const bool does_ranges = plain_head_.header("accept-ranges") == "bytes";
  file.size = plain_head_.content_length.value_or(0);
  file.is_size_exact = plain_head_.content_length.has_value();
  if (does_ranges && file.size > kPartBytes) {
    for (const PlannedResource& part : cut_file(file, file.size)) plan_.resources.add(part);
    versions_.emplace_back(file.url, version_of(plain_head_));
  } else {
    plan_.resources.add(file);
  }
  finish();
}

// The first byte of each large file, for the length of all of it.
void Preparation::ask_next_size() {
  const std::size_t number = sizes_.size();
  if (number == plan_.whole_files.size()) return cut_whole_files();
  const std::size_t position = plan_.whole_files[number];
  Request request;
  request.url = plan_.resources[position].url;
  request.range = ByteRange{0, 0};
  running_ = fetcher_.fetch(std::move(request),
                            [this](const Result<FetchedResource>& probe) { on_size(probe); });
}

void Preparation::on_size(const Result<FetchedResource>& probe) {
  if (!probe) return end(probe.error());
  const auto range = parse_content_range(probe->head.header("content-range"));
  const bool does_ranges = probe->head.status == 206 && range && range->total;
  if (does_ranges) {
    const PlannedResource& file = plan_.resources[plan_.whole_files[sizes_.size()]];
    versions_.emplace_back(file.url, version_of(probe->head));
  }
  sizes_.push_back(does_ranges ? range->total : std::nullopt);
  ask_next_size();
}

void Preparation::cut_whole_files() {
  if (plan_.whole_files.empty()) return finish();
  PlanList cut;
  std::size_t next = 0;
  for (std::size_t i = 0; i < plan_.resources.size(); ++i) {
    const PlannedResource resource = plan_.resources[i];
    const bool is_whole = next < plan_.whole_files.size() && plan_.whole_files[next] == i;
    const auto size = is_whole ? sizes_[next++] : std::nullopt;
    if (!size) {
      cut.add(resource);
      continue;
    }
    for (const PlannedResource& part : cut_file(resource, *size)) cut.add(part);
  }
  plan_.resources = std::move(cut);
  finish();
}

void Preparation::finish() {
  PreparedTitle title;
  title.needs_licence = plan_.needs_licence;
  title.wishes = std::move(plan_.wishes);
  title.facts.manifest_url = inputs_.url;
  title.facts.duration = plan_.duration;
  if (presentation_) {
    title.facts.duration = presentation_->duration.value_or(plan_.duration);
    title.facts.tracks = write_track_ids(representation_ids(*presentation_, chosen_));
  }
  for (const PlanTrack& track : tracks_.tracks) {
    if (track.kind != TrackKind::kVideo || title.facts.height > 0) continue;
    title.facts.width = track.representation.width;
    title.facts.height = track.representation.height;
    title.facts.video_codec = track.representation.codecs;
  }
  title.resources = std::move(plan_.resources);
  std::vector<PlannedResource> first;
  for (std::size_t i = 0; i < documents_.size(); ++i) {
    documents_[i].resource.seq = static_cast<int64_t>(i);
    documents_[i].resource.play_order = static_cast<int64_t>(i);
    first.push_back(documents_[i].resource);
  }
  title.resources.put_first(first);
  title.documents = std::move(documents_);
  title.versions = std::move(versions_);
  name(title);
  end(std::move(title));
}

// Whose URL says too little without its query is known only now.
void Preparation::name(PreparedTitle& title) {
  for (const PlannedResource& resource : title.resources) title.names.add(resource.url);
  title.names.settle();
  for (PlannedDocument& document : title.documents) {
    document.resource.key.stable_key = title.names.of(document.resource.url);
  }
  for (auto& [file, version] : title.versions) file = title.names.of(file);
}

void Preparation::end(Result<PreparedTitle> result) {
  Done done = std::move(done_);
  done(std::move(result));
}

}  // namespace playhead::offline
