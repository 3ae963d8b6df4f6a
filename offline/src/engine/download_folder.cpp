// SPDX-License-Identifier: Apache-2.0
#include "engine/download_folder.h"

#include <utility>

#include "vault/device_sealer.h"
#include "vault/file_device_keys.h"

namespace playhead::offline {

Result<std::unique_ptr<DownloadFolder>> DownloadFolder::open(Parts parts, WallTime now) {
  std::unique_ptr<DownloadFolder> folder(new DownloadFolder(std::move(parts)));
  Parts& own = folder->parts_;
  if (auto made = own.files->make_folder(own.root); !made) return std::move(made).error();
  // Two processes that make the device's key at once would each have their own: the lock first.
  PLAYHEAD_TRY(folder->store_, DownloadStore::open(*own.files, own.root));
  if (!own.keys) own.keys = make_file_device_keys(own.files, own.root);
  PLAYHEAD_TRY(folder->sealer_, make_device_sealer(*own.keys));
  PLAYHEAD_TRY(folder->clock_, TrustedClock::open({*own.files, *folder->sealer_, *own.keys,
                                                   *own.clock, own.root + "/trust"}));
  folder->reconciler_ = std::make_unique<Reconciler>(*own.files, *folder->store_);
  if (auto started = folder->reconciler_->start(now); !started) return std::move(started).error();
  return folder;
}

}  // namespace playhead::offline
