// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/answer_plan.h"
#include "net/failover_policy.h"
#include "net/fetcher.h"
#include "net/held_urls.h"
#include "net/host_health.h"
#include "net/retry_policy.h"
#include "net/stall_watch.h"
#include "net/type_watch.h"

namespace playhead {

// What an operation works with.
struct FetchContext {
  Transport& transport;  // outlives it, as the executor does
  Executor& executor;
  std::shared_ptr<HostHealth> health;  // may be null
  std::shared_ptr<const bool> is_online;
  std::shared_ptr<HeldUrls> held;
  std::shared_ptr<CmcdSession> cmcd = {};  // may be null
  std::shared_ptr<TypeWatch> types = {};   // may be null
};

// One fetch of ResourceFetcher over all its attempts. Owned by the fetch's handle; stays alive
// through a callback that destroys the handle.
class FetchOperation : public std::enable_shared_from_this<FetchOperation> {
 public:
  FetchOperation(FetchContext context, const RetryConfig& config, Request request,
                 FetchEvents events, FetchOptions options);

  void start();
  void cancel();
  // FetchContext::is_online was written.
  void on_network();

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
    bool asks_whole = false;         // its range is not answered; without one it may be
    bool is_host_well = false;       // what failed says nothing against the host
    std::optional<StallWatch> pace;  // with FetchOptions::least_rate, from the first byte on
    bool is_looked_into = false;     // its first bytes are what they claim to be
  };

  void start_attempt();
  // The first place whose host does not ask to be left alone, else that which does so shortest.
  void choose_first_place();
  // It asks to, and that is not over. True: the fetch begins then, or ends with that.
  bool is_held();
  [[nodiscard]] Request make_request() const;
  [[nodiscard]] const ResourceLocation& place() const { return places_[place_]; }
  [[nodiscard]] bool is_elsewhere() const { return place_ != delivered_from_; }
  // FetchOptions::version; true: the fetch has ended.
  bool ends_as_other(const ResponseHead& head);
  [[nodiscard]] bool is_everything_there(const ResponseHead& head) const;
  void on_refused_range(const ResponseHead& head);
  void start_over(Error error);
  // What the next attempt brings may be another version: it does not continue what was delivered.
  [[nodiscard]] bool may_be_mixed() const;
  void forget_delivered();
  [[nodiscard]] bool is_web_page(const ResponseHead& head, ByteView bytes) const;
  void update_health(MonotonicTime now);
  void on_head(const ResponseHead& head);
  void on_body(const SharedBytes& bytes, MonotonicTime received);
  void on_attempt_done(Result<TransferStats> result);

  void accept(const ResponseHead& head);
  void refuse(Error error, bool can_retry);
  void refuse_answer(Error error);
  // What comes is too slow for what it is; true: the attempt is over.
  bool ends_slow_attempt(int64_t bytes, MonotonicTime received);
  void deliver_head();
  void deliver(const SharedBytes& bytes, ByteView part, MonotonicTime received);
  [[nodiscard]] std::optional<Error> missing_bytes() const;
  void end_early();
  void succeed(const TransferStats& last);
  void fail_or_retry(Error error);
  void tell_answer(int status, const TransferStats* stats);  // how an attempt ended
  void note_failure(const Error& error, MonotonicTime now);
  [[nodiscard]] FailoverDecision decide(const Error& error, MonotonicTime now);
  void wait_and_retry(const Error& error, const FailoverDecision& decision, MonotonicTime now);
  void finish(Result<TransferStats> result);

  const FetchContext context_;
  Executor& executor_;
  const RetryConfig config_;
  const Request request_;
  FetchEvents events_;
  const bool has_more_places_;
  const int64_t least_rate_;
  const std::optional<CmcdObject> object_;
  const std::optional<MonotonicTime> wanted_by_;
  const std::optional<ResourceVersion> version_;
  const MonotonicTime started_;

  std::vector<ResourceLocation> places_;
  std::vector<PlaceState> states_;
  std::size_t place_ = 0;           // of the attempt
  std::size_t delivered_from_ = 0;  // of the bytes delivered last

  Attempt attempt_;
  CancelHandle retry_timer_;
  int attempts_ = 0;
  int slow_attempts_ = 0;
  // Since the start or since an attempt brought enough to call it progress.
  int failed_attempts_ = 0;
  MonotonicTime budget_start_;
  MonotonicTime attempt_started_;
  bool is_whole_asked_ = false;  // a host does not answer the range: all of it is taken instead
  bool has_restarted_ = false;   // as another resource; once
  std::optional<Error> waits_offline_;
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
