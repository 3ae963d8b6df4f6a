// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace playhead::server {

// Encrypts a rendition's MPEG-TS segments by SAMPLE-AES ("MPEG-2 Stream Encryption Format for HTTP
// Live Streaming"): H.264 and AAC in ADTS; whatever else there is stays as it is. One program, its
// PMT in one packet, an access unit or whole frames in each PES packet, as make-titles has it.
// Segments in order: continuity counters run on. One thread at a time.
class TsEncryptor {
 public:
  // `key`, `iv`: 16 raw bytes; the vector is of every unit and frame anew. Errors: `bad_ts`,
  // `cipher_failed`.
  [[nodiscard]] Result<std::string> segment(std::string_view clear, const std::string& key,
                                            const std::string& iv);

 private:
  enum class Kind { kOther, kAvc, kAac };
  // The packets of one PES packet, by their place in the segment, and what they hold.
  struct Pes {
    std::vector<std::size_t> packets;
    std::string bytes;
  };

  [[nodiscard]] Status read_tables(std::string_view clear);
  [[nodiscard]] Status read_pmt(std::string_view section);
  [[nodiscard]] std::string encrypted_pmt(std::string_view packet) const;
  [[nodiscard]] std::string stream_entry(std::string_view entry, Kind kind) const;
  [[nodiscard]] Result<std::vector<Pes>> collect(std::string_view clear, int pid) const;
  [[nodiscard]] Status encrypt(Pes& pes, Kind kind, const std::string& key, const std::string& iv);
  void write(const Pes& pes, std::string_view clear, std::vector<std::string>& packets);
  [[nodiscard]] std::string next_packet(int pid, std::string_view fields, std::string_view& bytes,
                                        bool is_first);

  int pmt_pid_ = -1;
  std::map<int, Kind> streams_;  // by PID
  std::map<int, int> counters_;  // of the next packet, by PID
  std::string audio_config_;     // AudioSpecificConfig
};

}  // namespace playhead::server
