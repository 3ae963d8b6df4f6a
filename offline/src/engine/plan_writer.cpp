// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_writer.h"

#include <array>
#include <utility>
#include <vector>

#include "store/layout.h"
#include "vault/vault_reader.h"

namespace playhead::offline {

namespace {

// Read from the journal at a time. More: memory; fewer: more queries.
constexpr std::size_t kPlanRowsAtOnce = 64;

Result<void> want_all_again(DownloadStore& store, const std::string& id) {
  for (int64_t after = 0;;) {
    PLAYHEAD_TRY(const auto rows, store.resources(id, after, kPlanRowsAtOnce));
    if (rows.empty()) return {};
    after = rows.back().row;
    std::vector<int64_t> changed;
    for (const ResourceRow& row : rows) {
      if (row.state != ResourceState::kWanted) changed.push_back(row.row);
    }
    if (changed.empty()) continue;
    PLAYHEAD_TRY([[maybe_unused]] const auto gone, store.discard(changed, ResourceState::kWanted));
  }
}

// What cannot be read is not the same, and is written anew.
bool is_written(DownloadFolder& folder, const ResourceRow& row, const ContentKey& key,
                ByteView body) {
  if (row.state != ResourceState::kDone) return false;
  const std::string path = layout::file(folder.root(), row.download_id, row.file);
  auto reader = VaultReader::open(folder.files(), path, key, {row.download_id, row.file});
  if (!reader || reader->size() != static_cast<int64_t>(body.size())) return false;
  std::vector<uint8_t> there(body.size());
  const auto read = reader->read_at(0, there);
  return read && is_same(there, body);
}

}  // namespace

Result<std::shared_ptr<const ContentKey>> open_content_key(DownloadFolder& folder,
                                                           const std::string& id) {
  PLAYHEAD_TRY(const DownloadRow row, folder.store().find(id));
  const KeyOwner owner = key_owner(row.added);
  PLAYHEAD_TRY(const SealedRecords sealed, folder.store().sealed_records(id));
  if (!sealed.content_key.empty()) {
    PLAYHEAD_TRY(ContentKey key, ContentKey::unwrap(folder.sealer(), owner, sealed.content_key));
    return std::make_shared<const ContentKey>(std::move(key));
  }
  if (auto wanted = want_all_again(folder.store(), id); !wanted) return std::move(wanted).error();
  PLAYHEAD_TRY(ContentKey key, ContentKey::make());
  PLAYHEAD_TRY(const auto wrapped, key.wrap(folder.sealer(), owner));
  if (auto kept = folder.store().set_content_key(id, wrapped); !kept) {
    return std::move(kept).error();
  }
  return std::make_shared<const ContentKey>(std::move(key));
}

Result<std::map<int64_t, int64_t>> PlanWriter::write(const PreparedTitle& prepared) {
  DownloadStore& store = parts_.folder.store();
  FileSystem& files = parts_.folder.files();
  if (auto made = files.make_folder(layout::folder(store.root(), id_)); !made) {
    return std::move(made).error();
  }
  if (auto dropped = drop_other_versions(prepared); !dropped) return std::move(dropped).error();
  const PlanRows rows(prepared.resources.size(), [&prepared](std::size_t position) {
    PlannedResource resource = prepared.resources[position];
    resource.key.stable_key = prepared.names.of(resource.url);
    return resource;
  });
  PLAYHEAD_TRY(const auto planned,
               store.set_plan(id_, prepared.facts, rows, parts_.transfers.executor.wall_now()));
  for (const std::string& file : planned.dropped_files) {
    // What stays is collected at the next start.
    static_cast<void>(files.remove(layout::file(store.root(), id_, file)));
    static_cast<void>(files.remove(layout::part(store.root(), id_, file)));
  }
  return write_documents(prepared);
}

// A plan made of what a file is now says nothing of the parts of what it was.
Result<void> PlanWriter::drop_other_versions(const PreparedTitle& prepared) {
  for (const auto& [stable_key, version] : prepared.versions) {
    PLAYHEAD_TRY([[maybe_unused]] const auto known, parts_.versions.known(stable_key));
    if (parts_.versions.take(stable_key, version)) continue;
    parts_.commits.flush_now();  // what is finished would come into the journal later
    if (auto begun = parts_.versions.begin_anew(stable_key); !begun) return begun;
    parts_.versions.take(stable_key, version);
  }
  return {};
}

// Manifests are written as they came; what is there already and equal stays.
Result<std::map<int64_t, int64_t>> PlanWriter::write_documents(const PreparedTitle& prepared) {
  DownloadStore& store = parts_.folder.store();
  std::map<int64_t, int64_t> written;
  for (const PlannedDocument& document : prepared.documents) {
    PLAYHEAD_TRY(const auto rows, store.lookup(id_, document.resource.key));
    const ResourceRow& row = rows.front();
    if (is_written(parts_.folder, row, key_, document.body.view())) continue;
    if (row.state != ResourceState::kWanted) {
      const std::array changed{row.row};
      PLAYHEAD_TRY([[maybe_unused]] const auto gone,
                   store.discard(changed, ResourceState::kWanted));
    }
    PLAYHEAD_TRY(FinishedResource finished,
                 store_bytes(parts_.transfers, row, key_, document.body.view(), document.answer));
    written[row.row] = finished.size;
    parts_.commits.add(id_, row.file, std::move(finished));
  }
  parts_.commits.flush();
  return written;
}

}  // namespace playhead::offline
