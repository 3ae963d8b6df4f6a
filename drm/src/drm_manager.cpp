// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "drm_manager_impl.h"
#include "drm_system_ids.h"
#include "key_ids.h"
#include "media_protection.h"
#include "pssh.h"

namespace playhead {
namespace drm {
namespace {

// Sets of keys that are remembered though they failed; chosen: a live title that changes its key
// every minute fails for four hours before the first one is asked for again.
constexpr std::size_t kKeySets = 256;
// How long after the service did not answer the next require() asks again. Shorter: every segment
// may start another 30 s of asking; longer: a network that is back is noticed later. Chosen.
constexpr Duration kAskAgain = 10s;

template <typename T>
bool has(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::vector<KeyId> kids_of(const DrmChoice& choice, const std::vector<KeyId>& named) {
  std::vector<KeyId> kids = named;
  const auto add_all = [&](const std::vector<KeyId>& more) {
    for (const KeyId& kid : more) {
      if (!has(kids, kid)) kids.push_back(kid);
    }
  };
  add_all(choice.kids);
  if (const Result<std::vector<KeyId>> asked = key_ids_of(choice.init)) add_all(*asked);
  return kids;
}

Error no_system(std::span<const ContentProtection> protections) {
  if (is_segment_encrypted(protections)) {
    return make_error(ErrorCode::kDrmNoSystem,
                      "its segments are encrypted as a whole (MPEG-DASH segment encryption, "
                      "ISO/IEC 23009-4), which is not supported");
  }
  std::vector<std::string> names;
  for (const ContentProtection& protection : protections) {
    if (protection.scheme == kMp4ProtectionScheme) continue;
    const std::optional<KeyId> id = system_id_of_key_format(protection.scheme);
    std::string name(id ? system_name(*id) : "");
    if (name.empty()) name = protection.scheme;
    if (!name.empty() && !has(names, name)) names.push_back(std::move(name));
  }
  std::string text = names.empty() ? "the title does not say which system it needs" : "it needs ";
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : " or ") + names[i];
  return make_error(ErrorCode::kDrmNoSystem, std::move(text));
}

}  // namespace

DrmManagerImpl::DrmManagerImpl(DrmManagerConfig config, LicenseFetcher& fetcher, Executor& executor,
                               DrmManagerListener& listener)
    : executor_(executor),
      fetcher_(fetcher),
      listener_(listener),
      preference_(std::move(config.preference)),
      license_url_(std::move(config.license_url)),
      kind_(config.kind),
      secure_decoders_(std::move(config.secure_decoders)),
      only_kept_(std::move(config.only_kept)),
      output_(config.output) {
  std::vector<std::shared_ptr<SampleDecryptor>> decryptors;
  for (std::unique_ptr<DrmSystem>& system : config.systems) {
    System& added = systems_.emplace_back();
    added.registered = registered(*system);
    added.label = rung_name(added.registered.name, level_of(*system));
    added.is_distrusted = has(config.distrusted, added.label);
    if (std::shared_ptr<SampleDecryptor> decryptor = system->decryptor()) {
      added.decryptor = decryptors.size();
      decryptors.push_back(std::move(decryptor));
    }
    added.system = std::move(system);
  }
  if (!systems_.empty()) router_ = std::make_shared<SampleRouter>(std::move(decryptors));
}

std::vector<DrmChoice> DrmManagerImpl::ladder_of(
    TrackKind track, std::span<const ContentProtection> protections) const {
  std::vector<RegisteredSystem> registered;
  std::vector<LadderSystem> known;
  for (const System& system : systems_) {
    registered.push_back(system.registered);
    DrmCapabilities capabilities = system.system->query(track);
    const bool keeps = kind_ == SessionKind::kTemporary || capabilities.keeps_licenses;
    if (!has(secure_decoders_, track)) capabilities.has_secure_decoder = false;
    if (!keeps) capabilities.level = SecurityLevel::kNone;  // nothing for this
    known.push_back({system.registered.name, system.is_distrusted, std::move(capabilities)});
  }
  return make_ladder(choose_systems(protections, registered, preference_), known,
                     scheme_of(protections));
}

Result<void> DrmManagerImpl::can_open(TrackKind track,
                                      std::span<const ContentProtection> protections) const {
  if (!ladder_of(track, protections).empty()) return {};
  return no_system(protections);
}

void DrmManagerImpl::require(TrackKind track, std::span<const ContentProtection> protections) {
  require_keys({track, named_kids(protections), false}, protections);
}

void DrmManagerImpl::require(TrackKind track, std::span<const ContentProtection> protections,
                             const MediaProtection& media) {
  const Wish wish{track, media_kids(protections, media), true};
  note_damage(media.pssh);
  if (!only_kept_ && is_asked_by_manifest(wish, protections)) return;
  require_keys(wish, with_media(protections, media));
}

void DrmManagerImpl::require_for_sample(TrackKind track,
                                        std::span<const ContentProtection> protections,
                                        const KeyId& kid) {
  const MediaProtection media{{kid}, {}};
  // Where the manifest is silent, what the media named a system by is all there is.
  const bool is_silent = protections.empty() && registry_.find(kid) == nullptr;
  if (is_silent && registry_.may_bring_unnamed()) return;
  require(track, protections, media);
  if (is_stopped_ || registry_.may_bring_unnamed()) return;
  std::vector<KeyId> missing = media_kids(protections, media);
  std::erase_if(missing, [&](const KeyId& id) { return registry_.find(id) != nullptr; });
  if (missing.empty()) return;
  KeySet& set = add_set(track, std::move(missing), {});
  set.lacks_data = true;
  fail(set, registry_.has_unnamed_licence()
                ? make_error(ErrorCode::kDrmNoKey, "no licence that came has the sample's key")
                : no_data(protections));
}

Error DrmManagerImpl::no_data(std::span<const ContentProtection> protections) {
  for (const ContentProtection& protection : protections) note_damage(protection.pssh);
  const std::string why = damage_.empty() ? "neither the manifest nor the media has any" : damage_;
  return make_error(ErrorCode::kDrmInitData,
                    "no initialisation data to ask for the key of a sample by: " + why);
}

void DrmManagerImpl::note_damage(const SharedBytes& pssh) {
  if (pssh.empty()) return;
  if (const Result<PsshList> list = parse_pssh(pssh.view()); !list) damage_ = list.error().context;
}

// What the manifest says comes first: where it does not name its keys, or speaks of them by a URI,
// the request made for it is for those the media names as well.
bool DrmManagerImpl::is_asked_by_manifest(const Wish& wish,
                                          std::span<const ContentProtection> protections) {
  if (is_stopped_ || wish.kids.empty() || protections.empty()) return false;
  const std::vector<KeyId> missing = registry_.missing_of(wish.kids);
  if (missing.empty()) return false;
  const std::vector<DrmChoice> ladder = ladder_of(wish.track, protections);
  KeySet* set = ladder.empty() || ladder.front().init.bytes.empty()
                    ? nullptr
                    : registry_.find(ladder.front());
  if (set == nullptr) return false;
  if (!set->kids.empty() && ladder.front().init.type != InitDataType::kKeyUri) return false;
  join(*set, missing, wish.track);
  return true;
}

// A later Period with initialisation data of its own has a licence of its own, too. Of systems that
// know no more than key ids it would be the same one.
bool DrmManagerImpl::may_bring_withheld(const Wish& wish, const std::vector<KeyId>& kids,
                                        const DrmChoice& choice) const {
  return !wish.has_media && !needs_key_ids_only(systems_[choice.system].registered) &&
         !registry_.withheld_of(kids).empty() && registry_.find(choice) == nullptr;
}

void DrmManagerImpl::require_keys(const Wish& wish,
                                  std::span<const ContentProtection> protections) {
  if (is_stopped_) return;
  if (only_kept_) return require_kept(wish, protections);
  for (const KeyId& kid : wish.kids) {
    if (KeySet* set = registry_.find(kid)) revive(*set);
  }
  const bool is_known = !wish.kids.empty() && registry_.missing_of(wish.kids).empty();
  const bool is_settled = wish.has_media || registry_.withheld_of(wish.kids).empty();
  if (is_known && is_settled) return registry_.touch(wish.kids, wish.track);
  std::vector<DrmChoice> ladder = ladder_of(wish.track, protections);
  if (ladder.empty()) {
    return fail(add_set(wish.track, registry_.missing_of(wish.kids), {}), no_system(protections));
  }
  if (ladder.front().init.bytes.empty() && !wish.has_media) {
    announced_[wish.track] = systems_[ladder.front().system].system->query(wish.track).level;
    return;
  }
  std::erase_if(ladder, [](const DrmChoice& choice) { return choice.init.bytes.empty(); });
  if (ladder.empty()) return;  // the boxes may come with the samples
  const std::vector<KeyId> kids = kids_of(ladder.front(), wish.kids);
  std::vector<KeyId> missing = registry_.missing_of(kids);
  const bool is_answered = missing.empty() && !may_bring_withheld(wish, kids, ladder.front());
  if (!kids.empty() && is_answered) return registry_.touch(kids, wish.track);
  if (KeySet* same = registry_.find(ladder.front())) return join(*same, missing, wish.track);
  for (const KeyId& kid : registry_.withheld_of(kids)) missing.push_back(kid);
  narrow(ladder, missing);
  registry_.forget_lacking();  // samples ask anew, and are told of these data
  ask(add_set(wish.track, std::move(missing), std::move(ladder)));
}

// Without a network: nothing is asked for.
void DrmManagerImpl::require_kept(const Wish& wish,
                                  std::span<const ContentProtection> protections) {
  const std::vector<DrmChoice> ladder = ladder_of(wish.track, protections);
  const std::vector<KeyId> kids = ladder.empty() ? wish.kids : kids_of(ladder.front(), wish.kids);
  restore_kept(kids);
  registry_.touch(kids, wish.track);
  if (kids.empty()) {  // the level is that of whatever there is
    for (const auto& set : registry_.sets()) registry_.touch(*set, wish.track);
  }
  std::vector<KeyId> missing = registry_.missing_of(kids);
  if (missing.empty()) return;
  const std::string why = "no licence for these keys is kept on this device";
  fail(add_set(wish.track, std::move(missing), {}), make_error(ErrorCode::kDrmNoLicense, why));
}

// Where nothing says which keys are wanted each may be.
void DrmManagerImpl::restore_kept(const std::vector<KeyId>& kids) {
  const bool wants_all = kids.empty() || has(kids, KeyId{});
  const auto is_open = [&](const KeptLicense& license) {
    const auto& sets = registry_.sets();
    return std::any_of(sets.begin(), sets.end(),
                       [&](const auto& set) { return set->kept && *set->kept == license; });
  };
  for (const KeptLicense& license : *only_kept_) {
    const bool is_wanted =
        wants_all || std::any_of(license.kids.begin(), license.kids.end(),
                                 [&](const KeyId& kid) { return has(kids, kid); });
    if (!is_wanted || is_open(license)) continue;
    auto made = std::make_unique<KeySet>();
    made->kids = license.kids;
    made->kept = license;
    for (std::size_t i = 0; i < systems_.size(); ++i) {
      if (systems_[i].registered.name == license.system) made->ladder.emplace_back().system = i;
    }
    KeySet& set = registry_.add(std::move(made));
    ask(set);
  }
}

KeySet& DrmManagerImpl::add_set(TrackKind track, std::vector<KeyId> kids,
                                std::vector<DrmChoice> ladder) {
  auto made = std::make_unique<KeySet>();
  made->kids = std::move(kids);
  made->ladder = std::move(ladder);
  KeySet& set = registry_.add(std::move(made));
  registry_.touch(set, track);
  registry_.trim(kKeySets);
  return set;
}

void DrmManagerImpl::join(KeySet& set, const std::vector<KeyId>& kids, TrackKind track) {
  for (const KeyId& kid : kids) {
    if (!has(set.kids, kid)) set.kids.push_back(kid);
  }
  if (set.session) set.session->add_kids(kids);
  registry_.touch(set, track);
  revive(set);
  if (!kids.empty()) tell_changed();
}

// Asks for no key that is there or on its way, where the system can be asked for single keys.
void DrmManagerImpl::narrow(std::vector<DrmChoice>& ladder, const std::vector<KeyId>& kids) const {
  for (DrmChoice& choice : ladder) {
    if (!needs_key_ids_only(systems_[choice.system].registered) || kids.empty()) continue;
    const Result<std::vector<KeyId>> asked = key_ids_of(choice.init);
    const bool is_exact =
        asked && asked->size() == kids.size() &&
        std::all_of(kids.begin(), kids.end(), [&](const KeyId& kid) { return has(*asked, kid); });
    if (is_exact) continue;
    const std::string text = write_key_ids(kids);
    choice.init = {InitDataType::kKeyIds,
                   SharedBytes(std::vector<uint8_t>(text.begin(), text.end()))};
  }
}

// What failed for want of an answer is asked for again, of the system that did not get it: those
// above have said what they had to say.
void DrmManagerImpl::revive(KeySet& set) {
  const bool may_pass = set.failure && set.failure->code == ErrorCode::kDrmLicenseUnreachable;
  if (!may_pass || executor_.now() - set.failed_at < kAskAgain) return;
  ask(set);
}

SecurityLevel DrmManagerImpl::level(TrackKind track) const {
  const std::optional<SecurityLevel> served = served_level(track);
  return served ? effective_level(*served, output_) : SecurityLevel::kSl3000;
}

SecurityLevel DrmManagerImpl::system_level(TrackKind track) const {
  return served_level(track).value_or(SecurityLevel::kSl3000);
}

// None while nothing protected is played.
std::optional<SecurityLevel> DrmManagerImpl::served_level(TrackKind track) const {
  std::optional<SecurityLevel> served;
  std::optional<SecurityLevel> failed;
  for (const auto& set : registry_.sets()) {
    if (set->ladder.empty() || !has(set->tracks, track)) continue;
    const DrmChoice& choice = set->ladder[std::min(set->rung, set->ladder.size() - 1)];
    const SecurityLevel level = systems_[choice.system].system->query(track).level;
    std::optional<SecurityLevel>& least = set->failure ? failed : served;
    least = least ? std::min(*least, level) : level;
  }
  if (served) return served;
  if (failed) return failed;
  const auto announced = announced_.find(track);
  return announced == announced_.end() ? std::nullopt : std::optional(announced->second);
}

int DrmManagerImpl::max_height(TrackKind track) const {
  int least = 0;
  for (const auto& set : registry_.sets()) {
    if (!has(set->tracks, track)) continue;
    // While a new licence is on its way the former one's word stands.
    const bool is_licensed = set->session && set->session->is_licensed();
    const LicenseSession* session = is_licensed ? set->session.get() : set->former.get();
    const int height = session != nullptr ? session->terms().max_height : 0;
    if (height > 0 && (least == 0 || height < least)) least = height;
  }
  return least;
}

void DrmManagerImpl::set_output(OutputProtection output) {
  if (output == output_) return;
  output_ = output;
  tell_changed();
}

}  // namespace drm

std::unique_ptr<DrmManager> DrmManager::make(DrmManagerConfig config, LicenseFetcher& fetcher,
                                             Executor& executor, DrmManagerListener& listener) {
  return std::make_unique<drm::DrmManagerImpl>(std::move(config), fetcher, executor, listener);
}

}  // namespace playhead
