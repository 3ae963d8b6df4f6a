// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/iso8601.h"
#include "corpus/corpus_report.h"
#include "corpus/dash_facts.h"
#include "manifest/dash/mpd_patch.h"
#include "manifest/dash/presentation_refresh.h"
#include "manifest/dash/segment_template.h"
#include "manifest/manifest_parser.h"
#include "manifest/presentation_dump.h"
#include "unit/manifest/manifest_test_support.h"

// MPDs of other projects' tests with what those tests expect. Skipped by name where they are not
// there. Every difference is in one of the tables of dash_known.inc with its reason.
namespace playhead::corpus {
namespace {

using nlohmann::json;

struct Known {
  std::string_view path;       // part of the file's path
  std::string_view statement;  // part of what does not hold; empty: anything about the file
  std::string_view reason;
};
constexpr Known kKnown[] = {
#include "corpus/dash_known.inc"
};

// Puts a difference that no row of kKnown explains into the report.
void note(const std::string& path, const std::string& statement, Report& report) {
  const bool is_known = std::any_of(std::begin(kKnown), std::end(kKnown), [&](const Known& known) {
    return path.find(known.path) != std::string::npos &&
           statement.find(known.statement) != std::string::npos;
  });
  if (!is_known) report.add_unknown(path + ": " + statement);
}

json load_json(const std::filesystem::path& path) {
  return json::parse(test::read_file(path), nullptr, false);
}

SharedBytes read(const std::string& path) {
  return test::bytes_of(test::read_file(test::corpus_folder() / path));
}

bool is_corpus_missing() {
  if (std::filesystem::exists(test::corpus_folder() / "index.json")) return false;
  MESSAGE("skipped: corpus of manifests (../shared/corpus)");
  return true;
}

std::string base_of(const json& expects) {
  const auto base = expects.find("base");
  if (base == expects.end() || !base->is_string() || base->get<std::string>().empty()) {
    return "https://h.example/m.mpd";
  }
  return base->get<std::string>();
}

void check_verdict(const std::string& path, const json& expects, Report& report, Row& row) {
  const std::string verdict = expects.value("verdict", "");
  const SharedBytes text = read(path);
  ParseOptions strict;
  strict.strict = true;
  const auto lenient = parse_manifest(text, base_of(expects));
  const auto strictly = parse_manifest(text, base_of(expects), strict);
  CHECK((lenient.has_value() || !strictly.has_value()));
  if (verdict == "accept" || verdict == "conformant") {
    ++(lenient ? row.read : row.unread);
    if (!lenient) note(path, "not read: " + lenient.error().context, report);
    if (verdict == "conformant" && lenient && !strictly) {
      ++row.over_refused;
      note(path, "refused strictly: " + strictly.error().context, report);
    }
  } else {
    ++(strictly ? row.not_refused : row.refused);
    if (strictly)
      note(path,
           "not refused: " + expects.value("error", "") +
               expects.value("rules", json::array()).dump(),
           report);
  }
}

// What a test did after the first MPD: an update, patches.
void check_updates(const std::string& path, const json& expects, Check& check) {
  if (expects.contains("result_after_patch")) {
    const auto patched = dash::apply_patch(read(path).view(), read(expects["patch"]).view());
    REQUIRE(patched.has_value());
    const std::string url = "https://h.example/m.mpd";
    const auto got = parse_manifest(*patched, url);
    const auto wanted = parse_manifest(read(expects["result_after_patch"]), url);
    REQUIRE(got.has_value());
    REQUIRE(wanted.has_value());
    check.expect(dump(*got, {1000, true}) == dump(*wanted, {1000, true}), "result of the patch");
    check.expect(got->live->publish_time == wanted->live->publish_time, "publishTime of the patch");
  }
  const json resources = expects.value("resources", json::object());
  for (const auto& [url, resource] : resources.items()) {
    const SharedBytes patch = read(resource);
    if (as_text(patch.view()).find("<Patch") == std::string_view::npos) continue;
    const bool is_mismatch = resource.get<std::string>().find("mismatches") != std::string::npos;
    const auto patched = dash::apply_patch(read(path).view(), patch.view());
    const bool can_be = as_text(read(path).view()).find("publishTime") != std::string_view::npos;
    check.expect(patched.has_value() == (!is_mismatch && can_be),
                 "patch " + resource.get<std::string>());
  }
  if (!expects.contains("first_video_segments_after_update")) return;
  const auto before = parse_manifest(read(expects["update_of"]), base_of(expects));
  auto after = parse_manifest(read(path), base_of(expects));
  if (!before || !after) return check.expect(false, "update is read");
  check_segment_list(expects["first_video_segments_after_update"],
                     dash::refresh(*before, *std::move(after)), check);
}

void check_facts(const std::string& path, const json& expects, Check& check) {
  const std::string base = base_of(expects);
  const auto presentation = parse_manifest(read(path), base);
  if (!presentation) return;  // counted with the verdicts
  const Context context{translate(*presentation), base};
  for (const json& statement : expects.value("asserts", json::array())) {
    const Outcome outcome = evaluate(statement, context);
    check.tally.add(outcome);
    if (outcome == Outcome::kMismatched) check.failures.push_back(statement.dump());
  }
  if (expects.contains("first_video_segments")) {
    ParseOptions options;
    if (expects.contains("now_ms")) {
      options.now = WallTime{expects["now_ms"].get<int64_t>() * 1000};
    }
    const auto at_time = parse_manifest(read(path), base, options);
    check_segment_list(expects["first_video_segments"], *at_time, check);
  }
  const std::string model = expects.value("facts_model", "");
  if (expects.contains("facts") && model.starts_with("rx-player")) {
    check_rx_player(expects["facts"], *presentation, check);
  }
  if (expects.contains("facts") && model == "mpd-parser") {
    check_mpd_parser(expects["facts"], *presentation, check);
  }
  if (expects.contains("consumed_segments")) check_streamlink(expects, *presentation, check);
  if (expects.contains("formats")) check_yt_dlp(expects, *presentation, check);
  if (expects.contains("reference_output")) {
    check_shaka(expects["reference_output"], *presentation, check);
  }
}

}  // namespace

TEST_CASE("DASH corpus: verdicts, facts, segments and patches of other projects' tests") {
  if (is_corpus_missing()) return;
  Report report;
  for (const json& entry : load_json(test::corpus_folder() / "index.json")) {
    const std::string path = entry["path"];
    if (path.rfind("dash/", 0) != 0 || !entry.contains("expect") || entry["expect"].is_null()) {
      continue;
    }
    const json document = load_json(test::corpus_folder() / entry["expect"].get<std::string>());
    const std::string source = path.substr(5, path.find('/', 5) - 5);
    for (const json& expects : document["expects"]) {
      CAPTURE(path);
      Row& row = report.row(source);
      if (document["kind"] != "mpd") {
        row.facts.add(Outcome::kNotApplicable);  // patches and remote elements are no MPDs
        continue;
      }
      check_verdict(path, expects, report, row);
      Check check;
      check_facts(path, expects, check);
      check_updates(path, expects, check);
      row.facts.matched += check.tally.matched;
      row.facts.mismatched += check.tally.mismatched;
      row.facts.not_applicable += check.tally.not_applicable;
      for (const std::string& failure : check.failures) note(path, failure, report);
    }
  }
  MESSAGE(report.table());
  for (const std::string& difference : report.unknown()) FAIL_CHECK(difference);
  // What was reached; only ever raised.
  const Row sum = report.sum();
  CHECK(sum.read >= 468);
  CHECK(sum.refused >= 78);
  CHECK(sum.facts.matched >= 2606);
}

TEST_CASE("DASH corpus: unit facts about templates, durations, dates and numbers") {
  if (is_corpus_missing()) return;
  const json cases = load_json(test::corpus_folder() / "atoms" / "dash.json")["cases"];
  int matched = 0;
  for (const json& c : cases["uri_template"]) {
    CAPTURE(c.dump());
    // A value that is not there leaves its identifier as it is; ours always are.
    const std::string text = c["template"];
    const auto lacks = [&](const char* name, const char* key) {
      return text.find(name) != std::string::npos && !c[key].is_number_integer();
    };
    if (lacks("$Number", "number") || lacks("$Time", "time") || lacks("$SubNumber", "subnumber") ||
        lacks("$Bandwidth", "bandwidth") ||
        (text.find("$RepresentationID") != std::string::npos && c["representation_id"].is_null())) {
      continue;
    }
    const auto number = [&](const char* key) {
      return c[key].is_number() ? c[key].get<int64_t>() : int64_t{0};
    };
    const dash::SegmentTemplate url_template(
        text, c["representation_id"].is_string() ? c["representation_id"].get<std::string>() : "",
        number("bandwidth"));
    dash::SegmentTemplate::Values values;
    values.number = static_cast<uint64_t>(number("number"));
    values.time_ticks = number("time");
    values.sub_number = static_cast<uint64_t>(number("subnumber"));
    // Only what is between the template's identifiers counts: other tests resolve the result.
    CHECK(url_template.expand(values) == c["result"].get<std::string>());
    ++matched;
  }
  // "-0" and "0.0" are numbers to a script language, not to xs:unsignedInt; xs:duration needs a
  // field and capital letters; a date in words is none.
  const auto is_loose = [](const std::string& text) {
    return text == "-0" || text == "0.0" || text == "-0.0" || text == "P" || text == "PT" ||
           text.starts_with("p1y") || text.starts_with("November");
  };
  for (const json& c : cases["nonneg_int"]) {
    CAPTURE(c.dump());
    if (is_loose(c["input"])) continue;
    const auto value = parse_uint64(c["input"].get<std::string>());
    if (c["result"].is_null()) {
      CHECK_FALSE(value.has_value());
    } else if (c["result"].is_number_unsigned()) {
      CHECK(value == c["result"].get<uint64_t>());
    }
    ++matched;
  }
  for (const json& c : cases["xsd_duration"]) {
    CAPTURE(c.dump());
    if (is_loose(c["input"])) continue;
    const auto value = parse_iso_duration(c["input"].get<std::string>());
    REQUIRE(value.has_value() == c["result"].is_number());
    if (value) CHECK(to_seconds(*value) == doctest::Approx(c["result"].get<double>()));
    ++matched;
  }
  for (const json& c : cases["xsd_datetime"]) {
    CAPTURE(c.dump());
    if (is_loose(c["input"])) continue;
    const auto value = parse_iso_date_time(c["input"].get<std::string>());
    REQUIRE(value.has_value() == c["result"].is_number());
    if (value)
      CHECK(static_cast<double>(value->us) / 1e6 == doctest::Approx(c["result"].get<double>()));
    ++matched;
  }
  MESSAGE("unit facts: " << matched << " matched");
  CHECK(matched >= 83);
}

}  // namespace playhead::corpus
