// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace playhead::server {

// Decides for one URI of a manifest whether our signed query belongs on it, and puts it there.
class UriPersonaliser {
 public:
  // `query` is "exp=...&sig=..."; `title_folder` is "/media/<title>/".
  // `own_origin` ("https://cdn.example") marks absolute URIs that are ours; empty = none are.
  UriPersonaliser(std::string query, std::string title_folder, std::string own_origin)
      : query_(std::move(query)),
        title_folder_(std::move(title_folder)),
        own_origin_(std::move(own_origin)) {}

  // True for relative URIs and for those that name this title's folder on our own origin. Other
  // hosts, other schemes and other folders never see the signature.
  [[nodiscard]] bool is_ours(std::string_view uri) const;

  // The URI with the query added before any fragment; unchanged when it is not ours.
  [[nodiscard]] std::string apply(std::string_view uri) const;

 private:
  std::string query_;
  std::string title_folder_;
  std::string own_origin_;
};

}  // namespace playhead::server
