// SPDX-License-Identifier: Apache-2.0
#include "player/title_protection.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// Opens what keys without a system open, and the rest by the systems. Any thread.
class TitleDecryptor final : public SampleDecryptor {
 public:
  TitleDecryptor(std::shared_ptr<IdentityKeys> identity, std::shared_ptr<SampleDecryptor> systems,
                 std::shared_ptr<ProvenKeys> proven)
      : identity_(std::move(identity)), systems_(std::move(systems)), proven_(std::move(proven)) {}

  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override {
    if (!systems_ || identity_->knows(info.kid)) return identity_->decrypt(info, sample);
    return systems_->decrypt(info, sample);
  }
  [[nodiscard]] bool needs_secure_decoder(const KeyId& kid) const override {
    return systems_ && !identity_->knows(kid) && systems_->needs_secure_decoder(kid);
  }
  void set_proven(const KeyId& kid) override { proven_->add(kid); }
  [[nodiscard]] bool is_proven(const KeyId& kid) const override { return proven_->has(kid); }

 private:
  const std::shared_ptr<IdentityKeys> identity_;
  const std::shared_ptr<SampleDecryptor> systems_;  // may be null
  const std::shared_ptr<ProvenKeys> proven_;
};

// Keys that samples asked for since something changed; beyond, they are asked for more than once.
constexpr std::size_t kMostAsked = 1024;

// Behind what is kept of samples, for what decoders hold and queues round up to whole picture
// groups (chosen). Less: a licence is closed that is asked for again; more: sessions stay open for
// longer.
constexpr Duration kPassed = 20s;

// PictureLimits::hdcp_tenths: HDCP 1.0, 2.2.
constexpr int kHdcp1Tenths = 10, kHdcp22Tenths = 22;

// RFC 8216bis §4.4.6.2: the labels are the DRM system's own words for how robust a device is. None
// is known here, so what is restricted by them is for the highest level alone.
bool is_for_robust_devices(const Representation& representation,
                           std::span<const ContentProtection> protections) {
  return std::any_of(
      representation.allowed_cpc.begin(), representation.allowed_cpc.end(),
      [&](const std::string& allowed) {
        return std::any_of(protections.begin(), protections.end(), [&](const auto& protection) {
          return !protection.scheme.empty() && allowed.rfind(protection.scheme + ':', 0) == 0;
        });
      });
}

}  // namespace

OutputProtection output_protection(const PictureLimits& limits) {
  if (limits.hdcp_tenths < 0) return OutputProtection::kNone;
  if (limits.hdcp_tenths >= kHdcp22Tenths) return OutputProtection::kHdcp2_2;
  return limits.hdcp_tenths >= kHdcp1Tenths ? OutputProtection::kHdcp1 : OutputProtection::kUnknown;
}

TitleProtection::TitleProtection(DrmManagerConfig config, std::unique_ptr<LicenseFetcher> fetcher,
                                 Executor& executor, TitleProtectionListener& listener,
                                 std::shared_ptr<LicenseStore> kept)
    : kept_(std::move(kept)),
      fetcher_(std::move(fetcher)),
      listener_(listener),
      manager_(DrmManager::make(std::move(config), *fetcher_, executor, *this)) {}

TitleProtection::~TitleProtection() = default;

void TitleProtection::set_output(OutputProtection output) {
  manager_->set_output(output);
  tell_level();
}

void TitleProtection::stop(Duration limit, UniqueFunction<void()> done) {
  is_stopped_ = true;
  manager_->stop(limit, std::move(done));
}

Result<void> TitleProtection::can_open(TrackKind track,
                                       std::span<const ContentProtection> protections) const {
  return manager_->can_open(track, protections);
}

void TitleProtection::require(TrackKind track, std::span<const ContentProtection> protections) {
  is_used_ = true;
  said_[track].assign(protections.begin(), protections.end());
  manager_->require(track, protections);
  tell_level();
}

void TitleProtection::require(TrackKind track, const std::string& representation_id,
                              std::span<const ContentProtection> protections,
                              const MediaProtection& media) {
  is_used_ = true;
  if (!media.kids.empty()) kids_[representation_id] = media.kids;
  if (!protections.empty()) said_[track].assign(protections.begin(), protections.end());
  manager_->require(track, protections, media);
  tell_level();
}

bool TitleProtection::is_kept_back(const KeyId& kid) const {
  return manager_->is_withheld(kid) || manager_->status(kid) == KeyStatus::kOutputRestricted;
}

bool TitleProtection::may_show(TrackKind track, const Representation& representation,
                               std::span<const ContentProtection> protections) const {
  if (track == TrackKind::kVideo) {
    if (!is_small_enough(representation.width, representation.height)) return false;
    const bool is_robust = manager_->level(track) == SecurityLevel::kSl3000;
    if (!is_robust && is_for_robust_devices(representation, protections)) return false;
  }
  const auto kept_back = [&](const std::vector<KeyId>& kids) {
    return std::any_of(kids.begin(), kids.end(),
                       [&](const KeyId& kid) { return is_kept_back(kid); });
  };
  if (const auto found = kids_.find(representation.id); found != kids_.end()) {
    if (kept_back(found->second)) return false;
  }
  // Its own keys are what it needs; without, those of its AdaptationSet.
  const bool has_own =
      std::any_of(representation.protections.begin(), representation.protections.end(),
                  [](const auto& protection) { return !protection.default_kids.empty(); });
  const auto is_refused = [&](const ContentProtection& protection) {
    return kept_back(protection.default_kids);
  };
  return has_own ? std::none_of(representation.protections.begin(),
                                representation.protections.end(), is_refused)
                 : std::none_of(protections.begin(), protections.end(), is_refused);
}

bool TitleProtection::is_small_enough(int width, int height) const {
  return allows(manager_->level(TrackKind::kVideo), width, height) &&
         fits_height(manager_->max_height(TrackKind::kVideo), width, height);
}

bool TitleProtection::is_too_large(const TimedSample& sample) const {
  const StreamInfo& stream = sample.origin->stream;
  if (sample.sample.kind != TrackKind::kVideo || stream.width <= 0 || stream.height <= 0) {
    return false;
  }
  return !is_small_enough(stream.width, stream.height);
}

KeyGate::Answer TitleProtection::ask(const TimedSample& sample) {
  if (!sample.sample.crypto) return Answer::kOpen;
  const KeyId& kid = sample.sample.crypto->kid;
  if (identity_->knows(kid)) {
    if (identity_->status(kid) == KeyStatus::kUsable) return Answer::kOpen;
    return identity_->failure(kid) ? Answer::kNever : Answer::kWait;
  }
  const KeyStatus status = manager_->status(kid);
  if (status == KeyStatus::kUsable || status == KeyStatus::kOutputDownscaled) {
    if (is_too_large(sample)) return Answer::kNever;
    note_use(sample);
    return Answer::kOpen;
  }
  if (status == KeyStatus::kOutputRestricted) return Answer::kNever;
  // Before what failed is looked at: that may have been asked for by data that names no keys, and
  // this key may not be of it.
  if (status == KeyStatus::kPending && asked_.insert(kid).second) {
    if (asked_.size() > kMostAsked) asked_ = {kid};
    is_used_ = true;
    const TrackKind track = sample.sample.kind;
    manager_->require_for_sample(track, said_[track], kid);
  }
  return manager_->failure(kid) ? Answer::kNever : Answer::kWait;
}

// What a system says contradicts what it does: by whatever code, it has failed.
bool TitleProtection::give_up_system(TrackKind track, const Error& why) {
  const bool is_failure = why.code == ErrorCode::kDrmModule;
  const Error failed =
      is_failure
          ? why
          : make_error(ErrorCode::kDrmModule, "it has the key and opens nothing: " + describe(why));
  return manager_->give_up_system(track, failed);
}

bool TitleProtection::opens(const KeyId& kid) const {
  const KeyStatus status = identity_->knows(kid) ? identity_->status(kid) : manager_->status(kid);
  return status == KeyStatus::kUsable || status == KeyStatus::kOutputDownscaled;
}

void TitleProtection::note_use(const TimedSample& sample) {
  const KeyId& kid = sample.sample.crypto->kid;
  std::vector<Use>& uses = uses_[sample.origin->representation.id];
  if (uses.empty() || uses.back().kid != kid) {
    std::erase_if(uses, [&](const Use& use) { return use.kid == kid; });
    uses.push_back({kid, sample.pts});
  }
  uses.back().last = sample.pts;
  if (uses.size() > 1 && sample.pts - uses.front().last > kept_behind_ + kPassed) {
    pass_keys(sample.pts);
  }
}

// Rotation: what came before a Representation's present key, and is kept nowhere, is over.
void TitleProtection::pass_keys(MediaTime position) {
  std::set<KeyId> passed;
  for (auto& [id, uses] : uses_) {
    while (uses.size() > 1 && position - uses.front().last > kept_behind_ + kPassed) {
      passed.insert(uses.front().kid);
      uses.erase(uses.begin());
    }
  }
  for (const auto& [id, uses] : uses_) {
    for (const Use& use : uses) passed.erase(use.kid);
  }
  if (passed.empty()) return;
  for (const KeyId& kid : passed) asked_.erase(kid);
  manager_->pass(std::vector<KeyId>(passed.begin(), passed.end()));
}

Error TitleProtection::refusal(const TimedSample& sample) const {
  const KeyId& kid = sample.sample.crypto->kid;
  if (auto failure = identity_->failure(kid)) return *std::move(failure);
  if (auto failure = manager_->failure(kid)) return *std::move(failure);
  if (manager_->status(kid) == KeyStatus::kOutputRestricted) {
    return make_error(ErrorCode::kDrmOutputRestricted,
                      "the display is not protected as the licence wants it");
  }
  const StreamInfo& stream = sample.origin->stream;
  const bool is_by_level = !allows(manager_->level(TrackKind::kVideo), stream.width, stream.height);
  return make_error(ErrorCode::kDrmOutputRestricted,
                    "pictures of " + std::to_string(stream.width) + "x" +
                        std::to_string(stream.height) +
                        (is_by_level ? " need a higher security level than this device has"
                                     : " are larger than the licence allows"));
}

std::shared_ptr<SampleDecryptor> TitleProtection::decryptor() const {
  return std::make_shared<TitleDecryptor>(identity_, manager_->decryptor(), proven_);
}

void TitleProtection::on_drm_changed() {
  if (is_stopped_) return;
  asked_.clear();  // what gives way later, or did not come, is asked for again
  proven_->forget_if([this](const KeyId& kid) { return !opens(kid); });
  tell_level();
  listener_.on_keys_changed();
}

void TitleProtection::on_drm_licensed() {
  if (!is_stopped_) listener_.on_licensed();
}

void TitleProtection::on_drm_fallback(DrmFallback fallback) {
  if (is_stopped_) return;
  fallback.reason.severity = Severity::kRecoverable;
  listener_.on_drm_fell_back(
      {std::move(fallback.from), std::move(fallback.to), std::move(fallback.reason)});
}

void TitleProtection::tell_level() {
  if (is_stopped_) return;
  const SecurityLevel level = manager_->level(TrackKind::kVideo);
  const int by_level = max_height_of(level);
  const int by_license = manager_->max_height(TrackKind::kVideo);
  const bool is_licence_less = by_license > 0 && (by_level == 0 || by_license < by_level);
  SecurityLevelChanged now;
  now.from = told_.to;
  now.to = static_cast<int>(level);
  now.max_height = is_licence_less ? by_license : by_level;
  using Rule = SecurityLevelChanged::Rule;
  const bool is_display_less = level < manager_->system_level(TrackKind::kVideo);
  now.rule = is_licence_less   ? Rule::kLicense
             : is_display_less ? Rule::kDisplay
                               : Rule::kSecurityLevel;
  if (now.to == told_.to && now.max_height == told_.max_height) return;
  told_ = now;
  listener_.on_security_level(now);
}

}  // namespace playhead
