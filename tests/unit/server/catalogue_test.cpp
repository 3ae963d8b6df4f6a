// SPDX-License-Identifier: Apache-2.0
#include "catalogue.h"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "secrets.h"
#include "server_fixture.h"
#include "unique_fd.h"

using namespace playhead::server;
using playhead::server::test::FixedClock;
using playhead::server::test::kNoLog;
using playhead::server::test::TempDir;

namespace {

std::string genre_title(const std::string& id, const std::string& genre = "Drama") {
  return R"({"id":")" + id + R"(","name":"Name )" + id + R"(","genre":")" + genre +
         R"(","year":2024,"duration_seconds":12.5,"manifests":{"hls":"cmaf/master.m3u8"}})";
}

}  // namespace

TEST_CASE("parse_title: a complete title") {
  const auto title = parse_title(genre_title("m_1"), "m_1");
  REQUIRE(title.ok());
  CHECK(title.value().name == "Name m_1");
  CHECK(title.value().year == 2024);
  CHECK(title.value().duration_ms == 12'500);
  CHECK(title.value().manifests.at("hls") == "cmaf/master.m3u8");
}

TEST_CASE("parse_title: what is left out") {
  struct Case {
    const char* name;
    std::string text;
  };
  const auto with = [](const char* duration, const char* manifests) {
    return std::string(R"({"id":"m_1","name":"n","genre":"g","duration_seconds":)") + duration +
           R"(,"manifests":)" + manifests + "}";
  };
  const Case cases[] = {
      {"not JSON", "{"},
      {"id of another folder", genre_title("m_2")},
      {"no name", R"({"id":"m_1","genre":"g","duration_seconds":1,"manifests":{"hls":"a.m3u8"}})"},
      {"duration zero", with("0", R"({"hls":"a.m3u8"})")},
      {"duration negative", with("-1", R"({"hls":"a.m3u8"})")},
      {"duration absurd", with("1e300", R"({"hls":"a.m3u8"})")},
      {"duration is a text", with("\"1\"", R"({"hls":"a.m3u8"})")},
      {"no manifest", with("1", "{}")},
      {"manifests is a list", with("1", "[]")},
      {"manifest outside the folder", with("1", R"({"hls":"../m_2/a.m3u8"})")},
      {"manifest of unknown type", with("1", R"({"hls":"a.txt"})")},
      {"manifest is a number", with("1", R"({"hls":1})")},
      {"too large", std::string(70'000, ' ') + genre_title("m_1")},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK_FALSE(parse_title(c.text, "m_1").ok());
  }
}

TEST_CASE("catalogue: reads folders, leaves bad ones out, finds what appeared since") {
  const TempDir dir;
  FixedClock clock(1'000'000);
  const TempDir logs;
  const UniqueFd log_fd(::open((logs.path() / "log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const Log log(clock, log_fd.get());
  dir.write("m_1/title.json", genre_title("m_1"));
  dir.write("m_2/title.json", genre_title("m_2", "Comedy"));
  dir.write("broken/title.json", "{");
  dir.write(".hidden/title.json", genre_title(".hidden"));
  dir.write("stray.txt", "x");
  Catalogue catalogue(dir.path(), clock, log);
  catalogue.rescan();
  std::ifstream logged(logs.path() / "log");
  const std::string log_text{std::istreambuf_iterator<char>(logged), {}};
  const auto file = dir.path() / "broken" / "title.json";
  CHECK(log_text.find("file=\"" + file.string() + "\" why=\"title.json is not a JSON object\"") != std::string::npos);
  CHECK(catalogue.titles()->by_id.size() == 2);
  CHECK(catalogue.titles()->by_genre.begin()->first == "Comedy");
  CHECK(catalogue.find("m_1") != nullptr);
  CHECK(catalogue.find("../m_1") == nullptr);

  dir.write("m_3/title.json", genre_title("m_3"));
  const auto before = catalogue.find("m_1");
  CHECK(catalogue.find("m_3") == nullptr);  // too soon after the last scan
  clock.set_ms(1'001'000);
  CHECK(catalogue.find("m_3") != nullptr);
  CHECK(before->name == "Name m_1");  // a title in use outlives the list it came from

  // Who asks for one that is left out makes nobody read all of them again, until it was changed.
  clock.set_ms(1'003'000);
  const auto list = catalogue.titles();
  CHECK(catalogue.find("broken") == nullptr);
  CHECK(catalogue.titles() == list);
  dir.write("broken/title.json", genre_title("broken"));
  std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds(1));
  CHECK(catalogue.find("broken") != nullptr);
  std::filesystem::remove_all(dir.path() / "broken");

  // The disk is away for a moment: a client that is told 404 gives its position up.
  const auto aside = dir.path().string() + ".aside";
  std::filesystem::rename(dir.path(), aside);
  catalogue.rescan();
  CHECK(catalogue.titles()->by_id.size() == 4);
  std::filesystem::rename(aside, dir.path());
  std::filesystem::remove_all(dir.path() / "m_2");
  catalogue.rescan();
  CHECK(catalogue.titles()->by_id.size() == 2);
}

TEST_CASE("secrets: made once, private, and read back; damage is an error") {
  const TempDir dir;
  const FixedClock clock(0);
  const Log log(clock, kNoLog);
  const auto file = dir.path() / "secrets";
  const auto made = load_or_create_secrets(file, log);
  REQUIRE(made.ok());
  CHECK(made.value().token_key.size() == 32);
  CHECK(made.value().token_key != made.value().url_key);
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const auto again = load_or_create_secrets(file, log);
  REQUIRE(again.ok());
  CHECK(again.value().token_key == made.value().token_key);
  CHECK(again.value().url_key == made.value().url_key);

  const std::string key(64, 'a');
  for (const std::string& bad :
       {std::string(), "token_key=" + key + "\n", "token_key=" + key + "\nurl_key=abcd\n",
        "token_key=" + key + "\nurl_key=" + std::string(64, 'g') + "\n"}) {
    dir.write("bad", bad);
    CAPTURE(std::string(bad));
    CHECK_FALSE(load_or_create_secrets(dir.path() / "bad", log).ok());
  }
}
