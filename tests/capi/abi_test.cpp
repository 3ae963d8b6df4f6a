// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "capi/abi_layout.h"
#include "capi/command_output.h"
#include "playhead/error.h"
#include "playhead/playhead.h"

// The layout below is the one of 64-bit targets; others have their own and are not promised here.
static_assert(sizeof(void*) == 8);

namespace {

const std::string kHeaders = PLAYHEAD_SOURCE_DIR "/bindings/c/include/playhead/c/";
const std::string kAbiFile = PLAYHEAD_SOURCE_DIR "/bindings/c/abi.txt";

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The headers' code without comments.
std::string header_code() {
  std::string text;
  for (const char* name :
       {"base.h", "error_codes.h", "drm.h", "decoders.h", "client.h", "sinks.h", "cues.h", "events.h", "player.h",
        "snapshot.h", "download.h", "downloads.h", "catalogue.h", "service.h", "interceptor.h", "storage.h",
        "transport.h"})
    text += read_text(kHeaders + name);
  std::size_t begin = 0;
  while ((begin = text.find("/*", begin)) != std::string::npos)
    text.erase(begin, text.find("*/", begin) + 2 - begin);
  return text;
}

std::vector<std::string> all_matches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it)
    found.push_back((*it)[1]);
  return found;
}

std::set<std::string> declared_functions() {
  const auto found = all_matches(header_code(), R"(PLAYHEAD_API[\s\w*]*[\s*](playhead_\w+)\()");
  return {found.begin(), found.end()};
}

struct Field {
  std::string name;
  std::size_t offset, size;
};
struct Struct {
  std::string name;
  std::size_t size;
  std::vector<Field> fields;
};

std::vector<Struct> listed_structs() {
  std::vector<Struct> structs;
#define ADD_STRUCT(type) structs.push_back({#type, sizeof(type), {}});
#define ADD_FIELD(type, field) \
  structs.back().fields.push_back({#field, offsetof(type, field), sizeof(type::field)});
  PLAYHEAD_ABI_STRUCTS(ADD_STRUCT, ADD_FIELD)
#undef ADD_STRUCT
#undef ADD_FIELD
  return structs;
}

std::map<std::string, int> listed_constants() {
  return {
#define ADD_CONSTANT(name) {#name, name},
      PLAYHEAD_ABI_CONSTANTS(ADD_CONSTANT)
#undef ADD_CONSTANT
#define ADD_ERROR(number, name, c_name, meaning) \
  {"PLAYHEAD_ERROR_" #c_name, PLAYHEAD_ERROR_##c_name},
          PLAYHEAD_ERROR_TABLE(ADD_ERROR)
#undef ADD_ERROR
  };
}

std::string describe_abi() {
  std::ostringstream out;
  out << "# The binary contract on 64-bit targets; see bindings/README.md.\n";
  for (const std::string& name : declared_functions()) out << "symbol " << name << '\n';
  for (const Struct& type : listed_structs()) {
    out << "struct " << type.name << " size " << type.size << '\n';
    for (const Field& field : type.fields)
      out << "  " << field.name << " offset " << field.offset << " size " << field.size << '\n';
  }
  for (const auto& [name, value] : listed_constants())
    out << "constant " << name << ' ' << value << '\n';
  return out.str();
}

std::set<std::string> exported_symbols() {
  std::istringstream lines(playhead::test::output_of(
      std::string(PLAYHEAD_NM) + " -D --defined-only " PLAYHEAD_SHARED_LIBRARY));
  std::set<std::string> symbols;
  for (std::string line; std::getline(lines, line);)
    symbols.insert(line.substr(line.rfind(' ') + 1));
  return symbols;
}

bool starts_with(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

}  // namespace

TEST_CASE("abi: the list of the layout names every struct, member and constant of the headers") {
  const std::string code = header_code();
  const std::vector<Struct> structs = listed_structs();

  std::vector<std::string> names;
  for (const Struct& type : structs) names.push_back(type.name);
  std::vector<std::string> declared = all_matches(code, R"(typedef struct (\w+) \{)");
  std::sort(names.begin(), names.end());
  std::sort(declared.begin(), declared.end());
  CHECK(names == declared);

  for (const Struct& type : structs) {
    CAPTURE(type.name);
    const std::size_t begin = code.find("typedef struct " + type.name + " {");
    const std::string body = code.substr(begin, code.find("} " + type.name + ";", begin) - begin);
    // `a, b;` are two members; the commas and names inside a callback's parameters are none.
    const std::string flat = std::regex_replace(body, std::regex(R"(\)\([^;]*\);)"), ");");
    const auto separators =
        std::count_if(flat.begin(), flat.end(), [](char c) { return c == ';' || c == ','; });
    CHECK(static_cast<std::size_t>(separators) == type.fields.size());
    REQUIRE(!type.fields.empty());
    CHECK(type.fields.front().name == "struct_size");
  }

  const auto constants = listed_constants();
  const auto in_headers = all_matches(code, R"([\s{](PLAYHEAD_[A-Z0-9_]+) = \d+)");
  CHECK(std::set<std::string>(in_headers.begin(), in_headers.end()).size() == in_headers.size());
  for (const std::string& name : in_headers) {
    CAPTURE(name);
    CHECK(constants.count(name) == 1);
  }
  CHECK(constants.size() == in_headers.size());
}

TEST_CASE("abi: no struct has hidden padding that a later member could slip into") {
  for (const Struct& type : listed_structs()) {
    CAPTURE(type.name);
    std::size_t end = 0;
    for (const Field& field : type.fields) {
      CAPTURE(field.name);
      // Padding between members is fixed by the offsets in abi.txt; a tail of 4 bytes is not.
      CHECK(field.offset >= end);
      end = field.offset + field.size;
    }
    CHECK(type.size - end < 8);
  }
}

TEST_CASE("abi: layout, constants and symbols are those of abi.txt") {
  const std::string now = describe_abi();
  if (std::getenv("PLAYHEAD_UPDATE_GOLDENS") != nullptr) std::ofstream(kAbiFile) << now;
  std::istringstream expected(read_text(kAbiFile)), actual(now);
  std::string expected_line, actual_line;
  int line = 0;
  while (std::getline(expected, expected_line)) {
    ++line;
    CAPTURE(line);
    std::getline(actual, actual_line);
    REQUIRE(actual_line == expected_line);
  }
  CHECK(line > 100);
  CHECK_FALSE(std::getline(actual, actual_line));
}

TEST_CASE("abi: the shared library exports what the headers declare, and nothing else in C") {
  const std::set<std::string> exported = exported_symbols();
  for (const std::string& name : declared_functions()) {
    CAPTURE(name);
    CHECK(exported.count(name) == 1);
  }
  const std::set<std::string> declared = declared_functions();
  for (const std::string& name : exported) {
    CAPTURE(name);
    if (!starts_with(name, "_Z")) {
      // Sanitizers and coverage add names of their own.
      const bool is_tool =
          starts_with(name, "__") || starts_with(name, "_fini") || starts_with(name, "_init");
      CHECK((declared.count(name) == 1 || is_tool));
    }
    CHECK(name.find("playhead4capi") == std::string::npos);
    CHECK(name.find("Client4Impl") == std::string::npos);
    CHECK(name.find("Player4Impl") == std::string::npos);
    CHECK(name.find("DownloadManager4Impl") == std::string::npos);
  }
}

TEST_CASE("abi: error numbers, names and meanings are those of the C++ table") {
  CHECK(std::string(playhead_error_name(0)) == "OK");
  CHECK(std::string(playhead_error_name(1)) == "UNKNOWN");
  CHECK(std::string(playhead_error_name(INT32_MIN)) == "UNKNOWN");
#define CHECK_ERROR(number, name, c_name, meaning)               \
  CHECK(PLAYHEAD_ERROR_##c_name == (number));                    \
  CHECK(std::string(playhead_error_name(number)) == #c_name);    \
  CHECK(std::string(playhead_error_name(-(number))) == #c_name); \
  CHECK(std::string(playhead_error_meaning(-(number))) == (meaning));
  PLAYHEAD_ERROR_TABLE(CHECK_ERROR)
#undef CHECK_ERROR
}

TEST_CASE("abi: the library says the version its header has") {
  CHECK(playhead_version() == PLAYHEAD_VERSION);
  CHECK(std::string(playhead_version_string()) == PLAYHEAD_VERSION_STRING);
}
