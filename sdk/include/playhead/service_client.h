// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "playhead/catalogue.h"
#include "playhead/client.h"
#include "playhead/export.h"
#include "playhead/result.h"
#include "playhead/unique_function.h"

namespace playhead {

// Asks the client's service what there is to watch, and for whom. Playing, saved positions and
// downloads need none of it.
//
// Every call returns at once, from any thread, and is answered once by `done`, on the client's
// thread, where it must not block. A failing network or service is asked again for up to 10 s.
// Errors, of all calls: kInvalidArgument (named in the context; nothing was asked), kUnauthorized,
// kServerBusy, kPinRequired, kPinWrong, kPinLocked, kNotFound, kApiRejected, kApiBadAnswer,
// kHttpStatus, those of Transport and of the app's token provider.
// What is asked for is the profile's that was chosen last.
class PLAYHEAD_API ServiceClient {
 public:
  template <typename T>
  using Done = UniqueFunction<void(Result<T>)>;

  // Errors: kInvalidArgument (no client), kInvalidState (the client has no api_url).
  static Result<std::unique_ptr<ServiceClient>> create(std::shared_ptr<Client> client);
  // Not from a callback. No `done` runs once it has returned; what is on its way to the service
  // arrives there all the same.
  ~ServiceClient();
  ServiceClient(const ServiceClient&) = delete;
  ServiceClient& operator=(const ServiceClient&) = delete;

  void home(const HomeQuery& query, Done<HomePage> done);
  void search(const SearchQuery& query, Done<std::vector<CatalogueItem>> done);
  void title(const std::string& title_id, Done<TitleDetails> done);
  // What was begun (5 %) and not finished (95 %), the last one first. `limit`: 1..50.
  void continue_watching(int limit, Done<std::vector<CatalogueItem>> done);
  void recommendations(const RecommendationQuery& query, Done<std::vector<Recommendation>> done);
  // `stars`: 1..5; the last word counts.
  void rate(const std::string& title_id, int stars, Done<void> done);

  // The account's profiles, the default one first.
  void profiles(Done<std::vector<ViewerProfile>> done);
  // Makes or changes one. `default_pin`: of the default profile; empty where it has none. A new
  // profile is asked for once only: after a network error look into profiles() before another try.
  void put_profile(const ProfileChange& change, const std::string& default_pin,
                   Done<ViewerProfile> done);
  // From its success on, all calls, plays and positions of the client are that profile's; plays
  // that have begun stay what they are. Empty: the default one again. The service checks the PIN;
  // it is kept in memory only, for the calls that need it, until the service says that it is wrong
  // (kPinWrong, then kPinRequired): it was changed elsewhere, and the profile is to be chosen again.
  // After a failure the profile stays.
  void choose_profile(const std::string& profile_id, const std::string& pin, Done<void> done);
  // Of the profile that was chosen; empty: the default one. Any thread.
  [[nodiscard]] std::string profile() const;

 private:
  class PLAYHEAD_LOCAL Impl;
  explicit ServiceClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead
