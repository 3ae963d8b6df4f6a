// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "corpus/corpus_assert.h"
#include "corpus/corpus_report.h"
#include "corpus/hls_translator.h"
#include "manifest/hls/hls_presentation.h"
#include "manifest/hls/media_playlist_parser.h"
#include "manifest/hls/media_playlist_refresh.h"
#include "manifest/hls/multivariant_playlist_parser.h"
#include "manifest/manifest_parser.h"
#include "unit/manifest/manifest_test_support.h"

// What other projects' tests expect of HLS playlists; skipped by name where they are not there.
// PLAYHEAD_CORPUS_VERBOSE=1 lists every difference.
namespace playhead::corpus {
namespace {

using nlohmann::json;

// Where we knowingly differ from an upstream project. A difference without a row here fails.
struct KnownDifference {
  const char* source;  // start of the repository's name; "" any
  const char* what;    // part of "file path"
  const char* reason;
};
constexpr KnownDifference kFactDifferences[] = {
#include "corpus/hls_known_facts.inc"
};
constexpr KnownDifference kVerdictDifferences[] = {
#include "corpus/hls_known_verdicts.inc"
};

// Puts a difference that no row of `known` explains into the report.
template <std::size_t N>
void note(const KnownDifference (&known)[N], const std::string& source, const std::string& text,
          Report& report) {
  for (const KnownDifference& row : known) {
    if (source.rfind(row.source, 0) != 0 || text.find(row.what) == std::string::npos) continue;
    if (std::getenv("PLAYHEAD_CORPUS_VERBOSE") != nullptr) {
      MESSAGE("known: " << source << " " << text << ": " << row.reason);
    }
    return;
  }
  report.add_unknown(source + " " + text);
}

json load_json(const std::filesystem::path& path) {
  return json::parse(test::read_file(path), nullptr, false);
}

SharedBytes read(const std::string& path) {
  return test::bytes_of(test::read_file(test::corpus_folder() / path));
}

// One expectation of one file.
struct Case {
  std::string path;  // below the corpus folder
  std::string kind;
  std::string source;  // the repository
  std::string base;
  const json* expects = nullptr;
  [[nodiscard]] std::string label() const { return path.substr(path.rfind('/') + 1); }
};

// Variables a media playlist may import: of its multivariant playlist.
std::optional<hls::VariableMap> imports_of(const Case& test_case) {
  const json& expects = *test_case.expects;
  if (expects.contains("multivariant_variables")) {
    hls::VariableMap variables;
    for (const auto& [name, value] : expects["multivariant_variables"].items()) {
      variables[name] = value.get<std::string>();
    }
    return variables;
  }
  if (!expects.contains("parent")) return std::nullopt;
  const json& parent = expects["parent"];
  std::string path = parent.is_string() ? parent.get<std::string>() : "";
  if (path.empty()) return std::nullopt;
  SharedBytes text;
  if (path.rfind("#EXTM3U", 0) == 0) {
    text = test::bytes_of(path);
  } else {
    const std::string folder = test_case.path.substr(0, test_case.path.rfind('/') + 1);
    const bool is_beside = std::filesystem::exists(test::corpus_folder() / (folder + path));
    text = read(is_beside ? folder + path : path);
  }
  // Some name no Variant, as the test was about variables only.
  const std::string with_variant =
      std::string(as_text(text.view())) + "\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n";
  const auto playlist =
      hls::parse_multivariant_playlist(test::bytes_of(with_variant), "https://h.example/m.m3u8");
  return playlist ? std::optional(*playlist->variables) : std::nullopt;
}

// "…0.m3u8" for "…1.m3u8".
std::string path_before(const std::string& path) {
  const std::size_t digit = path.size() - std::string(".m3u8").size() - 1;
  std::string before = path;
  if (digit < path.size() && before[digit] > '0' && before[digit] <= '9') --before[digit];
  return before;
}

Result<LoadedIndex> parse_media(const Case& test_case, const ParseOptions& options) {
  const std::optional<hls::VariableMap> imports = imports_of(test_case);
  hls::MediaPlaylistInput input{
      read(test_case.path), test_case.base, imports ? &*imports : nullptr, options, nullptr, 0};
  std::shared_ptr<const hls::MediaPlaylist> previous;
  if (test_case.expects->contains("update_of_previous")) {
    auto before =
        hls::parse_media_playlist(read(path_before(test_case.path)), test_case.base, nullptr);
    if (before) previous = std::make_shared<const hls::MediaPlaylist>(*std::move(before));
  }
  if (previous != nullptr) {
    PLAYHEAD_TRY(hls::RefreshedPlaylist refreshed,
                 hls::refresh_media_playlist(previous, std::move(input)));
    return hls::make_loaded_index(refreshed.playlist);
  }
  PLAYHEAD_TRY(hls::MediaPlaylist playlist, hls::parse_media_playlist(std::move(input)));
  return hls::make_loaded_index(std::make_shared<const hls::MediaPlaylist>(std::move(playlist)));
}

// Is the text read as what it is, leniently or strictly?
Result<void> verdict(const Case& test_case, const ParseOptions& options) {
  const SharedBytes text = read(test_case.path);
  const bool is_plain = !test_case.expects->contains("parent") &&
                        !test_case.expects->contains("multivariant_variables") &&
                        !test_case.expects->contains("update_of_previous");
  if (is_plain || test_case.kind != "media") {
    const auto presentation = parse_manifest(text, test_case.base, options);
    if (!presentation) return presentation.error();
    return {};
  }
  const auto index = parse_media(test_case, options);
  if (!index) return index.error();
  return {};
}

std::optional<json> model_of(const Case& test_case) {
  if (test_case.kind == "multivariant") {
    const auto playlist = hls::parse_multivariant_playlist(read(test_case.path), test_case.base);
    return playlist ? std::optional(translate(*playlist, test_case.source)) : std::nullopt;
  }
  const auto index = parse_media(test_case, {});
  return index ? std::optional(translate(*index, test_case.source)) : std::nullopt;
}

void check_verdict(const Case& test_case, Report& report) {
  const std::string expected = test_case.expects->value("verdict", "");
  const bool is_weak = test_case.expects->contains("strictness");
  Row& row = report.row(test_case.source);
  const Result<void> lenient = verdict(test_case, {});
  ParseOptions options;
  options.strict = true;
  const Result<void> strict = verdict(test_case, options);
  // What is read strictly is read leniently.
  CHECK((!strict.has_value() || lenient.has_value()));
  const std::string name = test_case.label();
  if (expected == "accept") {
    ++(lenient ? row.read : row.unread);
    if (!lenient) {
      note(kVerdictDifferences, test_case.source, name + " is not read: " + lenient.error().context,
           report);
    }
    if (is_weak) {
      if (!strict) {
        ++row.over_refused;
        note(kVerdictDifferences, test_case.source,
             name + " is refused strictly: " + strict.error().context, report);
      }
    }
  } else if (expected == "reject") {
    ++(strict ? row.not_refused : row.refused);
    if (strict) note(kVerdictDifferences, test_case.source, name + " is read strictly", report);
  }
}

void check_facts(const Case& test_case, Report& report) {
  const json& expects = *test_case.expects;
  if (!expects.contains("asserts") && !expects.contains("facts")) return;
  const std::optional<json> model = model_of(test_case);
  if (!model) return;  // counted with the verdicts
  const Context context{*model, test_case.base};
  Row& row = report.row(test_case.source);
  for (const json& statement : expects.value("asserts", json::array())) {
    const Outcome outcome = evaluate(statement, context);
    row.facts.add(outcome);
    if (outcome == Outcome::kMismatched) {
      note(kFactDifferences, test_case.source,
           test_case.label() + " " + statement.dump().substr(0, 200), report);
    }
  }
  if (!expects.contains("facts")) return;
  compare_facts(expects["facts"], *model, "", context, row.facts,
                [&](const std::string& path, const json& expected, const json& actual) {
                  note(kFactDifferences, test_case.source,
                       test_case.label() + " " + path + ": " + expected.dump().substr(0, 100) +
                           " is " + actual.dump().substr(0, 100),
                       report);
                });
}

}  // namespace

TEST_CASE("HLS corpus: verdicts and facts of other projects' tests") {
  if (!std::filesystem::exists(test::corpus_folder() / "index.json")) {
    MESSAGE("skipped: corpus of manifests (../shared/corpus)");
    return;
  }
  Report report;
  for (const json& entry : load_json(test::corpus_folder() / "index.json")) {
    const std::string path = entry["path"];
    if (path.rfind("hls/", 0) != 0 || !entry.contains("expect") || entry["expect"].is_null()) {
      continue;
    }
    const json document = load_json(test::corpus_folder() / entry["expect"].get<std::string>());
    for (const json& expects : document["expects"]) {
      Case test_case{path, document["kind"], expects["source"], expects.value("base", ""),
                     &expects};
      test_case.source = test_case.source.substr(0, test_case.source.find('@'));
      if (test_case.base.find("://") == std::string::npos) {
        test_case.base = "https://h.example/folder/manifest.m3u8" + test_case.base;
      }
      CAPTURE(path);
      check_verdict(test_case, report);
      check_facts(test_case, report);
    }
  }
  MESSAGE(report.table());
  for (const std::string& difference : report.unknown()) FAIL_CHECK(difference);
  // What was reached; only ever raised.
  const Row sum = report.sum();
  CHECK(sum.read >= 718);
  CHECK(sum.refused >= 231);
  CHECK(sum.facts.matched >= 3014);
}

}  // namespace playhead::corpus
