// SPDX-License-Identifier: Apache-2.0
#include "container/movie_init.h"

#include "container/box_writer.h"

namespace playhead {
namespace {

using Bytes = std::vector<uint8_t>;

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

}  // namespace

Result<std::vector<uint8_t>> make_movie_init(const std::optional<Box>& mvhd,
                                             std::span<const TrackInit> tracks) {
  Bytes out;
  // Boxes get their sizes at the ends of their blocks.
  {
    const BoxWriter ftyp(out, fourcc("ftyp"));
    put(out, fourcc("iso6"), 4);
    put(out, 0, 4);
    put(out, fourcc("iso6"), 4);
  }
  {
    const BoxWriter moov(out, fourcc("moov"));
    if (mvhd) copy_box(out, *mvhd);
    for (const TrackInit& track : tracks) {
      if (auto copied = copy_track(out, track.box); !copied) return std::move(copied).error();
    }
    // §8.8.1 and §8.8.3.
    const BoxWriter mvex(out, fourcc("mvex"));
    for (const TrackInit& track : tracks) {
      const BoxWriter trex(out, fourcc("trex"));
      put_full(out, 0, 0);
      put(out, track.id, 4);
      put(out, 1, 4);
      put(out, 0, 4 + 4 + 4);
    }
  }
  return out;
}

}  // namespace playhead
