// SPDX-License-Identifier: Apache-2.0
#include "system_choice.h"

#include <algorithm>
#include <utility>

#include "data_uri.h"
#include "drm_system_ids.h"
#include "key_ids.h"
#include "playready_object.h"
#include "pssh.h"

namespace playhead::drm {
namespace {

template <typename T>
bool has(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool is_same_text(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_http(std::string_view uri) {
  const auto begins = [&](std::string_view scheme) {
    return is_same_text(uri.substr(0, scheme.size()), scheme);
  };
  return begins("https://") || begins("http://");
}

SharedBytes shared(std::string_view text) {
  return SharedBytes(std::vector<uint8_t>(text.begin(), text.end()));
}

bool serves(const RegisteredSystem& system, const KeyId& id) {
  return std::any_of(system.ids.begin(), system.ids.end(), [&](const KeyId& own) {
    return registered_system_id(own) == registered_system_id(id);
  });
}

// Whether that element speaks of that system.
bool speaks_of(const ContentProtection& protection, const RegisteredSystem& system) {
  for (const std::string& format : system.key_formats) {
    if (is_same_text(format, protection.scheme)) return true;
  }
  const std::optional<KeyId> id = system_id_of_key_format(protection.scheme);
  return id && serves(system, *id);
}

// Initialisation data of one system, gathered from all elements that speak of it.
class Gatherer {
 public:
  explicit Gatherer(const RegisteredSystem& system) : system_(system) {}

  void add(const ContentProtection& protection) {
    add_boxes(protection.pssh.view());
    add_object(protection.playready_object);
    add_uri(protection.key_uri);
    if (license_url_.empty()) license_url_ = protection.license_url;
    add_kids(protection.default_kids);
  }

  // An element of the encryption scheme alone: its key ids are everybody's.
  void add_kids(const std::vector<KeyId>& kids) {
    for (const KeyId& kid : kids) {
      if (!has(kids_, kid) && kids_.size() < kKeyIds) kids_.push_back(kid);
    }
  }

  void finish(DrmChoice& choice) && {
    choice.kids = kids_;
    choice.license_url = license_url_;
    if (choice.license_url.empty()) choice.license_url = key_url_;
    if (choice.license_url.empty()) choice.license_url = object_url();
    if (!boxes_.empty()) {
      choice.init = {InitDataType::kPssh, SharedBytes(std::move(boxes_))};
    } else if (!object_.empty()) {
      choice.init = {InitDataType::kPlayReady, object_};
    } else if (needs_key_ids_only(system_) && !kids_.empty()) {
      choice.init = {InitDataType::kKeyIds, shared(write_key_ids(kids_))};
    } else if (!uri_.empty()) {
      choice.init = {InitDataType::kKeyUri, shared(uri_)};
    }
  }

 private:
  // Answers whether there were any.
  bool add_boxes(ByteView bytes) {
    const Result<PsshList> list = parse_pssh(bytes);
    if (!list) return false;  // the boxes of the media may still serve
    for (const PsshBox& box : list->boxes) {
      if (!serves(system_, box.system_id) || is_empty(box)) continue;
      const std::vector<uint8_t> whole(box.whole.begin(), box.whole.end());
      const auto same = std::search(boxes_.begin(), boxes_.end(), whole.begin(), whole.end());
      if (same == boxes_.end()) boxes_.insert(boxes_.end(), whole.begin(), whole.end());
    }
    return true;
  }
  // Packagers write boxes of the W3C without key ids beside @default_KID.
  [[nodiscard]] static bool is_empty(const PsshBox& box) {
    return box.kids.empty() && box.data.empty();
  }

  void add_object(const SharedBytes& object) {
    if (object_.empty() && serves(system_, system_ids::kPlayReady)) object_ = object;
  }

  void add_uri(const std::string& uri) {
    if (uri.empty()) return;
    if (const std::optional<DataUri> data = parse_data_uri(uri)) {
      if (add_boxes(data->bytes)) return;
      if (parse_playready_object(data->bytes)) {
        add_object(SharedBytes(data->bytes));
        return;
      }
    }
    // Clear Key has no URIs of its own: a URL is where its licences are.
    if (needs_key_ids_only(system_) && is_http(uri)) {
      if (key_url_.empty()) key_url_ = uri;
    } else if (uri_.empty()) {
      uri_ = uri;
    }
  }

  [[nodiscard]] std::string object_url() const {
    if (!serves(system_, system_ids::kPlayReady)) return {};
    if (!object_.empty()) return url_of(object_.view());
    const Result<PsshList> list = parse_pssh(boxes_);
    return list && !list->boxes.empty() ? url_of(list->boxes.front().data) : std::string();
  }
  static std::string url_of(ByteView bytes) {
    const Result<PlayReadyObject> object = parse_playready_object(bytes);
    return object && object->header ? object->header->la_url : std::string();
  }

  const RegisteredSystem& system_;
  std::vector<uint8_t> boxes_;
  SharedBytes object_;
  std::string uri_;
  std::string key_url_;  // of Clear Key
  std::string license_url_;
  std::vector<KeyId> kids_;
};

std::optional<DrmChoice> choice_of(std::span<const ContentProtection> protections,
                                   const RegisteredSystem& system) {
  Gatherer gatherer(system);
  DrmChoice choice;
  choice.is_announced = false;
  bool has_common_kids = false;
  for (const ContentProtection& protection : protections) {
    if (speaks_of(protection, system)) {
      choice.is_announced = true;
      gatherer.add(protection);
    } else if (is_same_text(protection.scheme, kMp4ProtectionScheme)) {
      has_common_kids = has_common_kids || !protection.default_kids.empty();
      gatherer.add_kids(protection.default_kids);
    }
  }
  if (!choice.is_announced && !(needs_key_ids_only(system) && has_common_kids)) return std::nullopt;
  std::move(gatherer).finish(choice);
  return choice;
}

std::optional<SampleScheme> scheme_of_text(std::string_view text) {
  struct Row {
    std::string_view text;
    SampleScheme scheme;
  };
  constexpr Row kRows[] = {
      {"cenc", SampleScheme::kCenc},           {"cens", SampleScheme::kCens},
      {"cbc1", SampleScheme::kCbc1},           {"cbcs", SampleScheme::kCbcs},
      {"SAMPLE-AES", SampleScheme::kCbcs},     {"SAMPLE-AES-CTR", SampleScheme::kCenc},
      {"SAMPLE-AES-CENC", SampleScheme::kCenc}};
  for (const Row& row : kRows) {
    if (is_same_text(row.text, text)) return row.scheme;
  }
  return std::nullopt;
}

}  // namespace

RegisteredSystem registered(const DrmSystem& system) {
  return {system.name(), system.system_ids(), system.key_formats()};
}

bool needs_key_ids_only(const RegisteredSystem& system) {
  return has(system.ids, system_ids::kW3cCommon);
}

bool is_segment_encrypted(std::span<const ContentProtection> protections) {
  return std::any_of(protections.begin(), protections.end(), [](const auto& protection) {
    return is_same_text(protection.scheme, kSegmentEncryptionScheme);
  });
}

std::vector<DrmChoice> choose_systems(std::span<const ContentProtection> protections,
                                      std::span<const RegisteredSystem> systems,
                                      std::span<const std::string> preference) {
  std::vector<DrmChoice> choices;
  if (is_segment_encrypted(protections)) return choices;
  for (std::size_t i = 0; i < systems.size(); ++i) {
    std::optional<DrmChoice> choice = choice_of(protections, systems[i]);
    if (!choice) continue;
    choice->system = i;
    choices.push_back(*std::move(choice));
  }
  const auto rank = [&](const DrmChoice& choice) {
    const auto found = std::find(preference.begin(), preference.end(), systems[choice.system].name);
    return std::pair(!choice.is_announced, found - preference.begin());
  };
  std::stable_sort(choices.begin(), choices.end(),
                   [&](const DrmChoice& a, const DrmChoice& b) { return rank(a) < rank(b); });
  return choices;
}

std::optional<SampleScheme> scheme_of(std::span<const ContentProtection> protections) {
  std::optional<SampleScheme> scheme;
  for (const ContentProtection& protection : protections) {
    const std::optional<SampleScheme> said = scheme_of_text(protection.value);
    if (said && scheme && *said != *scheme) return std::nullopt;
    if (said) scheme = said;
  }
  return scheme;
}

}  // namespace playhead::drm
