// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>
#include <vector>

#include "playhead/abr/throughput.h"

namespace playhead::abr {

namespace {

// Bounds of what is believed, bit/s: below, a transfer stood still; above, a clock did.
constexpr double kLeastBps = 1e3;
constexpr double kMostBps = 1e12;
// A transfer this slow is a slow link, however few bytes it brought.
constexpr Duration kLongEnough = 1s;
// Most of one surprise that counts for the spread, and of one change for the volatility (natural
// logarithm; chosen): more and a single outage would rule for minutes.
constexpr double kMaxSurprise = 2;
constexpr double kMaxChange = 1;
// Of a network nothing is known of yet, half of what the one before carried is expected, and no
// more than that, bit/s (chosen: the middle of usual ladders, which nearly every network carries).
// More: the first segment there is one that cannot come in time; less: a lower picture for one
// segment where nothing has changed but a name.
constexpr int64_t kHearsayShare = 2;
constexpr int64_t kMostHearsayBps = 2'000'000;
constexpr double kUsualTtfb = 0.05;  // s before the first sample (chosen)

double rate_of(int64_t bytes, Duration active) {
  const double bits = static_cast<double>(std::max<int64_t>(bytes, 0)) * 8;
  const double seconds = std::max(to_seconds(active), 1e-4);
  return std::clamp(bits / seconds, kLeastBps, kMostBps);
}

// Longest time and largest size taken seriously, so that sums stay far from the end of int64.
constexpr Duration kLongest = 24h;
constexpr int64_t kMostBytes = int64_t{1} << 50;
constexpr Duration kLongestTtfb = 60s;  // a longer wait was no wait for the host

TransferSample sane(TransferSample sample) {
  sample.bytes = std::min(sample.bytes, kMostBytes);
  sample.active = std::min(sample.active, kLongest);
  sample.ttfb = std::clamp(sample.ttfb, Duration{0}, kLongestTtfb);
  return sample;
}

// How an estimator condenses transfers to one number, bit/s.
class Level {
 public:
  virtual ~Level() = default;
  virtual void add(const TransferSample& sample, double bps) = 0;
  virtual void seed(double bps) = 0;
  [[nodiscard]] virtual double bps() const = 0;
};

// Level of the logarithm: a link halves as easily as it doubles.
class LevelOfLogs final : public Level {
 public:
  explicit LevelOfLogs(double gain) : gain_(gain) {}
  void add(const TransferSample&, double bps) override {
    const double log_bps = std::log(bps);
    level_ = has_level_ ? level_ + gain_ * (log_bps - level_) : log_bps;
    has_level_ = true;
  }
  void seed(double bps) override {
    level_ = std::log(bps);
    has_level_ = true;
  }
  [[nodiscard]] double bps() const override { return std::exp(level_); }

 private:
  double gain_;
  double level_ = 0;
  bool has_level_ = false;
};

// Mean whose weights halve with every half-life of transfer time; its bias towards zero is taken
// out.
class Ewma {
 public:
  explicit Ewma(double half_life_s) : half_life_s_(half_life_s) {}
  void add(double seconds, double value) {
    const double keep = std::exp2(-seconds / half_life_s_);
    sum_ = sum_ * keep + value * (1 - keep);
    weight_ = weight_ * keep + (1 - keep);
  }
  [[nodiscard]] double mean() const { return weight_ > 0 ? sum_ / weight_ : 0; }

 private:
  double half_life_s_;
  double sum_ = 0;
  double weight_ = 0;
};

class DualEwma final : public Level {
 public:
  explicit DualEwma(const Settings& s) : fast_(s.ewma_fast_s), slow_(s.ewma_slow_s) {}
  void add(const TransferSample& sample, double bps) override {
    const double seconds = std::max(to_seconds(sample.active), 1e-4);
    fast_.add(seconds, bps);
    slow_.add(seconds, bps);
  }
  void seed(double bps) override {
    fast_.add(1, bps);
    slow_.add(1, bps);
  }
  [[nodiscard]] double bps() const override { return std::min(fast_.mean(), slow_.mean()); }

 private:
  Ewma fast_;
  Ewma slow_;
};

// Harmonic mean of whole requests, waiting included, as the published rules define it.
class HarmonicMean final : public Level {
 public:
  explicit HarmonicMean(double count) : count_(static_cast<std::size_t>(count)) {}
  void add(const TransferSample& sample, double) override {
    push(rate_of(sample.bytes, sample.active + sample.ttfb));
  }
  void seed(double bps) override { push(bps); }
  [[nodiscard]] double bps() const override {
    double sum = 0;
    for (const double rate : rates_) sum += 1 / rate;
    return static_cast<double>(rates_.size()) / sum;
  }

 private:
  void push(double rate) {
    rates_.push_back(rate);
    if (rates_.size() > count_) rates_.pop_front();
  }
  std::size_t count_;
  std::deque<double> rates_;
};

// Weighted quantile over a sliding window; a transfer weighs the root of its bytes.
class SlidingQuantile final : public Level {
 public:
  explicit SlidingQuantile(const Settings& s) : quantile_(s.quantile), window_(s.quantile_window) {}
  void add(const TransferSample& sample, double bps) override {
    push(std::sqrt(static_cast<double>(std::max<int64_t>(sample.bytes, 1))), bps);
  }
  void seed(double bps) override { push(1, bps); }
  [[nodiscard]] double bps() const override {
    std::vector<Sample> sorted(samples_.begin(), samples_.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const Sample& a, const Sample& b) { return a.bps < b.bps; });
    double passed = 0;
    for (const Sample& sample : sorted) {
      passed += sample.weight;
      if (passed >= quantile_ * total_) return sample.bps;
    }
    return sorted.back().bps;
  }

 private:
  struct Sample {
    double weight, bps;
  };
  static constexpr std::size_t kMaxSamples = 1000;
  void push(double weight, double bps) {
    samples_.push_back({weight, bps});
    total_ += weight;
    while (samples_.size() > 1 && (total_ > window_ || samples_.size() > kMaxSamples)) {
      total_ -= samples_.front().weight;
      samples_.pop_front();
    }
  }
  double quantile_;
  double window_;
  double total_ = 0;
  std::deque<Sample> samples_;
};

std::unique_ptr<Level> make_level(EstimatorKind kind, const Settings& settings) {
  switch (kind) {
    case EstimatorKind::kDualEwma:
      return std::make_unique<DualEwma>(settings);
    case EstimatorKind::kHarmonicMean:
      return std::make_unique<HarmonicMean>(settings.harmonic_count);
    case EstimatorKind::kSlidingQuantile:
      return std::make_unique<SlidingQuantile>(settings);
    case EstimatorKind::kForecast:
      break;
  }
  return std::make_unique<LevelOfLogs>(settings.level_gain);
}

// Follows how much the link changes from one second of receiving to the next.
class Volatility {
 public:
  explicit Volatility(const Settings& s)
      : rise_(s.volatility_rise),
        fall_(s.volatility_fall),
        window_(from_seconds(s.volatility_window_s)),
        mean_(s.volatility_initial) {}
  void add(const ProgressSample& sample) {
    if (sample.active <= Duration{0} || sample.bytes < 0) return;
    bytes_ += std::min(sample.bytes, kMostBytes);
    active_ += std::min(sample.active, kLongest);
    if (active_ < window_) return;
    const double log_bps = std::log(rate_of(bytes_, active_));
    if (has_last_) {
      const double change = std::min(std::abs(log_bps - last_), kMaxChange);
      mean_ += (change > mean_ ? rise_ : fall_) * (change - mean_);
    }
    last_ = log_bps;
    has_last_ = true;
    bytes_ = 0;
    active_ = Duration{0};
  }
  [[nodiscard]] double mean() const { return mean_; }

 private:
  double rise_;
  double fall_;
  Duration window_;
  double mean_;
  double last_ = 0;
  bool has_last_ = false;
  int64_t bytes_ = 0;
  Duration active_{0};
};

class TrackingEstimator final : public Estimator {
 public:
  TrackingEstimator(EstimatorKind kind, const Settings& settings)
      : kind_(kind), settings_(settings), volatility_(settings) {
    forget();
  }

  void add(const TransferSample& sample) override {
    if (!is_usable(sample)) return;
    add_sane(sane(sample));
  }

  void add_progress(const ProgressSample& sample) override { volatility_.add(sample); }

  void seed(Bitrate remembered) override {
    if (remembered.bps <= 0 || has_sample_) return;
    level_->seed(std::clamp(static_cast<double>(remembered.bps), kLeastBps, kMostBps));
    has_seed_ = true;
  }

  void begin_network(Bitrate remembered) override {
    const int64_t before = forecast().throughput.bps;
    forget();
    is_hearsay_ = remembered.bps <= 0;
    seed(is_hearsay_ ? Bitrate{std::min(before / kHearsayShare, kMostHearsayBps)} : remembered);
  }

  [[nodiscard]] Forecast forecast() const override {
    Forecast forecast;
    if (!has_sample_ && !has_seed_) return forecast;
    const double bps = std::clamp(level_->bps(), kLeastBps, kMostBps);
    forecast.throughput = {std::llround(bps)};
    forecast.ttfb = from_seconds(ttfb_);
    const double spread =
        std::min(std::max(std::sqrt(variance_), settings_.spread_min), settings_.spread_max);
    forecast.spread_permille = static_cast<int32_t>(std::lround(spread * 1000));
    forecast.volatility_permille = static_cast<int32_t>(std::lround(volatility_.mean() * 1000));
    forecast.is_remembered = !has_sample_;
    return forecast;
  }

 private:
  void forget() {
    level_ = make_level(kind_, settings_);
    volatility_ = Volatility(settings_);
    variance_ = settings_.spread_initial * settings_.spread_initial;
    ttfb_ = kUsualTtfb;
    has_sample_ = has_seed_ = is_hearsay_ = false;
  }

  void add_sane(const TransferSample& sample) {
    if (std::exchange(is_hearsay_, false)) forget();
    const double bps = rate_of(sample.bytes, sample.active);
    const double ttfb = to_seconds(sample.ttfb);
    if (has_sample_) {
      const double error = std::log(bps) - std::log(level_->bps());
      const double surprise = std::clamp(error, -kMaxSurprise, kMaxSurprise);
      const double weight = surprise > 0 ? settings_.spread_up_weight : 1;
      variance_ += settings_.spread_gain * (weight * surprise * surprise - variance_);
      ttfb_ += settings_.ttfb_gain * (ttfb - ttfb_);
    } else {
      ttfb_ = ttfb;
    }
    level_->add(sample, bps);
    has_sample_ = true;
  }

  EstimatorKind kind_;
  Settings settings_;
  std::unique_ptr<Level> level_;
  Volatility volatility_;
  double variance_ = 0;
  double ttfb_ = kUsualTtfb;  // s
  bool has_sample_ = false;
  bool has_seed_ = false;
  bool is_hearsay_ = false;  // the seed is another network's
};

}  // namespace

bool is_usable(const TransferSample& sample) {
  if (sample.is_from_cache || sample.is_application_limited) return false;
  if (sample.bytes < 0 || sample.active <= Duration{0}) return false;
  return sample.bytes >= kMinTransferBytes || sample.active >= kLongEnough;
}

std::unique_ptr<Estimator> make_estimator(EstimatorKind kind, const Settings& settings) {
  return std::make_unique<TrackingEstimator>(kind, settings);
}

}  // namespace playhead::abr
