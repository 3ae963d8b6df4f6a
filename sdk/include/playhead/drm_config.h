// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/result.h"
#include "playhead/transport.h"

namespace playhead {

class DrmSystem;  // playhead/drm/drm_system.h

// Makes a system for a player, or for a download. Called on the engine thread of either, for each
// title anew. May answer null: not to be had on this device.
using DrmSystemFactory = std::function<std::unique_ptr<DrmSystem>()>;

// A message to a licence service as it is going to be sent; an app's hook may change all of it but
// `scheme`.
struct LicenseMessage {
  std::string scheme;  // DrmSystem::name()
  std::string url;
  std::vector<HttpHeader> headers;  // Content-Type of the scheme is there
  std::string body;
};

// How licences are asked for.
enum class LicenseProtocol : uint8_t {
  // Titles of the service by its POST /v1/license, plain URLs by kRaw.
  kAutomatic,
  // The challenge alone is the body, the answer's body is the licence; sent to the licence URL.
  kRaw,
};

// What an app sets up to play protected titles. Nothing here holds keys. All of it may be called until
// the client is gone: a licence is still being given back when its player has been destroyed.
struct DrmConfig {
  // Best first among those of one name: one for each level it can be opened with. Beside them Clear
  // Key, unless `clear_key` is off.
  std::vector<DrmSystemFactory> systems;
  bool clear_key = true;
  // Names of systems, best first: "widevine", "playready", "fairplay", "clearkey", others. Which of
  // those that fit a title is asked first; empty: as they stand in `systems`.
  std::vector<std::string> preference;
  // Takes the place of what service, manifest and system say. https, or http on loopback. "" none.
  std::string license_url;
  LicenseProtocol protocol = LicenseProtocol::kAutomatic;
  // Called on the same thread, for proofs of earlier plays that keys are gone on that of the client; must not
  // block; null: nothing is changed. An error ends the request with it.
  std::function<Result<void>(LicenseMessage&)> on_license_request;
  // Gets the body of a 2xx answer and gives back the licence inside it.
  std::function<Result<SharedBytes>(const std::string& scheme, SharedBytes body)>
      on_license_response;
};

}  // namespace playhead
