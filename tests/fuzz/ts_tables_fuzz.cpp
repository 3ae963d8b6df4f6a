// SPDX-License-Identifier: Apache-2.0
#include "decode/ts_table_reader.h"
#include "fuzz/read_everything.h"

// Which streams are encrypted must not depend on the pieces the packets arrive in.
static std::vector<bool> read_in_pieces(playhead::ByteView bytes, std::size_t piece) {
  playhead::TsTableReader tables;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    tables.read(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  }
  std::vector<bool> encrypted;
  for (int pid = 0; pid < 0x2000; ++pid) encrypted.push_back(tables.is_encrypted(pid));
  return encrypted;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const playhead::ByteView bytes(data + 1, size - 1);
  playhead::fuzz::require(read_in_pieces(bytes, data[0] + 1U) == read_in_pieces(bytes, size));
  return 0;
}
