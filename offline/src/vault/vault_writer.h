// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "files/file_system.h"
#include "vault/file_digest.h"
#include "vault/vault_cipher.h"
#include "vault/vault_reader.h"

namespace playhead::offline {

struct VaultSummary {
  int64_t size = 0;        // of the media
  int64_t file_bytes = 0;  // on the disk
  FileDigest digest;       // of kind kSeals
};

// Where chunks are encrypted before they are written; empty between calls of a writer. Writers that
// take turns on a thread can share one.
class VaultScratch {
 public:
  // At least so much; what it has is not what was written there.
  std::span<uint8_t> take(std::size_t bytes) {
    if (bytes > size_) {
      bytes_.reset(new uint8_t[bytes]);  // not zeroed
      size_ = bytes;
    }
    return {bytes_.get(), size_};
  }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  std::size_t size_ = 0;
};

// Writes an encrypted media file while its bytes arrive. Holds less than a chunk, and room for the
// few that are written at once. One thread at a time. Errors of all: kStoreIo, kStoreFull,
// kInternal; after one every call gives it again: the file is good up to the last checkpoint and
// goes on by resume(). Dropping it keeps what is there and makes nothing of it durable.
class VaultWriter {
 public:
  // Over what stands under that path, of which the journal promises nothing any more. `files`
  // outlives the writer. More errors: kInvalidArgument (an id too long).
  static Result<VaultWriter> create(FileSystem& files, const std::string& path,
                                    const ContentKey& key, const VaultFileId& id);
  // Goes on after what checkpoint() gave last; what follows is cut off. What stands before is read
  // and decrypted, as a check: 0.3 s for each gigabyte, see VaultResumption. 0 is create(). More
  // errors: kOfflineDamaged, kOfflineTampered, kNotFound, kStoreNewer (begin anew by create()),
  // kInvalidArgument (a number checkpoint() never gives).
  static Result<VaultWriter> resume(FileSystem& files, const std::string& path,
                                    const ContentKey& key, const VaultFileId& id,
                                    int64_t checkpoint);

  // More errors: kTooLarge (over kMaxVaultBytes), kInvalidState (it is finished).
  Result<void> append(ByteView media) { return append(std::span(&media, 1)); }
  // The same of bytes that lie in several places, one behind the other: what does not end with a
  // chunk is copied once at the end, not for each place.
  Result<void> append(std::span<const ByteView> media);
  // Syncs; from then on the bytes before the number it gives survive a power cut: whole chunks, up
  // to 65535 bytes less than size(). Then, not before, the journal may say so.
  Result<int64_t> checkpoint();
  // Ends and syncs the file. Its name is the caller's to make durable, by renaming it into place.
  Result<VaultSummary> finish();

  // Of the media so far.
  [[nodiscard]] int64_t size() const;
  // In the place of one of its own; nobody else uses it while a call runs.
  void use(std::shared_ptr<VaultScratch> scratch) { scratch_ = std::move(scratch); }

 private:
  friend class VaultResumption;
  VaultWriter(FileSystem& files, std::string folder, std::unique_ptr<File> file, VaultCipher cipher,
              Sha256 seals)
      : files_(&files),
        folder_(std::move(folder)),
        file_(std::move(file)),
        cipher_(std::move(cipher)),
        seals_(std::move(seals)) {}
  Result<void> append_chunks(std::span<const ByteView> media);
  // Behind the others in records_, which are written when they are kMostRecords.
  Result<void> seal_chunk(bool is_last);
  Result<void> write_records();
  Result<void> make_durable();
  // Remembers the error for all calls to come.
  template <typename T>
  Result<T> kept(Result<T> result);
  [[nodiscard]] std::optional<Error> refusal() const;

  FileSystem* files_;
  std::string folder_;
  std::unique_ptr<File> file_;
  VaultCipher cipher_;
  Sha256 seals_;
  int64_t chunks_ = 0;            // whole ones; between calls all of them are written
  std::vector<uint8_t> pending_;  // less than a chunk
  std::vector<ByteView> chunk_;   // what the next one is made of, while append() runs
  std::shared_ptr<VaultScratch> scratch_ = std::make_shared<VaultScratch>();
  std::span<uint8_t> records_;  // in it, of these chunks; and how much of it is used
  std::size_t filled_ = 0;
  bool is_name_durable_ = false;
  bool is_finished_ = false;
  std::optional<Error> broken_;
};

// VaultWriter::resume() for who may not be busy for long. Errors and rules of that. `files`
// outlives it; dropping it changes nothing.
class VaultResumption {
 public:
  static Result<VaultResumption> begin(FileSystem& files, const std::string& path,
                                       const ContentKey& key, const VaultFileId& id,
                                       int64_t checkpoint);
  // Reads at most so many bytes of what stands there, at least a chunk. The writer, once all of it
  // was read; none: there is more.
  Result<std::optional<VaultWriter>> go_on(int64_t bytes);

 private:
  VaultResumption(FileSystem& files, std::string path, VaultReader reader, int64_t chunks)
      : files_(&files), path_(std::move(path)), reader_(std::move(reader)), chunks_(chunks) {}
  Result<VaultWriter> make_writer();

  FileSystem* files_;
  std::string path_;
  VaultReader reader_;
  int64_t chunks_;
};

}  // namespace playhead::offline
