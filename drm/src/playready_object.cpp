// SPDX-License-Identifier: Apache-2.0
#include "playready_object.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <pugixml.hpp>

#include "base64.h"

namespace playhead::drm {
namespace {

constexpr uint16_t kHeaderRecord = 1;
constexpr std::size_t kObjectHead = 6;  // u32 length, u16 number of records
constexpr std::size_t kRecordHead = 4;  // u16 type, u16 length

Error damaged(const std::string& what) {
  return make_error(ErrorCode::kDrmInitData, "PlayReady object: " + what);
}

uint16_t read_u16(ByteView bytes, std::size_t at) {
  return static_cast<uint16_t>(bytes[at] | (bytes[at + 1] << 8));
}

std::string trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

std::string text_of(pugi::xml_node parent, const char* name) {
  return trimmed(parent.child(name).text().get());
}

bool has_doctype(const pugi::xml_document& document) {
  for (const pugi::xml_node node : document.children()) {
    if (node.type() == pugi::node_doctype) return true;
  }
  return false;
}

Result<PlayReadyKey> read_key(const std::string& id, std::string algorithm,
                              const std::string& checksum) {
  const std::optional<std::vector<uint8_t>> bytes = from_base64(id);
  PlayReadyKey key;
  if (!bytes || bytes->size() != key.id.size()) return damaged("a key id is not 16 bytes long");
  std::copy(bytes->begin(), bytes->end(), key.id.begin());
  key.id = turn_guid(key.id);
  key.algorithm = std::move(algorithm);
  // A checksum only guards against mistakes: one that cannot be read is none.
  key.checksum = from_base64(checksum).value_or(std::vector<uint8_t>());
  return key;
}

// 4.1 to 4.3: the key is in attributes.
Result<PlayReadyKey> read_key(pugi::xml_node kid) {
  return read_key(trimmed(kid.attribute("VALUE").value()), kid.attribute("ALGID").value(),
                  kid.attribute("CHECKSUM").value());
}

Result<void> read_keys(pugi::xml_node data, PlayReadyHeader& header) {
  const pugi::xml_node protect = data.child("PROTECTINFO");
  header.is_license_requested =
      std::string_view(protect.attribute("LICENSEREQUESTED").value()) == "true";
  if (const std::string kid = text_of(data, "KID"); !kid.empty()) {  // 4.0
    PLAYHEAD_TRY(PlayReadyKey key,
                 read_key(kid, text_of(protect, "ALGID"), text_of(data, "CHECKSUM")));
    header.keys.push_back(std::move(key));
  }
  for (const pugi::xml_node list : {protect, protect.child("KIDS")}) {
    for (const pugi::xml_node kid : list.children("KID")) {
      if (header.keys.size() >= kPlayReadyKeys) return damaged("more than 1024 keys");
      PLAYHEAD_TRY(PlayReadyKey key, read_key(kid));
      header.keys.push_back(std::move(key));
    }
  }
  return {};
}

Result<PlayReadyHeader> read_header(ByteView text) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf16_le);
  if (!parsed) return damaged(std::string("its header is no XML: ") + parsed.description());
  if (has_doctype(document)) return damaged("its header has a document type");
  const pugi::xml_node root = document.child("WRMHEADER");
  if (!root) return damaged("its header has no WRMHEADER");
  PlayReadyHeader header;
  header.version = root.attribute("version").value();
  if (!header.version.starts_with("4.")) {
    return damaged("WRMHEADER of version \"" + header.version.substr(0, 16) + "\"");
  }
  const pugi::xml_node data = root.child("DATA");
  Result<void> keys = read_keys(data, header);
  if (!keys) return std::move(keys).error();
  header.la_url = text_of(data, "LA_URL");
  header.lui_url = text_of(data, "LUI_URL");
  header.ds_id = text_of(data, "DS_ID");
  header.decryptor_setup = text_of(data, "DECRYPTORSETUP");
  return header;
}

}  // namespace

Result<PlayReadyObject> parse_playready_object(ByteView bytes) {
  if (bytes.size() < kObjectHead) return damaged("it ends within its head");
  if (bytes.size() > kPlayReadyBytes) return damaged("it has more than 64 kB");
  PlayReadyObject object;
  object.length =
      static_cast<uint32_t>(read_u16(bytes, 0)) | static_cast<uint32_t>(read_u16(bytes, 2)) << 16;
  if (object.length < kObjectHead || object.length > bytes.size()) {
    return damaged("its length is not that of its bytes");
  }
  bytes = bytes.first(object.length);
  const uint16_t count = read_u16(bytes, 4);
  bytes = bytes.subspan(kObjectHead);
  for (uint16_t i = 0; i < count; ++i) {
    if (bytes.size() < kRecordHead) return damaged("it has fewer records than it says");
    PlayReadyRecord record;
    record.type = read_u16(bytes, 0);
    const std::size_t length = read_u16(bytes, 2);
    if (bytes.size() - kRecordHead < length) return damaged("a record reaches behind the end");
    record.bytes = bytes.subspan(kRecordHead, length);
    bytes = bytes.subspan(kRecordHead + length);
    if (record.type == kHeaderRecord && !object.header) {
      PLAYHEAD_TRY(object.header, read_header(record.bytes));
    }
    object.records.push_back(record);
  }
  return object;
}

KeyId turn_guid(const KeyId& id) {
  KeyId turned = id;
  std::reverse(turned.begin(), turned.begin() + 4);
  std::reverse(turned.begin() + 4, turned.begin() + 6);
  std::reverse(turned.begin() + 6, turned.begin() + 8);
  return turned;
}

}  // namespace playhead::drm
