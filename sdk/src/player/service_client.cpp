// SPDX-License-Identifier: Apache-2.0
#include "playhead/service_client.h"

#include <functional>
#include <future>
#include <string_view>
#include <utility>

#include "player/client_impl.h"
#include "recorder/fields.h"
#include "recorder/redactor.h"
#include "session/catalogue_json.h"
#include "session/catalogue_requests.h"
#include "session/service_desk.h"

namespace playhead {

namespace {

// A person waits for the answer (chosen: two or three attempts).
constexpr Duration kCallPatience = 10s;
// What must not be done twice is asked for once.
constexpr Duration kCallOnce{0};

// Built on the client's thread, when the profile is settled; more than once.
using BuildRequest = std::function<Result<ApiRequest>(const ActingProfile&)>;

Result<ApiRequest> with_pin(Result<ApiRequest> request, const ActingProfile& acting) {
  if (request) request->pin = acting.pin_of(acting.id());
  return request;
}

Result<bool> parse_nothing(std::string_view body) {
  if (body.empty()) return true;
  return make_error(ErrorCode::kApiBadAnswer, "an answer where there should be none");
}

}  // namespace

class ServiceClient::Impl {
 public:
  explicit Impl(std::shared_ptr<Client> client) : client_(std::move(client)) {}

  // Nobody is told of anything from then on; what was posted before has begun.
  ~Impl() {
    Executor& executor = *client_->impl().executor;
    if (executor.is_current()) {
      *is_open_ = false;
      return;
    }
    std::promise<void> closed;
    const auto close = [&] {
      *is_open_ = false;
      closed.set_value();
    };
    if (const auto& recording = client_->impl().recording) {
      recording->post_call([] { return std::string("gone"); }, close);
    } else {
      executor.post(close);
    }
    closed.get_future().wait();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  template <typename T>
  void call(BuildRequest build, Duration patience, Result<T> (*parse)(std::string_view),
            UniqueFunction<void(Result<T>)> done) {
    ServiceDesk& desk = *client_->impl().service;
    Task task = [&desk, build, patience, parse, is_open = is_open_,
                 done = std::move(done)]() mutable {
      if (!*is_open) return;
      auto request = build(desk.profile());
      if (!request) return done(std::move(request).error());
      desk.ask(*std::move(request), patience,
               [parse, is_open, done = std::move(done)](Result<std::string> body) mutable {
                 if (!*is_open) return;
                 done(body ? parse(*body) : Result<T>(std::move(body).error()));
               });
    };
    post(std::move(task), [&desk, build, patience](recorder::Redactor& redactor) {
      const auto request = build(desk.profile());
      recorder::Fields call("service");
      if (!request) return call.text("").take();
      return call.text(request->method)
          .text(redactor.url(request->path))
          .number(static_cast<int64_t>(request->body.size()))
          .number(patience.count())
          .take();
    });
  }

  void choose_profile(const std::string& profile_id, const std::string& pin, Done<void> done) {
    ServiceDesk& desk = *client_->impl().service;
    Task task = [&desk, profile_id, pin, is_open = is_open_, done = std::move(done)]() mutable {
      if (!*is_open) return;
      desk.choose_profile(profile_id, pin,
                          [is_open, done = std::move(done)](Result<void> chosen) mutable {
                            if (*is_open) done(std::move(chosen));
                          });
    };
    post(std::move(task), [profile_id](recorder::Redactor& redactor) {
      return recorder::Fields("profile").text(redactor.name(profile_id)).take();
    });
  }

  [[nodiscard]] std::string profile() const { return client_->impl().service->profile().id(); }

 private:
  // `describe` is how recordings call it.
  void post(Task task, std::function<std::string(recorder::Redactor&)> describe) {
    const auto& recording = client_->impl().recording;
    if (!recording) return client_->impl().executor->post(std::move(task));
    recording->post_call(
        [recording, is_open = is_open_, describe = std::move(describe)] {
          if (!*is_open) return std::string("gone");
          return describe(recording->recorder().redactor());
        },
        std::move(task));
  }

  const std::shared_ptr<Client> client_;
  const std::shared_ptr<bool> is_open_ = std::make_shared<bool>(true);  // client's thread
};

Result<std::unique_ptr<ServiceClient>> ServiceClient::create(std::shared_ptr<Client> client) {
  if (!client) return make_error(ErrorCode::kInvalidArgument, "a service client needs a client");
  if (!client->impl().service) {
    return make_error(ErrorCode::kInvalidState, "the client has no api_url");
  }
  return std::unique_ptr<ServiceClient>(
      new ServiceClient(std::make_unique<Impl>(std::move(client))));
}

ServiceClient::ServiceClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServiceClient::~ServiceClient() = default;

void ServiceClient::home(const HomeQuery& query, Done<HomePage> done) {
  impl_->call(
      [query](const ActingProfile& acting) {
        return with_pin(home_request(query, acting.id()), acting);
      },
      kCallPatience, &parse_home, std::move(done));
}

void ServiceClient::search(const SearchQuery& query, Done<std::vector<CatalogueItem>> done) {
  impl_->call(
      [query](const ActingProfile& acting) {
        return with_pin(search_request(query, acting.id()), acting);
      },
      kCallPatience, &parse_items, std::move(done));
}

void ServiceClient::title(const std::string& title_id, Done<TitleDetails> done) {
  impl_->call(
      [title_id](const ActingProfile& acting) {
        return with_pin(title_request(title_id, acting.id()), acting);
      },
      kCallPatience, &parse_title, std::move(done));
}

void ServiceClient::continue_watching(int limit, Done<std::vector<CatalogueItem>> done) {
  impl_->call(
      [limit](const ActingProfile& acting) {
        return with_pin(continue_request(limit, acting.id()), acting);
      },
      kCallPatience, &parse_items, std::move(done));
}

void ServiceClient::recommendations(const RecommendationQuery& query,
                                    Done<std::vector<Recommendation>> done) {
  impl_->call(
      [query](const ActingProfile& acting) {
        return with_pin(recommendation_request(query, acting.id()), acting);
      },
      kCallPatience, &parse_recommendations, std::move(done));
}

void ServiceClient::rate(const std::string& title_id, int stars, Done<void> done) {
  impl_->call<bool>(
      [title_id, stars](const ActingProfile& acting) {
        return rating_request(title_id, stars, acting.id());
      },
      kCallPatience, &parse_nothing,
      [done = std::move(done)](Result<bool> rated) mutable {
        done(rated ? Result<void>() : Result<void>(std::move(rated).error()));
      });
}

void ServiceClient::profiles(Done<std::vector<ViewerProfile>> done) {
  impl_->call([](const ActingProfile&) -> Result<ApiRequest> { return profiles_request(); },
              kCallPatience, &parse_profiles, std::move(done));
}

void ServiceClient::put_profile(const ProfileChange& change, const std::string& default_pin,
                                Done<ViewerProfile> done) {
  impl_->call(
      [change, default_pin](const ActingProfile&) {
        return put_profile_request(change, default_pin);
      },
      change.profile_id.empty() ? kCallOnce : kCallPatience, &parse_profile, std::move(done));
}

void ServiceClient::choose_profile(const std::string& profile_id, const std::string& pin,
                                   Done<void> done) {
  impl_->choose_profile(profile_id, pin, std::move(done));
}

std::string ServiceClient::profile() const { return impl_->profile(); }

}  // namespace playhead
