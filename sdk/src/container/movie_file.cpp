// SPDX-License-Identifier: Apache-2.0
#include "container/movie_file.h"

#include <algorithm>
#include <utility>

#include "container/box_reader.h"
#include "container/box_writer.h"
#include "container/fragment_flags.h"

namespace playhead {
namespace {

using namespace fragment_flags;

// Chosen: what services cut their titles into. Longer: more is read before a seek shows anything.
constexpr int64_t kFragmentUs = 4'000'000;

}  // namespace

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
    std::vector<uint8_t>& head = out.head;
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
