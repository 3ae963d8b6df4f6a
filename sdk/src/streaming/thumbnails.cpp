// SPDX-License-Identifier: Apache-2.0
#include "streaming/thumbnails.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "streaming/image_size.h"
#include "streaming/track_selection.h"

namespace playhead {

namespace {

// Width that a preview over a seek bar has. Wider pictures cost more bytes and are scaled down.
constexpr int kPreviewWidth = 160;

// Encoded images kept, and how many of them; the last one is kept whatever its size. An image of
// 10 × 10 pictures has some 300 KB and stands for minutes.
constexpr std::size_t kKeptBytes = std::size_t{8} << 20;
constexpr std::size_t kKeptImages = 64;

// So long after the last question a live title's image playlist is kept up to date (chosen).
constexpr Duration kInterest = 30s;

// A failed image is asked for again after that (chosen).
constexpr Duration kRetryAfter = 10s;

std::string key_of(const ResourceLocation& location) {
  std::string key = location.url;
  if (!location.range) return key;
  key += ' ' + std::to_string(location.range->first) + '-';
  if (location.range->last) key += std::to_string(*location.range->last);
  return key;
}

ThumbnailReady refusal(Error error) {
  ThumbnailReady answer;
  answer.error = std::move(error);
  return answer;
}

}  // namespace

const Representation* select_thumbnails(const Period& period, bool is_hls) {
  const Representation* best = nullptr;
  std::tuple<bool, int, int64_t> best_rank;
  for (const AdaptationSet& set : period.adaptation_sets) {
    if (set.kind != TrackKind::kImage || set.is_encrypted || !is_understood(set)) continue;
    for (const Representation& r : set.representations) {
      if (!is_understood(r)) continue;
      const int columns = is_hls || !r.tiles ? 1 : r.tiles->columns;
      const int width = r.width / columns;
      const bool fills = width >= kPreviewWidth;
      const std::tuple rank{fills, fills ? -width : width, -r.bandwidth.bps};
      if (best && rank <= best_rank) continue;
      best = &r;
      best_rank = rank;
    }
  }
  return best;
}

ThumbnailReady locate_thumbnail(const Segment& segment, const TileLayout& tiles, ByteView image,
                                int declared_width, int declared_height, MediaTime time) {
  ThumbnailReady found;
  found.columns = std::max(tiles.columns, 1);
  found.rows = std::max(tiles.rows, 1);
  const int64_t count = int64_t{found.columns} * found.rows;
  // EXT-X-TILES DURATION; DASH-IF IOP 6.2.6: the pictures share the segment's duration equally.
  Duration each = tiles.tile_duration;
  if (each <= Duration{0}) each = segment.duration() / count;
  each = std::max(each, Duration{1});
  const int64_t number = std::clamp((time - segment.start) / each, int64_t{0}, count - 1);
  found.column = static_cast<int>(number % found.columns);
  found.row = static_cast<int>(number / found.columns);
  found.start = segment.start + each * number;
  found.duration = std::clamp(segment.end - found.start, Duration{0}, each);
  const std::optional<ImageSize> size = image_size(image);
  found.width = (size ? size->width : declared_width) / found.columns;
  found.height = (size ? size->height : declared_height) / found.rows;
  if (found.width == 0 || found.height == 0) found.width = found.height = 0;
  found.x = found.column * found.width;
  found.y = found.row * found.height;
  return found;
}

void Thumbnails::ask(MediaTime time, uint64_t tag, MonotonicTime now) {
  question_ = Question{time, tag};
  asked_ = now;
}

bool Thumbnails::is_idle(MonotonicTime now) const {
  return !question_ && (representation_id_.empty() || now - asked_ > kInterest);
}

void Thumbnails::turn(const PlayedTracks& played, bool is_hls) {
  if (!question_) return;
  auto found = answer(played, is_hls, question_->time);
  if (!found) return;
  found->user_tag = std::exchange(question_, std::nullopt)->tag;
  context_.on_answer(*std::move(found));
}

std::optional<ThumbnailReady> Thumbnails::answer(const PlayedTracks& played, bool is_hls,
                                                 MediaTime time) {
  const std::size_t period = played.period_at(time);
  const Representation* representation = select_thumbnails(played.period(period), is_hls);
  const auto none = [](const char* why) {
    return refusal(make_error(ErrorCode::kNoPlayableTrack, why, 0, Severity::kRecoverable));
  };
  if (!representation) return none("the title has no thumbnails there");
  representation_id_ = representation->id;
  const std::string playlist = "playlist " + representation->id;
  if (const Image* failed = find(playlist)) return refusal(*failed->error);
  context_.indexes.request(*representation, true);
  const LoadedIndex* index = context_.indexes.find(*representation);
  if (!index) {
    auto error = context_.indexes.take_error(*representation);
    if (!error) return std::nullopt;
    error->severity = Severity::kRecoverable;
    Image failed;
    failed.key = playlist;
    failed.error = error;
    keep(std::move(failed));
    return refusal(*std::move(error));
  }
  const SegmentIndex& segments = *index->segments;
  if (segments.size() == 0 || index->needs_drm_system) return none("the thumbnails cannot be used");
  // The last picture stands for what is left of the title.
  const Segment segment = segments.at(segments.find(time).value_or(segments.size() - 1));
  if (segment.is_gap) return none("the title has no thumbnails there");
  const Image* image = image_at(segment);
  if (!image) return std::nullopt;
  if (image->error) return refusal(*image->error);
  const TileLayout tiles = index->tiles.value_or(representation->tiles.value_or(TileLayout()));
  const int columns = is_hls ? tiles.columns : 1;
  const int rows = is_hls ? tiles.rows : 1;
  ThumbnailReady found =
      locate_thumbnail(segment, tiles, image->bytes.view(), representation->width * columns,
                       representation->height * rows, time);
  found.image = image->bytes;
  found.image_id = image->id;
  return found;
}

const Thumbnails::Image* Thumbnails::find(const std::string& key) {
  images_.remove_if([&](const Image& image) {
    return image.error && image.key == key && asked_ - image.failed > kRetryAfter;
  });
  const auto known = std::find_if(images_.begin(), images_.end(),
                                  [&](const Image& image) { return image.key == key; });
  if (known == images_.end()) return nullptr;
  images_.splice(images_.begin(), images_, known);
  return &images_.front();
}

const Thumbnails::Image* Thumbnails::image_at(const Segment& segment) {
  const ResourceLocation& location = segment.media;
  std::string key = key_of(location);
  if (const Image* known = find(key)) return known;
  if (std::exchange(is_fetching_, true)) return nullptr;
  Request request;
  request.url = location.url;
  request.range = location.range;
  request.kind = ResourceKind::kMedia;
  request.max_bytes = limits::kThumbnailBytes;
  fetch_ = context_.keys.fetch(std::move(request), media_cipher(segment),
                               [this, key = std::move(key)](Result<FetchedResource> result) {
                                 on_fetched(key, std::move(result));
                               });
  return nullptr;
}

void Thumbnails::on_fetched(const std::string& key, Result<FetchedResource> result) {
  const CancelHandle done = std::move(fetch_);
  is_fetching_ = false;
  Image image;
  image.key = key;
  image.id = ++images_fetched_;
  if (result) {
    context_.on_bytes(result->stats.body_bytes);
    image.bytes = std::move(result->body);
  } else {
    image.error = std::move(result).error();
    image.error->severity = Severity::kRecoverable;
    image.error->context = "thumbnails: " + image.error->context;
  }
  if (!image.error && image.bytes.empty()) {
    image.error = make_error(ErrorCode::kBadResponse, "thumbnails: the image is empty", 0,
                             Severity::kRecoverable);
  }
  keep(std::move(image));
  context_.on_change();
}

void Thumbnails::keep(Image image) {
  image.failed = asked_;
  images_.push_front(std::move(image));
  trim();
}

void Thumbnails::trim() {
  std::size_t bytes = 0;
  std::size_t count = 0;
  auto image = images_.begin();
  while (image != images_.end()) {
    bytes += image->bytes.size();
    const bool is_too_much = bytes > kKeptBytes || count >= kKeptImages;
    if (is_too_much && count > 0) break;
    ++count;
    ++image;
  }
  images_.erase(image, images_.end());
}

}  // namespace playhead
