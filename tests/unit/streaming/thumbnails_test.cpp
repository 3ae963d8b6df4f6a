// SPDX-License-Identifier: Apache-2.0
#include "streaming/thumbnails.h"

#include <string>

#include <doctest/doctest.h>

#include "streaming/image_size.h"

namespace playhead {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text.push_back(static_cast<char>(value));
  return text;
}

// SOI, a segment to pass over, fill bytes, and a frame header of 800 × 180.
std::string jpeg() {
  return bytes({0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 'J', 'F', 0xFF, 0xFF, 0xC2, 0, 17, 8, 0, 180, 3, 32});
}

std::string png() {
  return bytes({0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13,
                'I',  'H', 'D', 'R', 0,  0,  3,  32, 0, 0, 0, 180});
}

TEST_CASE("image size: of JPEG and PNG, and of nothing else") {
  struct Case {
    const char* name;
    std::string image;
    int width, height;
  };
  const Case cases[] = {
      {"jpeg", jpeg(), 800, 180},
      {"png", png(), 800, 180},
      {"jpeg that ends in its header", jpeg().substr(0, 16), 0, 0},
      {"png that ends in its header", png().substr(0, 20), 0, 0},
      {"jpeg without a frame", jpeg().substr(0, 8), 0, 0},
      {"jpeg whose segment leads outside", bytes({0xFF, 0xD8, 0xFF, 0xE0, 255, 255, 1, 2}), 0, 0},
      {"jpeg whose segment has no length", bytes({0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0xFF, 0xD9}), 0, 0},
      {"png of no width", png().replace(16, 4, std::string(4, '\0')), 0, 0},
      {"png wider than anything", png().replace(16, 1, "\x7F"), 0, 0},
      {"a web page", "<html>", 0, 0},
      {"nothing", "", 0, 0}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto size = image_size(as_bytes(c.image));
    REQUIRE(size.has_value() == (c.width > 0));
    if (!size) continue;
    CHECK(size->width == c.width);
    CHECK(size->height == c.height);
  }
}

TEST_CASE("thumbnails: which picture of an image stands for a moment") {
  struct Case {
    const char* name;
    TileLayout tiles;
    std::string image;
    int64_t time_us;
    int x, y, width, height;
    int64_t start_us, duration_us;
  };
  // The segment: 100 s to 120 s; the manifest says 1000 × 500.
  const Case cases[] = {
      {"first", {5, 2, {}}, jpeg(), 100'000'000, 0, 0, 160, 90, 100'000'000, 2'000'000},
      {"second row", {5, 2, {}}, jpeg(), 111'000'000, 0, 90, 160, 90, 110'000'000, 2'000'000},
      {"last", {5, 2, {}}, jpeg(), 119'999'999, 640, 90, 160, 90, 118'000'000, 2'000'000},
      {"behind the end", {5, 2, {}}, jpeg(), 130'000'000, 640, 90, 160, 90, 118'000'000, 2'000'000},
      {"before the start", {5, 2, {}}, jpeg(), 1, 0, 0, 160, 90, 100'000'000, 2'000'000},
      {"own duration", {5, 2, 3s}, png(), 107'000'000, 320, 0, 160, 90, 106'000'000, 3'000'000},
      {"cut off by the end",
       {5, 2, 3s},
       png(),
       119'000'000,
       160,
       90,
       160,
       90,
       118'000'000,
       2'000'000},
      {"size by the manifest",
       {5, 2, {}},
       "webp",
       103'000'000,
       200,
       0,
       200,
       250,
       102'000'000,
       2'000'000},
      {"one picture", {1, 1, {}}, jpeg(), 103'000'000, 0, 0, 800, 180, 100'000'000, 20'000'000},
  };
  Segment segment;
  segment.start = MediaTime{100'000'000};
  segment.end = MediaTime{120'000'000};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const ThumbnailReady found =
        locate_thumbnail(segment, c.tiles, as_bytes(c.image), 1000, 500, MediaTime{c.time_us});
    CHECK(found.x == c.x);
    CHECK(found.y == c.y);
    CHECK(found.width == c.width);
    CHECK(found.height == c.height);
    CHECK(found.start.us == c.start_us);
    CHECK(found.duration.count() == c.duration_us);
  }
}

TEST_CASE("thumbnails: the smallest that fills a preview, else the largest") {
  const auto made = [](const char* id, int width, int columns) {
    Representation r;
    r.id = id;
    r.width = width;
    r.tiles = TileLayout{columns, 1, {}};
    return r;
  };
  Period period;
  CHECK(select_thumbnails(period, false) == nullptr);
  AdaptationSet images;
  images.kind = TrackKind::kImage;
  images.representations = {made("small", 1000, 10), made("large", 4000, 10),
                            made("fits", 2000, 10)};
  period.adaptation_sets = {images};
  CHECK(select_thumbnails(period, false)->id == "fits");
  // HLS tells the size of one picture.
  CHECK(select_thumbnails(period, true)->id == "small");
  period.adaptation_sets[0].representations.resize(1);
  CHECK(select_thumbnails(period, false)->id == "small");
}

}  // namespace
}  // namespace playhead
