// SPDX-License-Identifier: Apache-2.0
#include "engine/url_desk.h"

#include <utility>

#include "base/mailbox.h"
#include "base/url.h"

namespace playhead::offline {

namespace {

using UrlMailbox = Mailbox<Result<std::string>>;

Result<std::string> checked_url(Result<std::string> answer) {
  if (!answer) return answer;
  if (answer->empty()) return make_error(ErrorCode::kForbidden, "the app has no other URL");
  const auto origin = url_origin(*answer);
  const bool is_http = origin && (origin->scheme == "http" || origin->scheme == "https");
  if (!is_http) return make_error(ErrorCode::kInvalidUrl, "of the app: " + redact(*answer));
  return answer;
}

// The app's duty to answer; forgetting it is an answer, too.
class UrlDuty {
 public:
  explicit UrlDuty(std::shared_ptr<UrlMailbox> mailbox) : mailbox_(std::move(mailbox)) {}
  UrlDuty(const UrlDuty&) = delete;
  UrlDuty& operator=(const UrlDuty&) = delete;
  ~UrlDuty() { answer(std::string()); }
  void answer(Result<std::string> url) {
    if (const auto mailbox = std::exchange(mailbox_, nullptr)) {
      mailbox->send(checked_url(std::move(url)));
    }
  }

 private:
  std::shared_ptr<UrlMailbox> mailbox_;
};

// One question: the answer, or the end of patience.
struct UrlQuestion {
  UniqueFunction<void(Result<std::string>)> done;
  CancelHandle answer, patience;

  void end(Result<std::string> url) {
    auto told = std::move(done);
    answer.reset();
    patience.reset();
    if (told) told(std::move(url));
  }
};

}  // namespace

UrlDesk::UrlDesk(Executor& engine, std::shared_ptr<Executor> app, UrlResolver resolver)
    : engine_(engine),
      app_(std::move(app)),
      has_resolver_(static_cast<bool>(resolver)),
      desk_(std::make_shared<Desk>()) {
  desk_->resolver = std::move(resolver);
}

UrlDesk::~UrlDesk() {
  const std::lock_guard lock(desk_->mutex);
  desk_->resolver = nullptr;
}

CancelHandle UrlDesk::ask(const std::string& id, const DownloadRequest& request,
                          UniqueFunction<void(Result<std::string>)> done) {
  auto question = std::make_shared<UrlQuestion>();
  question->done = std::move(done);
  const std::weak_ptr<UrlQuestion> weak = question;
  const auto end = [weak](Result<std::string> url) {
    if (const auto asked = weak.lock()) asked->end(std::move(url));
  };
  auto mailbox = UrlMailbox::make(engine_, end, question->answer);
  question->patience = engine_.post_at(engine_.now() + kPatience, [end] {
    end(make_error(ErrorCode::kTimedOut, "the app does not say where the title is"));
  });
  app_->post([desk = desk_, id, request, duty = std::make_shared<UrlDuty>(std::move(mailbox))] {
    const std::lock_guard lock(desk->mutex);
    if (!desk->resolver) return;
    desk->resolver(id, request, [duty](Result<std::string> url) { duty->answer(std::move(url)); });
  });
  return CancelHandle([question = std::move(question)]() mutable {
    question->answer.reset();
    question->patience.reset();
    question->done = nullptr;
  });
}

}  // namespace playhead::offline
