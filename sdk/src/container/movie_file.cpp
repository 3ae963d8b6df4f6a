// SPDX-License-Identifier: Apache-2.0
#include "container/movie_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "container/box_reader.h"
#include "container/fragment_flags.h"
#include "container/sample_layout.h"

namespace playhead {
namespace {

using namespace fragment_flags;

// Chosen: what services cut their titles into. Longer: more is read before a seek shows anything.
constexpr int64_t kFragmentUs = 4'000'000;
constexpr int kMaxDepth = 8;

using Bytes = std::vector<uint8_t>;

// `width` bytes; those above the 8 of a number are zero.
void put(Bytes& out, uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
    out.push_back(shift < 64 ? static_cast<uint8_t>(value >> shift) : 0);
  }
}

void put(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

// A box whose size is known once all of it is written.
class BoxWriter {
 public:
  BoxWriter(Bytes& out, uint32_t type) : out_(out), at_(out.size()) {
    put(out, 0, 4);
    put(out, type, 4);
  }
  BoxWriter(const BoxWriter&) = delete;
  BoxWriter& operator=(const BoxWriter&) = delete;
  ~BoxWriter() {
    const std::size_t size = out_.size() - at_;
    for (int i = 0; i < 4; ++i) {
      out_[at_ + static_cast<std::size_t>(i)] = static_cast<uint8_t>(size >> (24 - 8 * i));
    }
  }

 private:
  Bytes& out_;
  const std::size_t at_;
};

void put_full(Bytes& out, uint8_t version, uint32_t flags) {
  put(out, version, 1);
  put(out, flags, 3);
}

bool holds_boxes(uint32_t type) {
  return type == fourcc("moov") || type == fourcc("trak") || type == fourcc("mdia") ||
         type == fourcc("minf") || type == fourcc("dinf");
}

// The whole box again.
void copy_box(Bytes& out, const Box& box) {
  const BoxWriter writer(out, box.type);
  put(out, box.payload);
}

// §8.6.1.2 and the others: nothing is listed, the fragments do.
void put_empty_tables(Bytes& out) {
  for (const uint32_t type : {fourcc("stts"), fourcc("stsc"), fourcc("stco")}) {
    const BoxWriter table(out, type);
    put(out, 0, 8);
  }
  const BoxWriter sizes(out, fourcc("stsz"));
  put(out, 0, 4 + 4 + 4);
}

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

// All of it but the tables of samples, which the fragments take the place of.
Result<void> copy_track(Bytes& out, const Box& from) {
  const BoxWriter writer(out, from.type);
  BoxReader boxes(from.payload);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return {};
    if (box->type == fourcc("stbl")) {
      const BoxWriter stbl(out, box->type);
      BoxReader tables(box->payload);
      while (true) {
        PLAYHEAD_TRY(const std::optional<Box> table, tables.next());
        if (!table) break;
        if (table->type == fourcc("stsd")) copy_box(out, *table);
      }
      put_empty_tables(out);
    } else if (holds_boxes(box->type) && box->type != fourcc("dinf")) {
      if (auto copied = copy_track(out, *box); !copied) return copied;
    } else {
      copy_box(out, *box);
    }
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

// From a moov to a MovieFile.
class MovieParser {
 public:
  Result<MovieFile> parse(ByteView moov) {
    BoxReader top(moov);
    PLAYHEAD_TRY(const std::optional<Box> box, top.next());
    if (!box || box->type != fourcc("moov")) return broken("no moov");
    put_file_type();
    {
      const BoxWriter writer(movie_.init_, box->type);
      if (auto added = add_boxes(box->payload); !added) return std::move(added).error();
      if (movie_.tracks_.empty()) return unsupported("neither pictures nor sound");
      put_defaults();
    }
    movie_.cut();
    return std::move(movie_);
  }

 private:
  static Error unsupported(const char* what) {
    return make_error(ErrorCode::kContainerUnsupported, what);
  }

  void put_file_type() {
    const BoxWriter writer(movie_.init_, fourcc("ftyp"));
    put(movie_.init_, fourcc("iso6"), 4);
    put(movie_.init_, 0, 4);
    put(movie_.init_, fourcc("iso6"), 4);
  }

  Result<void> add_boxes(ByteView payload) {
    BoxReader boxes(payload);
    while (true) {
      PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
      if (!box) return {};
      if (box->type == fourcc("mvex")) return unsupported("a file of fragments");
      if (box->type == fourcc("mvhd")) copy_box(movie_.init_, *box);
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
    const bool is_known_video = std::any_of(movie_.tracks_.begin(), movie_.tracks_.end(),
                                            [](const auto& t) { return t.is_video; });
    // A second picture is a cover.
    if ((!is_video && kind != fourcc("soun")) || (is_video && is_known_video)) return {};
    MovieFile::Track track;
    track.is_video = is_video;
    track.id = field_behind_times(found.tkhd);
    track.timescale = field_behind_times(found.mdhd);
    if (track.timescale == 0 || track.id == 0) return broken("a track without a number or a clock");
    if (auto listed = list_samples(found, track); !listed) return listed;
    if (track.samples.empty()) return {};
    if (auto copied = copy_track(movie_.init_, box); !copied) return copied;
    movie_.tracks_.push_back(std::move(track));
    return {};
  }

  static Result<void> list_samples(const TrackBoxes& from, MovieFile::Track& track) {
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
    return {};
  }

  // §8.8.1 and §8.8.3.
  void put_defaults() {
    Bytes& out = movie_.init_;
    const BoxWriter mvex(out, fourcc("mvex"));
    for (const MovieFile::Track& track : movie_.tracks_) {
      const BoxWriter trex(out, fourcc("trex"));
      put_full(out, 0, 0);
      put(out, track.id, 4);
      put(out, 1, 4);
      put(out, 0, 4 + 4 + 4);
    }
  }

  MovieFile movie_;
};

Result<MovieFile> MovieFile::parse(ByteView moov) { return MovieParser().parse(moov); }

int64_t MovieFile::time_of(const Track& track, std::size_t sample) const {
  const bool is_end = sample == track.samples.size();
  const Sample& at = track.samples[is_end ? sample - 1 : sample];
  const int64_t ticks = at.decode_ticks + (is_end ? at.duration : 0);
  return ticks / track.timescale * 1'000'000 +
         ticks % track.timescale * 1'000'000 / track.timescale;
}

// Pictures lead: sound has a place to begin at everywhere.
void MovieFile::cut() {
  std::stable_sort(tracks_.begin(), tracks_.end(),
                   [](const Track& a, const Track& b) { return a.is_video > b.is_video; });
  const Track& leader = tracks_.front();
  for (std::size_t i = 0; i < leader.samples.size(); ++i) {
    if (!leader.samples[i].is_sync && i > 0) continue;
    const int64_t time = time_of(leader, i);
    if (i == 0 || time - starts_.back() >= kFragmentUs) starts_.push_back(time);
  }
  for (Track& track : tracks_) {
    end_ = std::max(end_, time_of(track, track.samples.size()));
    std::size_t sample = 0;
    track.first.push_back(0);
    for (std::size_t n = 1; n < starts_.size(); ++n) {
      while (sample < track.samples.size() && time_of(track, sample) < starts_[n]) ++sample;
      track.first.push_back(sample);
    }
    track.first.push_back(track.samples.size());
  }
}

Duration MovieFile::duration_of(std::size_t fragment) const {
  const int64_t end = fragment + 1 < starts_.size() ? starts_[fragment + 1] : end_;
  return Duration{std::max<int64_t>(end - starts_[fragment], 0)};
}

MovieFile::Fragment MovieFile::fragment(std::size_t number) const {
  // In the order of the file, so that what lies together is read together.
  struct Place {
    std::size_t track, sample;
  };
  std::vector<Place> places;
  for (std::size_t t = 0; t < tracks_.size(); ++t) {
    for (std::size_t i = tracks_[t].first[number]; i < tracks_[t].first[number + 1]; ++i) {
      places.push_back({t, i});
    }
  }
  const auto offset_of = [this](const Place& p) {
    return tracks_[p.track].samples[p.sample].offset;
  };
  std::stable_sort(places.begin(), places.end(),
                   [&](const Place& a, const Place& b) { return offset_of(a) < offset_of(b); });
  Fragment out;
  int64_t size = 0;
  // Within the mdat, by track.
  std::vector<std::vector<int64_t>> positions(tracks_.size());
  for (const Place& place : places) {
    const Sample& sample = tracks_[place.track].samples[place.sample];
    std::vector<int64_t>& of_track = positions[place.track];
    of_track.resize(tracks_[place.track].first[number + 1] - tracks_[place.track].first[number]);
    of_track[place.sample - tracks_[place.track].first[number]] = size;
    const bool goes_on =
        !out.body.empty() && out.body.back().offset + out.body.back().size == sample.offset;
    if (!goes_on) out.body.push_back({sample.offset, 0});
    out.body.back().size += sample.size;
    size += sample.size;
  }
  // Offsets count from the moof, whose size does not depend on them.
  const auto write_moof = [&](int64_t data) {
    Bytes& head = out.head;
    head.clear();
    const BoxWriter moof(head, fourcc("moof"));
    {
      const BoxWriter mfhd(head, fourcc("mfhd"));
      put_full(head, 0, 0);
      put(head, number + 1, 4);
    }
    for (std::size_t t = 0; t < tracks_.size(); ++t) {
      const Track& track = tracks_[t];
      const std::size_t begin = track.first[number];
      const std::size_t end = track.first[number + 1];
      if (begin == end) continue;
      const BoxWriter traf(head, fourcc("traf"));
      {
        const BoxWriter tfhd(head, fourcc("tfhd"));
        put_full(head, 0, kDefaultBaseIsMoof);
        put(head, track.id, 4);
      }
      {
        const BoxWriter tfdt(head, fourcc("tfdt"));
        put_full(head, 1, 0);
        put(head, static_cast<uint64_t>(track.samples[begin].decode_ticks), 8);
      }
      for (std::size_t i = begin; i < end;) {
        std::size_t last = i;  // of a run without a gap
        while (last + 1 < end && positions[t][last + 1 - begin] ==
                                     positions[t][last - begin] + track.samples[last].size) {
          ++last;
        }
        const BoxWriter trun(head, fourcc("trun"));
        put_full(
            head, 1,
            kDataOffset | kSampleDuration | kSampleSize | kSampleFlags | kSampleCompositionOffset);
        put(head, last + 1 - i, 4);
        put(head, static_cast<uint32_t>(data + positions[t][i - begin]), 4);
        for (; i <= last; ++i) {
          const Sample& sample = track.samples[i];
          put(head, sample.duration, 4);
          put(head, sample.size, 4);
          // §8.8.3.1: depends on nothing; is no sync sample, and depends on others.
          put(head, sample.is_sync ? 0x02000000 : 0x01010000, 4);
          put(head, static_cast<uint32_t>(sample.composition), 4);
        }
      }
    }
  };
  constexpr int64_t kMdatHeader = 8;
  write_moof(0);
  write_moof(static_cast<int64_t>(out.head.size()) + kMdatHeader);
  put(out.head, static_cast<uint64_t>(size + kMdatHeader), 4);
  put(out.head, fourcc("mdat"), 4);
  return out;
}

}  // namespace playhead
