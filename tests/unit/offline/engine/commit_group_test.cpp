// SPDX-License-Identifier: Apache-2.0
#include "engine/commit_group.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "store/store_world.h"
#include "support/virtual_executor.h"

namespace playhead::offline::test {

namespace {

struct GroupRig {
  GroupRig() {
    for (const char* id : {"a", "b"}) {
      const auto planned = world.add_planned(id, 3);
      rows[id] = {planned[0].row, planned[1].row, planned[2].row};
      done(world.files->make_folder(layout::folder(world->root(), id)));
    }
  }
  void add(const std::string& id, int64_t row) {
    commits.add(id, std::to_string(row), finished(row));
  }

  StoreWorld world;
  playhead::test::VirtualExecutor executor;
  DiskLanes lanes;  // none: inside the call
  std::map<std::string, std::vector<int64_t>> rows;
  std::map<std::string, std::set<int64_t>> settled;
  std::vector<std::string> lost;
  int failures = 0;
  CommitGroup commits{*world.files,
                      *world,
                      executor,
                      lanes,
                      {[this](const std::string& id, const std::vector<int64_t>& told) {
                         settled[id].insert(told.begin(), told.end());
                       },
                       [this](const Error&) { ++failures; },
                       [this](const std::string& id, const Error&) { lost.push_back(id); }}};
};

}  // namespace

TEST_CASE("commit_group: rows that belong to a download no more are told as well") {
  GroupRig rig;
  rig.add("a", rig.rows["a"][0]);
  rig.add("a", 999);  // a new plan dropped it meanwhile
  rig.commits.flush_now();
  CHECK(rig.settled["a"] == std::set<int64_t>{rig.rows["a"][0], 999});
  CHECK(rig.commits.empty());
  CHECK(rig.failures == 0);
}

TEST_CASE("commit_group: a folder that has gone is the affair of its download alone") {
  GroupRig rig;
  done(rig.world.files->remove(layout::folder(rig.world->root(), "a")));
  rig.add("a", rig.rows["a"][0]);
  rig.add("b", rig.rows["b"][0]);
  rig.commits.flush_now();
  CHECK(rig.lost == std::vector<std::string>{"a"});
  CHECK(rig.settled.count("a") == 0);
  CHECK(rig.settled["b"] == std::set<int64_t>{rig.rows["b"][0]});
  CHECK(rig.commits.empty());
  CHECK(rig.failures == 0);
  CHECK(got(rig.world->resource(rig.rows["a"][0])).state == ResourceState::kWanted);
  CHECK(got(rig.world->resource(rig.rows["b"][0])).state == ResourceState::kDone);
}

}  // namespace playhead::offline::test
