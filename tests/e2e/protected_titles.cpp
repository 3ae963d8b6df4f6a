// SPDX-License-Identifier: Apache-2.0
#include "e2e/protected_titles.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/server_driver.h"

namespace playhead::e2e {

namespace {

using Words = std::vector<std::string>;

// One program of the tree at a time: another test may be making the same titles.
void make(const std::filesystem::path& media, const std::string& script, const Words& more) {
  Words command{"flock", (media / ".lock").string(),
                std::string(PLAYHEAD_SOURCE_DIR) + "/server/" + script};
  command.insert(command.end(), more.begin(), more.end());
  const Finished made = run(command);
  CAPTURE(made.output);
  REQUIRE(made.exit_code == 0);
}

void encrypt(const std::filesystem::path& media, const std::string& from, const std::string& id,
             const Words& more) {
  Words arguments{"--media", media.string(), "--server", server_program(),
                  "--from",  from,           "--id",     id};
  arguments.insert(arguments.end(), more.begin(), more.end());
  make(media, "encrypt-titles", arguments);
}

std::filesystem::path media_folder() {
  std::filesystem::path media =
      std::filesystem::path(PLAYHEAD_BIN_DIR).parent_path() / "test-media";
  std::filesystem::create_directories(media);
  return media;
}

std::filesystem::path make_uhd_titles() {
  std::filesystem::path media = media_folder();
  make(media, "make-titles",
       {"--out", media.string(), "--id", "uhd", "--seconds", "4", "--ladder", "uhd"});
  encrypt(media, "uhd", "uhd-cenc", {"--scheme", "cenc"});
  return media;
}

std::filesystem::path make_titles() {
  std::filesystem::path media = media_folder();
  make(media, "make-titles",
       {"--out", media.string(), "--id", "tiny", "--seconds", "8", "--ladder", "tiny"});
  encrypt(media, "tiny", "tiny-aes", {"--scheme", "aes-128", "--rotate-every", "1"});
  encrypt(media, "tiny", "tiny-samples", {"--scheme", "sample-aes", "--rotate-every", "1"});
  encrypt(media, "tiny", "tiny-cenc", {"--scheme", "cenc"});
  encrypt(media, "tiny", "tiny-cbcs", {"--scheme", "cbcs"});
  encrypt(media, "tiny", "tiny-turns", {"--scheme", "cenc", "--rotate-every", "1"});
  encrypt(media, "tiny", "tiny-identity", {"--scheme", "cbcs", "--identity"});
  return media;
}

}  // namespace

const std::filesystem::path& uhd_titles() {
  static const std::filesystem::path media = make_uhd_titles();
  return media;
}

const std::filesystem::path& protected_titles() {
  static const std::filesystem::path media = make_titles();
  return media;
}

}  // namespace playhead::e2e
