// SPDX-License-Identifier: Apache-2.0
#include "profile_book.h"

#include <algorithm>

namespace playhead::server {
namespace {

// Accounts kept, about 300 bytes each; then it begins anew.
constexpr std::size_t kMaxKnown = 50'000;

Profile default_profile(std::string_view user_id) {
  Profile profile;
  profile.user_id = user_id;
  profile.name = "Default";
  return profile;
}

}  // namespace

Result<ProfileBook::Rows> ProfileBook::rows(std::string_view user_id) {
  const std::string user(user_id);
  uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(user); found != known_.end()) return found->second;
    generation = generation_;
  }
  auto read = store_.profiles(user_id);
  if (!read.ok()) return read.error();
  Rows rows = std::make_shared<const std::vector<Profile>>(std::move(read.value()));
  const std::lock_guard lock(mutex_);
  // What was written meanwhile may be missing in it: good for this answer, not to be kept.
  if (generation != generation_) return rows;
  if (known_.size() >= kMaxKnown) known_.clear();
  known_[user] = rows;
  return rows;
}

Result<std::vector<Profile>> ProfileBook::list(std::string_view user_id) {
  const auto read = rows(user_id);
  if (!read.ok()) return read.error();
  std::vector<Profile> all = *read.value();
  const auto own = std::find_if(all.begin(), all.end(),
                                [](const Profile& profile) { return profile.profile_id.empty(); });
  if (own == all.end()) {
    all.insert(all.begin(), default_profile(user_id));
  } else {
    std::rotate(all.begin(), own, own + 1);
  }
  return all;
}

Result<Profile> ProfileBook::find(std::string_view user_id, std::string_view profile_id) {
  const auto read = rows(user_id);
  if (!read.ok()) return read.error();
  const std::vector<Profile>& all = *read.value();
  const std::string_view wanted = profile_id == kDefaultProfile ? std::string_view() : profile_id;
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Profile& profile) { return profile.profile_id == wanted; });
  if (found != all.end()) return *found;
  if (wanted.empty() || all.empty()) return default_profile(user_id);
  return Error{404, "unknown_profile", "The account has no such profile."};
}

void ProfileBook::forget(std::string_view user_id) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  known_.erase(std::string(user_id));
}

}  // namespace playhead::server
