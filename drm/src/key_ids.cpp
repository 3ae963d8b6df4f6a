// SPDX-License-Identifier: Apache-2.0
#include "key_ids.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base64.h"
#include "data_uri.h"
#include "drm_system_ids.h"
#include "json_text.h"
#include "playready_object.h"
#include "pssh.h"
#include "widevine_pssh.h"

namespace playhead::drm {
namespace {

using Json = nlohmann::json;
using Kids = std::vector<KeyId>;

Error unreadable(const std::string& what) {
  return make_error(ErrorCode::kDrmInitData, "key ids: " + what);
}

void add(Kids& kids, const KeyId& kid) {
  if (kids.size() >= kKeyIds) return;
  if (std::find(kids.begin(), kids.end(), kid) == kids.end()) kids.push_back(kid);
}

void add_all(Kids& kids, const Kids& more) {
  for (const KeyId& kid : more) add(kids, kid);
}

Kids kids_of(const PlayReadyObject& object) {
  Kids kids;
  if (!object.header) return kids;
  for (const PlayReadyKey& key : object.header->keys) add(kids, key.id);
  return kids;
}

// What the system's own data names. Errors: it cannot be read.
Result<Kids> kids_of_data(const PsshBox& box) {
  const KeyId system = registered_system_id(box.system_id);
  if (system == system_ids::kWidevine) {
    PLAYHEAD_TRY(const WidevinePssh pssh, parse_widevine_pssh(box.data));
    return pssh.kids();
  }
  if (system == system_ids::kPlayReady) {
    PLAYHEAD_TRY(const PlayReadyObject object, parse_playready_object(box.data));
    return kids_of(object);
  }
  return Kids();
}

Result<Kids> kids_of_pssh(ByteView bytes) {
  PLAYHEAD_TRY(const PsshList list, parse_pssh(bytes));
  Kids kids;
  for (const PsshBox& box : list.boxes) {
    const bool is_open =
        box.system_id == system_ids::kW3cCommon || box.system_id == system_ids::kClearKey;
    if (is_open) add_all(kids, box.kids);
  }
  if (!kids.empty()) return kids;
  std::optional<Error> error;
  for (const PsshBox& box : list.boxes) {
    add_all(kids, box.kids);
    Result<Kids> more = kids_of_data(box);
    if (more) add_all(kids, *more);
    if (!more && !error) error = std::move(more).error();
  }
  if (kids.empty() && error) return *std::move(error);
  return kids;
}

Result<Kids> kids_of_uri(std::string_view uri) {
  const std::optional<DataUri> data = parse_data_uri(uri);
  if (!data) return Kids();
  Result<Kids> boxes = kids_of_pssh(data->bytes);
  if (boxes) return boxes;
  Result<PlayReadyObject> object = parse_playready_object(data->bytes);
  return object ? Result<Kids>(kids_of(*object)) : Result<Kids>(Kids());
}

}  // namespace

Result<std::vector<KeyId>> parse_key_ids(ByteView json) {
  if (json.size() > kJsonBytes) return unreadable("more than 1 MiB");
  const std::string_view text = as_text(json);
  if (!is_shallow_json(text, kJsonDepth)) return unreadable("nested too deep");
  const Json parsed = Json::parse(text, nullptr, false);
  const auto list = parsed.is_object() ? parsed.find("kids") : parsed.end();
  if (!parsed.is_object() || list == parsed.end() || !list->is_array()) {
    return unreadable("not of the form {\"kids\":[…]}");
  }
  Kids kids;
  for (const Json& item : *list) {
    if (!item.is_string()) return unreadable("one of them is no text");
    const auto bytes = from_base64(item.get_ref<const std::string&>());
    if (!bytes) return unreadable("one of them is no base64url");
    KeyId kid{};
    if (bytes->size() != kid.size()) continue;
    if (kids.size() >= kKeyIds) return unreadable("more than 1024");
    std::copy(bytes->begin(), bytes->end(), kid.begin());
    add(kids, kid);
  }
  if (kids.empty()) return unreadable("none of 16 bytes among them");
  return kids;
}

std::string write_key_ids(std::span<const KeyId> kids) {
  Json list = Json::array();
  for (const KeyId& kid : kids) list.push_back(to_base64url(kid));
  return Json{{"kids", std::move(list)}}.dump();
}

Result<std::vector<KeyId>> key_ids_of(const InitData& init) {
  const ByteView bytes = init.bytes.view();
  switch (init.type) {
    case InitDataType::kPssh:
      return kids_of_pssh(bytes);
    case InitDataType::kKeyIds:
      return parse_key_ids(bytes);
    case InitDataType::kPlayReady: {
      PLAYHEAD_TRY(const PlayReadyObject object, parse_playready_object(bytes));
      return kids_of(object);
    }
    case InitDataType::kKeyUri:
      return kids_of_uri(as_text(bytes));
  }
  return unreadable("of an unknown kind");
}

}  // namespace playhead::drm
