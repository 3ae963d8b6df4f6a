// SPDX-License-Identifier: Apache-2.0
#include "base/url.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

namespace playhead {

namespace {

constexpr std::size_t kMaxRedactedBytes = 300;  // a log line stays a line
constexpr std::size_t kMaxShownKeyBytes = 32;   // a longer query key may itself be a token
constexpr std::string_view kHidden = "*";

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool needs_escape(char c) { return c == ' ' || static_cast<unsigned char>(c) > 0x7E; }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return to_lower(a) == b; });
}

bool is_http(std::string_view scheme) {
  return equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https");
}

// The five components of RFC 3986 §3; absent ones differ from empty ones (§5.3).
struct Parts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

// Length of the scheme before ':', 0 when the text does not start with one.
std::size_t scheme_length(std::string_view text) {
  if (text.empty() || !is_alpha(text[0])) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i;
    if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

// As the expression of RFC 3986 appendix B.
Parts split(std::string_view text) {
  Parts parts;
  if (const std::size_t length = scheme_length(text); length > 0) {
    parts.scheme = text.substr(0, length);
    text.remove_prefix(length + 1);
  }
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    parts.fragment = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  if (const std::size_t mark = text.find('?'); mark != std::string_view::npos) {
    parts.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  if (text.substr(0, 2) == "//") {
    text.remove_prefix(2);
    const std::size_t end = std::min(text.find('/'), text.size());
    parts.authority = text.substr(0, end);
    text.remove_prefix(end);
  }
  parts.path = text;
  return parts;
}

struct HostPort {
  std::string_view host;
  std::optional<int> port;
};

// A character no host may hold: those other parsers would read as the end of the host, which lets
// one URL mean two hosts.
constexpr std::array<bool, 256> kBadInHost = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
  table[0x7F] = true;
  for (const char c : std::string_view(" \"#/:<>?@[\\]^`{|}")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();
bool is_bad_in_host(char c) { return kBadInHost[static_cast<unsigned char>(c)]; }

std::optional<int> parse_port(std::string_view digits) {
  if (digits.size() > 5) return std::nullopt;
  int port = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    port = port * 10 + (c - '0');
  }
  if (port > 65535) return std::nullopt;
  return port;
}

// RFC 3986 §3.2; nothing when it breaks the grammar.
std::optional<HostPort> split_authority(std::string_view authority) {
  const auto is_bad_except_colon = [](char c) { return c != ':' && is_bad_in_host(c); };
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    if (std::any_of(user.begin(), user.end(), is_bad_except_colon)) return std::nullopt;
    authority.remove_prefix(at + 1);
  }
  HostPort out;
  if (!authority.empty() && authority.front() == '[') {  // IP-literal, §3.2.2
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos || end < 2) return std::nullopt;
    out.host = authority.substr(0, end + 1);
    const std::string_view address = out.host.substr(1, end - 1);
    if (std::any_of(address.begin(), address.end(), is_bad_except_colon)) return std::nullopt;
    authority.remove_prefix(end + 1);
  } else {
    out.host = authority.substr(0, std::min(authority.find(':'), authority.size()));
    if (std::any_of(out.host.begin(), out.host.end(), is_bad_in_host)) return std::nullopt;
    authority.remove_prefix(out.host.size());
  }
  if (authority.empty() || authority == ":") return out;
  if (authority.front() != ':') return std::nullopt;
  out.port = parse_port(authority.substr(1));
  if (!out.port) return std::nullopt;
  return out;
}

// Removes "." and ".." segments from out[start..], in place (RFC 3986 §5.2.4, same letters).
void remove_dot_segments(std::string& out, std::size_t start) {
  const std::size_t end = out.size();
  std::size_t read = start;
  std::size_t write = start;
  const auto rest = [&] { return std::string_view(out).substr(read); };
  const auto drop_last_segment = [&] {
    while (write > start && out[--write] != '/') {
    }
  };
  while (read < end) {
    if (rest().substr(0, 3) == "../") {  // A
      read += 3;
    } else if (rest().substr(0, 2) == "./" || rest().substr(0, 3) == "/./") {  // A, B
      read += 2;
    } else if (rest() == "/.") {
      out[++read] = '/';
    } else if (rest().substr(0, 4) == "/../") {  // C
      read += 3;
      drop_last_segment();
    } else if (rest() == "/..") {
      read += 2;
      out[read] = '/';
      drop_last_segment();
    } else if (rest() == "." || rest() == "..") {  // D
      read = end;
    } else {  // E
      do {
        out[write++] = out[read++];
      } while (read < end && out[read] != '/');
    }
  }
  out.resize(write);
}

void append_escaped(std::string& out, std::string_view text, bool has_escapes) {
  if (!has_escapes) {
    out += text;
    return;
  }
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (needs_escape(c)) {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
}

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Are all bytes from '!' to '~'? Eight at a time: manifests ask this for each of their URLs.
bool is_plain(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kTopBits = kOnes * 0x80;
  uint64_t other = 0;  // a top bit for each byte below '!' or above '~'
  const auto look_at = [&](uint64_t word) {
    const uint64_t low = word & ~kTopBits;
    const uint64_t from_space = low + kOnes * (0x80 - '!');  // top bit: at least '!'
    const uint64_t is_delete = low + kOnes;                  // top bit: 0x7F
    other |= (word | ~from_space | is_delete) & kTopBits;
  };
  std::size_t i = 0;
  for (; i + sizeof(uint64_t) <= text.size(); i += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof(word));
    look_at(word);
  }
  uint64_t rest = kOnes * '!';
  if (i < text.size()) std::memcpy(&rest, text.data() + i, text.size() - i);
  look_at(rest);
  return other == 0;
}

// What a URL consists of.
struct Characters {
  bool has_control = false;
  std::size_t escapes = 0;  // how many need one
};
Characters survey(std::string_view text) {
  Characters found;
  if (is_plain(text)) return found;
  for (const char c : text) {
    found.has_control = found.has_control || is_control(c);
    found.escapes += needs_escape(c) ? 1 : 0;
  }
  return found;
}

bool is_acceptable(std::string_view text, const Characters& found) {
  return text.size() <= kMaxUrlBytes && !found.has_control;
}
bool is_acceptable(std::string_view text) { return is_acceptable(text, survey(text)); }

Error invalid(std::string_view what, std::string_view url) {
  return make_error(ErrorCode::kInvalidUrl, std::string(what) + " in \"" + redact(url) + "\"");
}

// The target of RFC 3986 §5.2.2: which component comes from where.
struct Target {
  std::string_view scheme;
  std::optional<std::string_view> authority;
  std::string_view base_directory;  // goes before `path`, §5.2.3
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
  bool removes_dots = true;
};

Target transform(const Parts& base, const Parts& reference) {
  Target target{*base.scheme,    base.authority,     {},  reference.path,
                reference.query, reference.fragment, true};
  if (reference.scheme) {
    target.scheme = *reference.scheme;
    target.authority = reference.authority;
    target.removes_dots = reference.authority || reference.path.substr(0, 1) == "/";
  } else if (reference.authority) {
    target.authority = reference.authority;
  } else if (reference.path.empty()) {
    target.path = base.path;
    if (!reference.query) target.query = base.query;
    target.removes_dots = false;
  } else if (reference.path.front() != '/') {
    target.base_directory = base.path.substr(0, base.path.rfind('/') + 1);
    if (base.authority && base.path.empty()) target.base_directory = "/";
  }
  return target;
}

// RFC 3986 §5.3.
std::string recompose(const Target& target, std::size_t reserved, bool has_escapes) {
  std::string out;
  out.reserve(reserved);
  out += target.scheme;
  out += ':';
  if (target.authority) {
    out += "//";
    append_escaped(out, *target.authority, has_escapes);
  }
  const std::size_t path_start = out.size();
  append_escaped(out, target.base_directory, has_escapes);
  append_escaped(out, target.path, has_escapes);
  // Only a segment that starts with a dot can be one to remove.
  const std::string_view path = std::string_view(out).substr(path_start);
  const bool may_have_dots = path.substr(0, 1) == "." || path.find("/.") != std::string_view::npos;
  if (target.removes_dots && may_have_dots) remove_dot_segments(out, path_start);
  if (target.query) {
    out += '?';
    append_escaped(out, *target.query, has_escapes);
  }
  if (target.fragment) {
    out += '#';
    append_escaped(out, *target.fragment, has_escapes);
  }
  return out;
}

void append_redacted_query(std::string& out, std::string_view query) {
  bool first = true;
  while (out.size() < kMaxRedactedBytes) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view item = query.substr(0, end);
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view key = item.substr(0, equals);
    const bool is_plain = std::all_of(key.begin(), key.end(), [](char c) {
      return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
    });
    // "?dG9rZW4=" is a token with padding, not a key: a key is shown only beside a value.
    const bool has_value = item.find_first_not_of('=', equals) != std::string_view::npos;
    if (!first) out += '&';
    first = false;
    if (is_plain && has_value && key.size() <= kMaxShownKeyBytes) {
      out += key;
      out += '=';
    }
    out += kHidden;
    if (end == query.size()) return;
    query.remove_prefix(end + 1);
  }
}

}  // namespace

Result<std::string> resolve_url(std::string_view base, std::string_view reference) {
  reference = trim(reference);
  const Characters in_base = survey(base);
  const Characters in_reference = survey(reference);
  if (!is_acceptable(base, in_base)) {
    return invalid("control character or excessive length", base);
  }
  if (!is_acceptable(reference, in_reference)) {
    return invalid("control character or excessive length", reference);
  }
  const Parts base_parts = split(base);
  if (!base_parts.scheme) return invalid("no scheme", base);
  const Target target = transform(base_parts, split(reference));
  if (target.authority && is_http(target.scheme)) {
    const auto host = split_authority(*target.authority);
    if (!host || host->host.empty()) return invalid("bad host or port", reference);
  }
  const std::size_t escapes = in_base.escapes + in_reference.escapes;
  std::string url =
      recompose(target, base.size() + reference.size() + 4 + 2 * escapes, escapes > 0);
  if (url.size() > kMaxUrlBytes) return invalid("excessive length", url);
  // A path starting with two slashes would read as an authority (RFC 3986 §3.3).
  if (!target.authority && url.compare(target.scheme.size() + 1, 2, "//") == 0) {
    return invalid("path that reads as a host", reference);
  }
  return url;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                               c == '~';
    if (is_unreserved) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(kHex[byte >> 4]);
    encoded.push_back(kHex[byte & 15]);
  }
  return encoded;
}

std::string redact(std::string_view url) {
  const Parts parts = split(url);
  std::string out;
  if (parts.scheme) {
    out += parts.scheme->substr(0, kMaxShownKeyBytes);
    out += ':';
    if (equals_ignoring_case(*parts.scheme, "data")) return out += kHidden;
  }
  if (parts.authority) {
    out += "//";
    const std::size_t at = parts.authority->rfind('@');
    out += parts.authority->substr(at == std::string_view::npos ? 0 : at + 1);
  }
  out += parts.path;
  if (parts.query) {
    out += '?';
    append_redacted_query(out, *parts.query);
  }
  if (out.size() > kMaxRedactedBytes) {
    out.resize(kMaxRedactedBytes - 3);
    out += "...";
  }
  std::replace_if(out.begin(), out.end(), is_control, '?');
  return out;
}

Result<UrlOrigin> url_origin(std::string_view url) {
  if (!is_acceptable(url)) return invalid("control character or excessive length", url);
  const Parts parts = split(url);
  if (!parts.scheme) return invalid("no scheme", url);
  UrlOrigin origin{lower(*parts.scheme), {}, 0};
  if (parts.authority) {
    const auto host = split_authority(*parts.authority);
    if (!host) return invalid("bad host or port", url);
    origin.host = lower(host->host);
    if (host->port) origin.port = *host->port;
  }
  if (is_http(origin.scheme)) {
    if (origin.host.empty()) return invalid("no host", url);
    if (origin.port == 0) origin.port = origin.scheme == "https" ? 443 : 80;
  }
  return origin;
}

}  // namespace playhead
