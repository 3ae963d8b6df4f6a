// SPDX-License-Identifier: Apache-2.0
// `watched_server serve --data FOLDER --media FOLDER`: playhead-server, and what it gives back of its memory is looked
// into. PLAYHEAD_WATCHED_KEYS: hexadecimal digits, a space between two keys. What was found is written to
// PLAYHEAD_WATCHED_REPORT at the end, a line each, and how many keys were looked for.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "e2e/freed_memory.h"
#include "server_app.h"

int main(int count, char** words) {
  using namespace playhead::e2e;
  const char* const keys_text = std::getenv("PLAYHEAD_WATCHED_KEYS");
  const char* const report_file = std::getenv("PLAYHEAD_WATCHED_REPORT");
  if (count != 6 || keys_text == nullptr || report_file == nullptr) return 2;
  std::vector<KeyForms> keys;
  std::istringstream key_words(keys_text);
  for (std::string word; key_words >> word;) keys.emplace_back(bytes_of_hex(word));
  playhead::server::ServeOptions options;
  options.data = words[3];
  options.media = words[5];
  watch_freed_memory(keys);
  const int status = playhead::server::serve(options);
  std::ofstream report(report_file);
  for (const std::string& found : stop_watching()) report << found << '\n';
  report << keys.size() << " keys";
  return status;
}
