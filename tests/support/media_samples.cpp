// SPDX-License-Identifier: Apache-2.0
#include "support/media_samples.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace playhead::test {

namespace {

std::string sample_path(const std::string& name) {
  return std::string(PLAYHEAD_MEDIA_SAMPLES_DIR) + "/" + name;
}

// ffprobe's csv: one record a line; lines that are not one (side data, blanks) have too few fields.
template <typename Visit>
void for_each_record(const std::string& path, std::size_t min_fields, Visit visit) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> fields;
    std::istringstream text(line);
    for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
    if (fields.size() >= min_fields) visit(fields);
  }
}

int64_t ticks(const std::string& text) { return text == "N/A" ? kNoTime : std::stoll(text); }

}  // namespace

std::vector<uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<uint8_t> media_sample(const std::string& name) { return read_file(sample_path(name)); }

std::vector<ProbedPacket> probed_packets(const std::string& name) {
  std::vector<ProbedPacket> packets;
  for_each_record(sample_path(name) + ".packets", 5, [&](const std::vector<std::string>& fields) {
    packets.push_back({std::stoi(fields[0]), ticks(fields[1]), ticks(fields[2]),
                       std::stoll(fields[3]), fields[4][0] == 'K'});
  });
  return packets;
}

std::vector<ProbedFrame> probed_frames(const std::string& name) {
  std::vector<ProbedFrame> frames;
  for_each_record(sample_path(name) + ".frames", 3, [&](const std::vector<std::string>& fields) {
    ProbedFrame frame;
    frame.is_video = fields[0] == "video";
    frame.stream_index = std::stoi(fields[1]);
    frame.pts_us = std::llround(std::strtod(fields[2].c_str(), nullptr) * 1e6);
    if (!frame.is_video && fields.size() > 3) frame.audio_samples = std::stoll(fields[3]);
    frames.push_back(frame);
  });
  return frames;
}

}  // namespace playhead::test
