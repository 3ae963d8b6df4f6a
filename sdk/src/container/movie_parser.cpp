// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "container/box_reader.h"
#include "container/fragment_flags.h"
#include "container/movie_file.h"
#include "container/movie_init.h"
#include "container/sample_layout.h"

namespace playhead {
namespace {

using namespace fragment_flags;

constexpr int kMaxDepth = 8;
// Of pictures and sound; each track fragment is looked for among them.
constexpr std::size_t kMostTracks = 100;
// Times of more, in microseconds, leave 64 bits.
constexpr int64_t kLongestSeconds = int64_t{1} << 40;
constexpr uint64_t kLatestTicks = uint64_t{1} << 62;

// §8.6.1.2 and §8.6.1.3: runs of equal values.
class RunTable {
 public:
  explicit RunTable(ByteView payload) : reader_(payload) {
    version_ = static_cast<uint8_t>(reader_.read(1));
    reader_.skip(3);
    entries_ = reader_.read(4);
  }
  // Of the next sample; nothing once the table has ended.
  std::optional<uint32_t> next() {
    while (left_ == 0 && entries_ > 0 && !reader_.has_failed()) {
      --entries_;
      left_ = reader_.read(4);
      value_ = static_cast<uint32_t>(reader_.read(4));
    }
    if (left_ == 0 || reader_.has_failed()) return std::nullopt;
    --left_;
    return value_;
  }

 private:
  ByteReader reader_;
  uint8_t version_ = 0;
  uint64_t entries_ = 0;
  uint64_t left_ = 0;
  uint32_t value_ = 0;
};

// What of a trak is looked at.
struct TrackBoxes {
  ByteView tkhd, mdhd, hdlr, stbl, stsd, stts, ctts, stss;
  bool has_sync_table = false;
};

Result<void> find_boxes(ByteView bytes, TrackBoxes& out, int depth) {
  if (depth > kMaxDepth) return broken("boxes in boxes without an end");
  BoxReader boxes(bytes);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return {};
    if (box->type == fourcc("tkhd")) out.tkhd = box->payload;
    if (box->type == fourcc("mdhd")) out.mdhd = box->payload;
    if (box->type == fourcc("hdlr") && out.hdlr.empty()) out.hdlr = box->payload;
    if (box->type == fourcc("stsd")) out.stsd = box->payload;
    if (box->type == fourcc("stts")) out.stts = box->payload;
    if (box->type == fourcc("ctts")) out.ctts = box->payload;
    if (box->type == fourcc("stss")) {
      out.stss = box->payload;
      out.has_sync_table = true;
    }
    if (box->type == fourcc("stbl")) out.stbl = box->payload;
    if (!holds_boxes(box->type) && box->type != fourcc("stbl")) continue;
    if (auto found = find_boxes(box->payload, out, depth + 1); !found) return found;
  }
}

// §8.3.2 and §8.4.2: behind two times, which have 8 bytes in version 1.
uint32_t field_behind_times(ByteView payload) {
  ByteReader reader(payload);
  const bool is_long = reader.read(1) == 1;
  reader.skip(3 + (is_long ? 16U : 8U));
  return static_cast<uint32_t>(reader.read(4));
}

}  // namespace

// From a moov and the moofs behind it to a MovieFile.
class MovieParser {
 public:
  Result<MovieFile> parse(ByteView moov, std::span<const MovieFile::Moof> moofs) {
    PLAYHEAD_TRY(const ByteView boxes, payload_of(moov, fourcc("moov")));
    if (auto listed = list_tracks(boxes); !listed) return std::move(listed).error();
    for (const MovieFile::Moof& moof : moofs) {
      PLAYHEAD_TRY(const ByteView fragment, payload_of(moof.box, fourcc("moof")));
      if (auto added = add_fragment(fragment, moof.offset); !added) {
        return std::move(added).error();
      }
    }
    choose_tracks();
    if (chosen_.empty()) return unsupported("neither pictures nor sound");
    std::vector<TrackInit> inits;
    for (const Listed* listed : chosen_) inits.push_back({listed->box, listed->track.id});
    PLAYHEAD_TRY(movie_.init_, make_movie_init(header_, inits));
    for (Listed* listed : chosen_) {
      const MovieFile::Track& track = listed->track;
      if (track.samples.back().decode_ticks / track.timescale > kLongestSeconds) {
        return broken("a film without an end");
      }
      movie_.tracks_.push_back(std::move(listed->track));
    }
    movie_.cut();
    return std::move(movie_);
  }

  static Result<ByteView> payload_of(ByteView bytes, uint32_t type) {
    PLAYHEAD_TRY(const std::optional<Box> box, BoxReader(bytes).next());
    if (!box || box->type != type) return broken("another box than was looked for");
    return box->payload;
  }

 private:
  // What a sample is like where its fragment does not say (§8.8.3).
  struct Defaults {
    SampleDefaults layout;
    uint32_t duration = 0;
    uint32_t flags = 0;
  };
  // A track of pictures or sound, with samples or without.
  struct Listed {
    Box box;
    MovieFile::Track track;
    Defaults defaults;
    int64_t end_ticks = 0;  // of the samples so far
  };

  static Error unsupported(const char* what) {
    return make_error(ErrorCode::kContainerUnsupported, what);
  }

  Result<void> list_tracks(ByteView payload) {
    BoxReader boxes(payload);
    while (true) {
      PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
      if (!box) return {};
      if (box->type == fourcc("mvhd")) header_ = *box;
      if (box->type == fourcc("mvex")) extends_ = box->payload;
      if (box->type != fourcc("trak")) continue;
      if (auto added = add_track(*box); !added) return added;
    }
  }

  Result<void> add_track(const Box& box) {
    TrackBoxes found;
    if (auto read = find_boxes(box.payload, found, 0); !read) return read;
    ByteReader handler(found.hdlr);
    handler.skip(4 + 4);
    const auto kind = static_cast<uint32_t>(handler.read(4));
    const bool is_video = kind == fourcc("vide");
    if (!is_video && kind != fourcc("soun")) return {};
    if (listed_.size() == kMostTracks) return broken("a film of too many tracks");
    Listed listed;
    listed.box = box;
    MovieFile::Track& track = listed.track;
    track.is_video = is_video;
    track.id = field_behind_times(found.tkhd);
    track.timescale = field_behind_times(found.mdhd);
    if (track.timescale == 0 || track.id == 0) return broken("a track without a number or a clock");
    PLAYHEAD_TRY(listed.end_ticks, list_samples(found, track));
    listed_.push_back(std::move(listed));
    return {};
  }

  // Answers where they end.
  static Result<int64_t> list_samples(const TrackBoxes& from, MovieFile::Track& track) {
    PLAYHEAD_TRY(const std::vector<SampleExtent> places,
                 table_layout(from.stbl, MovieFile::kMostSamples));
    RunTable durations(from.stts);
    RunTable compositions(from.ctts);
    int64_t decode = 0;
    track.samples.reserve(places.size());
    for (const SampleExtent& place : places) {
      MovieFile::Sample sample;
      sample.offset = static_cast<int64_t>(place.offset);
      sample.size = place.size;
      sample.decode_ticks = decode;
      sample.duration = durations.next().value_or(0);
      sample.composition = static_cast<int32_t>(compositions.next().value_or(0));
      sample.is_sync = !from.has_sync_table;
      decode += sample.duration;
      track.samples.push_back(sample);
    }
    ByteReader syncs(from.stss);
    syncs.skip(4);
    for (uint64_t left = syncs.read(4); left > 0; --left) {
      const uint64_t number = syncs.read(4);
      if (syncs.has_failed()) break;
      if (number >= 1 && number <= track.samples.size()) track.samples[number - 1].is_sync = true;
    }
    return decode;
  }

  Result<void> read_defaults() {
    BoxReader boxes(*std::exchange(extends_, std::nullopt));
    while (true) {
      PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
      if (!box) return {};
      if (box->type != fourcc("trex")) continue;
      ByteReader reader(box->payload);
      reader.skip(4);
      Listed* of = find(static_cast<uint32_t>(reader.read(4)));
      Defaults defaults;
      defaults.layout.description = static_cast<uint32_t>(reader.read(4));
      defaults.duration = static_cast<uint32_t>(reader.read(4));
      defaults.layout.size = static_cast<uint32_t>(reader.read(4));
      defaults.flags = static_cast<uint32_t>(reader.read(4));
      if (of != nullptr && !reader.has_failed()) of->defaults = defaults;
    }
  }

  Listed* find(uint32_t track_id) {
    const auto found = std::find_if(listed_.begin(), listed_.end(),
                                    [track_id](const Listed& l) { return l.track.id == track_id; });
    return found == listed_.end() ? nullptr : &*found;
  }

  Result<void> add_fragment(ByteView moof, int64_t offset) {
    if (extends_) {
      if (auto read = read_defaults(); !read) return read;
    }
    auto end_of_previous = static_cast<uint64_t>(offset);
    BoxReader boxes(moof);
    while (true) {
      PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
      if (!box) return {};
      if (box->type != fourcc("traf")) continue;
      auto added = add_track_fragment(box->payload, static_cast<uint64_t>(offset), end_of_previous);
      if (!added) return added;
    }
  }

  Result<void> add_track_fragment(ByteView traf, uint64_t moof_offset, uint64_t& end_of_previous) {
    std::optional<FragmentHeader> header;
    std::optional<int64_t> decode_time;
    std::vector<ByteView> runs;
    BoxReader boxes(traf);
    while (true) {
      PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
      if (!box) break;
      if (box->type == fourcc("tfhd")) {
        PLAYHEAD_TRY(header, parse_fragment_header(box->payload));
      }
      if (box->type == fourcc("tfdt")) decode_time = decode_time_of(box->payload);
      if (box->type == fourcc("trun")) runs.push_back(box->payload);
    }
    if (!header) return broken("a track fragment without a header");
    Listed* listed = find(header->track_id);
    const Defaults defaults = listed != nullptr ? listed->defaults : Defaults();
    PLAYHEAD_TRY(const std::vector<SampleExtent> places,
                 fragment_layout(traf, *header, defaults.layout, moof_offset, end_of_previous));
    if (listed == nullptr) return {};
    if (places.size() > MovieFile::kMostSamples - listed->track.samples.size()) {
      return broken("a film of too many samples");
    }
    begin_at(*listed, decode_time);
    Defaults here = defaults;
    here.duration = header->duration.value_or(defaults.duration);
    here.flags = header->sample_flags.value_or(defaults.flags);
    std::span<const SampleExtent> rest(places);
    for (const ByteView run : runs) rest = add_run(*listed, run, here, rest);
    return {};
  }

  static std::optional<int64_t> decode_time_of(ByteView tfdt) {
    ByteReader reader(tfdt);
    const bool is_long = reader.read(1) == 1;
    reader.skip(3);
    const uint64_t time = reader.read(is_long ? 8 : 4);
    if (reader.has_failed() || time > kLatestTicks) return std::nullopt;
    return static_cast<int64_t>(time);
  }

  // What is missing before it the sample before it lasts: fragments are put together anew, and only
  // the first sample of each says when it is.
  static void begin_at(Listed& listed, std::optional<int64_t> decode_time) {
    if (!decode_time) return;
    if (listed.track.samples.empty()) {
      listed.end_ticks = *decode_time;
      return;
    }
    MovieFile::Sample& last = listed.track.samples.back();
    const int64_t begin = std::max(*decode_time, last.decode_ticks);
    const int64_t duration = begin - last.decode_ticks;
    if (duration > std::numeric_limits<uint32_t>::max()) return;
    last.duration = static_cast<uint32_t>(duration);
    listed.end_ticks = begin;
  }

  // §8.8.8. Answers the places of the runs behind it.
  static std::span<const SampleExtent> add_run(Listed& listed, ByteView trun,
                                               const Defaults& defaults,
                                               std::span<const SampleExtent> places) {
    constexpr uint32_t kIsNoSync = 0x10000;
    ByteReader reader(trun);
    const auto flags = static_cast<uint32_t>(reader.read(4)) & 0xffffff;
    const auto has = [flags](uint32_t field) { return (flags & field) != 0; };
    const uint64_t count = reader.read(4);
    if (has(kDataOffset)) reader.skip(4);
    std::optional<uint32_t> first_flags;
    if (has(kFirstSampleFlags)) first_flags = static_cast<uint32_t>(reader.read(4));
    for (uint64_t i = 0; i < count && !places.empty(); ++i) {
      MovieFile::Sample sample;
      sample.offset = static_cast<int64_t>(places.front().offset);
      sample.size = places.front().size;
      sample.decode_ticks = listed.end_ticks;
      const auto field = [&](uint32_t which, uint32_t otherwise) {
        return has(which) ? static_cast<uint32_t>(reader.read(4)) : otherwise;
      };
      sample.duration = field(kSampleDuration, defaults.duration);
      if (has(kSampleSize)) reader.skip(4);
      uint32_t sample_flags = field(kSampleFlags, defaults.flags);
      if (i == 0 && first_flags) sample_flags = *first_flags;
      sample.composition = static_cast<int32_t>(field(kSampleCompositionOffset, 0));
      sample.is_sync = (sample_flags & kIsNoSync) == 0;
      listed.end_ticks += sample.duration;
      listed.track.samples.push_back(sample);
      places = places.subspan(1);
    }
    return places;
  }

  // A second picture is a cover.
  void choose_tracks() {
    bool has_video = false;
    for (Listed& listed : listed_) {
      if (listed.track.samples.empty() || (listed.track.is_video && has_video)) continue;
      has_video = has_video || listed.track.is_video;
      chosen_.push_back(&listed);
    }
  }

  std::optional<Box> header_;
  std::optional<ByteView> extends_;  // mvex; none once it was read
  std::vector<Listed> listed_;
  std::vector<Listed*> chosen_;
  MovieFile movie_;
};

Result<MovieFile> MovieFile::parse(ByteView moov, std::span<const Moof> moofs) {
  return MovieParser().parse(moov, moofs);
}

Result<bool> MovieFile::is_fragmented(ByteView moov) {
  PLAYHEAD_TRY(const ByteView payload, MovieParser::payload_of(moov, fourcc("moov")));
  BoxReader boxes(payload);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return false;
    if (box->type == fourcc("mvex")) return true;
  }
}

}  // namespace playhead
