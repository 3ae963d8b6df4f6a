// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "files/file_system.h"
#include "playhead/offline/device_keys.h"

namespace playhead::offline {

// The device key in a file of mode 0600, for platforms without a key store: it keeps other users
// out and nobody who can read the file (see README.md). No counter: it would come back with the
// folder. get() makes the file when it is absent and never replaces one; additional error:
// kStoreFull. One thread at a time; whoever calls holds the folder's lock.
std::unique_ptr<DeviceKeys> make_file_device_keys(std::shared_ptr<FileSystem> files,
                                                  const std::string& folder);

}  // namespace playhead::offline
