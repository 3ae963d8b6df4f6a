// SPDX-License-Identifier: Apache-2.0
#include "playhead/secret_json.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("secret_json: texts of members of the name are taken out, and nothing else") {
  struct Case {
    const char* name;
    std::string json;
    std::string text;
    std::vector<std::string> secrets;
  };
  const Case cases[] = {
      {"none", R"({"a":"b"})", R"({"a":"b"})", {}},
      {"one", R"({"k":"secret"})", R"({"k":"0"})", {"secret"}},
      {"with space", "{\"k\" :\n \"secret\" }", "{\"k\" :\n \"0\" }", {"secret"}},
      {"several",
       R"({"keys":[{"kid":"x","k":"one"},{"k":"two","kid":"y"}]})",
       R"({"keys":[{"kid":"x","k":"0"},{"k":"1","kid":"y"}]})",
       {"one", "two"}},
      {"with escapes", R"({"k":"a\/b\u002bc\u003D\"\\"})", R"({"k":"0"})", {R"(a/b+c="\)"}},
      {"an escape of more than ASCII", R"({"k":"\u20ac"})", R"({"k":"0"})", {"u20ac"}},
      {"an escape that is none", R"({"k":"\u00"})", R"({"k":"0"})", {"u00"}},
      {"empty", R"({"k":""})", R"({"k":"0"})", {""}},
      {"other kinds", R"({"k":7,"k":null,"k":{"k":"x"}})", R"({"k":7,"k":null,"k":{"k":"0"}})",
       {"x"}},
      {"a text that is called like it", R"({"a":"k","b":"c"})", R"({"a":"k","b":"c"})", {}},
      {"in a text", R"({"a":"{\"k\":\"x\"}"})", R"({"a":"{\"k\":\"x\"}"})", {}},
      {"longer names", R"({"kk":"x","K":"y","":"z"})", R"({"kk":"x","K":"y","":"z"})", {}},
      {"cut off in the value", R"({"k":"sec)", R"({"k":"0")", {"se"}},
      {"cut off before it", R"({"k":)", R"({"k":)", {}},
      {"cut off behind the name", R"({"k")", R"({"k")", {}},
      {"cut off in the name", R"({"k)", R"({"k)", {}},
      {"a backslash at the end", R"({"k":"x\)", R"({"k":"0")", {"x"}},
      {"no JSON", "<html>", "<html>", {}},
      {"nothing", "", "", {}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const SecretJson secret(c.json, "k");
    CHECK(secret.text() == c.text);
    for (std::size_t i = 0; i < c.secrets.size(); ++i) {
      const SecretBytes* found = secret.find(std::to_string(i));
      REQUIRE(found != nullptr);
      CHECK(as_text(*found) == c.secrets[i]);
    }
    CHECK(secret.find(std::to_string(c.secrets.size())) == nullptr);
  }
}

TEST_CASE("secret_json: what stands for nothing") {
  const SecretJson secret(R"({"k":"x"})", "k");
  for (const char* text : {"", "1", "-1", "0 ", "00x", "x", "99999999999999999999999"}) {
    CAPTURE(std::string(text));
    CHECK(secret.find(text) == nullptr);
  }
}

}  // namespace
}  // namespace playhead
