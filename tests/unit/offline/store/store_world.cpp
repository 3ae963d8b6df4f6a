// SPDX-License-Identifier: Apache-2.0
#include "store_world.h"

#include <algorithm>
#include <sstream>

namespace playhead::offline::test {
namespace {

void dump_download(std::ostream& out, DownloadStore& store, const std::string& id) {
  const DownloadRow row = got(store.find(id));
  out << id << " order " << row.order << " priority " << row.added.priority << " state "
      << static_cast<int>(row.state) << '/' << static_cast<int>(row.waits_for) << " failure "
      << (row.failure ? describe(row.failure->error) : "none") << " of " << row.resources << ": "
      << row.resources_done << " done, " << row.resources_bad << " bad, " << row.bytes_done << '/'
      << row.bytes_total << (row.is_total_exact ? " exact" : "") << " tracks " << row.facts.tracks
      << " rights " << row.rights.generation << '\n';
  const SealedRecords sealed = got(store.sealed_records(id));
  out << "  key " << as_text(sealed.content_key) << " rights " << as_text(sealed.rights) << '\n';
  for (const ResourceRow& resource : got(store.resources(id, 0, 10'000))) {
    out << "  " << resource.row << ' ' << resource.planned.key.stable_key << " state "
        << static_cast<int>(resource.state) << " at " << resource.checkpoint << " of "
        << resource.planned.size << " hash " << static_cast<int>(resource.digest.value[0]) << " etag "
        << resource.etag << '\n';
  }
  for (const LicenceRow& licence : got(store.licences(id))) {
    out << "  licence " << licence.row << ' ' << as_text(licence.sealed) << " state "
        << static_cast<int>(licence.state) << '\n';
  }
}

}  // namespace

std::string dump(DownloadStore& store) {
  std::ostringstream out;
  for (const DownloadRow& row : got(store.list())) dump_download(out, store, row.added.id);
  for (const PendingRelease& release : got(store.releases())) {
    out << "release " << release.download_id << ' ' << as_text(release.message) << '\n';
  }
  return out.str();
}

void check_sums(DownloadStore& store) {
  for (const DownloadRow& row : got(store.list())) {
    CAPTURE(row.added.id);
    int64_t done_count = 0;
    int64_t bad = 0;
    int64_t bytes_done = 0;
    int64_t bytes_total = 0;
    bool is_exact = row.resources > 0;
    const auto resources = got(store.resources(row.added.id, 0, 10'000));
    for (const ResourceRow& resource : resources) {
      const bool is_done = resource.state == ResourceState::kDone;
      done_count += is_done ? 1 : 0;
      bad += resource.state == ResourceState::kBad ? 1 : 0;
      bytes_done += is_done ? resource.planned.size : resource.checkpoint;
      bytes_total += resource.planned.size;
      is_exact = is_exact && resource.planned.is_size_exact;
    }
    CHECK(row.resources == static_cast<int64_t>(resources.size()));
    CHECK(row.resources_done == done_count);
    CHECK(row.resources_bad == bad);
    CHECK(row.bytes_done == bytes_done);
    CHECK(row.bytes_total == bytes_total);
    CHECK(row.is_total_exact == is_exact);
  }
}

}  // namespace playhead::offline::test
