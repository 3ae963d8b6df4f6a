// SPDX-License-Identifier: Apache-2.0
#include "licences/licence_json.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/json_depth.h"

namespace playhead::offline {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 8;

Error corrupt() { return make_error(ErrorCode::kStoreCorrupt, "the note of a licence"); }

std::string text_of(const KeyId& kid) { return encode_base64(kid); }

Json times(const std::optional<WallTime>& time) { return time ? Json(time->us) : Json(nullptr); }

Json write_kids(const std::vector<KeyId>& kids) {
  Json list = Json::array();
  for (const KeyId& kid : kids) list.push_back(text_of(kid));
  return list;
}

Json write_protection(const ContentProtection& p) {
  return {{"scheme", p.scheme},
          {"value", p.value},
          {"kids", write_kids(p.default_kids)},
          {"pssh", encode_base64(p.pssh.view())},
          {"pro", encode_base64(p.playready_object.view())},
          {"url", p.license_url},
          {"robustness", p.robustness},
          {"key_uri", p.key_uri},
          {"versions", p.key_format_versions}};
}

Json write_wish(const LicenseWish& wish) {
  Json list = Json::array();
  for (const ContentProtection& protection : wish.protections) {
    list.push_back(write_protection(protection));
  }
  return {{"track", static_cast<int>(wish.track)}, {"protections", std::move(list)}};
}

// Reads members; after the first that is not there, or is another thing, all are empty.
class Reader {
 public:
  [[nodiscard]] bool is_good() const { return is_good_; }

  std::string text(const Json& object, const char* name) {
    const Json* found = find(object, name);
    return found != nullptr && check(found->is_string()) ? found->get<std::string>() : "";
  }
  int64_t number(const Json& object, const char* name) {
    const Json* found = find(object, name);
    return found != nullptr && check(found->is_number_integer()) ? found->get<int64_t>() : 0;
  }
  bool flag(const Json& object, const char* name) {
    const Json* found = find(object, name);
    return found != nullptr && check(found->is_boolean()) && found->get<bool>();
  }
  std::optional<WallTime> time(const Json& object, const char* name) {
    const Json* found = find(object, name);
    if (found == nullptr || found->is_null()) return std::nullopt;
    if (!check(found->is_number_integer())) return std::nullopt;
    return WallTime{found->get<int64_t>()};
  }
  SharedBytes bytes(const Json& object, const char* name) {
    auto decoded = decode_base64(text(object, name));
    return check(decoded.has_value()) ? SharedBytes(*std::move(decoded)) : SharedBytes();
  }
  const Json& list(const Json& object, const char* name) {
    static const Json kNone = Json::array();
    const Json* found = find(object, name);
    return found != nullptr && check(found->is_array()) ? *found : kNone;
  }
  std::vector<KeyId> kids(const Json& object, const char* name) {
    std::vector<KeyId> kids;
    for (const Json& row : list(object, name)) {
      const auto decoded =
          check(row.is_string()) ? decode_base64(row.get_ref<const std::string&>()) : std::nullopt;
      KeyId kid{};
      if (!check(decoded && decoded->size() == kid.size())) return {};
      std::copy(decoded->begin(), decoded->end(), kid.begin());
      kids.push_back(kid);
    }
    return kids;
  }

 private:
  bool check(bool is_right) {
    is_good_ = is_good_ && is_right;
    return is_right;
  }
  const Json* find(const Json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return check(found != object.end()) ? &*found : nullptr;
  }

  bool is_good_ = true;
};

ContentProtection read_protection(Reader& in, const Json& row) {
  ContentProtection p;
  p.scheme = in.text(row, "scheme");
  p.value = in.text(row, "value");
  p.default_kids = in.kids(row, "kids");
  p.pssh = in.bytes(row, "pssh");
  p.playready_object = in.bytes(row, "pro");
  p.license_url = in.text(row, "url");
  p.robustness = in.text(row, "robustness");
  p.key_uri = in.text(row, "key_uri");
  p.key_format_versions = in.text(row, "versions");
  return p;
}

LicenseWish read_wish(Reader& in, const Json& row) {
  LicenseWish wish;
  wish.track = in.number(row, "track") == static_cast<int>(TrackKind::kAudio) ? TrackKind::kAudio
                                                                              : TrackKind::kVideo;
  for (const Json& protection : in.list(row, "protections")) {
    wish.protections.push_back(read_protection(in, protection));
  }
  return wish;
}

}  // namespace

std::string write_licence_note(const LicenceNote& note) {
  Json wishes = Json::array();
  for (const LicenseWish& wish : note.origin.wishes) wishes.push_back(write_wish(wish));
  const Json json = {{"system", note.license.system},
                     {"id", note.license.persistent_id},
                     {"kids", write_kids(note.license.kids)},
                     {"terms_end", times(note.license.terms.expires_at)},
                     {"renew_after", times(note.license.terms.renew_after)},
                     {"max_height", note.license.terms.max_height},
                     {"expires_at", times(note.license.expires_at)},
                     {"of_service", note.origin.is_of_service},
                     {"asked_system", note.origin.system},
                     {"url", note.origin.license_url},
                     {"wishes", std::move(wishes)}};
  // What hosts sent may be no UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<LicenceNote> read_licence_note(std::string_view text) {
  if (!is_json_shallow(text, kMaxDepth)) return corrupt();
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  Reader in;
  LicenceNote note;
  note.license.system = in.text(json, "system");
  note.license.persistent_id = in.text(json, "id");
  note.license.kids = in.kids(json, "kids");
  note.license.terms.expires_at = in.time(json, "terms_end");
  note.license.terms.renew_after = in.time(json, "renew_after");
  note.license.terms.max_height = static_cast<int>(in.number(json, "max_height"));
  note.license.expires_at = in.time(json, "expires_at");
  note.origin.is_of_service = in.flag(json, "of_service");
  note.origin.system = in.text(json, "asked_system");
  note.origin.license_url = in.text(json, "url");
  for (const Json& wish : in.list(json, "wishes")) {
    note.origin.wishes.push_back(read_wish(in, wish));
  }
  if (!in.is_good()) return corrupt();
  return note;
}

std::string write_clear_key_ids(const std::vector<KeyId>& kids) {
  Json list = Json::array();
  for (const KeyId& kid : kids) {
    // base64url without padding (RFC 4648 §5).
    std::string id = encode_base64(kid);
    std::replace(id.begin(), id.end(), '+', '-');
    std::replace(id.begin(), id.end(), '/', '_');
    id.erase(std::find(id.begin(), id.end(), '='), id.end());
    list.push_back(std::move(id));
  }
  return Json{{"kids", std::move(list)}}.dump();
}

// On the bytes: the library would leave copies of the keys behind.
void drop_clear_key_end(std::vector<uint8_t>& record) {
  constexpr std::string_view kMember = ",\"expires_at\":";
  const auto found = std::search(record.begin(), record.end(), kMember.begin(), kMember.end());
  if (found == record.end()) return;
  const auto is_digit = [](uint8_t byte) { return byte >= '0' && byte <= '9'; };
  const auto rest =
      std::find_if_not(found + static_cast<std::ptrdiff_t>(kMember.size()), record.end(), is_digit);
  const auto end = std::copy(rest, record.end(), found);
  std::fill(end, record.end(), uint8_t{0});
  record.erase(end, record.end());
}

}  // namespace playhead::offline
