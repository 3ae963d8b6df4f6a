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
#include "manifest/manifest_source.h"
#include "net/curl_transport.h"
#include "net/fetcher.h"

namespace playhead::tools {
namespace {

constexpr std::string_view kFileScheme = "file://";

Result<SharedBytes> read_stream(std::istream& stream, const std::string& name) {
  std::vector<uint8_t> bytes;
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  while (stream) {
    const std::size_t size = bytes.size();
    if (size > static_cast<std::size_t>(limits::kManifestBytes)) {
      return make_error(ErrorCode::kTooLarge, name + " is larger than a manifest may be");
    }
    bytes.resize(size + kChunk);
    stream.read(reinterpret_cast<char*>(bytes.data() + size), kChunk);
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
  std::ifstream file(path, std::ios::binary);
  if (!file) return make_error(ErrorCode::kForbidden, path + " cannot be opened", errno);
  return read_stream(file, path);
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

WallTime ManifestReader::now() const { return network_ ? network_->now() : Network().now(); }

Result<ReadManifest> ManifestReader::read(const std::string& source) {
  if (source == "-") {
    PLAYHEAD_TRY(SharedBytes bytes, read_stream(std::cin, "standard input"));
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

Result<void> ManifestReader::load_indexes(Presentation& presentation) {
  ManifestSource source([this](Request request, auto done) {
    return network().fetch(std::move(request), std::move(done));
  });
  for (Period& period : presentation.periods) {
    for (AdaptationSet& set : period.adaptation_sets) {
      for (Representation& representation : set.representations) {
        if (representation.segments) continue;
        PLAYHEAD_TRY(LoadedIndex index, network().wait_for<LoadedIndex>([&](auto done) {
          return source.load_index(representation, std::move(done));
        }));
        representation.segments = std::move(index.segments);
        if (representation.container == Container::kUnknown) {
          representation.container = index.container;
        }
        presentation.type = index.type;
        presentation.warnings += index.warnings;
      }
    }
  }
  return {};
}

}  // namespace playhead::tools
