// SPDX-License-Identifier: Apache-2.0
#include "manifest/steering_client.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace playhead {

namespace {

// For the server's word before the start; chosen. Longer: a title starts late when it is silent;
// shorter: one that is slow is heard after the first segments.
constexpr Duration kPatience = 2s;

}  // namespace

std::optional<Duration> decide_steering(const SteeringInputs& in) {
  constexpr int kGone = 410;
  if (in.status == kGone) return std::nullopt;
  if (in.ttl) return *in.ttl;
  return std::max(in.last_ttl, in.retry_after.value_or(Duration{0}));
}

SteeringClient::SteeringClient(Context context, ContentSteering steering, ManifestFormat format)
    : context_(std::move(context)),
      format_(format),
      url_(std::move(steering.server_url)),
      is_awaited_(steering.query_before_start && !url_.empty()) {
  if (!steering.default_pathway.empty()) priority_.push_back(std::move(steering.default_pathway));
}

void SteeringClient::start() {
  if (url_.empty()) return;
  if (is_awaited_) {
    patience_ = context_.executor.post_at(context_.executor.now() + kPatience, [this] {
      if (std::exchange(is_awaited_, false)) context_.on_change();
    });
  }
  ask();
}

void SteeringClient::ask() {
  Request request;
  request.url = steering_url(url_, format_, context_.report());
  request.kind = ResourceKind::kManifest;
  request.max_bytes = static_cast<int64_t>(limits::kSteeringBytes);
  request_ = context_.fetch(
      std::move(request), [this](Result<FetchedManifest> answer) { on_answer(std::move(answer)); });
}

void SteeringClient::on_answer(Result<FetchedManifest> answer) {
  SteeringInputs in;
  in.last_ttl = last_ttl_;
  bool is_new = std::exchange(is_awaited_, false);
  if (!answer || answer->head.status >= 400) {
    in.status = answer ? answer->head.status : answer.error().detail;
  } else {
    const std::string& url = answer->head.url.empty() ? url_ : answer->head.url;
    auto manifest = parse_steering_manifest(as_text(answer->body.view()), url);
    if (manifest) {
      in.ttl = last_ttl_ = manifest->ttl;
      is_new = take(*std::move(manifest)) || is_new;
    }
  }
  ask_again(in);
  if (is_new && context_.on_change) context_.on_change();  // last: it may end this
}

bool SteeringClient::take(SteeringManifest manifest) {
  if (!manifest.reload_url.empty()) url_ = std::move(manifest.reload_url);
  bool is_new = priority_ != manifest.priority;
  priority_ = std::move(manifest.priority);
  for (PathwayClone& clone : manifest.clones) {
    const bool is_known = std::any_of(clones_.begin(), clones_.end(),
                                      [&](const auto& known) { return known.id == clone.id; });
    if (is_known || clones_.size() >= limits::kSteeringPathways) continue;
    clones_.push_back(std::move(clone));
    is_new = true;
  }
  return is_new;
}

void SteeringClient::ask_again(const SteeringInputs& in) {
  const auto delay = decide_steering(in);
  is_stopped_ = !delay;
  if (!delay) return;
  timer_ = context_.executor.post_at(context_.executor.now() + *delay, [this] { ask(); });
}

}  // namespace playhead
