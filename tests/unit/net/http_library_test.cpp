// SPDX-License-Identifier: Apache-2.0
#include "net/http_library.h"

#include <fstream>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "support/temp_folder.h"
#include "support/virtual_executor.h"

namespace playhead {
namespace {

Request request_of_a_manifest() {
  Request request;
  request.url = "http://127.0.0.1/film.mpd";
  return request;
}

TEST_CASE(
    "http library: one that is not there ends requests with the reason, never inside a call") {
  const test::TempFolder empty;
  test::VirtualExecutor executor(1);
  HttpLibrary library({}, empty.path());
  library.network_changed();
  library.preconnect("http://127.0.0.1/");
  std::optional<Error> ended;
  FetchCallbacks callbacks;
  callbacks.on_done = [&](const Result<TransferStats>& done) { ended = done.error(); };
  const CancelHandle handle =
      library.start(request_of_a_manifest(), executor, std::move(callbacks));
  CHECK_FALSE(ended.has_value());
  executor.run_for(Duration{1});
  REQUIRE(ended.has_value());
  CHECK(ended->code == ErrorCode::kInvalidState);
  CHECK(ended->context.find(HttpLibrary::file_name()) != std::string::npos);
}

TEST_CASE("http library: a request that is cancelled is told nothing") {
  const test::TempFolder folder;
  std::ofstream(folder.path(HttpLibrary::file_name())) << "no library";
  test::VirtualExecutor executor(1);
  HttpLibrary library({}, folder.path());
  bool has_ended = false;
  FetchCallbacks callbacks;
  callbacks.on_done = [&](const Result<TransferStats>&) { has_ended = true; };
  {
    const CancelHandle handle =
        library.start(request_of_a_manifest(), executor, std::move(callbacks));
  }
  executor.run_for(Duration{1});
  CHECK_FALSE(has_ended);
}

}  // namespace
}  // namespace playhead
