// SPDX-License-Identifier: Apache-2.0
#include "engine/status_of_row.h"

#include <algorithm>
#include <utility>

#include "engine/request_json.h"

namespace playhead::offline {

namespace {

// The journal knows of what was planned alone: of the time asked for.
Duration playable_until(const DownloadRequest& request, Duration planned) {
  if (request.from.value_or(Duration{0}) > Duration{0}) return Duration{0};
  return request.to ? std::min(planned, *request.to) : planned;
}

}  // namespace

DownloadStatus status_of_row(const DownloadRow& row, const Verdict& verdict) {
  DownloadStatus status;
  status.id = row.added.id;
  if (auto request = read_request(row.added.request)) status.request = *std::move(request);
  status.request.priority = row.added.priority;
  status.request.app_data = row.added.app_data;
  status.state = row.state;
  status.waits_for = row.waits_for;
  status.failure = row.failure;
  status.bytes_done = row.bytes_done;
  status.bytes_total = row.bytes_total;
  status.is_total_exact = row.is_total_exact;
  status.duration = row.facts.duration;
  status.playable_until = playable_until(status.request, row.playable_until);
  status.width = row.facts.width;
  status.height = row.facts.height;
  status.video_codec = row.facts.video_codec;
  status.added_at = row.added.added_at;
  status.rights = verdict.state;
  status.expires_at = verdict.ends_at;
  return status;
}

}  // namespace playhead::offline
