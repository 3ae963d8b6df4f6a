// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/tag_context.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/decimal.h"
#include "base/limits.h"

namespace playhead::hls {
namespace {

// The newest EXT-X-VERSION of draft-pantos-hls-rfc8216bis.
constexpr int kNewestVersion = 13;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 && c != '\n' && c != '\r';
}

// Which kinds of characters a text has.
struct Survey {
  bool has_control = false;
  bool has_carriage_return = false;
  bool has_high = false;
};

constexpr uint64_t repeat_byte(uint8_t byte) { return byte * uint64_t{0x0101010101010101}; }
constexpr uint64_t kTopBits = repeat_byte(0x80);

// The top bit of each byte of `word` that is `byte`.
constexpr uint64_t bytes_equal(uint64_t word, uint8_t byte) {
  const uint64_t difference = word ^ repeat_byte(byte);
  const uint64_t is_other = ((difference & ~kTopBits) + ~kTopBits) | difference;
  return ~is_other & kTopBits;
}
// The top bit of each byte below 0x20.
constexpr uint64_t bytes_below_space(uint64_t word) {
  return ~((word & ~kTopBits) + repeat_byte(0x60)) & ~word & kTopBits;
}

// Eight bytes at a time, without branches: the text is looked at once more for this alone.
Survey survey(std::string_view text) {
  uint64_t high = 0;
  uint64_t carriage_return = 0;
  uint64_t control = 0;
  const auto look_at = [&](uint64_t word) {
    const uint64_t returns = bytes_equal(word, '\r');
    high |= word;
    carriage_return |= returns;
    control |= bytes_below_space(word) & ~returns & ~bytes_equal(word, '\n');
  };
  constexpr std::size_t kWord = sizeof(uint64_t);
  const std::size_t whole = text.size() - text.size() % kWord;
  for (std::size_t i = 0; i < whole; i += kWord) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + i, kWord);
    look_at(word);
  }
  uint64_t rest = repeat_byte(' ');
  if (whole < text.size()) std::memcpy(&rest, text.data() + whole, text.size() - whole);
  look_at(rest);
  return {control != 0, carriage_return != 0, (high & kTopBits) != 0};
}

// Bytes of the UTF-8 sequence at the start of `text` (RFC 3629 §4); 0 when it is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto is_tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return is_tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool is_bad = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F);
    return !is_bad && is_tail(1) && is_tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool is_bad = (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F);
    return !is_bad && is_tail(1) && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

// Position of the first byte that is not UTF-8; the size when all are.
std::size_t first_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    // Names in other scripts are short; between them all is ASCII.
    constexpr std::size_t kBlock = 4 * sizeof(uint64_t);
    if (text.size() - at >= kBlock) {
      std::array<uint64_t, 4> words{};
      std::memcpy(words.data(), text.data() + at, kBlock);
      if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080) == 0) {
        at += kBlock;
        continue;
      }
    }
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return at;
}

constexpr uint64_t bit_of(Tag tag) { return uint64_t{1} << static_cast<unsigned>(tag); }

}  // namespace

void TagContext::check_characters() {
  const Survey found = survey(text_);
  has_carriage_returns_ = found.has_carriage_return;
  if (found.has_control) {
    const auto at = std::find_if(text_.begin(), text_.end(), is_control);
    violate_at(static_cast<std::size_t>(at - text_.begin()), "4.1", "a control character");
  }
  if (!found.has_high) return;
  const std::size_t invalid = first_invalid_utf8(text_);
  if (invalid < text_.size()) violate_at(invalid, "4.1", "the text is not UTF-8");
}

void TagContext::begin() {
  std::string_view start = text_;
  if (start.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    violate_at(0, "4.1", "the playlist starts with a byte order mark");
    start.remove_prefix(kByteOrderMark.size());
  }
  constexpr std::string_view kHeader = "#EXTM3U";
  const std::string_view after = start.substr(std::min(kHeader.size(), start.size()));
  const bool is_alone = after.empty() || after.front() == '\n' || after.front() == '\r' ||
                        after.front() == ' ' || after.front() == '\t';
  if (start.substr(0, kHeader.size()) != kHeader || !is_alone) {
    violate_at(0, "4.4.1.1", "the first line is not #EXTM3U alone");
  }
  check_characters();
  if (lines_.end_of_line() != '\n') {
    violate_at(0, "4.1", "lines end with a carriage return alone");
    has_carriage_returns_ = false;
  }
  // Lines with text are looked at one by one; empty ones are passed over.
  const std::size_t blank = has_carriage_returns_ ? text_.find("\n\r\r") : std::string_view::npos;
  if (blank != std::string_view::npos) {
    violate_at(blank + 1, "4.1", "a carriage return that is not part of a line end");
  }
}

void TagContext::check_line_end() {
  std::string_view line = lines_.raw();
  const bool has_line_feed = text_[lines_.next_offset() - 1] == '\n';
  if (has_line_feed && !line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.find('\r') != std::string_view::npos) {
    violate("4.1", "a carriage return that is not part of a line end");
  }
}

bool TagContext::next(std::string_view& line) {
  if (error_ || !lines_.next(line)) return false;
  if (line.size() > limits::kPlaylistLineBytes) {
    fail(ErrorCode::kManifestLimit, "the line is longer than 64 KiB");
    return false;
  }
  if (has_carriage_returns_) {
    check_line_end();
    return !error_;
  }
  return true;
}

void TagContext::see_each(Tag tag) {
  if ((seen_each_ & bit_of(tag)) != 0) {
    violate(kTagRules[static_cast<std::size_t>(tag)].clause, "the tag stands twice for a segment");
  }
  seen_each_ |= bit_of(tag);
}

std::optional<Tag> TagContext::admit(const TagLine& line) {
  const int found = kTagNames.find(line.name);
  if (found < 0) {
    skip("unknown tag #", line.name);
    return std::nullopt;
  }
  const auto tag = static_cast<Tag>(found);
  const TagRule& rule = kTagRules[static_cast<std::size_t>(found)];
  if (rule.place != TagRule::Place::kBoth && rule.place != place_) {
    violate("4.1", place_ == TagRule::Place::kMedia
                       ? "a tag of multivariant playlists in a media playlist"
                       : "a tag of media playlists in a multivariant playlist");
    return std::nullopt;
  }
  if (!rule.has_value && line.has_colon && tag != Tag::kExtM3u) {
    violate(rule.clause, "the tag takes no value");
  }
  if (rule.is_once_each) see_each(tag);
  // Peers that read on agree with the last one.
  if (rule.is_once && (seen_ & bit_of(tag)) != 0) {
    violate(rule.clause, "the tag stands twice in the playlist");
  }
  seen_ |= bit_of(tag);
  return tag;
}

void TagContext::fail(ErrorCode code, std::string_view what) {
  if (error_) return;
  error_ = make_error(code, "line " + std::to_string(lines_.number()) + ": " + std::string(what));
}

void TagContext::report(std::size_t offset, Diagnostic::Severity severity, std::string_view rule,
                        std::string_view what) {
  ++warnings_;
  if (options_.diagnostics == nullptr) return;
  if (options_.diagnostics->is_full()) return options_.diagnostics->count_one(severity);
  Diagnostic diagnostic;
  diagnostic.line = static_cast<int64_t>(lines_.number_at(offset));
  diagnostic.byte = static_cast<int64_t>(offset);
  diagnostic.severity = severity;
  diagnostic.rule = rule;
  diagnostic.message = what;
  options_.diagnostics->add(std::move(diagnostic));
}

void TagContext::violate_at(std::size_t offset, std::string_view clause, std::string_view what) {
  const bool is_listed = options_.diagnostics != nullptr && !options_.diagnostics->is_full();
  if (!is_listed && !options_.strict) {
    return report(offset, Diagnostic::Severity::kViolation, {}, {});
  }
  const std::string rule = clause.empty() ? std::string() : "RFC 8216bis " + std::string(clause);
  report(offset, Diagnostic::Severity::kViolation, rule, what);
  if (!options_.strict || error_) return;
  error_ = make_error(ErrorCode::kManifestSyntax,
                      "line " + std::to_string(lines_.number_at(offset)) + ": " +
                          std::string(what) + (rule.empty() ? "" : " (" + rule + ")"));
}

void TagContext::skip(std::string_view what, std::string_view name) {
  if (name.empty() || options_.diagnostics == nullptr) {
    return report(lines_.offset(), Diagnostic::Severity::kSkipped, {}, what);
  }
  constexpr std::size_t kShown = 40;  // longest name of the specification: 34
  report(lines_.offset(), Diagnostic::Severity::kSkipped, {},
         std::string(what) + std::string(name.substr(0, kShown)));
}

void TagContext::on_version(std::string_view value) {
  const std::optional<uint64_t> number = parse_uint64(value);
  if (!number || *number == 0 || *number > 1000) {
    return violate("4.4.1.2", "EXT-X-VERSION is not a version");
  }
  version_ = static_cast<int>(*number);
  // §7: a client does not play what it does not know; those versions add tags that can be skipped.
  if (version_ > kNewestVersion) violate("7", "EXT-X-VERSION is newer than the specification");
}

void TagContext::check_version() {
  if (version_ >= required_version_) return;
  violate_at(required_offset_, "8",
             std::string(required_why_) + " needs EXT-X-VERSION " +
                 std::to_string(required_version_) + " or higher");
}

const AttributeList& TagContext::attributes(std::string_view value) {
  written_attributes(value);
  if (!has_variable_reference(value)) return attributes_;
  for (Attribute& attribute : attributes_.items()) {
    // RFC 8216bis §4.3: quoted strings and hexadecimal sequences only.
    const std::string_view start = attribute.value.substr(0, 2);
    if (attribute.is_quoted || start == "0x" || start == "0X") {
      attribute.value = substituted(attribute.value);
    }
  }
  return attributes_;
}

const AttributeList& TagContext::written_attributes(std::string_view value) {
  attributes_.parse(value);
  for (int i = 0; i < attributes_.malformed(); ++i) {
    violate("4.2", "an item of the attribute list is not NAME=value");
  }
  for (int i = 0; i < attributes_.repeated(); ++i) {
    violate("4.2", "an attribute stands twice in the list");
  }
  return attributes_;
}

std::string_view TagContext::substituted(std::string_view uri) {
  if (!has_variable_reference(uri)) return uri;
  scratch_.clear();
  if (Result<void> done = substitute(uri, *variables_, scratch_); !done) {
    fail(done.error().context);
    return uri;
  }
  substituted_bytes_ += scratch_.size();
  if (scratch_.size() > limits::kPlaylistLineBytes ||
      substituted_bytes_ > limits::kSubstitutedBytes) {
    fail(ErrorCode::kManifestLimit, "variables grow the playlist beyond its limit");
    return uri;
  }
  require_version(8, "a variable");
  return strings_.add(scratch_);
}

void TagContext::define(std::string_view value) {
  const AttributeList& list = written_attributes(value);
  std::string name;
  std::string content;
  require_version(8, "EXT-X-DEFINE");
  if (const auto plain = list.find("NAME")) {
    name = *plain;
    content = list.get("VALUE");
    // Variables defined so far count; what is put in is not looked at again (§4.3), and what is
    // defined later was not meant.
    scratch_.clear();
    if (has_variable_reference(content) && substitute(content, *variables_, scratch_)) {
      content = scratch_;
    }
    if (!list.find("VALUE")) violate("4.4.2.3", "NAME without VALUE");
  } else if (const auto import = list.find("IMPORT")) {
    name = *import;
    const auto found = imports_ == nullptr ? VariableMap::const_iterator() : imports_->find(name);
    if (imports_ == nullptr || found == imports_->end()) {
      return fail("the imported variable is not defined in the multivariant playlist");
    }
    content = found->second;
  } else if (const auto query = list.find("QUERYPARAM")) {
    name = *query;
    require_version(11, "QUERYPARAM of EXT-X-DEFINE");
    std::optional<std::string> parameter = query_parameter(url_, name);
    if (!parameter) return fail("the playlist's URL lacks the query parameter of EXT-X-DEFINE");
    content = *std::move(parameter);
  } else {
    return fail("EXT-X-DEFINE without NAME, IMPORT or QUERYPARAM");
  }
  if (!is_variable_name(name)) violate("4.4.2.3", "the variable's name has other characters");
  substituted_bytes_ += content.size();
  if (content.size() > limits::kPlaylistLineBytes ||
      substituted_bytes_ > limits::kSubstitutedBytes) {
    return fail(ErrorCode::kManifestLimit, "variables grow the playlist beyond its limit");
  }
  if (variables_->size() >= limits::kVariables) {
    return fail(ErrorCode::kManifestLimit, "more than 1,000 variables");
  }
  if (!variables_->emplace(std::move(name), std::move(content)).second) {
    fail("a variable is defined twice");
  }
}

std::optional<TagContext::Start> TagContext::start(std::string_view value) {
  const AttributeList& list = attributes(value);
  const std::optional<int64_t> offset = parse_signed_decimal(list.get("TIME-OFFSET"), 6);
  if (!offset) {
    violate("4.4.2.2", "TIME-OFFSET is missing or not a number");
    return std::nullopt;
  }
  return Start{*offset, list.is_yes("PRECISE")};
}

std::optional<int64_t> parse_duration_ns(std::string_view text) { return parse_decimal(text, 9); }

std::optional<int64_t> parse_count(std::string_view text, int64_t max) {
  const std::optional<uint64_t> number = parse_uint64(text);
  if (!number || *number > static_cast<uint64_t>(max)) return std::nullopt;
  return static_cast<int64_t>(*number);
}

}  // namespace playhead::hls
