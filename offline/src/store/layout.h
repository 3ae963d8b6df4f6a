// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// Where everything lies in the folder of downloads. No name comes from a URL.
//
//   <root>/lock                      one process at a time
//   <root>/offline.db, -wal, -shm    the journal
//   <root>/corrupt.db, -wal, -shm    one that could not be read, when the app wanted to start over
//   <root>/reserve                   given up when the disk is full, so that this can be written
//   <root>/content/<download>/<file>        finished
//   <root>/content/<download>/<file>.part   being written; renamed in its folder: one sync_folder()
namespace playhead::offline::layout {

inline std::string lock(const std::string& root) { return root + "/lock"; }
inline std::string journal(const std::string& root) { return root + "/offline.db"; }
inline std::string corrupt_journal(const std::string& root) { return root + "/corrupt.db"; }
inline std::string reserve(const std::string& root) { return root + "/reserve"; }
inline std::string content(const std::string& root) { return root + "/content"; }
inline std::string folder(const std::string& root, const std::string& download_id) {
  return content(root) + "/" + download_id;
}
// `name`: ResourceRow::file.
inline std::string file(const std::string& root, const std::string& download_id,
                        const std::string& name) {
  return folder(root, download_id) + "/" + name;
}
inline std::string part(const std::string& root, const std::string& download_id,
                        const std::string& name) {
  return file(root, download_id, name) + ".part";
}

}  // namespace playhead::offline::layout
