// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/answer_plan.h"
#include "net/fetcher.h"
#include "net/retry_policy.h"

namespace playhead {

// One fetch of ResourceFetcher over all its attempts. Owned by the fetch's handle; stays alive
// through a callback that destroys the handle.
class FetchOperation : public std::enable_shared_from_this<FetchOperation> {
 public:
  FetchOperation(Transport& transport, Executor& executor, const RetryConfig& config,
                 Request request, FetchEvents events);

  void start();
  void cancel();

 private:
  // What belongs to one attempt.
  struct Attempt {
    CancelHandle handle;
    bool is_range_asked = false;
    std::optional<ResponseHead> head;
    AnswerPlan plan;
    int64_t delivered = 0;
    std::optional<Error> error;  // of an answer with an error status
    int error_status = 0;
    std::optional<Duration> retry_after;
    bool can_retry = true;
  };

  void start_attempt();
  [[nodiscard]] Request make_request() const;
  void on_head(const ResponseHead& head);
  void on_body(const SharedBytes& bytes, MonotonicTime received);
  void on_attempt_done(Result<TransferStats> result);

  void accept(const ResponseHead& head);
  void refuse(Error error, bool can_retry);
  void deliver_head();
  void deliver(const SharedBytes& bytes, ByteView part, MonotonicTime received);
  [[nodiscard]] std::optional<Error> missing_bytes() const;
  void end_early();
  void succeed(const TransferStats& last);
  void fail_or_retry(Error error);
  void finish(Result<TransferStats> result);

  Transport& transport_;
  Executor& executor_;
  const RetryConfig config_;
  const Request request_;
  FetchEvents events_;
  const MonotonicTime started_;

  Attempt attempt_;
  CancelHandle retry_timer_;
  int attempts_ = 0;
  // Since the start or since an attempt brought enough to call it progress.
  int failed_attempts_ = 0;
  MonotonicTime budget_start_;
  bool is_ended_ = false;  // done or cancelled: nothing more is reported

  // Of the answer the delivered bytes are from.
  bool is_head_delivered_ = false;
  bool is_encoded_ = false;
  std::string validator_;
  std::optional<int64_t> total_;
  int64_t delivered_ = 0;
  TransferStats stats_;  // over all attempts
};

}  // namespace playhead
