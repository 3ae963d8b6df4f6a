// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "guard.h"
#include "handles.h"
#include "playhead/service_client.h"
#include "taken_answer.h"

struct playhead_service {
  static constexpr auto kKind = playhead::capi::HandleKind::kService;
  playhead::capi::SharedTable<playhead_service_listener> listener;
  // Last member: ends first, and with it every answer that could come in.
  std::unique_ptr<playhead::ServiceClient> calls;
};

namespace playhead::capi {
namespace {

static_assert(static_cast<int>(DeviceType::kOther) == PLAYHEAD_DEVICE_OTHER);
static_assert(static_cast<int>(DeviceType::kPhone) == PLAYHEAD_DEVICE_PHONE);
static_assert(static_cast<int>(DeviceType::kTablet) == PLAYHEAD_DEVICE_TABLET);
static_assert(static_cast<int>(DeviceType::kTv) == PLAYHEAD_DEVICE_TV);
static_assert(static_cast<int>(DeviceType::kDesktop) == PLAYHEAD_DEVICE_DESKTOP);
static_assert(static_cast<int>(DeviceType::kBrowser) == PLAYHEAD_DEVICE_BROWSER);
static_assert(static_cast<int>(DeviceType::kConsole) == PLAYHEAD_DEVICE_CONSOLE);

// Tells the listener of any kind of answer.
class Teller {
 public:
  Teller(SharedTable<playhead_service_listener> listener, uint64_t user_tag)
      : listener_(std::move(listener)), user_tag_(user_tag) {}

  template <typename T>
  void operator()(Result<T> result) {
    // Whoever throws has taken it all the same.
    guard_void([&] {
      auto* answer = make_handle(std::make_unique<playhead_answer>(std::move(result)));
      (*listener_)->answered((*listener_)->user, user_tag_, answer);
    });
  }

 private:
  SharedTable<playhead_service_listener> listener_;
  uint64_t user_tag_;
};

// The table is taken first, so that it is given back whatever fails afterwards.
playhead_status open_service(const Pinned<playhead_client>& client,
                             const playhead_service_listener* theirs,
                             playhead_service** out_service) {
  const auto listener = CallbackTable<playhead_service_listener>::adopt(theirs);
  if (is_refused(AppCall::kLog)) return status_of(ErrorCode::kInvalidState);
  if (!client) return client.status();
  const bool is_good =
      out_service != nullptr && listener != nullptr && (*listener)->answered != nullptr;
  if (!is_good) return status_of(ErrorCode::kInvalidArgument);
  auto calls = ServiceClient::create(client->client);
  if (!calls) return status_of(calls.error().code);
  auto handle = std::make_unique<playhead_service>();
  handle->listener = listener;
  handle->calls = *std::move(calls);
  *out_service = make_handle(std::move(handle));
  return PLAYHEAD_OK;
}

// Runs `body` with the calls and with who hears the answer.
template <typename Body>
playhead_status ask(playhead_service* handle, uint64_t user_tag, Body&& body) noexcept {
  return guard([&] {
    const Pinned pinned(handle);
    if (pinned) body(*pinned->calls, Teller(pinned->listener, user_tag));
    return pinned.status();
  });
}

[[nodiscard]] int limit_or(int32_t limit, int otherwise) { return limit != 0 ? limit : otherwise; }

playhead_status put_profile(const Pinned<playhead_service>& handle,
                            const playhead_profile_change* theirs, uint64_t user_tag) {
  playhead_profile_change from{};
  const bool is_rating = read_struct(theirs, from) &&
                         from.maturity >= PLAYHEAD_MATURITY_NOT_RATED &&
                         from.maturity <= PLAYHEAD_MATURITY_TV_MA;
  if (!handle) return handle.status();
  if (!is_rating) return status_of(ErrorCode::kInvalidArgument);
  ProfileChange change;
  change.profile_id = text_or_empty(from.profile_id);
  change.name = text_or_empty(from.name);
  if (from.maturity != 0) change.maturity = static_cast<MaturityRating>(from.maturity);
  if (from.pin != nullptr) change.pin = from.pin;
  handle->calls->put_profile(change, text_or_empty(from.default_pin),
                             Teller(handle->listener, user_tag));
  return PLAYHEAD_OK;
}

}  // namespace
}  // namespace playhead::capi

using playhead::DeviceType;
using playhead::ErrorCode;
using playhead::ServiceClient;
using playhead::capi::ask;
using playhead::capi::contain;
using playhead::capi::guard;
using playhead::capi::guard_end;
using playhead::capi::limit_or;
using playhead::capi::Pinned;
using playhead::capi::status_of;
using playhead::capi::Teller;
using playhead::capi::text_or_empty;

playhead_status playhead_service_open(playhead_client* client,
                                      const playhead_service_listener* listener,
                                      playhead_service** out_service) noexcept {
  if (out_service != nullptr) *out_service = nullptr;
  return contain([&] { return playhead::capi::open_service(Pinned(client), listener, out_service); });
}

void playhead_service_close(playhead_service* service) noexcept {
  guard_end([&] { static_cast<void>(Pinned<playhead_service>::take(service)); });
}

playhead_status playhead_service_home(playhead_service* service, const char* cursor, int32_t limit,
                                      uint64_t user_tag) noexcept {
  return ask(service, user_tag, [&](ServiceClient& calls, Teller teller) {
    playhead::HomeQuery query;
    query.cursor = text_or_empty(cursor);
    query.limit = limit_or(limit, query.limit);
    calls.home(query, std::move(teller));
  });
}

playhead_status playhead_service_search(playhead_service* service, const char* text, int32_t limit,
                                        uint64_t user_tag) noexcept {
  return ask(service, user_tag, [&](ServiceClient& calls, Teller teller) {
    playhead::SearchQuery query;
    query.text = text_or_empty(text);
    query.limit = limit_or(limit, query.limit);
    calls.search(query, std::move(teller));
  });
}

playhead_status playhead_service_title(playhead_service* service, const char* title_id,
                                       uint64_t user_tag) noexcept {
  return ask(service, user_tag, [&](ServiceClient& calls, Teller teller) {
    calls.title(text_or_empty(title_id), std::move(teller));
  });
}

playhead_status playhead_service_continue_watching(playhead_service* service, int32_t limit,
                                                   uint64_t user_tag) noexcept {
  constexpr int kUsual = 20;
  return ask(service, user_tag, [&](ServiceClient& calls, Teller teller) {
    calls.continue_watching(limit_or(limit, kUsual), std::move(teller));
  });
}

playhead_status playhead_service_recommendations(playhead_service* service, int32_t limit,
                                                 int32_t device, int32_t utc_offset_minutes,
                                                 uint64_t user_tag) noexcept {
  if (device < PLAYHEAD_DEVICE_OTHER || device > PLAYHEAD_DEVICE_CONSOLE) {
    return status_of(ErrorCode::kInvalidArgument);
  }
  return ask(service, user_tag, [&](ServiceClient& calls, Teller teller) {
    playhead::RecommendationQuery query;
    query.limit = limit_or(limit, query.limit);
    query.device = static_cast<DeviceType>(device);
    query.utc_offset_minutes = utc_offset_minutes;
    calls.recommendations(query, std::move(teller));
  });
}

playhead_status playhead_service_rate(playhead_service* service, const char* title_id,
                                      int32_t stars, uint64_t user_tag) noexcept {
  return ask(service, user_tag, [&](ServiceClient& calls, Teller teller) {
    calls.rate(text_or_empty(title_id), stars, std::move(teller));
  });
}

playhead_status playhead_service_profiles(playhead_service* service, uint64_t user_tag) noexcept {
  return ask(service, user_tag,
             [&](ServiceClient& calls, Teller teller) { calls.profiles(std::move(teller)); });
}

playhead_status playhead_service_put_profile(playhead_service* service,
                                             const playhead_profile_change* change,
                                             uint64_t user_tag) noexcept {
  return guard([&] { return playhead::capi::put_profile(Pinned(service), change, user_tag); });
}

playhead_status playhead_service_choose_profile(playhead_service* service, const char* profile_id,
                                                const char* pin, uint64_t user_tag) noexcept {
  return ask(service, user_tag, [&](ServiceClient& calls, Teller teller) {
    calls.choose_profile(text_or_empty(profile_id), text_or_empty(pin), std::move(teller));
  });
}
