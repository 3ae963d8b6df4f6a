// SPDX-License-Identifier: Apache-2.0
#include "catalogue.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <system_error>

#include <nlohmann/json.hpp>

#include "json_text.h"
#include "media_path.h"

namespace playhead::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxTitles = 100'000;
constexpr std::size_t kMaxTitleJsonBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxNameBytes = 256;
constexpr double kMaxDurationSeconds = 7 * 86'400.0;
// A lookup that misses scans again at most this often, in ms: unknown ids must not cost disk reads.
constexpr int64_t kMissRescanIntervalMs = 1000;

Error bad_title(std::string why) { return Error{500, "bad_title", std::move(why)}; }

// Reads a non-empty string member of bounded length; empty result = not there or not one.
std::string text_member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return text.size() <= kMaxNameBytes ? text : std::string();
}

Result<Title> read_manifests(const json& object, Title title) {
  const auto found = object.find("manifests");
  if (found == object.end() || !found->is_object())
    return bad_title("'manifests' is not an object");
  for (const auto& [format, path] : found->items()) {
    if (!path.is_string()) return bad_title("the path of manifest '" + format + "' is not a text");
    const auto& text = path.get_ref<const std::string&>();
    // The same test that a request for it must pass.
    if (!parse_media_path(std::string(kMediaPrefix) + title.id + "/" + text)) {
      return bad_title("the path of manifest '" + format + "' cannot be served");
    }
    title.manifests.emplace(format, text);
  }
  if (title.manifests.empty()) return bad_title("there is no manifest");
  return title;
}

std::string read_title_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMaxTitleJsonBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  return text;
}

// Null when the folder cannot be read to its end.
std::shared_ptr<const TitleList> scan(const std::filesystem::path& root, const Log& log) {
  auto list = std::make_shared<TitleList>();
  std::error_code error;
  for (std::filesystem::directory_iterator it(root, error), end; !error && it != end;
       it.increment(error)) {
    const std::string id = it->path().filename().string();
    const auto file = it->path() / "title.json";
    std::error_code ignored;
    if (!is_title_id(id) || !std::filesystem::is_regular_file(file, ignored)) continue;
    const auto changed = std::filesystem::last_write_time(file, ignored);  // before it is read
    auto title = parse_title(read_title_text(file), id);
    if (!title.ok()) {
      log.warn("title_left_out", {{"file", file.string()}, {"why", title.error().message}});
      list->left_out.emplace(id, changed);
      continue;
    }
    list->by_id.emplace(id, std::move(title.value()));
    if (list->by_id.size() == kMaxTitles) break;
  }
  if (error) {
    log.error("media_folder_unreadable", {{"why", error.message()}});
    return nullptr;
  }
  for (const auto& [id, title] : list->by_id) {
    list->by_genre[title.genre].push_back(&title);
    list->search.add(title);
  }
  for (auto& [genre, titles] : list->by_genre) {
    std::sort(titles.begin(), titles.end(), [](const Title* a, const Title* b) {
      return std::tie(a->name, a->id) < std::tie(b->name, b->id);
    });
  }
  return list;
}

}  // namespace

Result<Title> parse_title(std::string_view json_text, std::string_view id) {
  if (json_text.size() > kMaxTitleJsonBytes) return bad_title("title.json is too large");
  if (!json_depth_within(json_text, kMaxJsonDepth))
    return bad_title("title.json is nested too deeply");
  const json object = json::parse(json_text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return bad_title("title.json is not a JSON object");
  Title title;
  title.id = text_member(object, "id");
  if (title.id != id) return bad_title("'id' is not the name of the folder");
  title.name = text_member(object, "name");
  title.genre = text_member(object, "genre");
  if (title.name.empty() || title.genre.empty()) return bad_title("'name' or 'genre' is missing");
  if (const auto year = object.find("year"); year != object.end()) {
    if (!year->is_number_integer()) return bad_title("'year' is not a whole number");
    title.year = static_cast<int>(std::clamp<int64_t>(year->get<int64_t>(), 0, 9999));
  }
  const auto duration = object.find("duration_seconds");
  if (duration == object.end() || !duration->is_number())
    return bad_title("'duration_seconds' is missing");
  const double seconds = duration->get<double>();
  if (!(seconds > 0.001 && seconds <= kMaxDurationSeconds))
    return bad_title("'duration_seconds' is out of range");
  title.duration_ms = std::llround(seconds * 1000.0);
  if (const auto drm = object.find("drm"); drm != object.end() && !drm->is_null()) {
    auto parsed = parse_title_drm(*drm);
    if (!parsed.ok()) return parsed.error();
    title.drm = std::move(parsed.value());
  }
  auto meta = parse_title_meta(object, title.id, title.genre, title.duration_ms);
  if (!meta.ok()) return meta.error();
  title.meta = std::move(meta.value());
  return read_manifests(object, std::move(title));
}

Catalogue::Catalogue(std::filesystem::path root, const Clock& clock, const Log& log)
    : root_(std::move(root)), clock_(clock), log_(log), titles_(std::make_shared<TitleList>()) {}

void Catalogue::rescan() {
  auto fresh = scan(root_, log_);
  if (fresh) log_.info("titles_read", {{"count", std::to_string(fresh->by_id.size())}});
  const std::lock_guard lock(mutex_);
  if (fresh) titles_ = std::move(fresh);
  last_scan_ms_ = clock_.now_ms();
}

std::shared_ptr<const TitleList> Catalogue::titles() const {
  const std::lock_guard lock(mutex_);
  return titles_;
}

std::shared_ptr<const Title> Catalogue::find(std::string_view id) {
  if (!is_title_id(id)) return nullptr;
  if (auto known = find_known(id)) return known;
  if (!may_rescan_for(id)) return nullptr;
  rescan();
  return find_known(id);
}

std::shared_ptr<const Title> Catalogue::find_known(std::string_view id) const {
  auto list = titles();
  const auto found = list->by_id.find(id);
  if (found == list->by_id.end()) return nullptr;
  return {list, &found->second};
}

// Nobody can make the server read all titles again and again by asking for one that is unusable.
bool Catalogue::may_rescan_for(std::string_view id) {
  {
    const std::lock_guard lock(mutex_);
    if (clock_.now_ms() - last_scan_ms_ < kMissRescanIntervalMs) return false;
  }
  const auto file = root_ / id / "title.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return false;
  const auto list = titles();
  const auto left_out = list->left_out.find(id);
  return left_out == list->left_out.end() || left_out->second != std::filesystem::last_write_time(file, ignored);
}

}  // namespace playhead::server
