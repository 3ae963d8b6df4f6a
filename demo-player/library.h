// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/playhead.h"

namespace demo {

// Owners of the library's handles.
struct LibraryDeleter {
  void operator()(playhead_client* client) const { playhead_client_destroy(client); }
  void operator()(playhead_player* player) const { playhead_player_destroy(player); }
  void operator()(playhead_snapshot* snapshot) const { playhead_snapshot_release(snapshot); }
  void operator()(playhead_downloads* downloads) const { playhead_downloads_close(downloads); }
  void operator()(playhead_download_list* list) const { playhead_download_list_release(list); }
  void operator()(playhead_service* service) const { playhead_service_close(service); }
  void operator()(playhead_answer* answer) const { playhead_answer_release(answer); }
  void operator()(playhead_frame* frame) const { playhead_frame_release(frame); }
};
using ClientHandle = std::unique_ptr<playhead_client, LibraryDeleter>;
using PlayerHandle = std::unique_ptr<playhead_player, LibraryDeleter>;
using DownloadsHandle = std::unique_ptr<playhead_downloads, LibraryDeleter>;
using DownloadListHandle = std::unique_ptr<playhead_download_list, LibraryDeleter>;
using ServiceHandle = std::unique_ptr<playhead_service, LibraryDeleter>;
using AnswerHandle = std::unique_ptr<playhead_answer, LibraryDeleter>;
using SnapshotHandle = std::unique_ptr<playhead_snapshot, LibraryDeleter>;
using FrameHandle = std::unique_ptr<playhead_frame, LibraryDeleter>;

}  // namespace demo
