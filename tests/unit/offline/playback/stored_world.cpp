// SPDX-License-Identifier: Apache-2.0
#include "unit/offline/playback/stored_world.h"

#include <utility>

#include "store/layout.h"
#include "vault/vault_writer.h"

namespace playhead::offline::test {

namespace {

std::string without_query(const std::string& url) { return url.substr(0, url.find_first_of("?#")); }

}  // namespace

StoredWorld::StoredWorld() {
  auto opened_clock = TrustedClock::open({*files, *sealer, keys, source, folder.path("trust")});
  REQUIRE(opened_clock);
  clock = *std::move(opened_clock);
  REQUIRE(clock->hear({executor.wall_now(), ContactOrigin::kService, 0s}));
  auto opened_store = DownloadStore::open(*files, folder.path("downloads"));
  REQUIRE(opened_store);
  store = *std::move(opened_store);
  LibraryParts parts{*files,
                     *store,
                     *sealer,
                     *clock,
                     [this](const std::string& id) -> Result<std::shared_ptr<TitleRights>> {
                       const auto found = rights.find(id);
                       if (found == rights.end()) {
                         return make_error(ErrorCode::kOfflineTampered, "no rights");
                       }
                       return found->second;
                     },
                     [this](const std::string& id) { damaged.push_back(id); }};
  const std::shared_ptr<Executor> worker(std::shared_ptr<void>(), &executor);
  library = std::make_shared<OfflineLibraryImpl>(std::move(parts), worker);
}

StoredWorld::~StoredWorld() {
  library->close();
  executor.run_for(1h);  // nobody is left in a waiting room
}

void StoredWorld::add(const Title& title) {
  NewDownload added;
  added.id = title.id;
  added.identity = title.id;
  added.title_id = title.title_id;
  added.request = "{}";
  added.added_at = executor.wall_now();
  REQUIRE(store->add(added));
  ContentKey key = new_key();
  const auto wrapped = key.wrap(*sealer, key_owner(added));
  REQUIRE(wrapped);
  REQUIRE(store->set_content_key(title.id, *wrapped));
  content_keys_.insert_or_assign(title.id, std::move(key));

  Grant grant;
  grant.title_id = title.title_id;
  grant.server_time = executor.wall_now();
  if (title.expires_in) grant.expires_at = executor.wall_now() + *title.expires_in;
  grant.playback = title.playback;
  auto keep = [this, id = title.id](const Rights& now, ByteView sealed) -> Result<void> {
    if (!can_keep_rights) return make_error(ErrorCode::kStoreIo, "the disk is read-only", 30);
    return store->set_rights(id, offline::row_of(now), sealed);
  };
  auto granted = TitleRights::grant(title.id, grant, {*clock, *sealer, keep, 0});
  REQUIRE(granted);
  rights[title.id] = *std::move(granted);

  std::vector<PlannedResource> plan;
  for (const File& file : title.files) {
    PlannedResource resource;
    resource.key = {without_query(file.url), file.range};
    resource.url = file.url;
    resource.track = file.track;
    resource.seq = static_cast<int64_t>(plan.size());
    resource.play_order = resource.seq;
    resource.kind = file.kind;
    plan.push_back(std::move(resource));
  }
  DownloadFacts facts;
  facts.manifest_url = title.manifest_url;
  facts.tracks = title.tracks;
  REQUIRE(store->set_plan(title.id, facts, plan, executor.wall_now()));
  REQUIRE(files->make_folder(layout::folder(store->root(), title.id)));
  for (const File& file : title.files) write(title.id, file);
  REQUIRE(store->set_state(title.id, {title.state, WaitReason::kNothing, std::nullopt, ""},
                           executor.wall_now()));
}

void StoredWorld::write(const std::string& id, const File& file) {
  if (file.state == ResourceState::kWanted) return;
  const ResourceRow row = row_of(id, file.url, file.range);
  auto writer = VaultWriter::create(*files, layout::file(store->root(), id, row.file),
                                    content_keys_.at(id), {id, row.file});
  REQUIRE(writer);
  REQUIRE(writer->append(as_bytes(file.body)));
  const auto summary = writer->finish();
  REQUIRE(summary);
  const FinishedResource finished{
      row.row, summary->size, summary->digest, {file.final_url, "video/mp4", "", "", {}}};
  REQUIRE(store->finish({&finished, 1}));
  if (file.state == ResourceState::kBad) REQUIRE(store->discard({&row.row, 1}, file.state));
}

void StoredWorld::finish(const std::string& id, const File& file) { write(id, file); }

ResourceRow StoredWorld::row_of(const std::string& id, const std::string& url,
                                std::optional<ByteRange> range) {
  const auto rows = store->lookup(id, {without_query(url), range});
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  return rows->front();
}

std::string StoredWorld::path_of(const std::string& id, const std::string& url,
                                 std::optional<ByteRange> range) {
  return layout::file(store->root(), id, row_of(id, url, range).file);
}

Result<std::unique_ptr<OfflineTitle>> StoredWorld::open(const std::string& id) {
  std::optional<Result<std::unique_ptr<OfflineTitle>>> answer;
  const CancelHandle handle = library->open(
      id, executor,
      [&](Result<std::unique_ptr<OfflineTitle>> title) { answer = std::move(title); });
  CHECK_FALSE(answer.has_value());  // never inside the call
  REQUIRE(executor.run_until_true([&] { return answer.has_value(); }, 1s));
  return *std::move(answer);
}

std::unique_ptr<OfflineTitle> StoredWorld::opened(const std::string& id) {
  auto title = open(id);
  REQUIRE(title);
  return *std::move(title);
}

std::unique_ptr<Answer> ask(Transport& transport, Executor& executor, const std::string& url,
                            std::optional<ByteRange> range, const std::string& method) {
  auto answer = std::make_unique<Answer>();
  Request request;
  request.url = url;
  request.range = range;
  request.method = method;
  FetchCallbacks callbacks;
  callbacks.on_head = [to = answer.get()](const ResponseHead& head) {
    to->order += 'h';
    to->head = head;
  };
  callbacks.on_body = [to = answer.get()](const SharedBytes& bytes, MonotonicTime) {
    if (to->order.empty() || to->order.back() != 'b') to->order += 'b';
    to->body += as_text(bytes.view());
  };
  callbacks.on_done = [to = answer.get()](Result<TransferStats> done) {
    to->order += 'd';
    to->done = std::move(done);
  };
  answer->handle = transport.start(std::move(request), executor, std::move(callbacks));
  CHECK(answer->order.empty());
  return answer;
}

}  // namespace playhead::offline::test
