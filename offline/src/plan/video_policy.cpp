// SPDX-License-Identifier: Apache-2.0
#include "playhead/offline/video_policy.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

namespace playhead {

namespace {

struct Family {
  std::string_view prefix;  // RFC 6381
  std::string_view name;
};
constexpr std::array kFamilies{
    Family{"av01", "av1"},  Family{"hvc1", "hevc"}, Family{"hev1", "hevc"},
    Family{"dvh1", "hevc"}, Family{"dvhe", "hevc"}, Family{"vp09", "vp9"},
    Family{"vp9", "vp9"},   Family{"avc1", "h264"}, Family{"avc3", "h264"}};

using CodecOrder = std::array<std::string_view, 4>;

// What a device with so much free storage is given (product requirement; the order behind the first
// of each is chosen: what is nearest in size).
struct Tier {
  int64_t above_bytes;
  int height;
  CodecOrder codecs;
};
constexpr std::array kTiers{
    Tier{3'000'000'000, 720, {"av1", "hevc", "vp9", "h264"}},
    Tier{2'000'000'000, 480, {"hevc", "vp9", "h264", "av1"}},
    Tier{std::numeric_limits<int64_t>::min(), 480, {"h264", "vp9", "hevc", "av1"}}};

const Tier& tier_of(int64_t free_bytes) {
  return *std::find_if(kTiers.begin(), kTiers.end(),
                       [free_bytes](const Tier& tier) { return free_bytes > tier.above_bytes; });
}

// Manifests without picture sizes: what such a height usually takes (chosen).
int64_t usual_bitrate(int height) {
  constexpr int64_t kAt480 = 1'200'000;
  return kAt480 * height / 480 * height / 480;
}

// 0 is the best codec; what is not in the order comes behind.
template <typename Order>
std::size_t codec_rank(const Order& order, std::string_view codecs) {
  const auto found = std::find(order.begin(), order.end(), video_codec_family(codecs));
  return static_cast<std::size_t>(found - order.begin());
}

// Larger is better: what fits comes before what does not; of what fits the largest, of what does
// not the smallest.
std::tuple<bool, int64_t> fit(int64_t value, int64_t limit) {
  return value <= limit ? std::tuple(true, value) : std::tuple(false, -value);
}

}  // namespace

std::string_view video_codec_family(std::string_view codecs) {
  while (!codecs.empty()) {
    const std::size_t comma = std::min(codecs.find(','), codecs.size());
    std::string_view codec = codecs.substr(0, comma);
    codec.remove_prefix(std::min(codec.find_first_not_of(' '), codec.size()));
    for (const Family& family : kFamilies) {
      if (codec.starts_with(family.prefix)) return family.name;
    }
    codecs.remove_prefix(std::min(comma + 1, codecs.size()));
  }
  return {};
}

std::optional<std::size_t> choose_download_video(const VideoQuestion& question) {
  const Tier& tier = tier_of(question.free_bytes);
  const VideoWish& wish = question.wish;
  const int height = wish.max_height > 0 ? wish.max_height : tier.height;
  const int64_t bitrate =
      wish.max_bitrate > 0 ? wish.max_bitrate : std::numeric_limits<int64_t>::max();
  const auto score = [&](const VideoOffer& offer) {
    const std::size_t codec = wish.codecs.empty() ? codec_rank(tier.codecs, offer.codecs)
                                                  : codec_rank(wish.codecs, offer.codecs);
    const auto size =
        offer.height > 0 ? fit(offer.height, height) : fit(offer.bitrate, usual_bitrate(height));
    return std::tuple(offer.bitrate <= bitrate, -static_cast<int64_t>(codec), size,
                      fit(offer.bitrate, bitrate));
  };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < question.offers.size(); ++i) {
    if (!question.offers[i].can_decode) continue;
    if (!best || score(question.offers[i]) > score(question.offers[*best])) best = i;
  }
  return best;
}

}  // namespace playhead
