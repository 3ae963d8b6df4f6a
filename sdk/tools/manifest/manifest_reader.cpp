// SPDX-License-Identifier: Apache-2.0
#include "manifest_reader.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <optional>

#include "base/limits.h"
#include "base/thread_executor.h"
#include "base/url.h"
#include "manifest/manifest_source.h"
#include "net/curl_transport.h"
#include "net/fetcher.h"

namespace playhead::tools {
namespace {

constexpr std::string_view kFileScheme = "file://";

Error too_large(const std::string& name) {
  return make_error(ErrorCode::kTooLarge, name + " is larger than a manifest may be");
}

// Reads `expected` bytes without ever holding them twice; more if there are more.
Result<SharedBytes> read_stream(std::istream& stream, const std::string& name,
                                std::size_t expected) {
  constexpr auto kLimit = static_cast<std::size_t>(limits::kManifestBytes);
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  std::vector<uint8_t> bytes;
  bytes.reserve(std::min(expected, kLimit) + kChunk);  // what is not written to costs nothing
  while (stream) {
    const std::size_t size = bytes.size();
    if (size > kLimit) return too_large(name);
    bytes.resize(size + std::min(kChunk, kLimit + 1 - size));
    stream.read(reinterpret_cast<char*>(bytes.data() + size),
                static_cast<std::streamsize>(bytes.size() - size));
    bytes.resize(size + static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) return make_error(ErrorCode::kForbidden, name + " cannot be read", errno);
  return SharedBytes(std::move(bytes));
}

Result<SharedBytes> read_file(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) {
    return make_error(ErrorCode::kNotFound, "there is no file " + path);
  }
  if (std::filesystem::is_directory(path, failed)) {
    return make_error(ErrorCode::kInvalidArgument, path + " is a folder");
  }
  uintmax_t size = limits::kManifestBytes;  // of what has no size: pipes
  if (std::filesystem::is_regular_file(path, failed)) {
    size = std::filesystem::file_size(path, failed);
    if (!failed && size > static_cast<uintmax_t>(limits::kManifestBytes)) return too_large(path);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return make_error(ErrorCode::kForbidden, path + " cannot be opened", errno);
  return read_stream(file, path, failed ? 0 : static_cast<std::size_t>(size));
}

Error in_resource(const std::string& url, Error error) {
  const std::string place = redact(url);
  if (error.context.find(place) == std::string::npos) error.context = place + ": " + error.context;
  return error;
}

// The bytes a range names, cut to what is there.
SharedBytes slice(const SharedBytes& bytes, const ByteRange& range) {
  const ByteView all = bytes.view();
  const std::size_t first =
      std::min(all.size(), static_cast<std::size_t>(std::max<int64_t>(range.first, 0)));
  std::size_t length = all.size() - first;
  if (range.last) {
    length = std::min(length, static_cast<std::size_t>(std::max<int64_t>(range.length(), 0)));
  }
  const ByteView part = all.subspan(first, length);
  return SharedBytes(std::vector<uint8_t>(part.begin(), part.end()));
}

Result<FetchedManifest> fetch_file(const Request& request) {
  PLAYHEAD_TRY(SharedBytes bytes, read_file(request.url.substr(kFileScheme.size())));
  FetchedManifest fetched;
  fetched.head.status = request.range ? 206 : 200;
  fetched.head.url = request.url;
  fetched.body = request.range ? slice(bytes, *request.range) : std::move(bytes);
  return fetched;
}

}  // namespace

// The network and its thread; started when the first URL is read.
class ManifestReader::Network {
 public:
  Network() : executor_("manifest"), fetcher_(transport_, executor_, impatient()) {}

  CancelHandle fetch(Request request, UniqueFunction<void(Result<FetchedManifest>)> done) {
    if (request.url.rfind(kFileScheme, 0) == 0) {
      executor_.post([result = fetch_file(request), done = std::move(done)]() mutable {
        done(std::move(result));
      });
      return {};
    }
    return fetcher_.fetch(
        std::move(request), [done = std::move(done)](Result<FetchedResource> fetched) mutable {
          if (!fetched) {
            done(std::move(fetched).error());
            return;
          }
          done(FetchedManifest{std::move(fetched->head), std::move(fetched->body)});
        });
  }

  // Runs `start` on the network's thread and waits for what it hands to its argument.
  template <typename T, typename Start>
  Result<T> wait_for(Start start) {
    std::promise<Result<T>> promise;
    std::future<Result<T>> future = promise.get_future();
    CancelHandle handle;
    executor_.post([&] {
      handle = start([&promise](Result<T> result) { promise.set_value(std::move(result)); });
    });
    Result<T> result = future.get();
    // The handle belongs to the executor's thread.
    std::promise<void> released;
    executor_.post([&] {
      handle = {};
      released.set_value();
    });
    released.get_future().wait();
    return result;
  }

  [[nodiscard]] WallTime now() const { return executor_.wall_now(); }

 private:
  // Somebody waits at a terminal: two seconds of retries are enough.
  static RetryConfig impatient() {
    RetryConfig config;
    config.budget = 2s;
    return config;
  }

  ThreadExecutor executor_;
  CurlTransport transport_;
  ResourceFetcher fetcher_;
};

bool ManifestReader::is_web_url(const std::string& source) {
  return source.rfind("http://", 0) == 0 || source.rfind("https://", 0) == 0;
}

ManifestReader::ManifestReader() = default;
ManifestReader::~ManifestReader() = default;

ManifestReader::Network& ManifestReader::network() {
  if (!network_) network_ = std::make_unique<Network>();
  return *network_;
}

WallTime ManifestReader::now() const {
  return network_ ? network_->now() : ThreadExecutor("clock").wall_now();
}

Result<ReadManifest> ManifestReader::read(const std::string& source) {
  if (source == "-") {
    PLAYHEAD_TRY(SharedBytes bytes,
                 read_stream(std::cin, "standard input", limits::kManifestBytes));
    return ReadManifest{std::move(bytes), "file:///stdin"};
  }
  if (!is_web_url(source)) {
    const bool is_url = source.rfind(kFileScheme, 0) == 0;
    const std::string path = is_url ? source.substr(kFileScheme.size()) : source;
    PLAYHEAD_TRY(SharedBytes bytes, read_file(path));
    const std::string absolute = std::filesystem::absolute(path).lexically_normal().string();
    return ReadManifest{std::move(bytes), std::string(kFileScheme) + absolute};
  }
  Request request;
  request.url = source;
  request.kind = ResourceKind::kManifest;
  request.max_bytes = limits::kManifestBytes;
  PLAYHEAD_TRY(FetchedManifest fetched, network().wait_for<FetchedManifest>([&](auto done) {
    return network().fetch(std::move(request), std::move(done));
  }));
  return ReadManifest{std::move(fetched.body),
                      fetched.head.url.empty() ? source : fetched.head.url};
}

Result<SharedBytes> ManifestReader::fetch(const std::string& url) {
  Request request;
  request.url = url;
  request.kind = ResourceKind::kManifest;
  request.max_bytes = limits::kManifestBytes;
  PLAYHEAD_TRY(FetchedManifest fetched, network().wait_for<FetchedManifest>([&](auto done) {
    return network().fetch(std::move(request), std::move(done));
  }));
  if (fetched.head.status >= 400) {
    return make_error(ErrorCode::kHttpStatus,
                      "the server answered " + std::to_string(fetched.head.status));
  }
  return std::move(fetched.body);
}

SharedBytes ManifestReader::resolve(const SharedBytes& bytes, const std::string& url,
                                    bool uses_network, std::vector<dash::RemoteFailure>& failed) {
  if (!dash::XlinkResolver::may_need(bytes.view())) return bytes;
  Result<dash::XlinkResolver> resolver = dash::XlinkResolver::make(bytes.view(), url);
  if (!resolver) return bytes;  // whoever parses it says what is wrong
  const std::string folder = url.substr(0, url.rfind('/') + 1);
  while (const std::optional<std::string> missing = resolver->missing()) {
    const bool is_beside = missing->rfind(folder, 0) == 0;
    if (is_web_url(*missing) ? !uses_network : !is_beside) {
      resolver->fail(is_web_url(*missing) ? "it is on the network, see --follow"
                                          : "it is not below the manifest's folder");
      continue;
    }
    if (Result<SharedBytes> element = fetch(*missing)) {
      resolver->add(element->view());
    } else {
      resolver->fail(describe(element.error()));
    }
  }
  failed = resolver->failed();
  return resolver->text();
}

Result<void> ManifestReader::load_indexes(Presentation& presentation, ParseOptions options,
                                          LintReport* report) {
  ManifestSource source([this](Request request, auto done) {
    return network().fetch(std::move(request), std::move(done));
  });
  for (Period& period : presentation.periods) {
    for (AdaptationSet& set : period.adaptation_sets) {
      for (Representation& representation : set.representations) {
        if (representation.segments) continue;
        const std::string& url = representation.index_source.location.url;
        if (report != nullptr) {
          report->push_back({url, {}});
          options.diagnostics = &report->back().found;
        }
        Result<LoadedIndex> index = network().wait_for<LoadedIndex>(
            [&](auto done) { return source.load_index(representation, std::move(done), options); });
        if (!index) return in_resource(url, std::move(index).error());
        representation.segments = std::move(index->segments);
        if (representation.container == Container::kUnknown) {
          representation.container = index->container;
        }
        presentation.type = index->type;
        presentation.warnings += index->warnings;
      }
    }
  }
  return {};
}

}  // namespace playhead::tools
