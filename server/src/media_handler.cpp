// SPDX-License-Identifier: Apache-2.0
#include "media_handler.h"

#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>

#include "common_answers.h"
#include "conditional_request.h"
#include "manifest_personaliser.h"

namespace playhead::server {
namespace {

// Largest manifest that is personalised, in bytes; a week of 2 s segments has about 20 MB of MPD
// SegmentURLs at worst. More would hold an I/O thread for too long.
constexpr int64_t kMaxManifestBytes = int64_t{32} * 1024 * 1024;

struct OpenedFile {
  FilePart part;  // the whole file
  std::string etag;
};

std::string cache_control(const MediaPath& path) {
  if (path.mime == kKeyType) return "no-store";
  return is_manifest(path) ? "no-cache" : "max-age=86400";
}

Result<OpenedFile> open_file(const std::filesystem::path& path) {
  OpenedFile file;
  file.part.fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.part.fd.valid()) {
    return errno == EMFILE || errno == ENFILE ? too_many_files() : no_media_file();
  }
  struct stat info {};
  if (::fstat(file.part.fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return no_media_file();
  file.part.length = info.st_size;
  std::array<char, 64> etag{};
  std::snprintf(etag.data(), etag.size(), "\"%llx-%lx-%llx\"",
                static_cast<unsigned long long>(info.st_mtim.tv_sec), info.st_mtim.tv_nsec,
                static_cast<unsigned long long>(info.st_size));
  file.etag = etag.data();
  return file;
}

Result<std::string> read_all(const FilePart& file) {
  if (file.length > kMaxManifestBytes) {
    return Error{500, "manifest_unreadable", "The title's manifest is too large."};
  }
  std::string text(static_cast<std::size_t>(file.length), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count =
        ::pread(file.fd.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      return Error{500, "manifest_unreadable", "The title's manifest cannot be read."};
    done += static_cast<std::size_t>(count);
  }
  return text;
}

}  // namespace

Result<Response> MediaHandler::serve(const Request& request) const {
  const auto path = parse_media_path(request.path);
  if (!path) return no_media_file();
  const auto query = signer_.verify(path->title, request.query, clock_.now_s());
  if (!query.ok()) return query.error();
  auto file = open_file(root_ / path->title / path->relative);
  if (!file.ok()) return file.error();

  Response response;
  int64_t size = file.value().part.length;
  std::string etag = std::move(file.value().etag);
  if (is_manifest(*path)) {
    auto text = personalised(*path, file.value().part, query.value());
    if (!text.ok()) return text.error();
    response.body = std::move(text.value());
    size = static_cast<int64_t>(response.body.size());
    // The text depends on the query too.
    etag.insert(etag.size() - 1, "-" + std::to_string(std::hash<std::string>()(query.value())));
  } else {
    response.file = std::move(file.value().part);
  }
  response.headers.emplace_back("ETag", etag);
  response.headers.emplace_back("Accept-Ranges", "bytes");
  response.headers.emplace_back("Cache-Control", cache_control(*path));
  if (is_unchanged(request, etag)) {
    response.status = 304;
    response.body.clear();
    response.file.reset();
    return response;
  }
  response.headers.emplace_back("Content-Type", std::string(path->mime));
  apply_range(response, wanted_range(request, etag, size), size);
  return response;
}

Result<std::string> MediaHandler::personalised(const MediaPath& path, const FilePart& file,
                                               std::string query) const {
  auto text = read_all(file);
  if (!text.ok()) return text.error();
  const UriPersonaliser uris(std::move(query), std::string(kMediaPrefix) + path.title + "/",
                             own_origin_);
  if (path.mime != "application/dash+xml") return personalise_hls(text.value(), uris);
  auto personalised_text = personalise_dash(text.value(), uris);
  if (!personalised_text.ok()) {
    log_.error("manifest_unreadable", {{"title", path.title}, {"file", path.relative}});
  }
  return personalised_text;
}

}  // namespace playhead::server
