// SPDX-License-Identifier: Apache-2.0
// The calls of the Api about accounts: profiles, ratings, tokens.
#include <algorithm>

#include "account_json.h"
#include "api.h"
#include "api_common.h"
#include "crypto.h"
#include "hex.h"

namespace playhead::server {
namespace {

// Beside the default one.
constexpr std::size_t kMaxProfiles = 10;
constexpr std::size_t kProfileIdBytes = 8;

}  // namespace

void Api::list_profiles(const Request& request, const Respond& respond) {
  const auto user = authenticate(request);
  if (!user.ok()) return respond(error_response(user.error()));
  const auto profiles = profiles_.list(user.value().user_id);
  if (!profiles.ok()) return respond(error_response(profiles.error()));
  respond(json_response(200, profiles_json(profiles.value())));
}

// The default profile is the account's owner: with a PIN, only who knows it makes and changes
// profiles, or a child would make one of its own. Without one, a profile's PIN guards itself and its
// rating.
Result<Profile> Api::changed_profile(const Request& request) {
  const auto user = authenticate(request);
  if (!user.ok()) return user.error();
  const std::string& user_id = user.value().user_id;
  const auto body = parse_profile(request.body);
  if (!body.ok()) return body.error();
  const auto owner = profiles_.find(user_id, {});
  if (!owner.ok()) return owner.error();
  const bool is_quick = request.must_be_quick;
  if (Status allowed = parts_.pins.check(owner.value(), request.profile_pin, is_quick); !allowed.ok()) {
    return allowed.error();
  }
  Profile profile;
  if (body.value().profile_id) {
    const auto all = profiles_.list(user_id);
    if (!all.ok()) return all.error();
    const std::string_view wanted = *body.value().profile_id;
    const auto found =
        std::find_if(all.value().begin(), all.value().end(), [&](const Profile& one) {
          return one.profile_id.empty() ? wanted == kDefaultProfile : one.profile_id == wanted;
        });
    if (found == all.value().end()) {
      return Error{404, "unknown_profile", "The account has no such profile."};
    }
    profile = *found;
    // A child that sits before an open default profile must not lift its own lock.
    const bool lifts = !body.value().keeps_pin || body.value().maturity != profile.maturity;
    if (lifts && owner.value().pin_hash.empty()) {
      if (Status opened = parts_.pins.check(profile, request.profile_pin, is_quick); !opened.ok()) {
        return opened.error();
      }
    }
  } else {
    const auto id = random_bytes(kProfileIdBytes);
    if (!id.ok()) return id.error();
    profile.user_id = user_id;
    profile.profile_id = "p_" + to_hex(id.value());
    profile.created_at_ms = parts_.clock.now_ms();
  }
  profile.name = body.value().name;
  profile.maturity = body.value().maturity;
  if (!body.value().keeps_pin) profile.pin_hash.clear();
  if (!body.value().pin.empty()) {
    auto hash = parts_.pins.hash(body.value().pin, is_quick);
    if (!hash.ok()) return hash.error();
    profile.pin_hash = std::move(hash.value());
  }
  return profile;
}

void Api::put_profile(const Request& request, const Respond& respond) {
  auto changed = changed_profile(request);
  if (!changed.ok()) return respond(error_response(changed.error()));
  struct Outcome {
    Profile profile;
    bool is_put = false;
  };
  const auto outcome = std::make_shared<Outcome>(Outcome{std::move(changed.value()), false});
  const auto task = [this, outcome]() -> Status {
    const auto put = parts_.accounts.put_profile(outcome->profile, kMaxProfiles);
    if (!put.ok()) return put.error();
    outcome->is_put = put.value();
    return Done{};
  };
  write(request, task, respond, [this, outcome] {
    profiles_.forget(outcome->profile.user_id);
    if (outcome->is_put) return json_response(200, profile_json(outcome->profile));
    return error_response(
        Error{409, "too_many_profiles", "The account has as many profiles as it may."});
  });
}

void Api::rate(const Request& request, const Respond& respond) {
  const auto user = authenticate(request);
  if (!user.ok()) return respond(error_response(user.error()));
  const auto body = parse_rating(request.body);
  if (!body.ok()) return respond(error_response(body.error()));
  if (!parts_.catalogue.find(body.value().movie_id)) {
    return respond(error_response(unknown_title()));
  }
  const auto profile = profiles_.find(user.value().user_id, body.value().profile_id);
  if (!profile.ok()) return respond(error_response(profile.error()));
  const Rating rating{user.value().user_id, profile.value().profile_id, body.value().movie_id,
                      body.value().stars, parts_.clock.now_ms()};
  write(request, [this, rating] { return parts_.accounts.put_rating(rating); }, respond, no_content);
}

void Api::give_tokens(const Request& request, std::function<Result<TokenPair>()> issue,
                      const Respond& respond) {
  const auto outcome = std::make_shared<Result<TokenPair>>(not_saved());
  const auto task = [issue = std::move(issue), outcome]() -> Status {
    *outcome = issue();
    // The client's mistakes are committed, with what they revoke.
    const bool is_ours = !outcome->ok() && outcome->error().http_status >= 500;
    return is_ours ? Status(outcome->error()) : Status(Done{});
  };
  write(request, task, respond, [outcome] {
    if (!outcome->ok()) return error_response(outcome->error());
    return json_response(200, tokens_json(outcome->value()));
  });
}

void Api::refresh_token(const Request& request, const Respond& respond) {
  const auto token = parse_refresh(request.body);
  if (!token.ok()) return respond(error_response(token.error()));
  if (Status known = logins_.check_known(token.value()); !known.ok()) {
    return respond(error_response(known.error()));
  }
  give_tokens(request, [this, token = token.value()] { return logins_.refresh(token); }, respond);
}

void Api::dev_login(const Request& request, const Respond& respond) {
  if (!config_.has_dev_accounts) {
    return respond(error_response(Error{404, "not_found", "There is nothing at this path."}));
  }
  const auto user = parse_login(request.body);
  if (!user.ok()) return respond(error_response(user.error()));
  give_tokens(request, [this, user = user.value()] { return logins_.log_in(user); }, respond);
}

}  // namespace playhead::server
