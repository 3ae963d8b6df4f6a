// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "manifest/manifest_source.h"
#include "net/fetcher.h"
#include "plan/resource_names.h"
#include "plan/resource_plan.h"
#include "plan/track_choice.h"
#include "playhead/media_backend.h"
#include "store/rows.h"

namespace playhead::offline {

// A manifest, playlist or segment index as the host sent it.
struct PlannedDocument {
  PlannedResource resource;
  Answer answer;
  SharedBytes body;
};

struct PreparedTitle {
  DownloadFacts facts;
  PlanList resources;   // the documents' first
  ResourceNames names;  // of them
  std::vector<PlannedDocument> documents;
  // By stable key: of the files that are fetched in parts, as far as hosts said something.
  std::vector<std::pair<std::string, ResourceVersion>> versions;
  bool needs_licence = false;
  std::vector<LicenseWish> wishes;
};

// From a manifest's URL to all that has to be fetched: loads the manifest, chooses tracks, loads
// their playlists and segment indexes, plans. What is a media file instead is planned whole.
// Engine thread; destroying it cancels.
class Preparation {
 public:
  struct Inputs {
    std::string url;
    DownloadRequest request;
    // Of an earlier plan: the same are taken again if they are still offered.
    std::vector<std::string> representations;
    TrackDevice device;
  };
  using Done = UniqueFunction<void(Result<PreparedTitle>)>;

  // `done` runs once and may destroy this. Errors: those of ManifestSource, ResourceFetcher,
  // choose_tracks() and plan_resources(); kManifestUnsupported for live titles.
  Preparation(ResourceFetcher& fetcher, Inputs inputs, Done done);
  ~Preparation();
  void start();

 private:
  struct Download;

  CancelHandle fetch(Request request, UniqueFunction<void(Result<FetchedManifest>)> done);
  void keep_document(const Request& request, const FetchedResource& fetched);
  void on_manifest(Result<std::shared_ptr<const Presentation>> presentation);
  Result<std::vector<ChosenTrack>> choose() const;
  void add_track(const ChosenTrack& chosen);
  void load_next_index();
  void plan();
  void plan_plain();
  void ask_next_size();
  void on_size(const Result<FetchedResource>& probe);
  void cut_whole_files();
  void finish();
  static void name(PreparedTitle& title);
  void end(Result<PreparedTitle> result);

  ResourceFetcher& fetcher_;
  Inputs inputs_;
  Done done_;
  ManifestSource source_;
  CancelHandle running_;

  bool has_manifest_ = false;
  bool is_plain_ = false;
  ResponseHead plain_head_;
  std::shared_ptr<const Presentation> presentation_;
  std::vector<ChosenTrack> chosen_;
  PlanInputs tracks_;
  std::size_t next_index_ = 0;
  TitlePlan plan_;
  std::vector<std::optional<int64_t>> sizes_;  // of plan_.whole_files
  std::vector<PlannedDocument> documents_;
  std::vector<std::pair<std::string, ResourceVersion>> versions_;  // by URL
};

}  // namespace playhead::offline
