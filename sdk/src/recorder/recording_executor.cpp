// SPDX-License-Identifier: Apache-2.0
#include "recorder/recording_executor.h"

#include <utility>

#include "recorder/fields.h"

namespace playhead::recorder {

MonotonicTime RecordingExecutor::now() const {
  return recorder_->in_step() ? recorder_->now() : inner_->now();
}

WallTime RecordingExecutor::wall_now() const {
  return recorder_->in_step() ? recorder_->wall_now() : inner_->wall_now();
}

void RecordingExecutor::post_step(char kind, Task task) {
  inner_->post(
      [recorder = recorder_, inner = inner_.get(), kind, task = std::move(task)]() mutable {
        const FlightRecorder::Step step(*recorder, *inner, kind);
        task();
        task = nullptr;
      });
}

void RecordingExecutor::post(Task task) {
  const bool is_own = recorder_->in_step();
  if (is_own) recorder_->effect("p");
  post_step(is_own ? 't' : 'X', std::move(task));
}

CancelHandle RecordingExecutor::post_at(MonotonicTime deadline, Task task) {
  if (recorder_->in_step()) {
    recorder_->effect("t" + std::to_string((deadline - recorder_->now()).count()));
  }
  return inner_->post_at(
      deadline, [recorder = recorder_, inner = inner_.get(), task = std::move(task)]() mutable {
        const FlightRecorder::Step step(*recorder, *inner, 'T');
        task();
        task = nullptr;
      });
}

uint64_t RecordingExecutor::random() {
  const uint64_t drawn = inner_->random();
  recorder_->effect("n=" + std::to_string(static_cast<int64_t>(drawn)));
  return drawn;
}

void RecordingExecutor::post_call(UniqueFunction<std::string()> describe, Task call) {
  inner_->post([recorder = recorder_, inner = inner_.get(), describe = std::move(describe),
                call = std::move(call)]() mutable {
    const FlightRecorder::Step step(*recorder, *inner, 'C', describe());
    call();
    call = nullptr;
  });
}

namespace {

// The app's answer to one question; forgetting it is an answer too.
class TokenQuestion {
 public:
  TokenQuestion(std::shared_ptr<RecordingExecutor> executor, uint64_t number, TokenCallback done)
      : executor_(std::move(executor)), number_(number), done_(std::move(done)) {}
  TokenQuestion(const TokenQuestion&) = delete;
  TokenQuestion& operator=(const TokenQuestion&) = delete;
  ~TokenQuestion() {
    if (done_) pass_on([](FlightRecorder&) { return std::string("none"); }, [](TokenCallback&) {});
  }

  void answer(Result<std::string> token) {
    if (!done_) return;
    auto shared = std::make_shared<Result<std::string>>(std::move(token));
    pass_on([shared](FlightRecorder& recorder) { return text_of(*shared, recorder); },
            [shared](TokenCallback& done) { done(std::move(*shared)); });
  }

 private:
  // The same token again is told from another one, and nothing else of it.
  static std::string text_of(const Result<std::string>& token, FlightRecorder& recorder) {
    if (!token) return Fields("error").error(token.error()).take();
    return Fields("token").number(recorder.tokens().number(*token)).take();
  }

  template <typename Describe, typename Answer>
  void pass_on(Describe describe, Answer answer) {
    auto* recorder = &executor_->recorder();
    auto* inner = &executor_->inner();
    inner->post([executor = executor_, recorder, inner, number = number_,
                 describe = std::move(describe), answer = std::move(answer),
                 done = std::exchange(done_, nullptr)]() mutable {
      const FlightRecorder::Step step(*recorder, *inner, 'K',
                                      std::to_string(number) + ',' + describe(*recorder));
      answer(done);
      done = nullptr;
    });
  }

  const std::shared_ptr<RecordingExecutor> executor_;
  const uint64_t number_;
  TokenCallback done_;
};

}  // namespace

TokenProvider record_tokens(std::shared_ptr<RecordingExecutor> executor, TokenProvider provider) {
  if (!provider) return nullptr;
  return [executor = std::move(executor), provider = std::move(provider)](
             bool refresh, TokenCallback done) mutable {
    FlightRecorder& recorder = executor->recorder();
    const uint64_t number = recorder.next_number();
    recorder.effect(Fields("K").number(static_cast<int64_t>(number)).flag(refresh).str());
    auto question = std::make_shared<TokenQuestion>(executor, number, std::move(done));
    provider(refresh,
             [question](Result<std::string> token) { question->answer(std::move(token)); });
  };
}

}  // namespace playhead::recorder
