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

std::filesystem::path make_titles() {
  std::filesystem::path media =
      std::filesystem::path(PLAYHEAD_BIN_DIR).parent_path() / "test-media";
  std::filesystem::create_directories(media);
  make(media, "make-titles",
       {"--out", media.string(), "--id", "tiny", "--seconds", "8", "--ladder", "tiny"});
  const auto encrypt = [&media](const std::string& id, const Words& more) {
    Words arguments{"--media", media.string(), "--server", server_program(),
                    "--from",  "tiny",         "--id",     id};
    arguments.insert(arguments.end(), more.begin(), more.end());
    make(media, "encrypt-titles", arguments);
  };
  encrypt("tiny-aes", {"--scheme", "aes-128", "--rotate-every", "1"});
  encrypt("tiny-cenc", {"--scheme", "cenc"});
  encrypt("tiny-cbcs", {"--scheme", "cbcs"});
  encrypt("tiny-turns", {"--scheme", "cenc", "--rotate-every", "1"});
  encrypt("tiny-identity", {"--scheme", "cbcs", "--identity"});
  return media;
}

}  // namespace

const std::filesystem::path& protected_titles() {
  static const std::filesystem::path media = make_titles();
  return media;
}

}  // namespace playhead::e2e
