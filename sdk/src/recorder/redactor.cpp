// SPDX-License-Identifier: Apache-2.0
#include "recorder/redactor.h"

#include <algorithm>
#include <iterator>

namespace playhead::recorder {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr std::string_view kKept[] = {"Bandwidth",
                                      "CC1",
                                      "CC2",
                                      "CC3",
                                      "CC4",
                                      "NO",
                                      "NONE",
                                      "Number",
                                      "RepresentationID",
                                      "SubNumber",
                                      "Time",
                                      "YES",
                                      "aac",
                                      "ac3",
                                      "alternate",
                                      "amp",
                                      "caption",
                                      "captions",
                                      "clearkey",
                                      "cmfa",
                                      "cmft",
                                      "cmfv",
                                      "com.apple.streaming.transportStreamTimestamp",
                                      "commentary",
                                      "cue",
                                      "dash",
                                      "data",
                                      "description",
                                      "dub",
                                      "ec3",
                                      "eac3",
                                      "emergency",
                                      "false",
                                      "forced",
                                      "gif",
                                      "gt",
                                      "hls",
                                      "http",
                                      "https",
                                      "ism",
                                      "isml",
                                      "jpeg",
                                      "jpg",
                                      "json",
                                      "key",
                                      "lt",
                                      "m3u",
                                      "m3u8",
                                      "m4a",
                                      "m4s",
                                      "m4v",
                                      "main",
                                      "metadata",
                                      "mp3",
                                      "mp4",
                                      "mpd",
                                      "none",
                                      "offline",
                                      "png",
                                      "quot",
                                      "sign",
                                      "skd",
                                      "smil",
                                      "srt",
                                      "subtitle",
                                      "supplementary",
                                      "true",
                                      "ts",
                                      "ttml",
                                      "unknown",
                                      "urn",
                                      "vtt",
                                      "webm",
                                      "webp",
                                      "webvtt",
                                      "widevine",
                                      "xml"};

// "Number%05d" of a template (ISO/IEC 23009-1 table 21).
bool is_template_field(std::string_view word) {
  const std::size_t percent = word.find('%');
  if (percent == std::string_view::npos || word.size() > percent + 8) return false;
  const std::string_view name = word.substr(0, percent);
  return name == "Number" || name == "Time" || name == "Bandwidth" || name == "SubNumber";
}

// Where the text after "://" or "//" ends that names the host.
std::size_t end_of_authority(std::string_view url, std::size_t from) {
  return std::min(url.find_first_of("/?#\\\"<>{} \t", from), url.size());
}

}  // namespace

int Namer::number(std::string_view text) {
  if (text.empty()) return 0;
  const auto found = numbers_.find(text);
  if (found != numbers_.end()) return found->second;
  const int next = static_cast<int>(numbers_.size()) + 1;
  numbers_.emplace(text, next);
  return next;
}

bool is_word_character(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '%' ||
         c == '~' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_kept_word(std::string_view word) {
  return std::find(std::begin(kKept), std::end(kKept), word) != std::end(kKept);
}

std::size_t entity_at(std::string_view text) {
  constexpr std::size_t kLongest = 10;
  if (text.empty() || text.front() != '&') return 0;
  const std::size_t end = text.substr(0, kLongest).find(';');
  return end == std::string_view::npos ? 0 : end + 1;
}

std::string Redactor::word(std::string_view word, Alphabet alphabet) {
  constexpr std::string_view kAlphabets[] = {"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
                                             "abcdefghijklmnopqrstuvwxyz", "1234567890"};
  const auto table = static_cast<std::size_t>(alphabet);
  const auto known = words_[table].find(word);
  if (known != words_[table].end()) return known->second;
  const std::string_view letters = kAlphabets[table];
  std::string name;
  do {
    // The last of a length serve twice: there are few of so few letters.
    name.assign(word.size(), letters.front());
    uint64_t rest = counts_[table][word.size()]++;
    for (std::size_t i = name.size(); i > 0 && rest > 0; --i) {
      name[i - 1] = letters[rest % letters.size()];
      rest /= letters.size();
    }
  } while (is_kept_word(name));
  words_[table].emplace(word, name);
  return name;
}

std::string Redactor::url_word(std::string_view text) {
  if (is_kept_word(text) || is_template_field(text)) return std::string(text);
  return word(text, Alphabet::kLetters);
}

std::string Redactor::name_word(std::string_view text) {
  if (is_kept_word(text)) return std::string(text);
  return word(text, std::all_of(text.begin(), text.end(), is_digit) ? Alphabet::kDigits
                                                                    : Alphabet::kLetters);
}

std::string Redactor::host(std::string_view host) {
  std::string out;
  for (std::size_t i = 0; i < host.size();) {
    std::size_t end = i;
    while (end < host.size() && is_word_character(host[end])) ++end;
    if (end == i) {
      out += host[i++];
      continue;
    }
    std::string label(host.substr(i, end - i));
    std::transform(label.begin(), label.end(), label.begin(), lower);
    out += word(label, Alphabet::kLowerCase);
    i = end;
  }
  return out;
}

std::string Redactor::url(std::string_view url, bool is_xml) {
  std::string out;
  std::size_t i = 0;
  const std::size_t slashes = url.find("//");
  const bool has_authority =
      slashes != std::string_view::npos &&
      (slashes == 0 || (url[slashes - 1] == ':' && url.find_first_of("/?#{") == slashes));
  if (has_authority) {
    out = url.substr(0, slashes + 2);
    i = slashes + 2;
    const std::size_t end = end_of_authority(url, i);
    const std::string_view authority = url.substr(i, end - i);
    const std::size_t at = authority.rfind('@');
    const std::size_t first = at == std::string_view::npos ? 0 : at + 1;
    if (first > 0) out += name(authority.substr(0, first));
    std::string_view place = authority.substr(first);
    const std::size_t colon = place.rfind(':');
    const bool has_port =
        colon != std::string_view::npos &&
        std::all_of(place.begin() + static_cast<std::ptrdiff_t>(colon) + 1, place.end(), is_digit);
    out += host(place.substr(0, has_port ? colon : place.size()));
    if (has_port) out += place.substr(colon);
    i = end;
  }
  while (i < url.size()) {
    if (const std::size_t entity = is_xml ? entity_at(url.substr(i)) : 0; entity > 0) {
      out += url.substr(i, entity);
      i += entity;
      continue;
    }
    std::size_t end = i;
    while (end < url.size() && is_word_character(url[end])) ++end;
    if (end == i) {
      out += url[i++];
      continue;
    }
    out += url_word(url.substr(i, end - i));
    i = end;
  }
  return out;
}

std::string Redactor::name(std::string_view text, bool is_xml) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t entity = is_xml ? entity_at(text.substr(i)) : 0; entity > 0) {
      out += text.substr(i, entity);
      i += entity;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_word_character(text[end])) ++end;
    if (end == i) {
      out += text[i++];
      continue;
    }
    out += name_word(text.substr(i, end - i));
    i = end;
  }
  return out;
}

std::string Redactor::body(ResourceKind kind, std::string_view body) {
  if (kind == ResourceKind::kMedia || kind == ResourceKind::kKey || kind == ResourceKind::kLicense)
    return {};
  const std::size_t start = body.find_first_not_of("\xef\xbb\xbf \t\r\n");
  if (start == std::string_view::npos) return std::string(body);  // nothing but white space
  const char first = body[start];
  const bool is_subtitles = kind == ResourceKind::kText;
  if (kind == ResourceKind::kInit || body.substr(0, 512).find('\0') != std::string_view::npos) {
    return boxes(body);
  }
  if (first == '#') return playlist(body);
  if (first == '<') return xml(body, is_subtitles);
  if (first == '{' || first == '[') return json(body);
  if (is_subtitles) return webvtt(body);
  // The time of a clock, else something unknown.
  const bool is_time = body.size() < 64 &&
                       body.find_first_not_of("0123456789-:.+TZ \t\r\n") == std::string_view::npos;
  return is_time ? std::string(body) : name(body);
}

}  // namespace playhead::recorder
