// SPDX-License-Identifier: Apache-2.0
#include "explanation_json.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base64.h"
#include "drm_system_ids.h"
#include "key_ids.h"
#include "playready_object.h"
#include "pssh.h"
#include "widevine_pssh.h"

namespace playhead::tools {
namespace {

using Json = nlohmann::ordered_json;

Json kids_json(const std::vector<KeyId>& kids) {
  Json list = Json::array();
  for (const KeyId& kid : kids) list.push_back(drm::format_uuid(kid));
  return list;
}

void put(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

// Text as it is when it is one, else digits.
std::string readable(const std::vector<uint8_t>& bytes) {
  for (const uint8_t byte : bytes) {
    if (byte < 0x20 || byte > 0x7e) return "0x" + drm::to_hex(bytes);
  }
  return std::string(bytes.begin(), bytes.end());
}

Json widevine_json(const drm::WidevinePssh& pssh) {
  Json json = Json::object();
  if (pssh.algorithm) {
    json["algorithm"] = *pssh.algorithm == 1 ? "AES-CTR" : std::to_string(*pssh.algorithm);
  }
  Json ids = Json::array();
  for (const std::vector<uint8_t>& id : pssh.key_ids) {
    KeyId kid{};
    const bool is_whole = id.size() == kid.size();
    if (is_whole) std::copy(id.begin(), id.end(), kid.begin());
    ids.push_back(is_whole ? drm::format_uuid(kid) : "0x" + drm::to_hex(id));
  }
  if (!ids.empty()) json["key_ids"] = std::move(ids);
  put(json, "provider", pssh.provider);
  put(json, "content_id", readable(pssh.content_id));
  put(json, "track_type", pssh.track_type);
  put(json, "policy", pssh.policy);
  if (pssh.crypto_period_index) json["crypto_period_index"] = *pssh.crypto_period_index;
  if (pssh.crypto_period_seconds) json["crypto_period_seconds"] = *pssh.crypto_period_seconds;
  put(json, "grouped_license", drm::to_hex(pssh.grouped_license));
  put(json, "protection_scheme", pssh.protection_scheme);
  if (pssh.skipped > 0) json["unknown_fields"] = pssh.skipped;
  return json;
}

Json playready_json(const drm::PlayReadyObject& object) {
  Json json = Json::object();
  Json records = Json::array();
  for (const drm::PlayReadyRecord& record : object.records) {
    const char* kind = record.type == 1 ? "header" : record.type == 3 ? "licence store" : "unknown";
    records.push_back({{"type", record.type}, {"kind", kind}, {"bytes", record.bytes.size()}});
  }
  json["records"] = std::move(records);
  if (!object.header) return json;
  const drm::PlayReadyHeader& header = *object.header;
  json["version"] = header.version;
  Json keys = Json::array();
  for (const drm::PlayReadyKey& key : header.keys) {
    Json row = {{"key_id", drm::format_uuid(key.id)}};
    put(row, "algorithm", key.algorithm);
    put(row, "checksum", drm::to_base64(key.checksum));
    keys.push_back(std::move(row));
  }
  if (!keys.empty()) json["keys"] = std::move(keys);
  put(json, "licence_url", header.la_url);
  put(json, "help_url", header.lui_url);
  put(json, "domain_service", header.ds_id);
  put(json, "decryptor_setup", header.decryptor_setup);
  if (header.is_license_requested) json["licence_requested"] = true;
  return json;
}

// The system's own data, or why it cannot be read.
template <typename Parsed, typename Write>
void put_data(Json& json, const char* name, const Result<Parsed>& parsed, Write write,
              bool& is_readable) {
  if (parsed) {
    json[name] = write(*parsed);
  } else {
    json["error"] = parsed.error().context;
    is_readable = false;
  }
}

Json box_json(const drm::PsshBox& box, bool& is_readable) {
  const std::string_view name = drm::system_name(box.system_id);
  Json json = {{"system", name.empty() ? std::string("unknown") : std::string(name)},
               {"system_id", drm::format_uuid(box.system_id)},
               {"version", box.version},
               {"bytes", box.whole.size()}};
  if (!box.kids.empty()) json["key_ids"] = kids_json(box.kids);
  json["data_bytes"] = box.data.size();
  const KeyId system = drm::registered_system_id(box.system_id);
  if (system == drm::system_ids::kWidevine) {
    put_data(json, "widevine", drm::parse_widevine_pssh(box.data), widevine_json, is_readable);
  } else if (system == drm::system_ids::kPlayReady) {
    put_data(json, "playready", drm::parse_playready_object(box.data), playready_json, is_readable);
  }
  return json;
}

// Names before values, what is inside further to the right. Control characters of foreign text do
// not reach the terminal.
void print(const Json& json, std::size_t depth, bool has_colours, std::string& out) {
  for (const auto& [name, value] : json.items()) {
    const std::string indent(depth * 2, ' ');
    const std::string title = has_colours ? "\033[1m" + name + "\033[0m" : name;
    const auto scalar = [](const Json& item) {
      std::string text = item.is_string() ? item.get<std::string>() : item.dump();
      for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
      }
      return text;
    };
    if (value.is_object()) {
      out += indent + title + ":\n";
      print(value, depth + 1, has_colours, out);
    } else if (!value.is_array()) {
      out += indent + title + ": " + scalar(value) + "\n";
    } else {
      for (const Json& item : value) {
        out += indent + title + (item.is_object() ? ":\n" : ": " + scalar(item) + "\n");
        if (item.is_object()) print(item, depth + 1, has_colours, out);
      }
    }
  }
}

}  // namespace

Result<Explanation> explain(const InitData& init, bool has_colours) {
  Explanation explanation;
  Json json = Json::object();
  const ByteView bytes = init.bytes.view();
  if (init.type == InitDataType::kKeyIds) {
    PLAYHEAD_TRY(const std::vector<KeyId> kids, drm::parse_key_ids(bytes));
    json["format"] = "keyids";
    json["key_ids"] = kids_json(kids);
  } else if (init.type == InitDataType::kPlayReady) {
    PLAYHEAD_TRY(const drm::PlayReadyObject object, drm::parse_playready_object(bytes));
    json["format"] = "playready";
    json["playready"] = playready_json(object);
  } else {
    PLAYHEAD_TRY(const drm::PsshList list, drm::parse_pssh(bytes));
    json["format"] = "pssh";
    Json boxes = Json::array();
    for (const drm::PsshBox& box : list.boxes) {
      boxes.push_back(box_json(box, explanation.is_readable));
    }
    json["box"] = std::move(boxes);
    if (list.skipped > 0) json["unknown_boxes"] = list.skipped;
  }
  // Text of others may be no UTF-8: such bytes are replaced.
  explanation.json = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  print(json, 0, has_colours, explanation.text);
  return explanation;
}

}  // namespace playhead::tools
