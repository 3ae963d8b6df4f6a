// SPDX-License-Identifier: Apache-2.0
#include "base/url.h"

#include <random>
#include <string>

#include <curl/curl.h>
#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("url: resolves the examples of RFC 3986 §5.4") {
  struct Case {
    std::string reference;
    const char* expected;
  };
  const Case cases[] = {
      // §5.4.1 normal examples
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      // §5.4.2 abnormal examples
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/./x", "http://a/b/c/g#s/./x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
      {"http:g", "http:g"},  // strict
  };
  for (const Case& c : cases) {
    CAPTURE(c.reference);
    const auto url = resolve_url("http://a/b/c/d;p?q", c.reference);
    REQUIRE(url);
    CHECK(*url == c.expected);
  }
}

TEST_CASE("M26 url: resolves what manifests contain") {
  struct Case {
    std::string name;
    const char* base;
    std::string reference;
    const char* expected;
  };
  const Case cases[] = {
      {"base without a path", "https://cdn.example", "v/1.m4s", "https://cdn.example/v/1.m4s"},
      {"base query does not leak", "https://h/a/m.mpd?sig=1/2", "s.m4s", "https://h/a/s.m4s"},
      {"query alone keeps the path", "https://h/a/m.mpd?x", "?sig=2", "https://h/a/m.mpd?sig=2"},
      {"another scheme", "https://h/a",
       "data:text/plain;base64,AA/../BB==", "data:text/plain;base64,AA/../BB=="},
      {"key server scheme", "https://h/a", "skd://key/1", "skd://key/1"},
      {"offline base", "offline:title/v/init.mp4", "1.m4s", "offline:title/v/1.m4s"},
      {"spaces are encoded", "http://h/a b/m", "my film 1.ts", "http://h/a%20b/my%20film%201.ts"},
      {"bytes above ASCII are encoded", "http://h/", "\xC3\xA9.ts", "http://h/%C3%A9.ts"},
      {"white space around is dropped", "http://h/a", " \tb\r\n", "http://h/b"},
      {"colon in a later segment is no scheme", "http://h/a/", "./b:c", "http://h/a/b:c"},
      {"digits before a colon are no scheme", "http://h/a/", "1:2", "http://h/a/1:2"},
      {"empty segments stay", "http://h/a//b/m", "../c", "http://h/a//c"},
      {"port and user stay with the base", "http://u:p@h:81/a", "b", "http://u:p@h:81/b"},
      {"IPv6", "http://[::1]:80/a", "/b", "http://[::1]:80/b"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto url = resolve_url(c.base, c.reference);
    REQUIRE(url);
    CHECK(*url == c.expected);
  }
}

TEST_CASE("url: refuses what cannot be a URL") {
  struct Case {
    std::string name;
    std::string base;
    std::string reference;
  };
  const Case cases[] = {
      {"base without scheme", "/a/b", "c"},
      {"empty base", "", "c"},
      {"newline inside", "http://h/a", "b\nc"},
      {"NUL inside", "http://h/a", std::string("b\0c", 3)},
      {"no host", "http://h/a", "http:///b"},
      {"bad port", "http://h/a", "//h:http/b"},
      {"port too large", "http://h/a", "//h:65536/b"},
      {"backslash in the host", "http://h/a", "//good.example\\@evil.example/"},
      {"two at signs", "http://h/a", "//a@b@c/"},
      {"space in the host", "http://h/a", "//a b/"},
      {"open bracket", "http://h/a", "//[::1/"},
      {"text after the bracket", "http://h/a", "//[::1]x/"},
      {"too long", "http://h/a", std::string(kMaxUrlBytes + 1, 'x')},
      {"too long together", "http://h/a/", std::string(kMaxUrlBytes - 2, 'x')},
      {"path that would read as a host", "offline:/a", "/.//b"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto url = resolve_url(c.base, c.reference);
    REQUIRE_FALSE(url);
    CHECK(url.error().code == ErrorCode::kInvalidUrl);
  }
}

// The URL as libcurl writes it, empty when it refuses it.
std::string curl_resolve(const std::string& base, const char* reference) {
  CURLU* handle = curl_url();
  std::string out;
  char* text = nullptr;
  if (curl_url_set(handle, CURLUPART_URL, base.c_str(), 0) == CURLUE_OK &&
      (reference == nullptr || curl_url_set(handle, CURLUPART_URL, reference, 0) == CURLUE_OK) &&
      curl_url_get(handle, CURLUPART_URL, &text, 0) == CURLUE_OK) {
    out = text;
  }
  curl_free(text);
  curl_url_cleanup(handle);
  return out;
}

TEST_CASE("M26 url: agrees with libcurl on random references") {
  const std::string pieces[] = {"a", "b",         "..",  ".",  "/", "/",
                                "/", "seg-1.m4s", "%2F", ";x", "=", "~"};
  std::mt19937 random(7);
  int compared = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string reference;
    for (auto n = random() % 9; n > 0; --n) reference += pieces[random() % std::size(pieces)];
    if (random() % 4 == 0) reference += "?q=1/../2";
    const std::string base =
        random() % 2 == 0 ? "http://h.example/a/b/c.mpd?x=y" : "https://h:8443/";
    // Left out: random hosts, and what libcurl 7.88 resolves against RFC 3986 §5.2: the empty
    // reference, and leading dot segments followed by an empty segment or a query.
    const std::size_t end = reference.find_first_not_of("./");
    if (reference.empty() || reference.substr(0, end).find("//") != std::string::npos) continue;
    if (end != std::string::npos && reference[end] == '?') continue;
    const std::string expected = curl_resolve(base, reference.c_str());
    const auto url = resolve_url(base, reference);
    CAPTURE(base);
    CAPTURE(reference);
    REQUIRE(url);
    CHECK(curl_resolve(*url, nullptr) == expected);
    ++compared;
  }
  CHECK(compared > 10'000);
}

TEST_CASE("M26 url: redaction leaves nothing secret") {
  struct Case {
    std::string name;
    std::string url;
    std::string expected;
  };
  const Case cases[] = {
      {"plain", "https://h/a/b.m4s", "https://h/a/b.m4s"},
      {"signed", "https://h/a?exp=1700&sig=abc", "https://h/a?exp=*&sig=*"},
      {"user", "https://joe:secret@h:81/a", "https://h:81/a"},
      {"two at signs", "https://joe:s@cret@h/a", "https://h/a"},
      {"token without a key", "https://h/a?s3cr3t", "https://h/a?*"},
      {"padded token without a key", "https://h/a?dG9rZW4=&b=1", "https://h/a?*&b=*"},
      {"long key", "https://h/?" + std::string(33, 'k') + "=v", "https://h/?*"},
      {"encoded equals sign", "https://h/?sig%3Dabc=1", "https://h/?*"},
      {"fragment", "https://h/a#token", "https://h/a"},
      {"data", "data:text/plain;base64,c2VjcmV0", "data:*"},
      {"relative", "a/b?c=d", "a/b?c=*"},
      {"control characters", "http://h/a\r\nb", "http://h/a??b"},
      {"empty", "", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(redact(c.url) == c.expected);
  }
  CHECK(redact("http://h/" + std::string(5000, 'p')).size() == 300);
  CHECK(redact("http://h/?" + std::string(5000, '&')).size() == 300);
}

TEST_CASE("url: origins") {
  struct Case {
    std::string url;
    UrlOrigin origin;
  };
  const Case cases[] = {
      {"http://Example.COM/a", {"http", "example.com", 80}},
      {"HTTPS://u:p@example.com?x", {"https", "example.com", 443}},
      {"https://example.com:8443#x", {"https", "example.com", 8443}},
      {"https://example.com:/", {"https", "example.com", 443}},
      {"http://[::1]:81/", {"http", "[::1]", 81}},
      {"offline:title/1", {"offline", "", 0}},
      {"sim://origin/a", {"sim", "origin", 0}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.url);
    const auto origin = url_origin(c.url);
    REQUIRE(origin);
    CHECK(origin->scheme == c.origin.scheme);
    CHECK(origin->host == c.origin.host);
    CHECK(origin->port == c.origin.port);
  }
  for (const std::string bad :
       {"", "a/b", "http:a", "http://", "http://h:99999/", "http://a b/", "//h/"}) {
    CAPTURE(bad);
    const auto origin = url_origin(bad);
    REQUIRE_FALSE(origin);
    CHECK(origin.error().code == ErrorCode::kInvalidUrl);
  }
}

}  // namespace
}  // namespace playhead
