// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "base/decimal.h"
#include "base/url.h"
#include "manifest/base64.h"
#include "manifest/codecs.h"
#include "manifest/hls/hls_presentation.h"
#include "manifest/hls/key_tracker.h"

// Variants and Renditions become AdaptationSets; see hls_presentation.h.
namespace playhead::hls {
namespace {

// Answers each id once; further uses of it get a number.
class IdRegistry {
 public:
  explicit IdRegistry(std::size_t expected) {
    while (slots_.size() < expected * 2) slots_.resize(slots_.size() * 2);
  }
  std::string unique(std::string wanted) {
    if (insert(wanted)) return wanted;
    for (int n = 2;; ++n) {
      std::string id = wanted + "#" + std::to_string(n);
      if (insert(id)) return id;
    }
  }

 private:
  // Only hashes are kept: two ids with one hash are unlikely, and would merely get a number.
  bool insert(const std::string& id) {
    if (++count_ * 2 > slots_.size()) grow();
    return place(std::hash<std::string>()(id) | 1);
  }
  bool place(std::size_t hash) {
    std::size_t slot = (hash >> 1) & (slots_.size() - 1);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot] == hash) return false;
    }
    slots_[slot] = hash;
    return true;
  }
  void grow() {
    std::vector<std::size_t> old(slots_.size() * 2);
    old.swap(slots_);
    for (const std::size_t hash : old) {
      if (hash != 0) place(hash);
    }
  }

  std::vector<std::size_t> slots_ = std::vector<std::size_t>(64);
  std::size_t count_ = 0;
};

// One Variant on its way into the model.
struct Entry {
  const Variant* variant = nullptr;
  std::size_t position = 0;  // among the Variants
  std::string url;
  std::size_t url_hash = 0;
  bool is_audio_only = false;
  bool is_folded = false;                // into another entry
  std::vector<std::size_t> redundant;    // entries folded into this one, in their order
  std::vector<std::string> more_groups;  // audio groups of Variants with the same URL
};

// The same letters up to the path: "https://a.example".
std::string_view origin_of(std::string_view url) {
  const std::size_t authority = url.find("://");
  if (authority == std::string_view::npos) return {};
  return url.substr(0, url.find('/', authority + 3));
}
std::string host_of(std::string_view url) {
  const std::string_view origin = origin_of(url);
  return std::string(origin.substr(std::min(origin.find("://") + 3, origin.size())));
}

// Everything but where it is and which groups go with it (RFC 8216bis §6.2.4, §7.2).
bool same_attributes(const Variant& a, const Variant& b) {
  return a.bandwidth == b.bandwidth && a.average_bandwidth == b.average_bandwidth &&
         a.width == b.width && a.height == b.height && a.frame_rate == b.frame_rate &&
         a.codecs == b.codecs && a.supplemental_codecs == b.supplemental_codecs &&
         a.score == b.score && a.video_range == b.video_range && a.hdcp_level == b.hdcp_level &&
         a.allowed_cpc == b.allowed_cpc && a.video_layout == b.video_layout && a.video == b.video &&
         a.name == b.name && a.stable_id == b.stable_id;
}

// Is `b` the same as `a` at another place? With other groups it is only when the place differs too:
// else it is the same picture with other sound inside.
bool is_redundant(const Entry& a, const Entry& b) {
  if (!same_attributes(*a.variant, *b.variant)) return false;
  if (a.variant->audio == b.variant->audio && a.variant->subtitles == b.variant->subtitles) {
    return true;
  }
  return a.variant->pathway_id != b.variant->pathway_id || origin_of(a.url) != origin_of(b.url);
}

// Takes the first item of "a, b" off `list`, without blanks; empty at the end.
std::string_view next_item(std::string_view& list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = trim(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (!item.empty()) return item;
  }
  return {};
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> items;
  for (auto item = next_item(list); !item.empty(); item = next_item(list)) {
    items.emplace_back(item);
  }
  return items;
}

// DASH role values for what CHARACTERISTICS say.
void add_role(std::string_view characteristic, AdaptationSet& set) {
  struct Row {
    std::string_view characteristic;
    std::string_view role;
  };
  static constexpr std::array<Row, 4> kRoles{{
      {"public.accessibility.describes-video", "description"},
      {"public.accessibility.transcribes-spoken-dialog", "caption"},
      {"public.accessibility.describes-music-and-sound", "caption"},
      {"public.easy-to-read", "easyreader"},
  }};
  for (const Row& row : kRoles) {
    const bool has_it = std::find(set.roles.begin(), set.roles.end(), row.role) != set.roles.end();
    if (row.characteristic == characteristic && !has_it) set.roles.emplace_back(row.role);
  }
}

class MultivariantMapper {
 public:
  explicit MultivariantMapper(const MultivariantPlaylist& playlist)
      : playlist_(playlist),
        ids_(playlist.variants.size() + playlist.renditions.size() * 2 +
             playlist.iframe_variants.size() + playlist.image_variants.size()) {}

  Result<Presentation> map();

 private:
  // Audio and subtitle groups only redundant Variants use, and the group they repeat.
  struct RepeatedGroup {
    std::string_view group, original;
  };

  void collect_variants();
  void place_entry(std::size_t index);
  void prefer_default_pathway(Entry& entry);
  void map_variants(TrackKind kind, AdaptationSet& set);
  void map_redundant(const Entry& entry, Representation& representation);
  void map_apart(const std::vector<Variant>& variants, std::string_view prefix, AdaptationSet& set);
  void map_rendition(const Rendition& rendition);
  [[nodiscard]] bool repeats_group(std::string_view group) const {
    return std::any_of(repeated_groups_.begin(), repeated_groups_.end(),
                       [&](const RepeatedGroup& repeated) { return repeated.group == group; });
  }
  std::string place_of(const Rendition& rendition, const std::string& url) const;
  bool map_redundant_rendition(const Rendition& rendition, const std::string& url);
  void map_captions(const Rendition& rendition);
  void drop_repeated_sound();
  void map_session();
  void collect_audio_groups();
  bool carries_audio(const Variant& variant) const;
  std::optional<std::string> resolve(std::string_view uri);
  IndexSource source_of(std::string url) const;
  std::string id_of(const Variant& variant, std::string_view prefix, std::size_t position) {
    return ids_.unique(variant.stable_id.empty() ? std::string(prefix) + std::to_string(position)
                                                 : std::string(variant.stable_id));
  }
  Representation make_representation(const Variant& variant, std::string id, std::string url);

  const MultivariantPlaylist& playlist_;
  Presentation presentation_;
  IdRegistry ids_;
  std::vector<Entry> entries_;
  struct AudioGroup {
    std::string_view id;
    bool is_in_variants;  // one of its Renditions has no URI
  };
  std::vector<AudioGroup> audio_groups_;
  std::vector<RepeatedGroup> repeated_groups_;
  std::vector<AdaptationSet> rendition_sets_;
  AdaptationSet video_, audio_, iframes_, images_;
};

// A Variant whose codecs are all sound. Without CODECS nothing is known, and video is the rule.
bool is_audio_only(const Variant& variant) {
  return variant.width == 0 && !variant.codecs.empty() && has_only_audio_codecs(variant.codecs);
}

// With no audio group, or with a Rendition that has no URI, the sound is in the Variant
// (RFC 8216 §4.3.4.2.1).
bool MultivariantMapper::carries_audio(const Variant& variant) const {
  for (const AudioGroup& group : audio_groups_) {
    if (group.id == variant.audio && !variant.audio.empty()) return group.is_in_variants;
  }
  return variant.codecs.empty() || has_audio_codec(variant.codecs);
}

void MultivariantMapper::collect_audio_groups() {
  for (const Rendition& rendition : playlist_.renditions) {
    if (rendition.type != Rendition::Type::kAudio) continue;
    auto group = std::find_if(audio_groups_.begin(), audio_groups_.end(),
                              [&](const AudioGroup& g) { return g.id == rendition.group_id; });
    if (group == audio_groups_.end()) {
      group = audio_groups_.insert(group, {rendition.group_id, false});
    }
    group->is_in_variants = group->is_in_variants || rendition.uri.empty();
  }
}

std::optional<std::string> MultivariantMapper::resolve(std::string_view uri) {
  Result<std::string> url = resolve_url(playlist_.url, uri);
  if (url) return *std::move(url);
  ++presentation_.warnings;
  return std::nullopt;
}

IndexSource MultivariantMapper::source_of(std::string url) const {
  IndexSource source;
  source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  source.location.url = std::move(url);
  if (!playlist_.variables->empty()) source.variables = playlist_.variables;
  return source;
}

Representation MultivariantMapper::make_representation(const Variant& variant, std::string id,
                                                       std::string url) {
  Representation representation;
  representation.id = std::move(id);
  representation.bandwidth = Bitrate{variant.bandwidth};
  representation.average_bandwidth = Bitrate{variant.average_bandwidth};
  representation.codecs = variant.codecs;
  representation.supplemental_codecs = variant.supplemental_codecs;
  representation.width = variant.width;
  representation.height = variant.height;
  representation.frame_rate = variant.frame_rate;
  representation.video_range = variant.video_range;
  representation.hdcp_level = variant.hdcp_level;
  representation.score = variant.score;
  representation.allowed_cpc = split_list(variant.allowed_cpc);
  representation.video_layout = variant.video_layout;
  representation.stable_id = variant.stable_id;
  representation.audio_group = variant.audio;
  representation.text_group = variant.subtitles;
  representation.service_location = variant.pathway_id;
  representation.index_source = source_of(std::move(url));
  return representation;
}

// Finds out whether entry `index` says something an entry before it did not.
void MultivariantMapper::place_entry(std::size_t index) {
  Entry& entry = entries_[index];
  for (std::size_t i = 0; i < index; ++i) {
    Entry& known = entries_[i];
    if (known.is_folded || known.is_audio_only != entry.is_audio_only) continue;
    if (known.url_hash == entry.url_hash && known.url == entry.url) {
      const std::string group(entry.variant->audio);
      auto& groups = known.more_groups;
      const bool is_new = known.variant->audio != group &&
                          std::find(groups.begin(), groups.end(), group) == groups.end();
      if (is_new && !group.empty()) groups.push_back(group);
      entry.is_folded = true;
      return;
    }
    if (known.variant->bandwidth == entry.variant->bandwidth && is_redundant(known, entry)) {
      known.redundant.push_back(index);
      entry.is_folded = true;
      return;
    }
  }
}

// The pathway the playlist starts on is the first choice (RFC 8216bis §4.4.6.6).
void MultivariantMapper::prefer_default_pathway(Entry& entry) {
  if (!playlist_.content_steering || entry.redundant.empty()) return;
  const std::string& wanted = playlist_.content_steering->default_pathway;
  if (wanted.empty() || entry.variant->pathway_id == wanted) return;
  for (const std::size_t index : entry.redundant) {
    Entry& other = entries_[index];
    if (other.variant->pathway_id != wanted) continue;
    std::swap(entry.variant, other.variant);
    std::swap(entry.url, other.url);
    return;
  }
}

void MultivariantMapper::collect_variants() {
  entries_.reserve(playlist_.variants.size());
  for (std::size_t i = 0; i < playlist_.variants.size(); ++i) {
    const Variant& variant = playlist_.variants[i];
    std::optional<std::string> url = resolve(variant.uri);
    if (!url) continue;
    Entry& entry = entries_.emplace_back();
    entry.variant = &variant;
    entry.position = i;
    entry.url = *std::move(url);
    entry.url_hash = std::hash<std::string>()(entry.url);
    entry.is_audio_only = is_audio_only(variant);
    place_entry(entries_.size() - 1);
  }
  for (Entry& entry : entries_) {
    if (!entry.is_folded) prefer_default_pathway(entry);
  }
  const auto is_used = [&](std::string_view group) {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return !entry.is_folded &&
             (entry.variant->audio == group || entry.variant->subtitles == group);
    });
  };
  for (const Entry& entry : entries_) {
    for (const std::size_t index : entry.redundant) {
      const Variant& other = *entries_[index].variant;
      for (const auto& [group, original] :
           {RepeatedGroup{other.audio, entry.variant->audio},
            RepeatedGroup{other.subtitles, entry.variant->subtitles}}) {
        if (group.empty() || original.empty() || group == original || is_used(group)) continue;
        if (repeats_group(group)) continue;
        repeated_groups_.push_back({group, original});
      }
    }
  }
}

void MultivariantMapper::map_redundant(const Entry& entry, Representation& representation) {
  if (entry.redundant.empty()) return;
  if (representation.service_location.empty()) {
    representation.service_location = host_of(representation.index_source.location.url);
  }
  for (const std::size_t index : entry.redundant) {
    const Entry& other = entries_[index];
    ServiceLocation place;
    place.name = other.variant->pathway_id.empty() ? host_of(other.url)
                                                   : std::string(other.variant->pathway_id);
    place.index_source = source_of(other.url);
    representation.alternatives.push_back(std::move(place));
  }
}

void MultivariantMapper::map_variants(TrackKind kind, AdaptationSet& set) {
  set.kind = kind;
  set.id = kind == TrackKind::kAudio ? "audio" : "video";
  std::vector<Entry*> chosen;
  chosen.reserve(entries_.size());
  for (Entry& entry : entries_) {
    if (!entry.is_folded && entry.is_audio_only == (kind == TrackKind::kAudio)) {
      chosen.push_back(&entry);
    }
  }
  // Ids are given in the order of the playlist, whatever the bandwidths.
  std::vector<std::string> ids;
  ids.reserve(chosen.size());
  for (const Entry* entry : chosen) ids.push_back(id_of(*entry->variant, "v", entry->position));
  std::vector<std::size_t> order(chosen.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return chosen[a]->variant->bandwidth < chosen[b]->variant->bandwidth;
  });
  set.representations.reserve(chosen.size());
  for (const std::size_t i : order) {
    Entry& entry = *chosen[i];
    Representation& representation = set.representations.emplace_back(
        make_representation(*entry.variant, std::move(ids[i]), std::move(entry.url)));
    representation.alternate_audio_groups = std::move(entry.more_groups);
    map_redundant(entry, representation);
    if (kind == TrackKind::kVideo && !set.may_carry_audio) {
      set.may_carry_audio = carries_audio(*entry.variant);
    }
  }
}

// Key frames and pictures: a set of their own.
void MultivariantMapper::map_apart(const std::vector<Variant>& variants, std::string_view prefix,
                                   AdaptationSet& set) {
  set.representations.reserve(variants.size());
  for (std::size_t i = 0; i < variants.size(); ++i) {
    std::optional<std::string> url = resolve(variants[i].uri);
    if (!url) continue;
    const bool is_known =
        std::any_of(set.representations.begin(), set.representations.end(),
                    [&](const Representation& r) { return r.index_source.location.url == *url; });
    if (is_known) continue;
    set.representations.push_back(
        make_representation(variants[i], id_of(variants[i], prefix, i), *std::move(url)));
  }
  std::stable_sort(
      set.representations.begin(), set.representations.end(),
      [](const Representation& a, const Representation& b) { return a.bandwidth < b.bandwidth; });
}

void MultivariantMapper::map_captions(const Rendition& rendition) {
  for (const AdaptationSet::ClosedCaption& known : video_.closed_captions) {
    if (known.channel == rendition.instream_id && known.language == rendition.language) return;
  }
  video_.closed_captions.push_back({std::string(rendition.instream_id),
                                    std::string(rendition.language), std::string(rendition.name)});
}

// The pathway of the Variants that a Rendition goes with, else its host.
std::string MultivariantMapper::place_of(const Rendition& rendition, const std::string& url) const {
  for (const Variant& variant : playlist_.variants) {
    const bool names_it =
        variant.audio == rendition.group_id || variant.subtitles == rendition.group_id;
    if (names_it && !variant.pathway_id.empty()) return std::string(variant.pathway_id);
  }
  return host_of(url);
}

// The same Rendition in a group that only redundant Variants use is another place of it.
bool MultivariantMapper::map_redundant_rendition(const Rendition& rendition,
                                                 const std::string& url) {
  for (const RepeatedGroup& repeated : repeated_groups_) {
    if (repeated.group != rendition.group_id) continue;
    for (AdaptationSet& set : rendition_sets_) {
      const bool is_same =
          set.group == repeated.original && set.label == rendition.name &&
          set.language == rendition.language &&
          set.kind ==
              (rendition.type == Rendition::Type::kAudio ? TrackKind::kAudio : TrackKind::kText);
      if (!is_same) continue;
      ServiceLocation place;
      place.name = place_of(rendition, url);
      place.index_source = source_of(url);
      set.representations.front().alternatives.push_back(std::move(place));
      return true;
    }
  }
  return false;
}

void MultivariantMapper::map_rendition(const Rendition& rendition) {
  using Type = Rendition::Type;
  if (rendition.type == Type::kClosedCaptions) return map_captions(rendition);
  if (rendition.uri.empty()) {
    // The sound inside the Variants has no AdaptationSet of its own; its language goes with them.
    const bool is_sound = rendition.type == Type::kAudio;
    if (is_sound && video_.language.empty()) video_.language = rendition.language;
    return;
  }
  std::optional<std::string> url = resolve(rendition.uri);
  if (!url || map_redundant_rendition(rendition, *url)) return;
  AdaptationSet& set = rendition_sets_.emplace_back();
  std::string id;
  id.reserve(rendition.group_id.size() + rendition.name.size() + sizeof("audio//"));
  switch (rendition.type) {
    case Type::kAudio:
      set.kind = TrackKind::kAudio;
      id = "audio/";
      break;
    case Type::kVideo:
      set.kind = TrackKind::kVideo;
      id = "video/";
      break;
    default:
      set.kind = TrackKind::kText;
      id = "text/";
  }
  set.group = rendition.group_id;
  set.language = rendition.language;
  set.label = rendition.name;
  // RFC 8216bis §4.4.6.1.1: one of a group; where there are two, the first.
  set.is_default =
      rendition.is_default && std::none_of(rendition_sets_.begin(), rendition_sets_.end() - 1,
                                           [&](const AdaptationSet& other) {
                                             return other.is_default && other.kind == set.kind &&
                                                    other.group == set.group;
                                           });
  set.is_autoselect = rendition.is_autoselect;
  set.is_forced = rendition.is_forced;
  if (set.is_forced) set.roles.emplace_back("forced-subtitle");
  std::string_view list = rendition.characteristics;
  if (!list.empty()) {
    const auto commas = std::count(list.begin(), list.end(), ',');
    set.accessibilities.reserve(static_cast<std::size_t>(commas) + 1);
  }
  for (auto item = next_item(list); !item.empty(); item = next_item(list)) {
    add_role(item, set);
    Descriptor& descriptor = set.accessibilities.emplace_back();
    descriptor.scheme = "hls:trait";
    descriptor.value = item;
  }
  id.append(rendition.group_id).append("/").append(rendition.name);
  set.id = ids_.unique(std::move(id));
  Representation& representation = set.representations.emplace_back();
  representation.stable_id = rendition.stable_id;
  representation.id =
      rendition.stable_id.empty() ? set.id : ids_.unique(std::string(rendition.stable_id));
  // CHANNELS: "6", "16/JOC" (RFC 8216 §4.3.4.1).
  const std::string_view channels = rendition.channels.substr(0, rendition.channels.find('/'));
  constexpr int64_t kMaxChannels = 64;
  representation.channels = static_cast<int>(parse_count(channels, kMaxChannels).value_or(0));
  representation.sample_rate = rendition.sample_rate;
  if (playlist_.content_steering) representation.service_location = place_of(rendition, *url);
  representation.index_source = source_of(*std::move(url));
}

// A Variant that only repeats a Rendition (sound alone, same URI) is not another choice.
void MultivariantMapper::drop_repeated_sound() {
  if (video_.representations.empty()) return;
  auto& lone = audio_.representations;
  const auto is_repeated = [this](const Representation& variant) {
    return std::any_of(
        rendition_sets_.begin(), rendition_sets_.end(), [&](const AdaptationSet& set) {
          return set.representations.front().index_source.location == variant.index_source.location;
        });
  };
  lone.erase(std::remove_if(lone.begin(), lone.end(), is_repeated), lone.end());
}

// Widevine and PlayReady carry what a licence request needs in the URI itself: a pssh box
// (ISO/IEC 23001-7 §8.1), or the PlayReady object that would be inside one.
void take_init_data(ContentProtection& protection) {
  std::optional<std::vector<uint8_t>> data = decode_base64_data_url(protection.key_uri);
  if (!data) return;
  constexpr std::size_t kTypeOffset = 4;
  const std::string_view text = as_text(*data);
  if (text.size() >= 8 && text.substr(kTypeOffset, 4) == "pssh") {
    protection.pssh = SharedBytes(*std::move(data));
  } else if (protection.scheme == "com.microsoft.playready") {
    protection.playready_object = SharedBytes(*std::move(data));
  }
}

void MultivariantMapper::map_session() {
  presentation_.start = playlist_.start;
  presentation_.content_steering = playlist_.content_steering;
  for (const SegmentKey& key : playlist_.session_keys) {
    ContentProtection protection;
    protection.scheme = key.key_format;
    protection.value = name_of(key.method);
    protection.key_uri = key.uri;
    protection.key_format_versions = key.key_format_versions;
    if (key.kid) protection.default_kids = {*key.kid};
    take_init_data(protection);
    presentation_.session_keys.push_back(std::move(protection));
  }
  for (const SessionData& data : playlist_.session_data) {
    Presentation::SessionData& item = presentation_.session_data.emplace_back();
    item.id = data.id;
    item.value = data.value;
    item.language = data.language;
    item.format = data.format;
    if (!data.uri.empty()) item.url = resolve(data.uri).value_or(std::string());
  }
}

Result<Presentation> MultivariantMapper::map() {
  presentation_.format = ManifestFormat::kHls;
  presentation_.url = playlist_.url;
  presentation_.warnings = playlist_.warnings;
  collect_audio_groups();
  collect_variants();
  map_variants(TrackKind::kVideo, video_);
  map_variants(TrackKind::kAudio, audio_);
  video_.is_default = video_.is_autoselect = true;
  // Sound alone: the Variants are the main choice.
  audio_.is_default = audio_.is_autoselect = video_.representations.empty();
  rendition_sets_.reserve(playlist_.renditions.size());
  // First those that others may repeat.
  for (const bool is_repeated : {false, true}) {
    for (const Rendition& rendition : playlist_.renditions) {
      if (repeats_group(rendition.group_id) == is_repeated) map_rendition(rendition);
    }
  }
  drop_repeated_sound();
  iframes_.id = "iframe";
  iframes_.trick_mode_for = "video";
  map_apart(playlist_.iframe_variants, "i", iframes_);
  images_.id = "image";
  images_.kind = TrackKind::kImage;
  map_apart(playlist_.image_variants, "t", images_);
  map_session();

  Period period;
  period.id = "0";
  auto& sets = period.adaptation_sets;
  sets.reserve(rendition_sets_.size() + 4);
  for (AdaptationSet* set : {&video_, &audio_}) {
    if (!set->representations.empty()) sets.push_back(std::move(*set));
  }
  for (AdaptationSet& set : rendition_sets_) sets.push_back(std::move(set));
  if (sets.empty()) {
    return make_error(ErrorCode::kManifestEmpty, "no URI of the playlist can be resolved");
  }
  for (AdaptationSet* set : {&iframes_, &images_}) {
    if (!set->representations.empty()) sets.push_back(std::move(*set));
  }
  presentation_.periods.push_back(std::move(period));
  return std::move(presentation_);
}

}  // namespace

Result<Presentation> make_presentation(const MultivariantPlaylist& playlist) {
  return MultivariantMapper(playlist).map();
}

}  // namespace playhead::hls
