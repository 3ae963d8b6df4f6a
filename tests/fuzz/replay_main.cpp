// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

// Runs a fuzz target over files and folders, where there is no libFuzzer.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

namespace {

void collect(const std::filesystem::path& path, const std::string& extensions,
             std::vector<std::filesystem::path>& files) {
  if (!std::filesystem::is_directory(path)) {
    files.push_back(path);
    return;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    const bool is_wanted = extensions.empty() || extensions.find(entry.path().extension().string() +
                                                                 ",") != std::string::npos;
    if (entry.is_regular_file() && is_wanted) files.push_back(entry.path());
  }
}

}  // namespace

// PROGRAM [--only .ext,.ext,] PATH...   names the file first, so that a crash tells which it was.
int main(int argc, char** argv) {
  std::string extensions;
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--only" && i + 1 < argc) {
      extensions = argv[++i];
    } else if (std::filesystem::exists(argument)) {
      collect(argument, extensions, files);
    } else {
      std::cout << "skipped: " << argument << " (not there)\n";
    }
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    std::cout << path.string() << ' ' << bytes.size() << std::endl;  // flushed: a crash may follow
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
  std::cout << files.size() << " inputs replayed\n";
  return 0;
}
