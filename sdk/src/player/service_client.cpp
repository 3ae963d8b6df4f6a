// SPDX-License-Identifier: Apache-2.0
#include "playhead/service_client.h"

#include <functional>
#include <future>
#include <string_view>
#include <utility>
#include <vector>

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
  if (request) request->pin_of = acting.id();
  return request;
}

Result<bool> parse_nothing(std::string_view body) {
  if (body.empty()) return true;
  return make_error(ErrorCode::kApiBadAnswer, "an answer where there should be none");
}

}  // namespace

class ServiceClient::Impl {
  // Between the answers and who hears them.
  struct Gate {
    bool is_open = true;
    std::vector<UniqueFunction<bool(bool forgets)>> waiting;  // false: it is not waiting any more

    // From now on, or until it has been told, `done` belongs to the gate.
    template <typename Done>
    void keep(const std::shared_ptr<Done>& done) {
      std::erase_if(waiting, [](auto& each) { return !each(false); });
      waiting.emplace_back([weak = std::weak_ptr<Done>(done)](bool forgets) {
        const auto held = weak.lock();
        if (held && forgets) *held = nullptr;
        return held != nullptr;
      });
    }
    void close() {
      is_open = false;
      for (auto& each : waiting) each(true);
      waiting.clear();
    }
  };

 public:
  explicit Impl(std::shared_ptr<Client> client) : client_(std::move(client)) {}

  // Nobody is told of anything from then on; what was posted before has begun.
  ~Impl() {
    Executor& executor = *client_->impl().executor;
    if (executor.is_current()) {
      gate_->close();
      return;
    }
    std::promise<void> closed;
    const auto close = [&] {
      gate_->close();
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
    const auto told = std::make_shared<UniqueFunction<void(Result<T>)>>(std::move(done));
    Task task = [&desk, build, patience, parse, gate = gate_, told] {
      if (!gate->is_open) return;
      auto request = build(desk.profile());
      if (!request) return (*told)(std::move(request).error());
      gate->keep(told);
      desk.ask(*std::move(request), patience, [parse, gate, told](Result<std::string> body) {
        if (!gate->is_open) return;
        (*told)(body ? parse(*body) : Result<T>(std::move(body).error()));
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
    const auto told = std::make_shared<Done<void>>(std::move(done));
    Task task = [&desk, profile_id, pin, gate = gate_, told] {
      if (!gate->is_open) return;
      gate->keep(told);
      desk.choose_profile(profile_id, pin, [gate, told](Result<void> chosen) {
        if (gate->is_open) (*told)(std::move(chosen));
      });
    };
    post(std::move(task), [profile_id](recorder::Redactor& redactor) {
      return recorder::Fields("profile").text(redactor.name(profile_id)).take();
    });
  }

  [[nodiscard]] std::string profile() const { return client_->impl().service->profile().id(); }
  void change_pin(const ActingProfile::Choice& changed) const {
    client_->impl().service->profile().change_pin(changed);
  }

 private:
  // `describe` is how recordings call it.
  void post(Task task, std::function<std::string(recorder::Redactor&)> describe) {
    const auto& recording = client_->impl().recording;
    if (!recording) return client_->impl().executor->post(std::move(task));
    recording->post_call(
        [recording, gate = gate_, describe = std::move(describe)] {
          if (!gate->is_open) return std::string("gone");
          return describe(recording->recorder().redactor());
        },
        std::move(task));
  }

  const std::shared_ptr<Client> client_;
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();  // client's thread
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
  auto told = [impl = impl_.get(), pin = change.pin,
               done = std::move(done)](Result<ViewerProfile> made) mutable {
    if (made && pin) impl->change_pin({profile_key(made->profile_id), *pin});
    done(std::move(made));
  };
  impl_->call<ViewerProfile>(
      [change, default_pin](const ActingProfile&) {
        return put_profile_request(change, default_pin);
      },
      change.profile_id.empty() ? kCallOnce : kCallPatience, &parse_profile, std::move(told));
}

void ServiceClient::choose_profile(const std::string& profile_id, const std::string& pin,
                                   Done<void> done) {
  impl_->choose_profile(profile_id, pin, std::move(done));
}

std::string ServiceClient::profile() const { return impl_->profile(); }

}  // namespace playhead
