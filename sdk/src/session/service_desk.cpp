// SPDX-License-Identifier: Apache-2.0
#include "session/service_desk.h"

#include <utility>

#include "session/catalogue_json.h"
#include "session/catalogue_requests.h"

namespace playhead {

namespace {

// A person waits for the answer (chosen: two or three attempts).
constexpr Duration kChoicePatience = 10s;

}  // namespace

void ServiceDesk::ask(ApiRequest request, Duration patience, Answered done) {
  const uint64_t number = ++last_call_;
  calls_[number] =
      api_.call(std::move(request), patience,
                [this, number, done = std::move(done)](Result<std::string> body) mutable {
                  const auto ended = calls_.extract(number);  // ends with this callback
                  done(std::move(body));
                });
}

void ServiceDesk::choose_profile(const std::string& profile_id, const std::string& pin,
                                 UniqueFunction<void(Result<void>)> done) {
  const ActingProfile::Choice choice{profile_key(profile_id), pin};
  auto request = choice_request(choice.profile_id, pin);
  if (!request) return done(std::move(request).error());
  ask(*std::move(request), kChoicePatience,
      [this, choice, asked_at = executor_.now(), done = std::move(done)](const Result<std::string>& body) mutable {
        if (!body) return done(body.error());
        if (auto items = parse_items(*body); !items) return done(std::move(items).error());
        access_.profile.choose(choice, asked_at);
        done({});
      });
}

}  // namespace playhead
