// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sim/swarm/scenario.h"
#include "support/web.h"

namespace playhead::swarm {

// What a title is to the world: an address and answers. Titles that change with time (live) answer
// by `now`.
class WebTitle {
 public:
  virtual ~WebTitle() = default;
  [[nodiscard]] virtual std::string url() const = 0;
  [[nodiscard]] virtual std::optional<Duration> duration() const = 0;
  // Nothing for URLs of others. `signature` stands in every URI of a manifest.
  virtual std::optional<test::WebAnswer> answer(const std::string& url, MonotonicTime now) = 0;

  // Of titles that are still being made.
  // Something happens to the encoder or its origin; answers how long it is felt.
  virtual Duration strike(const Fault&, MonotonicTime /*now*/) { return Duration{0}; }
  // All is well from now on.
  virtual void heal(MonotonicTime /*now*/) {}
  // Content is made up to there; none: all of it is there.
  [[nodiscard]] virtual std::optional<Duration> made(MonotonicTime /*now*/) const {
    return std::nullopt;
  }
  // Between those places something was never made.
  [[nodiscard]] virtual bool has_hole(Duration /*from*/, Duration /*to*/) const { return false; }
  // Two runs of an encoder without dates began within a window of it.
  [[nodiscard]] virtual bool has_rival_runs(Duration /*content*/) const { return false; }
  // Some of what its manifest promises is not there any more, and nobody says so.
  [[nodiscard]] virtual bool has_lost(MonotonicTime /*now*/) const { return false; }
};

// Of titles that follow one another: so many, and by so much their content differs.
inline constexpr int kPlaylistTitles = 4;
inline constexpr int64_t kTitleStep = int64_t{1} << 16;  // samples

// A title that is whole from the beginning, in HLS or DASH.
class VodTitle final : public WebTitle {
 public:
  // `number`: of several, each with an address and content of its own.
  explicit VodTitle(TitleShape shape, int number = 0);
  [[nodiscard]] std::string url() const override;
  [[nodiscard]] std::optional<Duration> duration() const override { return shape_.duration(); }
  std::optional<test::WebAnswer> answer(const std::string& url, MonotonicTime now) override;

 private:
  using Body = std::shared_ptr<const std::vector<uint8_t>>;
  Body text(const std::string& name, const std::string& query);
  [[nodiscard]] std::string multivariant(const std::string& query) const;
  void add_variants(std::string& out, std::size_t cdn, const std::string& query) const;
  [[nodiscard]] std::string playlist(const std::string& prefix, const std::string& query) const;
  [[nodiscard]] std::string mpd(const std::string& query) const;
  [[nodiscard]] std::optional<test::WebAnswer> segment(const std::string& name) const;

  TitleShape shape_;
  std::string folder_;
  int64_t first_index_ = 0;           // of its content
  std::vector<Duration> starts_;      // of the parts
  std::map<std::string, Body> kept_;  // manifests, by name and query
};

// The title of a scenario that begins now, or that one of those that follow. `wall_ahead`: true
// wall clock - monotonic clock.
[[nodiscard]] std::unique_ptr<WebTitle> make_title(const TitleShape& shape, MonotonicTime now,
                                                   Duration wall_ahead, int number = 0);

}  // namespace playhead::swarm
