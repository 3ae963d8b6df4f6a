// SPDX-License-Identifier: Apache-2.0
#include "session/credentials.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "base/mailbox.h"

namespace playhead {

namespace {

using TokenMailbox = Mailbox<Result<std::string>>;

// Longer tokens than any header field a server accepts (8 KiB is common) are a mistake.
constexpr std::size_t kMaxTokenBytes = std::size_t{16} * 1024;

// A token with spaces or line breaks would become other headers (RFC 6750 §2.1 allows fewer still).
Result<std::string> checked(Result<std::string> answer) {
  if (!answer) return answer;
  const bool visible =
      std::all_of(answer->begin(), answer->end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (answer->empty() || answer->size() > kMaxTokenBytes || !visible) {
    return make_error(ErrorCode::kUnauthorized, "the app's access token cannot be used");
  }
  return answer;
}

}  // namespace

class Credentials::State : public std::enable_shared_from_this<State> {
 public:
  explicit State(TokenProvider provider) : provider_(std::move(provider)) {}

  void request(const std::string& rejected, std::shared_ptr<TokenMailbox> waiter) {
    uint64_t question = 0;
    {
      const std::lock_guard lock(mutex_);
      if (!token_.empty() && token_ != rejected) return waiter->send(token_);
      std::erase_if(waiters_, [](const auto& other) { return other->closed(); });
      waiters_.push_back(std::move(waiter));
      if (is_asking_) return;
      is_asking_ = true;
      question = ++question_;
    }
    ask(question, !rejected.empty());
  }

  // Only the first answer to the current question counts.
  void on_answer(uint64_t question, const Result<std::string>& answer) {
    std::vector<std::shared_ptr<TokenMailbox>> waiters;
    {
      const std::lock_guard lock(mutex_);
      if (!is_asking_ || question != question_) return;
      token_ = answer ? *answer : std::string();
      is_asking_ = false;
      waiters.swap(waiters_);
    }
    for (const auto& waiter : waiters) waiter->send(answer);
  }

 private:
  void ask(uint64_t question, bool refresh);

  TokenProvider provider_;  // by whoever set is_asking_

  std::mutex mutex_;
  // Under mutex_.
  std::string token_;
  bool is_asking_ = false;
  uint64_t question_ = 0;  // number of the latest question
  std::vector<std::shared_ptr<TokenMailbox>> waiters_;
};

// The app's duty to answer one question: forgetting it is an answer too, or all would wait for
// ever.
class Credentials::Duty {
 public:
  Duty(std::weak_ptr<State> state, uint64_t question)
      : state_(std::move(state)), question_(question) {}
  Duty(const Duty&) = delete;
  Duty& operator=(const Duty&) = delete;
  ~Duty() { answer(make_error(ErrorCode::kUnauthorized, "the app gave no access token")); }

  void answer(const Result<std::string>& answer) {
    if (const auto state = state_.lock()) state->on_answer(question_, answer);
  }

 private:
  const std::weak_ptr<State> state_;
  const uint64_t question_;
};

// Without the lock: the app may answer inside the call. is_asking_ keeps others away.
void Credentials::State::ask(uint64_t question, bool refresh) {
  auto duty = std::make_shared<Duty>(this->weak_from_this(), question);
  if (!provider_) return;  // the duty answers
  provider_(refresh, [duty = std::move(duty)](Result<std::string> answer) {
    duty->answer(checked(std::move(answer)));
  });
}

Credentials::Credentials(TokenProvider provider)
    : state_(std::make_shared<State>(std::move(provider))) {}

Credentials::~Credentials() = default;

CancelHandle Credentials::request(const std::string& rejected, Executor& executor,
                                  TokenCallback done) {
  CancelHandle handle;
  auto waiter = TokenMailbox::make(executor, std::move(done), handle);
  state_->request(rejected, std::move(waiter));
  return handle;
}

}  // namespace playhead
