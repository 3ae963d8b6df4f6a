// SPDX-License-Identifier: Apache-2.0
#include "net/cmcd.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/url.h"
#include "net/cmcd_value.h"

namespace playhead {

namespace {

constexpr std::size_t kMaxIdBytes = 64;
constexpr std::string_view kArgument = "CMCD=";

enum class Header : uint8_t { kObject, kRequest, kSession, kStatus };

struct Pair {
  Header header;
  std::string text;  // "key=value", or the key alone for true
};

class Pairs {
 public:
  void number(Header header, const char* key, const std::optional<int64_t>& value) {
    if (value) add(header, key, std::to_string(std::max<int64_t>(*value, 0)));
  }
  void rounded_number(Header header, const char* key, const std::optional<int64_t>& value) {
    if (value) add(header, key, std::to_string(to_hundreds(*value)));
  }
  void text(Header header, const char* key, std::string_view value) {
    if (!value.empty()) add(header, key, quoted(value));
  }
  void token(Header header, const char* key, const std::string& value) {
    if (!value.empty()) add(header, key, value);
  }
  void flag(Header header, const char* key, bool value) {
    if (value) pairs_.push_back({header, key});
  }
  void add(Header header, const char* key, const std::string& value) {
    pairs_.push_back({header, std::string(key) + '=' + value});
  }
  // Of that header, or all.
  [[nodiscard]] std::string joined(std::optional<Header> header) const {
    std::string out;
    for (const Pair& pair : pairs_) {
      if (header && pair.header != *header) continue;
      if (!out.empty()) out += ',';
      out += pair.text;
    }
    return out;
  }

 private:
  std::vector<Pair> pairs_;
};

std::optional<int64_t> ms_of(const std::optional<Duration>& time) {
  return time ? std::optional(to_ms(*time)) : std::nullopt;
}

// In alphabetical order; version 1, a rate of 1 and what is false are not said.
Pairs pairs_of(const CmcdData& data) {
  Pairs pairs;
  pairs.rounded_number(Header::kRequest, "bl", ms_of(data.bl));
  pairs.number(Header::kObject, "br", data.br);
  pairs.flag(Header::kStatus, "bs", data.bs);
  pairs.text(Header::kSession, "cid", std::string_view(data.cid).substr(0, kMaxIdBytes));
  pairs.number(Header::kObject, "d", ms_of(data.d));
  pairs.rounded_number(Header::kRequest, "dl", ms_of(data.dl));
  pairs.rounded_number(Header::kRequest, "mtp", data.mtp);
  pairs.text(Header::kRequest, "nor", percent_encoded(data.nor));
  pairs.text(Header::kRequest, "nrr", data.nrr);
  pairs.token(Header::kObject, "ot", data.ot);
  if (data.pr != 1) pairs.add(Header::kSession, "pr", decimal(data.pr));
  pairs.rounded_number(Header::kStatus, "rtp", data.rtp);
  pairs.token(Header::kSession, "sf", data.sf);
  pairs.text(Header::kSession, "sid", std::string_view(data.sid).substr(0, kMaxIdBytes));
  pairs.token(Header::kSession, "st", data.st);
  pairs.flag(Header::kRequest, "su", data.su);
  pairs.number(Header::kObject, "tb", data.tb);
  return pairs;
}

}  // namespace

std::string cmcd_text(const CmcdData& data) { return pairs_of(data).joined(std::nullopt); }

std::array<CmcdHeader, 4> cmcd_headers(const CmcdData& data) {
  const Pairs pairs = pairs_of(data);
  return {{{"CMCD-Object", pairs.joined(Header::kObject)},
           {"CMCD-Request", pairs.joined(Header::kRequest)},
           {"CMCD-Session", pairs.joined(Header::kSession)},
           {"CMCD-Status", pairs.joined(Header::kStatus)}}};
}

std::string with_cmcd(std::string_view url, std::string_view text) {
  const std::string_view fragment = url.substr(std::min(url.find('#'), url.size()));
  url.remove_suffix(fragment.size());
  const std::size_t mark = std::min(url.find('?'), url.size());
  std::string out(url.substr(0, mark));
  std::string_view query = url.substr(std::min(mark + 1, url.size()));
  char separator = '?';
  const auto append = [&](std::string_view argument) {
    out += std::exchange(separator, '&');
    out += argument;
  };
  while (!query.empty()) {
    const std::string_view argument = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(argument.size() + 1, query.size()));
    if (argument.substr(0, kArgument.size()) != kArgument) append(argument);
  }
  if (!text.empty()) append(std::string(kArgument) + percent_encoded(text));
  return out + std::string(fragment);
}

std::string cmcd_relative(std::string_view base, std::string_view next) {
  base = base.substr(0, base.find_first_of("?#"));
  next = next.substr(0, next.find_first_of("?#"));
  const std::size_t host = base.find("://");
  if (host == std::string_view::npos) return {};
  const std::size_t root = base.find('/', host + 3);
  if (root == std::string_view::npos || next.substr(0, root + 1) != base.substr(0, root + 1)) {
    return {};
  }
  // Up to the folder that both have.
  std::size_t common = root + 1;
  for (std::size_t i = root + 1; i < base.size() && i < next.size() && base[i] == next[i]; ++i) {
    if (base[i] == '/') common = i + 1;
  }
  std::string path;
  const std::string_view rest = base.substr(common);
  for (auto up = std::count(rest.begin(), rest.end(), '/'); up > 0; --up) path += "../";
  return path + std::string(next.substr(common));
}

}  // namespace playhead
