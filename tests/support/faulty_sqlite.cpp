// SPDX-License-Identifier: Apache-2.0
#include "support/faulty_sqlite.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include <sqlite3.h>
#include <unistd.h>

namespace playhead::test {

// A file as it was at its last sync: what was written over since, in that order.
struct SyncedFile {
  sqlite3_int64 size = 0;
  std::vector<std::pair<sqlite3_int64, std::string>> overwritten;  // at, bytes
};

// The VFS, SQLite's word for a disk, and the one below it.
struct FaultySqlite::State {
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  Power power = Power::kFails;
  std::atomic<int64_t> bytes_read = 0;
  std::mutex mutex;
  // Under mutex.
  int64_t calls = 0;
  int64_t fail_call = 0;
  Fault fault = Fault::kNone;
  std::string full_while_there;
  bool has_failed = false;
  bool is_gone = false;
  std::map<std::string, SyncedFile> synced;  // by path

  // SQLITE_OK, or what that call answers.
  int count() {
    const std::lock_guard lock(mutex);
    if (is_gone) return error(SQLITE_IOERR_WRITE);
    ++calls;
    if (fault == Fault::kNone || calls < fail_call) return SQLITE_OK;
    if (fault == Fault::kFull) {
      if (!std::filesystem::exists(full_while_there)) return SQLITE_OK;
      has_failed = true;
      return SQLITE_FULL;
    }
    if (fault == Fault::kBroken || fault == Fault::kReadOnly) {
      has_failed = true;
      return error(fault == Fault::kBroken ? SQLITE_IOERR_WRITE : SQLITE_READONLY);
    }
    if (calls > fail_call) return SQLITE_OK;
    has_failed = true;
    if (fault == Fault::kKill) ::raise(SIGKILL);
    is_gone = fault == Fault::kGone;
    return error(SQLITE_IOERR_WRITE);
  }
  bool gone() {
    const std::lock_guard lock(mutex);
    return is_gone;
  }
  static int error(int code) {
    errno = EIO;
    return code;
  }
};

namespace {

using State = FaultySqlite::State;

struct FaultyFile {
  sqlite3_file base;
  State* state;
  const char* path;  // valid until the file is closed (sqlite3_vfs); null: a temporary one
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultyFile* faulty(sqlite3_file* file) { return reinterpret_cast<FaultyFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return faulty(file)->real(); }
State* state_of(sqlite3_vfs* vfs) { return static_cast<State*>(vfs->pAppData); }

int file_close(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }

int file_read(sqlite3_file* file, void* out, int count, sqlite3_int64 at) {
  if (faulty(file)->state->gone()) return State::error(SQLITE_IOERR_READ);
  faulty(file)->state->bytes_read += count;
  return real(file)->pMethods->xRead(real(file), out, count, at);
}

// Before bytes that were synced are written over or cut off.
void remember(sqlite3_file* file, sqlite3_int64 from, sqlite3_int64 to) {
  State* state = faulty(file)->state;
  if (state->power == FaultySqlite::Power::kStays || faulty(file)->path == nullptr) return;
  const std::lock_guard lock(state->mutex);
  const auto found = state->synced.find(faulty(file)->path);
  if (found == state->synced.end()) return;
  sqlite3_int64 size = 0;
  if (real(file)->pMethods->xFileSize(real(file), &size) != SQLITE_OK) return;
  to = std::min({to, size, found->second.size});
  if (from >= to) return;
  std::string bytes(static_cast<std::size_t>(to - from), '\0');
  real(file)->pMethods->xRead(real(file), bytes.data(), static_cast<int>(bytes.size()), from);
  found->second.overwritten.emplace_back(from, std::move(bytes));
}

int file_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
  remember(file, at, at + count);
  const int failed = faulty(file)->state->count();
  if (failed == SQLITE_OK) return real(file)->pMethods->xWrite(real(file), bytes, count, at);
  if (failed == SQLITE_READONLY) return failed;
  real(file)->pMethods->xWrite(real(file), bytes, count / 2, at);
  return failed == SQLITE_FULL ? SQLITE_FULL : State::error(failed);
}

int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
  remember(file, size, std::numeric_limits<sqlite3_int64>::max());
  const int failed = faulty(file)->state->count();
  if (failed == SQLITE_FULL) return SQLITE_IOERR_TRUNCATE;
  return failed != SQLITE_OK ? failed : real(file)->pMethods->xTruncate(real(file), size);
}

int file_sync(sqlite3_file* file, int flags) {
  State* state = faulty(file)->state;
  const int failed = state->count();
  // What is full for bytes is not for a sync.
  if (failed != SQLITE_OK && failed != SQLITE_FULL) return State::error(SQLITE_IOERR_FSYNC);
  const int done = real(file)->pMethods->xSync(real(file), flags);
  const char* path = faulty(file)->path;
  const bool is_remembered = path != nullptr && state->power == FaultySqlite::Power::kFails;
  if (done == SQLITE_OK && is_remembered) {
    SyncedFile synced;
    real(file)->pMethods->xFileSize(real(file), &synced.size);
    const std::lock_guard lock(state->mutex);
    state->synced[path] = std::move(synced);
  }
  return done;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int file_lock(sqlite3_file* file, int level) {
  return real(file)->pMethods->xLock(real(file), level);
}
int file_unlock(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int file_check_reserved(sqlite3_file* file, int* out) {
  return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int file_sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
// No powersafe overwrite and the like: what a disk does at worst.
int file_characteristics(sqlite3_file*) { return 0; }
int file_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}
int file_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void file_shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int file_shm_unmap(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

constexpr sqlite3_io_methods kMethods = {2,
                                         file_close,
                                         file_read,
                                         file_write,
                                         file_truncate,
                                         file_sync,
                                         file_size,
                                         file_lock,
                                         file_unlock,
                                         file_check_reserved,
                                         file_control,
                                         file_sector_size,
                                         file_characteristics,
                                         file_shm_map,
                                         file_shm_lock,
                                         file_shm_barrier,
                                         file_shm_unmap,
                                         nullptr,
                                         nullptr};

int disk_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  State* state = state_of(vfs);
  FaultyFile* opened = faulty(file);
  opened->base.pMethods = nullptr;
  if (state->gone()) return State::error(SQLITE_CANTOPEN);
  opened->state = state;
  opened->path = path;
  const int result = state->real->xOpen(state->real, path, opened->real(), flags, out_flags);
  if (opened->real()->pMethods != nullptr) opened->base.pMethods = &kMethods;
  return result;
}

int disk_delete(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  State* state = state_of(vfs);
  const int failed = state->count();
  if (failed != SQLITE_OK && failed != SQLITE_FULL) return State::error(SQLITE_IOERR_DELETE);
  const std::lock_guard lock(state->mutex);
  state->synced.erase(path);
  return state->real->xDelete(state->real, path, sync_folder);
}

}  // namespace

FaultySqlite::FaultySqlite(Power power) : state_(std::make_unique<State>()) {
  state_->power = power;
  sqlite3_initialize();
  state_->real = sqlite3_vfs_find(nullptr);
  state_->vfs = *state_->real;  // most of it does not care for the file
  state_->vfs.pNext = nullptr;
  state_->vfs.zName = "faulty";
  state_->vfs.pAppData = state_.get();
  state_->vfs.szOsFile = static_cast<int>(sizeof(FaultyFile)) + state_->real->szOsFile;
  state_->vfs.xOpen = disk_open;
  state_->vfs.xDelete = disk_delete;
  sqlite3_vfs_register(&state_->vfs, 1);
}

FaultySqlite::~FaultySqlite() {
  sqlite3_vfs_unregister(&state_->vfs);
  sqlite3_vfs_register(state_->real, 1);
}

void FaultySqlite::fail_at(int64_t call, Fault fault, const std::string& full_while_there) {
  const std::lock_guard lock(state_->mutex);
  state_->calls = 0;
  state_->fail_call = call;
  state_->fault = fault;
  state_->full_while_there = full_while_there;
  state_->has_failed = false;
}

bool FaultySqlite::has_failed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->has_failed;
}

int64_t FaultySqlite::bytes_read() const { return state_->bytes_read; }

void FaultySqlite::restart() {
  const std::lock_guard lock(state_->mutex);
  for (auto& [path, synced] : state_->synced) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    while (!synced.overwritten.empty()) {
      const auto& [at, bytes] = synced.overwritten.back();
      file.seekp(at) << bytes;
      synced.overwritten.pop_back();
    }
    file.close();
    std::error_code gone;  // with a folder of before
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(synced.size), gone);
    std::filesystem::remove(path + "-shm");
    // A log nothing of which was synced.
    if (!state_->synced.contains(path + "-wal")) std::filesystem::remove(path + "-wal");
  }
  state_->is_gone = false;
  state_->fault = Fault::kNone;
}

}  // namespace playhead::test
