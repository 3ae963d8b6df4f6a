// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
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

using Bytes = std::vector<uint8_t>;

constexpr std::uintmax_t kLargest = 20'000;  // of the inputs that are damaged
uint32_t mutations = 1000;

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes{std::istreambuf_iterator<char>(file), {}};
}

void run(const Bytes& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

// The same for every run of the same number, everywhere: mt19937 is, the standard's distributions
// are not.
Bytes mutated(Bytes bytes, uint32_t number) {
  constexpr uint8_t kOdd[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '<', '"', ',', '0', ' '};
  std::mt19937 random(number);
  const auto below = [&](std::size_t end) { return end == 0 ? 0 : random() % end; };
  const auto at = [&](std::size_t offset) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(offset);
  };
  for (uint32_t left = 1 + random() % 4; left > 0 && !bytes.empty(); --left) {
    const std::size_t begin = below(bytes.size());
    const std::size_t size = 1 + below(std::min<std::size_t>(bytes.size() - begin, 64));
    switch (random() % 6) {
      case 0:
        bytes[begin] = static_cast<uint8_t>(bytes[begin] ^ 1u << random() % 8);
        break;
      case 1:
        bytes[begin] = kOdd[random() % std::size(kOdd)];
        break;
      case 2:  // a size or a count
        std::fill(at(begin), at(begin + std::min<std::size_t>(size, 4)),
                  kOdd[random() % std::size(kOdd)]);
        break;
      case 3:
        bytes.erase(at(begin), at(begin + size));
        break;
      case 4: {
        const Bytes again(at(begin), at(begin + size));
        bytes.insert(at(below(bytes.size())), again.begin(), again.end());
        break;
      }
      default:
        bytes.resize(begin);
    }
  }
  return bytes;
}

// A small slice of what a fuzzer does: so many damaged copies of the inputs, none of them large.
void run_mutations(const std::vector<std::filesystem::path>& files) {
  std::vector<std::filesystem::path> small;
  std::copy_if(files.begin(), files.end(), std::back_inserter(small),
               [](const auto& path) { return std::filesystem::file_size(path) <= kLargest; });
  for (uint32_t number = 1; number <= mutations && !small.empty(); ++number) {
    const std::filesystem::path& path = small[number % small.size()];
    std::cout << "--mutation " << number << ' ' << path.string() << std::endl;
    run(mutated(read(path), number));
  }
}

}  // namespace

// PROGRAM [--only .ext,.ext,] [--mutations COUNT] PATH...      replays the files, then damaged copies of them
// PROGRAM --mutation NUMBER FILE           one of the latter
// Names the input first, so that a crash tells which it was.
int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "--mutation") {
    run(mutated(read(argv[3]), static_cast<uint32_t>(std::stoul(argv[2]))));
    return 0;
  }
  std::string extensions;
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--only" && i + 1 < argc) {
      extensions = argv[++i];
    } else if (argument == "--mutations" && i + 1 < argc) {
      mutations = static_cast<uint32_t>(std::stoul(argv[++i]));
    } else if (std::filesystem::exists(argument)) {
      collect(argument, extensions, files);
    } else {
      std::cout << "skipped: " << argument << " (not there)\n";
    }
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& path : files) {
    const Bytes bytes = read(path);
    std::cout << path.string() << ' ' << bytes.size() << std::endl;  // flushed: a crash may follow
    run(bytes);
  }
  run_mutations(files);
  std::cout << files.size() << " inputs replayed\n";
  return 0;
}
