// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>

#include "store/download_store.h"
#include "store_world.h"

namespace playhead::offline {
namespace {

using namespace test;  // NOLINT: a test of what it holds

std::vector<int64_t> seqs_of(const std::vector<ResourceRow>& rows) {
  std::vector<int64_t> seqs;
  for (const ResourceRow& row : rows) seqs.push_back(row.planned.seq);
  return seqs;
}

TEST_CASE("resources: a plan comes back as it was given") {
  StoreWorld world;
  PlannedResource planned = segment(3, 77);
  planned.key.range = ByteRange{100, 199};
  planned.kind = ResourceKind::kKey;
  planned.is_size_exact = true;
  done(world->add(download_of("a")));
  const auto result = got(world->set_plan("a", facts_of(1), std::vector{planned}, kNow));
  CHECK(result.added == 1);
  world.reopen();
  const auto rows = got(world->resources("a", 0, 10));
  REQUIRE(rows.size() == 1);
  const ResourceRow& row = rows[0];
  CHECK(row.download_id == "a");
  CHECK(row.planned.key == planned.key);
  CHECK(row.planned.url == planned.url);
  CHECK(row.planned.track == "v0");
  CHECK(row.planned.seq == 3);
  CHECK(row.planned.kind == ResourceKind::kKey);
  CHECK(row.planned.play_order == 30);
  CHECK(row.planned.start == planned.start);
  CHECK(row.planned.end == planned.end);
  CHECK(row.planned.size == 77);
  CHECK(row.planned.is_size_exact);
  CHECK(row.state == ResourceState::kWanted);
  CHECK(row.file == std::to_string(row.row) + ".vault");
  const DownloadRow download = got(world->find("a"));
  CHECK(download.facts == facts_of(1));
  CHECK(download.is_total_exact);
  CHECK(got(world->list())[0].facts.tracks.empty());  // lists do without
  CHECK(code_of(world->set_plan("x", {}, segments(0), kNow)) == ErrorCode::kNotFound);
}

TEST_CASE("resources: what is wanted comes in play order until it is done") {
  StoreWorld world;
  done(world->add(download_of("a")));
  auto plan = segments(5);
  std::swap(plan[1].play_order, plan[3].play_order);
  plan[4].play_order = plan[0].play_order;  // equals in the order they were given
  got(world->set_plan("a", facts_of(5), plan, kNow));
  CHECK(seqs_of(got(world->wanted("a", 10))) == std::vector<int64_t>{0, 4, 3, 2, 1});
  CHECK(seqs_of(got(world->wanted("a", 2))) == std::vector<int64_t>{0, 4});
  const auto rows = got(world->resources("a", 0, 10));
  const FinishedResource batch[] = {finished(rows[0].row), finished(rows[3].row, 1'500)};
  CHECK(got(world->finish(batch)).empty());
  CHECK(seqs_of(got(world->wanted("a", 10))) == std::vector<int64_t>{4, 2, 1});
  const int64_t spoilt = rows[0].row;
  CHECK(got(world->discard(std::span(&spoilt, 1), ResourceState::kBad)).empty());
  CHECK(seqs_of(got(world->wanted("a", 10))) == std::vector<int64_t>{0, 4, 2, 1});
  CHECK(got(world->resource(spoilt)).state == ResourceState::kBad);
  CHECK(got(world->resource(rows[3].row)).planned.size == 1'500);
  check_sums(*world);
  CHECK(code_of(world->resource(999)) == ErrorCode::kNotFound);
  CHECK(code_of(world->wanted("x", 1)) == ErrorCode::kNotFound);
}

TEST_CASE("resources: progress, and what the host said") {
  StoreWorld world;
  const auto rows = world.add_planned("a", 3);
  const Answer answer{"https://edge/0.m4s", "video/mp4", "\"e\"", "Tue", {}};
  const ResourceProgress progress{rows[0].row, 65'536, 200'000, answer};
  CHECK(got(world->save_progress(std::span(&progress, 1))).empty());
  ResourceRow row = got(world->resource(rows[0].row));
  CHECK(row.state == ResourceState::kPart);
  CHECK(row.checkpoint == 65'536);
  CHECK(row.planned.size == 200'000);
  CHECK(row.planned.is_size_exact);
  CHECK(row.final_url == answer.final_url);
  CHECK(row.content_type == answer.content_type);
  CHECK(row.etag == answer.etag);
  CHECK(row.last_modified == answer.last_modified);
  CHECK(got(world->bytes_of_all()) == 0);  // nobody can read them
  done(world->set_content_key("a", blob_of("key")));
  CHECK(got(world->bytes_of_all()) == 65'536);
  check_sums(*world);
  // The host had another file: from the beginning.
  const ResourceProgress anew{rows[0].row, 0, {}, {}};
  got(world->save_progress(std::span(&anew, 1)));
  row = got(world->resource(rows[0].row));
  CHECK(row.state == ResourceState::kWanted);
  CHECK(row.etag.empty());
  FinishedResource whole = finished(rows[0].row, 210'000);
  whole.answer = answer;
  got(world->finish(std::span(&whole, 1)));
  row = got(world->resource(rows[0].row));
  CHECK(row.state == ResourceState::kDone);
  CHECK(row.digest == whole.digest);
  CHECK(row.checkpoint == 0);
  CHECK(got(world->bytes_of_all()) == 210'000);
  check_sums(*world);
}

TEST_CASE(
    "resources: of the parts of a file the host's word is kept, and all are dropped at once") {
  StoreWorld world;
  done(world->add(download_of("a")));
  std::vector<PlannedResource> plan;
  for (const int64_t n : {0, 1, 2}) {
    PlannedResource part = segment(n);
    part.key = {n < 2 ? "https://cdn/film.mp4" : "https://cdn/other.mp4",
                ByteRange{n * 1'000, n * 1'000 + 999}};
    plan.push_back(part);
  }
  got(world->set_plan("a", facts_of(3), plan, kNow));
  const auto rows = got(world->resources("a", 0, 10));
  CHECK_FALSE(got(world->file_answer("a", "https://cdn/film.mp4")));
  FinishedResource batch[] = {finished(rows[1].row), finished(rows[2].row)};
  batch[0].answer.etag = "\"v1\"";
  batch[0].answer.file_size = 5'000;
  got(world->finish(batch));
  const auto answer = got(world->file_answer("a", "https://cdn/film.mp4"));
  REQUIRE(answer);
  CHECK(answer->etag == "\"v1\"");
  CHECK(answer->file_size == 5'000);
  CHECK(got(world->resource(rows[1].row)).file_size == 5'000);
  CHECK_FALSE(got(world->file_answer("a", "https://cdn/other.mp4"))->file_size);
  done(world->discard_file("a", "https://cdn/film.mp4"));
  CHECK_FALSE(got(world->file_answer("a", "https://cdn/film.mp4")));
  CHECK(got(world->resource(rows[1].row)).state == ResourceState::kWanted);
  CHECK(got(world->resource(rows[2].row)).state == ResourceState::kDone);
  CHECK(code_of(world->file_answer("x", "")) == ErrorCode::kNotFound);
  check_sums(*world);
}

TEST_CASE("resources: rows that are gone are named, the others are written") {
  StoreWorld world;
  const auto rows = world.add_planned("a", 2);
  const FinishedResource batch[] = {finished(77), finished(rows[1].row)};
  CHECK(got(world->finish(batch)) == std::vector<int64_t>{77});
  CHECK(got(world->resource(rows[1].row)).state == ResourceState::kDone);
  const ResourceProgress progress{78, 0, {}, {}};
  CHECK(got(world->save_progress(std::span(&progress, 1))) == std::vector<int64_t>{78});
  const int64_t gone = 79;
  CHECK(got(world->discard(std::span(&gone, 1), ResourceState::kWanted)) ==
        std::vector<int64_t>{79});
}

TEST_CASE("resources: a batch with a mistake changes nothing") {
  StoreWorld world;
  const auto rows = world.add_planned("a", 2);
  const FinishedResource batch[] = {finished(rows[0].row), finished(rows[1].row, -1)};
  CHECK(code_of(world->finish(batch)) == ErrorCode::kInvalidArgument);
  CHECK(got(world->wanted("a", 10)).size() == 2);
  std::vector<PlannedResource> plan = segments(3);
  plan[2].key.range = ByteRange{10, 5};
  CHECK(code_of(world->set_plan("a", {}, plan, kNow)) == ErrorCode::kInvalidArgument);
  CHECK(got(world->resources("a", 0, 10)).size() == 2);
  CHECK(got(world->find("a")).facts == facts_of(2));
  CHECK(code_of(world->discard(std::span(&rows[0].row, 1), ResourceState::kDone)) ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("resources: how much of the title plays without a network") {
  StoreWorld world;
  done(world->add(download_of("a")));
  std::vector<PlannedResource> plan = segments(3);  // of 2 s each
  PlannedResource manifest = segment(100);
  manifest.kind = ResourceKind::kManifest;
  manifest.start = manifest.end = MediaTime{0};
  plan.push_back(manifest);
  got(world->set_plan("a", facts_of(3), plan, kNow));
  const auto rows = got(world->resources("a", 0, 10));
  struct Case {
    const char* name;
    std::size_t done_index;
    Duration until;
  };
  const Case cases[] = {{"without the manifest nothing", 0, 0s},
                        {"up to the second segment", 3, 2s},
                        {"a later one alone is of no use", 2, 2s},
                        {"the whole title", 1, 6s}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const FinishedResource one = finished(rows[c.done_index].row);
    got(world->finish(std::span(&one, 1)));
    CHECK(got(world->find("a")).playable_until == c.until);
  }
  const int64_t bad = rows[1].row;
  got(world->discard(std::span(&bad, 1), ResourceState::kBad));
  CHECK(got(world->find("a")).playable_until == 2s);
}

TEST_CASE("resources: a new plan keeps what both have") {
  StoreWorld world;
  const auto before = world.add_planned("a", 4);
  const FinishedResource done0 = finished(before[0].row, 900);
  got(world->finish(std::span(&done0, 1)));
  const ResourceProgress part1{before[1].row, 65'536, 100'000, {"", "", "\"e\"", "", {}}};
  got(world->save_progress(std::span(&part1, 1)));
  // Without 2 and 3, with 4 and 5; another signature, another order, other estimates.
  std::vector<PlannedResource> plan;
  for (const int64_t n : {5, 1, 4, 0}) {
    plan.push_back(segment(n, 5'000));
    plan.back().url += "2";
    plan.back().track = "v1";
  }
  const auto result = got(world->set_plan("a", facts_of(9), plan, kNow));
  CHECK(result.kept == 2);
  CHECK(result.added == 2);
  CHECK(result.dropped_files == std::vector<std::string>{before[2].file, before[3].file});
  const auto after = got(world->resources("a", 0, 10));
  REQUIRE(after.size() == 4);
  CHECK(after[0].row == before[0].row);
  CHECK(after[0].state == ResourceState::kDone);
  CHECK(after[0].planned.size == 900);
  CHECK(after[0].planned.url == "https://cdn/v/0.m4s?sig=a2");
  CHECK(after[0].planned.track == "v1");
  CHECK(after[0].digest == done0.digest);
  CHECK(after[1].row == before[1].row);
  CHECK(after[1].state == ResourceState::kPart);
  CHECK(after[1].checkpoint == 65'536);
  CHECK(after[1].etag == "\"e\"");
  CHECK(after[1].planned.size == 100'000);
  CHECK(after[2].row > before[3].row);  // names of files never come twice
  CHECK(got(world->find("a")).facts.duration == 18s);
  check_sums(*world);
  CHECK(got(world->set_plan("a", {}, segments(0), kNow)).dropped_files.size() == 4);
  CHECK(got(world->find("a")).bytes_total == 0);
  check_sums(*world);
}

TEST_CASE("resources: twice in one plan is one, as early as the earlier") {
  StoreWorld world;
  done(world->add(download_of("a")));
  std::vector<PlannedResource> plan = {segment(7), segment(1), segment(7)};
  plan[2].play_order = 5;
  plan[2].start = MediaTime{1'000};
  plan[2].track = "a0";
  const auto result = got(world->set_plan("a", facts_of(1), plan, kNow));
  CHECK(result.added == 2);
  const auto rows = got(world->wanted("a", 10));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].planned.seq == 7);
  CHECK(rows[0].planned.track == "v0");
  CHECK(rows[0].planned.play_order == 5);
  CHECK(rows[0].planned.start == MediaTime{1'000});
  CHECK(rows[0].planned.end == segment(7).end);
}

TEST_CASE("resources: which of them answer a request") {
  StoreWorld world;
  done(world->add(download_of("a")));
  std::vector<PlannedResource> plan;
  int64_t seq = 0;
  const auto add = [&](const char* key, std::optional<ByteRange> range) {
    PlannedResource planned = segment(seq++);
    planned.key = {key, range};
    plan.push_back(planned);
  };
  add("parts", ByteRange{0, 99});            // 0: a plain file in three parts, the last one shorter
  add("parts", ByteRange{100, 199});         // 1
  add("parts", ByteRange{200, 249});         // 2
  add("whole", {});                          // 3
  add("both", {});                           // 4
  add("both", ByteRange{10, 19});            // 5
  add("holes", ByteRange{0, 9});             // 6
  add("holes", ByteRange{20, 29});           // 7
  add("tail", ByteRange{50, std::nullopt});  // 8
  add("over", ByteRange{0, 99});             // 9: one inside another
  add("over", ByteRange{20, 29});            // 10
  add("over", ByteRange{100, 149});          // 11
  got(world->set_plan("a", facts_of(1), plan, kNow));
  done(world->add(download_of("b")));
  struct Case {
    const char* name;
    const char* key;
    std::optional<ByteRange> range;
    std::vector<int64_t> seqs;  // empty: not found
  };
  const Case cases[] = {
      {"exactly that part", "parts", ByteRange{100, 199}, {1}},
      {"inside one part", "parts", ByteRange{110, 120}, {1}},
      {"over two parts", "parts", ByteRange{150, 210}, {1, 2}},
      {"the whole file", "parts", {}, {0, 1, 2}},
      {"open end", "parts", ByteRange{199, std::nullopt}, {1, 2}},
      {"beyond the end of the file", "parts", ByteRange{240, 300}, {2}},
      {"only beyond it", "parts", ByteRange{250, 300}, {}},
      {"the whole one", "whole", {}, {3}},
      {"a range of the whole one", "whole", ByteRange{7, 9}, {3}},
      {"from 0 on is the whole one", "whole", ByteRange{0, std::nullopt}, {3}},
      {"the exact one before the whole one", "both", ByteRange{10, 19}, {5}},
      {"one inside it", "both", ByteRange{12, 13}, {5}},
      {"the whole one where a part is not enough", "both", ByteRange{15, 30}, {4}},
      {"the whole one before a part", "both", ByteRange{0, 5}, {4}},
      {"a gap at the beginning", "holes", ByteRange{10, 25}, {}},
      {"a gap in between", "holes", ByteRange{5, 25}, {}},
      {"a gap at the end", "holes", ByteRange{5, 12}, {}},
      {"inside an open end", "tail", ByteRange{60, 70}, {8}},
      {"before it", "tail", ByteRange{40, 70}, {}},
      {"one that begins inside another", "over", ByteRange{20, 29}, {10}},
      {"another URL", "none", {}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto found = world->lookup("a", {c.key, c.range});
    if (c.seqs.empty()) {
      CHECK(code_of(found) == ErrorCode::kNotFound);
    } else {
      REQUIRE(found);
      CHECK(seqs_of(*found) == c.seqs);
    }
  }
  CHECK(code_of(world->lookup("b", {"whole", {}})) == ErrorCode::kNotFound);
  CHECK(code_of(world->lookup("x", {"whole", {}})) == ErrorCode::kNotFound);
  CHECK(code_of(world->lookup("a", {"whole", ByteRange{5, 4}})) == ErrorCode::kInvalidArgument);
}

TEST_CASE("resources: pages of a large plan, which goes with its download") {
  StoreWorld world;
  world.add_planned("a", 2'500);
  world.add_planned("b", 2);
  std::vector<int64_t> all;
  int64_t last = 0;
  while (true) {
    const auto page = got(world->resources("a", last, 1'000));
    if (page.empty()) break;
    last = page.back().row;
    for (const ResourceRow& row : page) all.push_back(row.planned.seq);
  }
  CHECK(all.size() == 2'500);
  CHECK(std::is_sorted(all.begin(), all.end()));
  done(world->begin_removal("a", {}, kNow));
  done(world->finish_removal("a", kNow));
  CHECK(got(world->list()).size() == 1);
  CHECK(got(world->bytes_of_all()) == 0);
  CHECK(code_of(world->resource(last)) == ErrorCode::kNotFound);
  CHECK(got(world->resources("b", 0, 10)).size() == 2);
}

}  // namespace
}  // namespace playhead::offline
