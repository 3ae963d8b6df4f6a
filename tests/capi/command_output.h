// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <doctest/doctest.h>

namespace playhead::test {

// What a shell command prints.
inline std::string output_of(const std::string& command) {
  struct Closer {
    void operator()(FILE* pipe) const { pclose(pipe); }
  };
  const std::unique_ptr<FILE, Closer> pipe(popen(command.c_str(), "r"));
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> block{};
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), pipe.get()))
    output.append(block.data(), got);
  return output;
}

}  // namespace playhead::test
