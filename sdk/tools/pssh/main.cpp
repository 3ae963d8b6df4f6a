// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <istream>
#include <optional>
#include <string>
#include <variant>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "explanation_json.h"
#include "init_data_input.h"

// The command line of playhead-pssh. Exit codes: 0 read, 1 could not be read, 2 wrong command line.
namespace playhead::tools {
namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;

struct Options {
  std::string source;
  bool as_json = false;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  playhead-pssh AAAANHBzc2gBAAAAEHfv7MCyTQKs4zweUuL7SwAAAAExMjM0NTY3ODkwMTIzNDU2AAAAAA==\n"
    "  playhead-pssh --json box.bin\n"
    "  echo '{\"kids\":[\"MTIzNDU2Nzg5MDEyMzQ1Ng\"]}' | playhead-pssh -\n"
    "Exit status: 0 read, 1 could not be read, 2 wrong command line.\n";

// What to do, or the exit code of a command line that already said everything.
std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  Options options;
  CLI::App app(
      "Explains pssh boxes, PlayReady Objects and keyids JSON: which DRM systems and keys they "
      "name.",
      "playhead-pssh");
  app.footer(kFooter);
  app.set_version_flag("--version", "playhead-pssh " PLAYHEAD_VERSION);
  app.add_option("SOURCE", options.source,
                 "File, base64, hexadecimal digits, a data: URI, JSON, or - for standard input")
      ->required();
  app.add_flag("--json", options.as_json, "Print JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // the library's way to say "done" and "wrong"
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    std::cerr << "playhead-pssh: " << error.what() << "\nTry --help.\n";
    return kUsageError;
  }
  return options;
}

// None: more than any initialisation data.
std::optional<std::string> read_all(std::istream& in) {
  std::string text(kInputBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kInputBytes) return std::nullopt;
  return text;
}

std::optional<std::string> read_source(const std::string& source) {
  if (source == "-") return read_all(std::cin);
  std::error_code ignored;  // a name that is too long is no file
  if (!std::filesystem::is_regular_file(source, ignored)) return source;
  std::ifstream file(source, std::ios::binary);
  if (!file) return std::nullopt;
  return read_all(file);
}

bool has_colours() {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

int fail(const std::string& sentence) {
  std::cerr << "playhead-pssh: " << sentence << "\n";
  return kFailed;
}

int run(const Options& options) {
  std::optional<std::string> text = read_source(options.source);
  if (!text) return fail("the file cannot be read, or has more than 4 MiB");
  Result<InitData> init = read_init_data(*std::move(text));
  if (!init) return fail(init.error().context);
  const Result<Explanation> explained = explain(*init, has_colours());
  if (!explained) return fail(explained.error().context);
  std::cout << (options.as_json ? explained->json : explained->text);
  if (!std::cout.flush()) return kFailed;
  return explained->is_readable ? 0 : fail("a part of it cannot be read");
}

}  // namespace
}  // namespace playhead::tools

int main(int argc, char** argv) {
  const auto parsed = playhead::tools::parse_options(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  return playhead::tools::run(std::get<playhead::tools::Options>(parsed));
}
